import { z } from 'zod';
import { errorDataSchema } from '../base/errors';
import { liveKeySchema, liveStateSchema, liveStationSchema } from '../live/live-state';
import { driveRequest, nothing } from './app-common';

/** What the page shows and does of a station that runs from a stick. */

export const appLiveSchema = z.strictObject({
  /** Null: it runs from none, or it is not known yet. */
  live: liveStateSchema.nullable(),
  /** What keeps real drives from being written. */
  problems: z.array(errorDataSchema),
});
export type AppLive = z.infer<typeof appLiveSchema>;

export const appLiveMethods = {
  /** Makes or opens the data partition. The app ends then; what started it starts it again, with the records of the stick. */
  openStick: {
    request: z.strictObject({ act: z.enum(['make', 'open']), key: liveKeySchema }),
    response: nothing,
  },
  /** Time zone, keyboard and clock. With a time zone or a keyboard the app ends, too. */
  setStick: { request: liveStationSchema, response: nothing },
  /** Lets a disk of this PC be written until the next start. */
  unlockDisk: { request: driveRequest.extend({ machine: z.string().max(200) }), response: nothing },
  powerOff: { request: nothing, response: nothing },
} as const;
