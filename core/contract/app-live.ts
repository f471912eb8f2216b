import { z } from 'zod';
import { errorDataSchema } from '../base/errors';
import { taskSchema } from '../base/task';
import { liveKeySchema, liveStateSchema, liveStationSchema } from '../live/live-state';
import { liveSlots } from '../live/live-system';
import { thisMachineSchema } from '../machine/this-machine';
import { driveRequest, nothing } from './app-common';

/** What the page shows and does of a station that runs from a stick. */

const ownMachineSchema = z.strictObject({
  /** What its firmware tells; null: it was not asked yet, or cannot be. */
  found: thisMachineSchema.nullable(),
  /** Why not all of it is told. */
  error: errorDataSchema.nullable(),
});
export type AppOwnMachine = z.infer<typeof ownMachineSchema>;

/** Another version for the stick: what became of the file that was chosen last. */
const updateSchema = z.discriminatedUnion('status', [
  z.strictObject({ status: z.literal('none') }),
  z.strictObject({
    status: z.literal('running'),
    /** Name of the file. */
    file: z.string(),
    /** Null until something of it was read. */
    task: taskSchema.nullable(),
  }),
  /** It is on the stick, and the next start tries it. */
  z.strictObject({
    status: z.literal('done'),
    file: z.string(),
    slot: z.enum(liveSlots),
    /** Name of the key that signed it. */
    signer: z.string(),
  }),
  z.strictObject({ status: z.literal('refused'), file: z.string(), error: errorDataSchema }),
]);
export type AppUpdate = z.infer<typeof updateSchema>;

export const appLiveSchema = z.strictObject({
  /** Null: it runs from none, or it is not known yet. */
  live: liveStateSchema.nullable(),
  /** What keeps real drives from being written. */
  problems: z.array(errorDataSchema),
  /** Role `machine`: the machine that images itself. Null in any other. */
  own: ownMachineSchema.nullable(),
  update: updateSchema,
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
  /** Opens a disk that was plugged in, for files: `write`: to be put on it, too. */
  openDisk: { request: driveRequest.extend({ write: z.boolean() }), response: nothing },
  /** Closes it: it may be pulled then. */
  closeDisk: { request: nothing, response: nothing },
  /** Erases a disk, has disk images and new media on it instead of the stick, and records it. */
  makeImageDisk: {
    request: driveRequest.extend({
      /** Why it is taken although it holds a finished image or its last job failed; null: such a disk is refused. */
      reason: z.string().max(200).nullable(),
    }),
    response: nothing,
  },
  /** Opens it, when it was plugged in after the start. */
  openImageDisk: { request: nothing, response: nothing },
  /** Has disk images and media on the stick again. Refused where other media lie on the disk than were shown. */
  forgetImageDisk: {
    request: z.strictObject({
      /** SHA-256 of the media that lie on it, as they were shown: they are in no library afterwards. */
      media: z.array(z.string()),
    }),
    response: nothing,
  },
  /** Role `machine`: it gets this disk, in the place of another one. What came of it is in pairing.lastScan. */
  useDisk: { request: driveRequest, response: nothing },
  /** The page was drawn for half a minute: on a stick, this version is known to come up. */
  pageStands: { request: nothing, response: nothing },
  /** Refused on a station that does not run from a stick, and while drives are at work. */
  powerOff: { request: nothing, response: nothing },
  /** Starts the PC again, from the same stick where its firmware does. Refused as powerOff. */
  restartStick: { request: nothing, response: nothing },
  /** Stops putting another version on the stick. */
  cancelUpdate: { request: nothing, response: nothing },
  /** Why the last file was refused was read. */
  dismissUpdate: { request: nothing, response: nothing },
} as const;

export const appLiveWindowMethods = {
  /** Asks for an image of Prestage Live and begins to put it on the stick: state live.update tells the rest. */
  chooseUpdate: { request: nothing, response: z.strictObject({ chosen: z.boolean() }) },
} as const;
