import { z } from 'zod';
import { sha256Schema } from '../../core/media/chunk-map';
import { heldMediaSchema } from '../../core/media/held-media';
import { imageDetailsSchema } from '../image-cache/image-cache';

/** What a station tells another of the media and disk images that it holds. */

export const heldImageSchema = z.strictObject({
  /** Name of the disk image: the SHA-256 of what it was made from. */
  key: sha256Schema,
  facts: imageDetailsSchema,
  /** SHA-256 of its chunk map. */
  fingerprint: sha256Schema,
  /** That it takes on the disk. */
  bytes: z.int().nonnegative(),
});
export type HeldImage = z.infer<typeof heldImageSchema>;

export const heldSchema = z.strictObject({
  /** SHA-256 of the key that the station signs its ledger with; null: it has written none yet. */
  keyFingerprint: sha256Schema.nullable(),
  media: z.array(heldMediaSchema),
  images: z.array(heldImageSchema),
});
export type Held = z.infer<typeof heldSchema>;

/** The signature of a media file's manifest. */
export const heldSignatureSchema = z.strictObject({
  ending: z.enum(['.minisig', '.p7s']),
  /** Base64. */
  content: z.string(),
});
