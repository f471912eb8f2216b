import { z } from 'zod';
import { sha256Schema } from './chunk-map';

/** A media file that a station holds, as another is told of it, shows it, and records that it came. */
export const heldMediaSchema = z.strictObject({
  /** Of the whole file. */
  sha256: sha256Schema,
  name: z.string(),
  version: z.string(),
  revision: z.int().positive(),
  /** Of the file. */
  bytes: z.int().positive(),
});
export type HeldMedia = z.infer<typeof heldMediaSchema>;
