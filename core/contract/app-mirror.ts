import { z } from 'zod';
import { errorDataSchema } from '../base/errors';
import { taskSchema } from '../base/task';
import { sha256Schema } from '../media/chunk-map';
import { heldMediaSchema } from '../media/held-media';
import { nothing } from './app-common';

/** The Media screen's part of the page's contract that gets media and disk images from another station. */

/** `here`: this station had it already. `got`: it came just now. `unusable`: it was made with other versions of the tools. */
export const offerStateSchema = z.enum(['offered', 'here', 'got', 'unusable']);
export type OfferState = z.infer<typeof offerStateSchema>;

const offeredMediaSchema = z.strictObject({ ...heldMediaSchema.shape, state: offerStateSchema });
export type OfferedMedia = z.infer<typeof offeredMediaSchema>;

const offeredImageSchema = z.strictObject({
  /** Name of the disk image: the SHA-256 of what it was made from. */
  key: sha256Schema,
  mediaSha256: sha256Schema,
  imageIndex: z.int().positive(),
  layout: z.string(),
  /** Bytes of the drive that it was made for. */
  driveSize: z.int().positive(),
  /** Bytes. */
  sectorSize: z.int().positive(),
  /** That it takes on the disk. */
  bytes: z.int().nonnegative(),
  state: offerStateSchema,
});
export type OfferedImage = z.infer<typeof offeredImageSchema>;

const gettingSchema = z.strictObject({
  /** SHA-256 of the media or name of the disk image that comes just now; null: none has begun. */
  id: sha256Schema.nullable(),
  progress: taskSchema.nullable(),
  /** The other station does not answer, and is asked again until the time of grace is over. */
  silent: z.boolean(),
  cancelling: z.boolean(),
});

/** What was asked for last. */
const wantedSchema = z.strictObject({
  media: z.array(sha256Schema).max(10_000),
  images: z.array(sha256Schema).max(10_000),
});
export type MirrorWanted = z.infer<typeof wantedSchema>;

export const appMirrorSchema = z.discriminatedUnion('status', [
  z.strictObject({ status: z.literal('off') }),
  z.strictObject({
    status: z.literal('reaching'),
    /** ADDRESS:PORT. */
    address: z.string(),
    /** It has not admitted this station yet: both show this code. Null: nothing is to be compared, or not yet. */
    waiting: z.strictObject({ station: z.string(), code: z.string() }).nullable(),
  }),
  z.strictObject({
    status: z.literal('refused'),
    address: z.string(),
    /** SHA-256 that its certificate was to have. */
    certificate: sha256Schema,
    error: errorDataSchema,
  }),
  z.strictObject({
    status: z.literal('listed'),
    address: z.string(),
    /** What the other station calls itself. */
    station: z.string(),
    /** SHA-256 of its certificate. */
    certificate: sha256Schema,
    media: z.array(offeredMediaSchema),
    images: z.array(offeredImageSchema),
    getting: gettingSchema.nullable(),
    /** What was asked for and did not come whole, and why; null: nothing. */
    broken: z.strictObject({ wanted: wantedSchema, error: errorDataSchema.nullable() }).nullable(),
  }),
]);
export type AppMirror = z.infer<typeof appMirrorSchema>;

export const mirrorMethods = {
  /**
   * Begins to ask another station what it holds; what comes of it is in the state. Address and fingerprint are kept in the settings once it was
   * reached. Throws usage for what is no address or no fingerprint.
   */
  reachStation: {
    request: z.strictObject({ station: z.string().max(100), fingerprint: z.string().max(200) }),
    response: nothing,
  },
  /** Begins to get what was chosen. What came stays, also when the next one fails. Throws usage when nothing is listed or chosen. */
  getFromStation: { request: wantedSchema, response: nothing },
  /** Ends what is fetched, or the wait for the other station. What has come of it stays. */
  cancelMirror: { request: nothing, response: nothing },
  /** Takes the other station off the screen. Nothing while something is fetched. */
  leaveStation: { request: nothing, response: nothing },
} as const;
