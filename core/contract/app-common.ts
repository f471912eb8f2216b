import { z } from 'zod';

/** Requests and answers that several screens share. */

/** A request without members, and an answer that only says that it is done. */
export const nothing = z.strictObject({});

/** Which drive is meant. */
export const driveRequest = z.strictObject({ driveId: z.string().max(300) });
