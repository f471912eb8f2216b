import { z } from 'zod';
import { sha256Schema } from './chunk-map';
import { errorDataSchema } from '../base/errors';
import { mediaSchema } from './media';
import { taskSchema } from '../base/task';

const expectedSchema = z.strictObject({
  sha256: sha256Schema,
  /** Who said it: typed or scanned by the operator, the .sha256 file beside the media, or the open order. */
  source: z.enum(['given', 'manifest', 'order']),
});

/** How far the media is from being proved. Only `proved` can be written. */
export const mediaStateSchema = z.discriminatedUnion('status', [
  z.strictObject({ status: z.literal('none') }),
  /** What is inside is looked at. */
  z.strictObject({ status: z.literal('inspecting'), path: z.string() }),
  z.strictObject({
    status: z.literal('hashing'),
    media: mediaSchema,
    expected: expectedSchema.nullable(),
    progress: taskSchema,
  }),
  /** Whole and hashed, but nobody said yet what the hash should be. */
  z.strictObject({ status: z.literal('waiting-for-hash'), media: mediaSchema, sha256: sha256Schema }),
  z.strictObject({
    status: z.literal('proved'),
    media: mediaSchema,
    sha256: sha256Schema,
    expected: expectedSchema,
  }),
  z.strictObject({
    status: z.literal('refused'),
    path: z.string(),
    /** Null when it could not even be looked into. */
    media: mediaSchema.nullable(),
    /** What was found; null when it was not hashed. */
    sha256: sha256Schema.nullable(),
    error: errorDataSchema,
  }),
]);
export type MediaState = z.infer<typeof mediaStateSchema>;
