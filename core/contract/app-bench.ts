import { z } from 'zod';
import { recordedLoaderSchema } from '../boot/loader-choice';
import { jobHealthSchema } from '../health/health-rules';
import { slowNoteSchema } from '../health/slow';
import { sha256Schema } from '../media/chunk-map';
import { driveSchema } from '../drive/drive';
import { controllerNoteSchema } from '../live/controllers';
import { errorDataSchema } from '../base/errors';
import { drivePastSchema } from '../ledger/drive-past';
import { jobStateSchema } from '../job/job';
import { totalProgressSchema } from '../job/total-progress';
import { bootTestVerdictSchema } from '../job/boot-test';
import { taskSchema } from '../base/task';
import { screenTaskSchema } from '../flow/screen-scan';
import { atEndSchema } from '../machine/at-end';
import { machineDetailsSchema } from '../machine/machine';
import { replacedComputerSchema } from '../machine/replaced-computer';
import { driveAgainSchema } from '../job/drive-again';
import { scanDoubts, scanOutcomeSchema, scanScreenSchema } from '../scan/scan-outcome';
import { driveRequest, nothing } from './app-common';

/** The Bench screen's part of the page's contract: drives, pairs, jobs, boot tests, and notices above all screens. */

export const drivesStateSchema = z.strictObject({
  /** A listing that failed is an error, never an empty list: the drives of before stay with it. */
  error: errorDataSchema.nullable(),
  /** False until the first listing has ended. */
  listed: z.boolean(),
  /** With the labels of the bays they sit in. */
  drives: z.array(driveSchema),
  /** In the order in which they are shown; see arrangeBays. */
  bays: z.array(
    z.strictObject({ label: z.string(), port: z.string().nullable(), driveId: z.string().nullable() }),
  ),
  /** What hides drives of this machine, or may. */
  controllers: z.array(controllerNoteSchema),
});
export type DrivesState = z.infer<typeof drivesStateSchema>;

/** What the ledger tells of attached drives; see drive-past.ts. A drive that is being written keeps what was told before. */
export const pastsStateSchema = z.array(z.strictObject({ driveId: z.string(), past: drivePastSchema }));
export type PastsState = z.infer<typeof pastsStateSchema>;

/** One drive's trip as its card shows it. The newest of a drive. */
export const appJobSchema = z.strictObject({
  driveId: z.string(),
  /** By what the computer knew the drive when it was started (core/drive/drive.ts); null when that is not known. */
  attachment: z.string().nullable(),
  /** Label of the bay when it was started. */
  bay: z.string(),
  machineSerial: z.string(),
  /** `preparing`: the disk image is made or checked, the drive is held and untouched. */
  state: z.discriminatedUnion('state', [
    z.strictObject({ state: z.literal('preparing'), task: taskSchema.nullable() }),
    ...jobStateSchema.options,
  ]),
  /** ISO 8601, UTC. */
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime().nullable(),
  ledgerEntry: z.int().nullable(),
  /** What its drive said of its health; missing before it ends, and where the drive is no hardware. */
  health: jobHealthSchema.optional(),
  /** The drive was much slower than others, or became so. */
  slow: z.array(slowNoteSchema).min(1).optional(),
  canCancel: z.boolean(),
  canRetry: z.boolean(),
  /** Why its machine got another drive. */
  againReason: z.string().optional(),
  /** Why the drive was written again. */
  driveAgain: driveAgainSchema.optional(),
  /** What is known of its machine: name and model. */
  machine: machineDetailsSchema.pick({ computerName: true, model: true }).optional(),
  /** The computer whose place the machine takes. */
  replaces: replacedComputerSchema.optional(),
  /** The machine's driver pack on the media; null: none of them. Missing: the media has none. */
  driverPack: z.string().nullable().optional(),
  /** Paths of the files that only this machine's drive gets; missing when there are none. */
  machineFiles: z.array(z.string()).min(1).optional(),
  /** The boot loader on it, and what its machine's firmware trusts; missing where the programs were not read. */
  loader: recordedLoaderSchema.optional(),
});
export type AppJob = z.infer<typeof appJobSchema>;

/** How far the drives are. One source for cards, the total, the window's title and the task bar. */
export const progressStateSchema = z.strictObject({
  /** Of each drive whose job runs. */
  drives: z.array(
    z.strictObject({
      driveId: z.string(),
      /** Of the whole job, 0 to 99. Never goes back. */
      percent: z.int().min(0).max(100),
      /** Seconds; null in the first seconds, and where it cannot be told. */
      secondsLeft: z.int().nonnegative().nullable(),
    }),
  ),
  /** Of those that are, or were last, worked on together; null when no card shows one of them. */
  total: totalProgressSchema.nullable(),
});
export type ProgressState = z.infer<typeof progressStateSchema>;

/** A finished drive that is, or was, started in a virtual machine. The newest of a drive. */
export const appBootTestSchema = z.discriminatedUnion('status', [
  z.strictObject({
    driveId: z.string(),
    status: z.literal('running'),
    /** Seconds so far, and at most. */
    seconds: z.int().nonnegative(),
    limit: z.int().nonnegative(),
  }),
  z.strictObject({
    driveId: z.string(),
    status: z.literal('ended'),
    verdict: bootTestVerdictSchema,
    /** SHA-256 of the display's last picture; null when there was none. */
    picture: sha256Schema.nullable(),
    ledgerEntry: z.int(),
  }),
  /** It could not be tried. */
  z.strictObject({ driveId: z.string(), status: z.literal('failed'), error: errorDataSchema }),
]);
export type AppBootTest = z.infer<typeof appBootTestSchema>;

/** Something that happened to the station and stays on the screen until it is dismissed. */
export const noticeSchema = z.strictObject({
  id: z.int(),
  kind: z.enum(['info', 'error']),
  error: errorDataSchema,
  /** The label of this machine was not printed: it can be printed again. */
  label: z.strictObject({ machineSerial: z.string() }).optional(),
  /** The same of other drives or places: their messages, the oldest first. Missing: it happened once. */
  more: z.array(z.string()).min(1).optional(),
});
export type Notice = z.infer<typeof noticeSchema>;

export const stationStateSchema = z.strictObject({
  /** Folder of the virtual drives; null on the machine's own drives. */
  benchDirectory: z.string().nullable(),
  /** The media for practice, once it was made, with the SHA-256 that proves it; null before. */
  trainingMedia: z.strictObject({ path: z.string(), sha256: sha256Schema }).nullable(),
  version: z.string(),
  /** Of the tools and the runtime, as the ledger keeps them. */
  versions: z.record(z.string(), z.string()),
  stateDirectory: z.string(),
});
export type StationState = z.infer<typeof stationStateSchema>;

export const benchMethods = {
  refreshDrives: { request: nothing, response: nothing },
  /**
   * What a barcode scanner read, wherever the focus was, on which screen (the bench when it is left out), and why it cannot be
   * relied on, if so. What came of it is in pairing.lastScan; `show` is the screen that has to be shown, `task` what the page
   * does with it on its own screen, and tells by noteScan.
   */
  scan: {
    request: z.strictObject({
      text: z.string().max(4096),
      doubt: z.enum(scanDoubts).optional(),
      screen: scanScreenSchema.optional(),
    }),
    response: z.strictObject({ show: scanScreenSchema.optional(), task: screenTaskSchema.optional() }),
  },
  /** What came of a scan that the page did on its own screen. */
  noteScan: {
    request: z.strictObject({
      text: z.string().max(4096),
      screen: scanScreenSchema,
      outcome: scanOutcomeSchema,
    }),
    response: nothing,
  },
  /** The page changed something on its own screen: what was said of the latest scan does not hold any more. */
  forgetScan: { request: nothing, response: nothing },

  /** Pairs by hand. Throws what is wrong with the serial or the drive. */
  pair: {
    request: z.strictObject({ machineSerial: z.string().max(200), ...driveRequest.shape }),
    response: nothing,
  },
  /**
   * Why something is written again that was just refused: a machine that has a finished drive, or a drive with an image or a
   * failed job on it. What was refused is done then, and what came of it is in pairing.lastScan. Throws usage without a reason,
   * or when another thing is asked by now.
   */
  giveReason: {
    request: z.strictObject({
      reason: z.string().max(1000),
      machineSerial: z.string().max(200).nullable(),
      driveId: driveRequest.shape.driveId.nullable(),
    }),
    response: nothing,
  },
  unpair: { request: driveRequest, response: nothing },
  /** Begins, or ends, that machines take the free bays in a row. What came of it is in pairing.lastScan. */
  fill: { request: nothing, response: nothing },
  undo: { request: nothing, response: nothing },
  /** Shows, or puts away, the list of what will be erased. Why it is not shown is in pairing.lastScan. */
  arm: { request: z.strictObject({ armed: z.boolean() }), response: nothing },
  /** On that list: what machines of the rack do at the end of this batch. Throws not-confirmed where it is not to be chosen. */
  chooseEnd: { request: z.strictObject({ atEnd: atEndSchema }), response: nothing },
  /**
   * Erases. `driveIds` are the drives that the operator saw: another list is refused. Answers when the drives
   * are held and the jobs have begun to be prepared, or throws with nothing touched.
   */
  start: { request: z.strictObject({ driveIds: z.array(z.string()).min(1) }), response: nothing },
  cancelJob: { request: driveRequest, response: nothing },
  cancelAll: { request: nothing, response: nothing },
  /**
   * Writes a drive again whose job did not end well, for the same machine. One that failed asks for a reason first: that is in
   * pairing.lastScan, and nothing is done. `reason` was said beforehand, for several that
   * failed; for one that holds a finished image it does not count.
   */
  retryJob: {
    request: driveRequest.extend({ reason: z.string().max(200).optional() }),
    response: nothing,
  },
  /** Takes an ended job off its card: the drive was pulled or will hold another machine's image. */
  dismissJob: { request: driveRequest, response: nothing },
  /** Takes all cards off that say PASS, but for those of a drive that is in a boot test. */
  clearPassed: { request: nothing, response: nothing },
  /** Starts a finished drive in a virtual machine. Answers when it has begun. */
  bootTestDrive: { request: driveRequest, response: nothing },
  cancelBootTest: { request: driveRequest, response: nothing },
  /** The last picture of a boot test's display. */
  getPicture: {
    request: z.strictObject({ sha256: sha256Schema }),
    /** PNG, base64; null when it is not in the state folder any more, or is not what the ledger says. */
    response: z.strictObject({ png: z.base64().nullable() }),
  },
  dismissNotice: { request: z.strictObject({ id: z.int() }), response: nothing },
} as const;
