import { z } from 'zod';
import { sha256Schema } from '../media/chunk-map';
import { heldMediaSchema } from '../media/held-media';

/** What a station got whole from another. */
export const gotSchema = z.discriminatedUnion('is', [
  z.strictObject({ is: z.literal('media'), ...heldMediaSchema.shape }),
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
