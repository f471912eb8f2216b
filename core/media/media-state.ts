import { z } from 'zod';
import { sha256Schema } from './chunk-map';
import { errorDataSchema } from '../base/errors';
import { mediaSchema } from './media';
import { mediaDatesSchema } from './media-dates';
import { taskSchema } from '../base/task';

/**
 * Who said what the media's SHA-256 should be: typed or scanned by the operator, the .sha256 file beside the media,
 * the open order, the signed manifest that a media file of the library was received with, or nobody.
 */
export type HashSource = 'given' | 'manifest' | 'order' | 'signed-manifest' | 'none';

const expectedSchema = z.strictObject({
  sha256: sha256Schema,
  source: z.enum(['given', 'manifest', 'order', 'signed-manifest']),
});

/** The forms of {@link HashSource} in records and in documents of the command line, where an order's is a given one. */
export const recordedHashSourceSchema = z.enum(['given', 'manifest', 'signed-manifest', 'none']);

/** Who said it, as records and documents name it. */
export function recordedHashSource(source: HashSource): z.infer<typeof recordedHashSourceSchema> {
  return source === 'order' ? 'given' : source;
}

/** A media file that was scanned and is not chosen yet. */
export const wantedMediaSchema = z.strictObject({
  sha256: sha256Schema,
  /** As a job ticket calls it, and the number of its order; null: the SHA-256 was scanned alone. */
  ticket: z.strictObject({ name: z.string(), orderNumber: z.string() }).nullable(),
});
export type WantedMedia = z.infer<typeof wantedMediaSchema>;

/** What is known of the media beside its content. */
const known = {
  /** From recipe, variables or manifest; missing: from none of them. */
  dates: mediaDatesSchema.optional(),
};

/** How far the media is from being proved. Only `proved` can be written. */
export const mediaStateSchema = z.discriminatedUnion('status', [
  z.strictObject({ status: z.literal('none'), wanted: wantedMediaSchema.optional() }),
  /** What is inside is looked at. */
  z.strictObject({ status: z.literal('inspecting'), path: z.string() }),
  z.strictObject({
    status: z.literal('hashing'),
    media: mediaSchema,
    expected: expectedSchema.nullable(),
    progress: taskSchema,
  }),
  /** Whole and hashed, but nobody said yet what the hash should be. */
  z.strictObject({
    status: z.literal('waiting-for-hash'),
    media: mediaSchema,
    sha256: sha256Schema,
    ...known,
  }),
  z.strictObject({
    status: z.literal('proved'),
    media: mediaSchema,
    sha256: sha256Schema,
    expected: expectedSchema,
    ...known,
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
