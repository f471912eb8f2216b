import { z } from 'zod';
import { sha256Schema } from '../media/chunk-map';

/** What a station got whole from another. */
export const gotSchema = z.discriminatedUnion('is', [
  z.strictObject({
    is: z.literal('media'),
    sha256: sha256Schema,
    name: z.string(),
    version: z.string(),
    revision: z.int().positive(),
    bytes: z.int().positive(),
  }),
  z.strictObject({
    is: z.literal('disk-image'),
    /** SHA-256 of what it was made from. */
    key: sha256Schema,
    /** SHA-256 of its chunk map. */
    fingerprint: sha256Schema,
    mediaSha256: sha256Schema,
    bytes: z.int().nonnegative(),
  }),
]);
