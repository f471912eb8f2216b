import { z } from 'zod';
import { sha256Schema } from '../media/chunk-map';
import { confirmedDriveSchema, driveSchema } from '../drive/drive';
import { errorDataSchema } from '../base/errors';
import { mediaContentsSchema } from '../contents/contents';
import { createdMediaSchema, mediaPlanSchema } from '../recipe/media-plan';
import { firmwareTrustSchema } from '../boot/loader-choice';
import { jobStateSchema } from '../job/job';
import { bootTestSignSchema, bootTestVerdictSchema } from '../job/boot-test';
import { mediaHashSchema, mediaSchema } from '../media/media';
import { mediaDatesSchema } from '../media/media-dates';
import { taskSchema } from '../base/task';
import { controllerNoteSchema } from '../live/controllers';
import { driveHealthSchema } from '../health/health';
import { sizeCheckSchema } from '../health/size-check';
import { thisMachineSchema } from '../machine/this-machine';
import { bootMethods } from './helper-boot';
import { deliveryMethods, progressToken } from './helper-delivery';
import { imageMethods, imageRequestSchema } from './helper-images';
import { liveMethods } from './helper-live';
import { machineMethods } from './helper-machine';
import { abilitiesSchema, sanitiseMethodSchema } from '../sanitise/methods';
import { sampleSchema } from '../sanitise/samples';
import { sanitisedSchema, tableBeforeSchema } from '../sanitise/sanitised';

/**
 * station ↔ helper: JSON-RPC over the helper's stdin and stdout. Few verbs, strict schemas on both sides,
 * no shell strings. A path that a request carries is only ever read, or is a folder of the user who started
 * the helper; which device is written follows from details the helper finds itself, compared with the
 * identity the operator confirmed. End of input on the helper's stdin means: cancel, flush, close, exit.
 */
export const helperProtocolVersion = 1;

/** Where to look for drives: the machine's own, or a bench (core/drive/virtual-bench.ts). */
const benchDirectory = z.string().nullable();

const versions = z.record(z.string(), z.string());

/** Files and folders that must not be on a drive that is written: media, state. */
const protectedPaths = z.array(z.string());

export const helperMethods = {
  /** First call. Says whom one talks to. */
  hello: {
    request: z.strictObject({ protocolVersion: z.int(), client: z.string() }),
    response: z.strictObject({
      protocolVersion: z.int(),
      version: z.string(),
      pid: z.int(),
      /** Effective user id of the helper. */
      uid: z.int(),
      versions,
    }),
  },
  /** What firmware and kernel say of the machine the helper runs on; with privilege all of it. */
  readMachine: { request: z.strictObject({}), response: thisMachineSchema },
  /** Every drive with its verdict. */
  listDrives: {
    request: z.strictObject({ benchDirectory, protectedPaths }),
    response: z.strictObject({
      drives: z.array(driveSchema),
      /** What hides drives of this machine, or may. */
      controllers: z.array(controllerNoteSchema),
    }),
  },
  /** What is in a media file, and whether an image of it is safe to apply. */
  inspectMedia: { request: imageRequestSchema, response: mediaSchema },
  /** The packages of an image. Of those named in `contentOf`, the files are read: progress in bytes. */
  listContents: {
    request: z.strictObject({ progressToken, ...imageRequestSchema.shape, contentOf: z.array(z.string()) }),
    response: mediaContentsSchema,
  },
  /**
   * Makes a media file, whole or not at all: an image of a WIM, with packages and, unless it is a finished media file, a boot image and
   * what starts it. Cancellable.
   */
  createMedia: {
    request: z.strictObject({ progressToken, ...mediaPlanSchema.shape }),
    response: createdMediaSchema,
  },
  /**
   * What the media's own variables say, with the password that the enterprise gave. The answer holds no secret; neither
   * side keeps or logs the password.
   */
  readMediaVariables: {
    request: z.strictObject({ ...imageRequestSchema.shape, password: z.string().max(1000) }),
    response: z.strictObject({
      dates: mediaDatesSchema,
      /** Media GUID, with braces; null: not known. */
      guid: z.string().nullable(),
      /** What could not be read. Safe to show. */
      notes: z.array(z.string()),
    }),
  },
  /** SHA-256 of every file of a media file. Progress in bytes. */
  hashMedia: {
    request: z.strictObject({ progressToken, files: z.array(z.string()).min(1) }),
    response: mediaHashSchema,
  },
  /** Decompresses everything in a media file and compares every SHA-1 in it. Progress in bytes. */
  verifyMedia: {
    request: z.strictObject({ progressToken, path: z.string() }),
    response: z.strictObject({
      bytes: z.int().nonnegative(),
      /** What wimlib warned of. Safe to show. */
      warnings: z.array(z.string()),
    }),
  },
  ...deliveryMethods,
  ...liveMethods,
  ...bootMethods,
  ...machineMethods,
  ...imageMethods,
  /** Makes the media for practice in a folder of the user, in place of one that lies there. */
  makeTrainingMedia: {
    request: z.strictObject({ directory: z.string() }),
    response: z.strictObject({
      path: z.string(),
      /** Of the bytes that were made. */
      sha256: sha256Schema,
    }),
  },
  /**
   * Opens drives for this helper alone and looks at all details again, on the open descriptors. From here on
   * nobody can mount them; nothing has been written. All or none: the first refusal gives every drive back.
   */
  reserveDrives: {
    request: z.strictObject({
      drives: z.array(z.strictObject({ driveId: z.string(), confirmed: confirmedDriveSchema })).min(1),
      benchDirectory,
      protectedPaths,
    }),
    response: z.strictObject({
      /** In the request's order. */
      reservations: z.array(
        z.strictObject({
          reservation: z.string(),
          drive: driveSchema,
          /** Disk GUID on the drive, read from the open drive; null: it has none. Missing when it could not be read. */
          diskGuid: z.guid().nullable().optional(),
        }),
      ),
    }),
  },
  /** Gives a drive back as it is: reserved and untouched, or finished and recorded. Any other: does nothing. */
  releaseDrive: {
    request: z.strictObject({ reservation: z.string() }),
    response: z.strictObject({}),
  },
  /**
   * Checks, erases, writes, verifies and seals one reserved drive. Cancellable. Answers with the job's last
   * state; states in between come as {@link jobProgressSchema}. A drive that is done stays held until
   * releaseDrive says that it is recorded; when the input ends before, its partition tables are taken off.
   */
  runJob: {
    request: z.strictObject({
      jobId: z.uuid(),
      reservation: z.string(),
      /** Null: the chunks come from the station, by way of this machine's agent. */
      renderDirectory: z.string().nullable(),
      /** The disk image must have this fingerprint. */
      fingerprint: sha256Schema,
      diskGuid: z.uuid(),
      partitionGuids: z.array(z.uuid()),
      /** Milliseconds without progress after which the drive counts as stalled. */
      stallMilliseconds: z.int().positive(),
      /** Marks go over the whole drive and are read back, before the image is written. Left out: false. */
      checkSize: z.boolean().optional(),
    }),
    response: jobStateSchema,
  },
  /**
   * Takes the partition tables off a held drive and gives it back: one that is sealed but not recorded, or one
   * that was reserved again because its helper died before it said how its job ended.
   */
  eraseTables: {
    request: z.strictObject({ reservation: z.string(), stallMilliseconds: z.int().positive() }),
    response: z.strictObject({}),
  },
  /**
   * Writes marks over all of the size that a reserved drive claims, and reads them back. Erases it, and leaves it blank.
   * Cancellable. A drive that is smaller than it says is a verdict, not an error. Progress in bytes. Gives the drive back.
   */
  checkSize: {
    request: z.strictObject({
      progressToken,
      reservation: z.string(),
      stallMilliseconds: z.int().positive(),
    }),
    response: sizeCheckSchema,
  },
  /** What drives say of their health, in the request's order. Also of drives that this helper holds. Changes nothing. */
  readHealth: {
    request: z.strictObject({
      drives: z.array(z.strictObject({ driveId: z.string(), confirmed: confirmedDriveSchema })).min(1),
      benchDirectory,
    }),
    response: z.strictObject({ health: z.array(driveHealthSchema) }),
  },
  /** Which ways of erasing themselves drives offer, and what they hide. In the request's order. Changes nothing. */
  readAbilities: {
    request: z.strictObject({
      drives: z.array(z.strictObject({ driveId: z.string(), confirmed: confirmedDriveSchema })).min(1),
      benchDirectory,
    }),
    response: z.strictObject({ abilities: z.array(abilitiesSchema) }),
  },
  /** The same of a reserved drive, with its table and samples of what it holds. Changes nothing; the drive stays reserved. */
  prepareSanitise: {
    request: z.strictObject({ reservation: z.string(), stallMilliseconds: z.int().positive() }),
    response: z.strictObject({
      abilities: abilitiesSchema,
      before: tableBeforeSchema,
      samples: z.array(sampleSchema),
    }),
  },
  /**
   * Opens what a reserved SATA drive hides (HPA, DCO), for good, where it has `size` bytes then, and holds it as what it is afterwards.
   * Erases nothing. Cancelled before it begins only.
   */
  liftHidden: {
    request: z.strictObject({ reservation: z.string(), size: z.int().positive() }),
    response: z.discriminatedUnion('state', [
      z.strictObject({ state: z.literal('lifted'), drive: driveSchema }),
      /** It goes on with the size that it had. A sentence. */
      z.strictObject({ state: z.literal('kept'), why: z.string() }),
    ]),
  },
  /**
   * Erases a reserved drive and looks at the samples again. Progress in bytes; total 0 where the drive does not tell. Cancelling
   * ends an overwrite; a drive that erases itself goes on, and is let alone. How it ended is an outcome, not an error. The
   * drive stays reserved.
   */
  sanitiseDrive: {
    request: z.strictObject({
      progressToken,
      reservation: z.string(),
      method: sanitiseMethodSchema,
      /** Names the marks that blank samples get. */
      run: z.uuid(),
      /** As they were before the erase began. */
      samples: z.array(sampleSchema),
      /** The drive was told to erase itself before, by this run: it is watched, and told nothing. */
      begun: z.boolean(),
      /** Byte from which zeros are still to be written. */
      from: z.int().nonnegative(),
      stallMilliseconds: z.int().positive(),
    }),
    response: z.strictObject({
      outcome: sanitisedSchema.shape.outcome,
      why: sanitisedSchema.shape.why,
      samples: sanitisedSchema.shape.samples,
      bytesReadBack: sanitisedSchema.shape.bytesReadBack,
      seconds: z.number().nonnegative(),
    }),
  },
  /** Reads from the drive itself which disk GUID is on it; null: there is none. */
  readDiskGuid: {
    request: z.strictObject({ driveId: z.string(), confirmed: confirmedDriveSchema, benchDirectory }),
    response: z.strictObject({ diskGuid: z.guid().nullable() }),
  },
  /** Reads a finished drive again and compares it with a chunk map and a partition table. */
  verifyDrive: {
    request: z.strictObject({
      progressToken,
      driveId: z.string(),
      confirmed: confirmedDriveSchema,
      benchDirectory,
      /** File that holds the chunk map. Null: it comes from the station, by way of this machine's agent. */
      chunkMapFile: z.string().nullable(),
      fingerprint: sha256Schema,
      diskGuid: z.uuid(),
      partitionGuids: z.array(z.uuid()),
      stallMilliseconds: z.int().positive(),
    }),
    response: z.strictObject({ bytesVerified: z.int().nonnegative(), seconds: z.number().nonnegative() }),
  },
  /**
   * Starts a drive in a virtual machine, read-only, and waits for the sign that it has started. A drive that does not
   * start is a verdict, not an error. Progress in seconds.
   */
  bootTestDrive: {
    request: z.strictObject({
      progressToken,
      driveId: z.string(),
      confirmed: confirmedDriveSchema,
      benchDirectory,
      /** The virtual machine has it in its SMBIOS. */
      machineSerial: z.string(),
      sign: bootTestSignSchema,
      seconds: z.int().positive(),
      secureBoot: z.boolean(),
      /** Microsoft's certificates that the firmware trusts; missing: those of the installed package. Only with Secure Boot. */
      firmwareKeys: firmwareTrustSchema.optional(),
    }),
    response: z.strictObject({
      verdict: bootTestVerdictSchema,
      /** The display at the end: a PNG, base64; null when there was none. */
      picture: z.base64().nullable(),
    }),
  },
} as const;

export type HelperMethods = typeof helperMethods;
export type HelperMethod = keyof HelperMethods;
export type HelperRequest<M extends HelperMethod> = z.infer<HelperMethods[M]['request']>;
export type HelperResponse<M extends HelperMethod> = z.infer<HelperMethods[M]['response']>;

/** Progress of the verbs that carry a token. */
export const taskProgressSchema = z.strictObject({ token: progressToken, ...taskSchema.shape });
export type TaskProgress = z.infer<typeof taskProgressSchema>;

/** A job's state, sent at every change and ten times a second while bytes move. */
export const jobProgressSchema = z.strictObject({ jobId: z.uuid(), job: jobStateSchema });
export type JobProgress = z.infer<typeof jobProgressSchema>;

/** Names of the notifications on the wire. */
export const helperNotifications = { taskProgress: 'taskProgress', jobProgress: 'jobProgress' } as const;

/** The `data` of a JSON-RPC error answer. */
export const helperErrorSchema = errorDataSchema;
