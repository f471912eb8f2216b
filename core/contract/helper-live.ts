import { z } from 'zod';
import { confirmedDriveSchema } from '../drive/drive';
import { liveKeySchema, liveStateSchema, liveStationSchema } from '../live/live-state';
import { sha256Schema } from '../media/chunk-map';
import { progressToken } from './helper-delivery';

/**
 * The verbs of a live system. No request names the medium, a device or a command: the helper finds the medium itself, and
 * refuses all but readLive on any other system.
 */
export const liveMethods = {
  /** What runs, from which medium, and what became of its data partition. Needs no privilege. */
  readLive: { request: z.strictObject({}), response: z.strictObject({ live: liveStateSchema.nullable() }) },
  /** Lets one disk of this PC be written until the next start. Refused unless `machine` names this PC. */
  unlockOwnDisk: {
    request: z.strictObject({
      driveId: z.string(),
      confirmed: confirmedDriveSchema,
      machine: z.string().max(200),
      operator: z.string().min(1).max(200),
    }),
    response: z.strictObject({}),
  },
  /** Opens the largest file system of a disk that was plugged in for that; `write`: files are put on it. */
  openOtherDisk: {
    request: z.strictObject({ driveId: z.string(), confirmed: confirmedDriveSchema, write: z.boolean() }),
    response: z.strictObject({}),
  },
  /** Closes it: it may be pulled then. */
  closeOtherDisk: { request: z.strictObject({}), response: z.strictObject({}) },
  /** Whether {@link makeImageDisk} takes a disk, as it refuses it, and the disk GUID on it; null: it has none. Writes nothing. */
  lookAtImageDisk: {
    request: z.strictObject({ driveId: z.string(), confirmed: confirmedDriveSchema }),
    response: z.strictObject({ diskGuid: z.guid().nullable() }),
  },
  /** Erases a disk, and has disk images and new media on it from now on: encrypted, with a key on the data partition. */
  makeImageDisk: {
    request: z.strictObject({ driveId: z.string(), confirmed: confirmedDriveSchema }),
    response: z.strictObject({}),
  },
  /** Opens the disk that was chosen for disk images and media. */
  openImageDisk: { request: z.strictObject({}), response: z.strictObject({}) },
  /** Disk images and media go onto the stick again. */
  forgetImageDisk: { request: z.strictObject({}), response: z.strictObject({}) },
  /** Makes the encrypted data partition in the medium's free space, and opens it. */
  makeLiveData: { request: z.strictObject({ key: liveKeySchema }), response: z.strictObject({}) },
  /** Opens the data partition. */
  openLiveData: { request: z.strictObject({ key: liveKeySchema }), response: z.strictObject({}) },
  /** Time zone and keyboard, kept on the data partition; the system's clock. */
  setLiveStation: { request: liveStationSchema, response: z.strictObject({}) },
  /** Writes the other slot from an image of Prestage Live, reads it back, and has the next start try it. Progress in bytes. */
  writeLiveSlot: {
    request: z.strictObject({
      progressToken,
      /** A file of the user. */
      file: z.string(),
      /** Of the whole file, whose signature was checked: the slot is only started when this is what was read. */
      sha256: sha256Schema,
    }),
    response: z.strictObject({ slot: z.enum(['a', 'b']), bytes: z.int().nonnegative() }),
  },
  /** The app's page stands: this version is known to come up. */
  noteLivePage: { request: z.strictObject({}), response: z.strictObject({}) },
  /** Turns this PC off. */
  powerOffLive: { request: z.strictObject({}), response: z.strictObject({}) },
  /** Starts it again. */
  restartLive: { request: z.strictObject({}), response: z.strictObject({}) },
} as const;
