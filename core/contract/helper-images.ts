import { z } from 'zod';
import { certificateYears } from '../boot/loader-trust';
import { machinePathSchema, maxMachineFiles, slotSchema } from '../machine-files/machine-file';
import { sha256Schema } from '../media/chunk-map';
import { progressToken } from './helper-delivery';

/** The verbs of helper-api.ts with which disk images are made, grown and read again. */

/** An image of a media file. */
export const imageRequestSchema = z.strictObject({ path: z.string(), imageIndex: z.int().positive() });

/** A disk image: what it puts on a drive. */
const madeImage = { fingerprint: sha256Schema, bytes: z.int().nonnegative(), chunks: z.int() };

export const imageMethods = {
  /** Formats and applies into `directory`, which must not exist yet; leaves a complete disk image there. */
  makeDiskImage: {
    request: z.strictObject({
      progressToken,
      ...imageRequestSchema.shape,
      layout: z.string(),
      /** Bytes. */
      driveSize: z.int().positive(),
      /** Bytes. */
      sectorSize: z.int().positive(),
      /** Certificates that the boot loader must be for; missing: the media's own goes on as it is. */
      loader: z.enum(certificateYears).optional(),
      /** Files whose bytes each drive gets of its own; missing: none. */
      slots: z.array(slotSchema).max(maxMachineFiles).optional(),
      directory: z.string(),
    }),
    response: z.strictObject({
      ...madeImage,
      /** Why wimlib-imagex unpacked the image alone, on one core; missing: all cores did. */
      appliedAlone: z.string().optional(),
    }),
  },
  /**
   * Makes the disk image of a larger drive from one, in `directory`, which must not exist yet and lies beside it. Large files are
   * shared, not copied.
   */
  growDiskImage: {
    request: z.strictObject({
      renderDirectory: z.string(),
      /** The disk image must have this fingerprint. */
      fingerprint: sha256Schema,
      /** Of the larger drive, bytes. */
      driveSize: z.int().positive(),
      directory: z.string(),
    }),
    response: z.union([
      z.strictObject(madeImage),
      /** Why this one is for its own size only. */
      z.strictObject({ refused: z.string() }),
    ]),
  },
  /**
   * Makes one drive's own disk image in `directory`, which must not exist yet and lies beside the shared disk image: its boot
   * store names this disk and these partitions. Large files are shared, not copied.
   */
  createDriveImage: {
    request: z.strictObject({
      renderDirectory: z.string(),
      /** The shared disk image must have this fingerprint. */
      fingerprint: sha256Schema,
      diskGuid: z.uuid(),
      partitionGuids: z.array(z.uuid()),
      /** What lies in this drive's slots, each as long as its slot. All slots of the image, or none. */
      slots: z
        .array(z.strictObject({ path: machinePathSchema, content: z.base64() }))
        .max(maxMachineFiles)
        .optional(),
      directory: z.string(),
    }),
    response: z.strictObject(madeImage),
  },
  /** Reads a whole disk image again. Answers with its fingerprint, or fails with render-damaged. */
  checkDiskImage: {
    request: z.strictObject({ progressToken, directory: z.string() }),
    response: z.strictObject(madeImage),
  },
} as const;
