import { z } from 'zod';
import { sha256Schema } from '../media/chunk-map';
import { driveSchema } from '../drive/drive';
import { errorDataSchema } from '../base/errors';
import { fleetStateSchema } from '../settings/fleet';
import { jobStateSchema } from '../job/job';
import { mediaStateSchema } from '../media/media-state';
import { orderLineStates } from '../order/order-state';
import { pairingStateSchema } from '../pairing/pairing-state';
import { rehearsalSettingsSchema, rehearsalVerdictSchema } from '../job/boot-test';
import { storedEntrySchema, ledgerEntrySchema } from '../ledger/record';
import { deskSettingsSchema } from '../settings/settings';
import { taskSchema } from '../base/task';
import { shipMethods } from './app-shipments';

/**
 * renderer ↔ Electron main. The main process holds the bench's state and pushes it slice by slice; the page
 * only shows it and says what the operator does. Every request and every answer is parsed, strictly.
 */

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
});
export type DrivesState = z.infer<typeof drivesStateSchema>;

export const batchStateSchema = z.strictObject({
  /** Empty until somebody said who he is. */
  operator: z.string(),
  workOrder: z.string(),
  imageIndex: z.int().positive(),
  layout: z.string(),
  /** Why machines that were already shipped are done again; empty: they are refused. */
  againReason: z.string(),
});
export type BatchState = z.infer<typeof batchStateSchema>;

/** The work order that is open. */
export const orderStateSchema = z.strictObject({
  number: z.string(),
  /** ISO 8601, UTC. */
  openedAt: z.string(),
  openedBy: z.string(),
  /** What it asks for; null: anything. */
  mediaSha256: sha256Schema.nullable(),
  imageIndex: z.int().positive().nullable(),
  layout: z.string().nullable(),
  /** How many machines are expected. */
  machines: z.int().nonnegative(),
  /** Of all lines, the unexpected ones too. */
  counts: z.record(z.enum(orderLineStates), z.int().nonnegative()),
  /** Machines that are not in it and about which a word was said. */
  unexpected: z.int().nonnegative(),
  /** Lines that keep it from being closed. */
  open: z.int().nonnegative(),
  /** In the order's own order, then the unexpected ones. */
  lines: z.array(
    z.strictObject({
      serial: z.string(),
      state: z.enum(orderLineStates),
      unexpected: z.boolean(),
      /** The newest word that was said about it. */
      reason: z.string().nullable(),
      assetTag: z.string().nullable(),
      computerName: z.string().nullable(),
    }),
  ),
  /** Lines that are not told because there are too many; what wants a hand is told first. */
  hidden: z.int().nonnegative(),
  /** The station's copy of it is damaged: nothing can be written until it is opened once more. */
  error: errorDataSchema.nullable(),
});
export type OrderState = z.infer<typeof orderStateSchema>;
export type OrderStateLine = OrderState['lines'][number];

/** One drive's trip as its card shows it. The newest of a drive. */
export const deskJobSchema = z.strictObject({
  driveId: z.string(),
  /** Label of the bay when it was started. */
  bay: z.string(),
  machineSerial: z.string(),
  /** `preparing`: the render is made or checked, the drive is held and untouched. */
  state: z.discriminatedUnion('state', [
    z.strictObject({ state: z.literal('preparing'), task: taskSchema.nullable() }),
    ...jobStateSchema.options,
  ]),
  /** ISO 8601, UTC. */
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime().nullable(),
  ledgerEntry: z.int().nullable(),
  canCancel: z.boolean(),
  canRetry: z.boolean(),
});
export type DeskJob = z.infer<typeof deskJobSchema>;

/** A finished drive that is, or was, started in a virtual machine. The newest of a drive. */
export const deskRehearsalSchema = z.discriminatedUnion('status', [
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
    verdict: rehearsalVerdictSchema,
    /** SHA-256 of the display's last picture; null when there was none. */
    picture: sha256Schema.nullable(),
    ledgerEntry: z.int(),
  }),
  /** It could not be tried. */
  z.strictObject({ driveId: z.string(), status: z.literal('failed'), error: errorDataSchema }),
]);
export type DeskRehearsal = z.infer<typeof deskRehearsalSchema>;

/** Something that happened to the station and stays on the screen until it is dismissed. */
export const noticeSchema = z.strictObject({
  id: z.int(),
  kind: z.enum(['info', 'error']),
  error: errorDataSchema,
});
export type Notice = z.infer<typeof noticeSchema>;

export const stationStateSchema = z.strictObject({
  /** Folder of the virtual drives; null on the machine's own drives. */
  benchDirectory: z.string().nullable(),
  version: z.string(),
  /** Of the tools and the runtime, as the ledger keeps them. */
  versions: z.record(z.string(), z.string()),
  stateDirectory: z.string(),
});
export type StationState = z.infer<typeof stationStateSchema>;

export const stationSettingsSchema = z.strictObject({
  stationName: z.string().min(1).max(128),
  /** Size limit of the image cache, in bytes. */
  cacheLimitBytes: z.int().nonnegative(),
  rehearsal: rehearsalSettingsSchema,
  desk: deskSettingsSchema,
});
export type StationSettings = z.infer<typeof stationSettingsSchema>;

/** Everything the page shows, but for the log. Each member is pushed whole when it changes. */
export const deskStateSchema = z.strictObject({
  station: stationStateSchema,
  settings: stationSettingsSchema,
  drives: drivesStateSchema,
  media: mediaStateSchema,
  batch: batchStateSchema,
  /** Null while no order is open. */
  order: orderStateSchema.nullable(),
  pairing: pairingStateSchema,
  /** At most ten times a second while bytes move. */
  jobs: z.array(deskJobSchema),
  rehearsals: z.array(deskRehearsalSchema),
  notices: z.array(noticeSchema),
  /** How far the plant's database is behind. */
  fleet: fleetStateSchema,
});
export type DeskState = z.infer<typeof deskStateSchema>;
export const deskPatchSchema = deskStateSchema.partial();
export type DeskPatch = z.infer<typeof deskPatchSchema>;

export const logResults = [
  'done',
  'failed',
  'cancelled',
  'interrupted',
  'verified',
  'verify-failed',
  'rehearsed',
  'rehearsal-failed',
] as const;

/** A line of the log: one job that ended, or one finished drive that was read again or rehearsed. */
export const logRowSchema = z.strictObject({
  sequence: z.int().positive(),
  /** ISO 8601, UTC. */
  time: z.string(),
  result: z.enum(logResults),
  machineSerial: z.string(),
  driveSerial: z.string().nullable(),
  driveModel: z.string().nullable(),
  bay: z.string().nullable(),
  batchId: z.string().nullable(),
  workOrder: z.string().nullable(),
  mediaFile: z.string().nullable(),
  operator: z.string(),
});
export type LogRow = z.infer<typeof logRowSchema>;

export const logQuerySchema = z.strictObject({
  /** Found anywhere in serials, model, bay, batch, work order, media, operator; case does not matter. */
  text: z.string().max(200),
  result: z.enum(logResults).nullable(),
  /** Days of the station's clock, YYYY-MM-DD, both included. */
  from: z.iso.date().nullable(),
  to: z.iso.date().nullable(),
});
export type LogQuery = z.infer<typeof logQuerySchema>;

export const logPageSchema = z.strictObject({
  /** Lines that fit the query. */
  total: z.int().nonnegative(),
  /** Entries of the ledger that were read so far, and all there are: the rest is still being read. */
  read: z.int().nonnegative(),
  entries: z.int().nonnegative(),
  /** Newest first. */
  rows: z.array(logRowSchema),
});
export type LogPage = z.infer<typeof logPageSchema>;

export const logEntrySchema = z.strictObject({
  stored: storedEntrySchema,
  entry: ledgerEntrySchema,
  /** What is wrong with it: hash, signature, columns. Empty when it is as it was signed. */
  problems: z.array(z.string()),
});
export type LogEntry = z.infer<typeof logEntrySchema>;

export const logReportSchema = z.strictObject({
  entries: z.int().nonnegative(),
  /** Null when nothing was ever written. */
  keyFingerprint: z.string().nullable(),
  /** Empty when the ledger is whole. */
  problems: z.array(z.strictObject({ sequence: z.int().nullable(), message: z.string() })),
});
export type LogReport = z.infer<typeof logReportSchema>;

const nothing = z.strictObject({});
const drive = z.strictObject({ driveId: z.string().max(300) });

export const deskMethods = {
  /** Everything; afterwards changes come as patches. */
  getState: { request: nothing, response: deskStateSchema },
  refreshDrives: { request: nothing, response: nothing },
  /** What a barcode scanner read, wherever the focus was. What came of it is in pairing.lastScan. */
  scan: { request: z.strictObject({ text: z.string().max(4096) }), response: nothing },

  /** Opens the file dialog. Answers at once when it is closed; proving goes on. */
  chooseMedia: { request: nothing, response: z.strictObject({ chosen: z.boolean() }) },
  /** A file that was dropped on the window. Proving goes on after the answer. */
  selectMedia: { request: z.strictObject({ path: z.string().max(4096) }), response: nothing },
  /** The hash that the enterprise sent, typed. Throws usage when it is none. */
  expectHash: { request: z.strictObject({ sha256: z.string().max(200) }), response: nothing },
  clearMedia: { request: nothing, response: nothing },
  setBatch: { request: batchStateSchema.partial(), response: nothing },

  /**
   * Asks for the file of a work order and opens it. `number` is for a file that does not say it. Throws order-… with
   * everything that is wrong. The warnings are sentences for whoever opened it.
   */
  chooseOrder: {
    request: z.strictObject({ number: z.string().max(200) }),
    response: z.strictObject({ chosen: z.boolean(), warnings: z.array(z.string()) }),
  },
  /** Opens an order that was typed or pasted. */
  openOrder: {
    request: z.strictObject({ number: z.string().max(200), text: z.string().max(16_000_000) }),
    response: z.strictObject({ warnings: z.array(z.string()) }),
  },
  /** A word about a machine: left out, or done although it is not in the order. */
  exceptOrder: {
    request: z.strictObject({ machineSerial: z.string().max(200), reason: z.string().max(1000) }),
    response: nothing,
  },
  /** Throws order-unfinished with what is open. */
  closeOrder: { request: nothing, response: nothing },

  /** Pairs by hand. Throws what is wrong with the serial or the drive. */
  pair: {
    request: z.strictObject({ machineSerial: z.string().max(200), ...drive.shape }),
    response: nothing,
  },
  unpair: { request: drive, response: nothing },
  undo: { request: nothing, response: nothing },
  /** Shows, or puts away, the list of what will be erased. */
  arm: { request: z.strictObject({ armed: z.boolean() }), response: nothing },
  /**
   * Erases. `driveIds` are the drives that the operator saw: another list is refused. Answers when the drives
   * are held and the jobs have begun to be prepared, or throws with nothing touched.
   */
  start: { request: z.strictObject({ driveIds: z.array(z.string()).min(1) }), response: nothing },
  cancelJob: { request: drive, response: nothing },
  cancelAll: { request: nothing, response: nothing },
  /** Writes a drive again whose job did not end well, for the same machine. */
  retryJob: { request: drive, response: nothing },
  /** Takes an ended job off its card: the drive was pulled or will hold another machine's image. */
  dismissJob: { request: drive, response: nothing },
  /** Starts a finished drive in a virtual machine. Answers when it has begun. */
  rehearseDrive: { request: drive, response: nothing },
  cancelRehearsal: { request: drive, response: nothing },
  /** The last picture of a rehearsal's display. */
  getPicture: {
    request: z.strictObject({ sha256: sha256Schema }),
    /** PNG, base64; null when it is not in the state folder any more, or is not what the ledger says. */
    response: z.strictObject({ png: z.base64().nullable() }),
  },
  dismissNotice: { request: z.strictObject({ id: z.int() }), response: nothing },

  queryLog: {
    request: z.strictObject({
      ...logQuerySchema.shape,
      offset: z.int().nonnegative(),
      limit: z.int().positive().max(500),
    }),
    response: logPageSchema,
  },
  getLogEntry: { request: z.strictObject({ sequence: z.int().positive() }), response: logEntrySchema },
  /** Reads the whole ledger; may take minutes, and nothing else waits for it. */
  verifyLog: { request: nothing, response: logReportSchema },
  /** Asks where to; null when the dialog was closed. */
  exportLog: {
    request: z.strictObject({ format: z.enum(['json', 'csv']) }),
    response: z.strictObject({ path: z.string().nullable() }),
  },

  ...shipMethods,

  changeSettings: { request: stationSettingsSchema.partial(), response: nothing },
  cacheSize: { request: nothing, response: z.strictObject({ bytes: z.int().nonnegative() }) },
  clearCache: { request: nothing, response: z.strictObject({ bytes: z.int().nonnegative() }) },
  /** Leaves the machine's own drives for a bench of virtual ones, made when it is missing, or goes back. */
  useTrainingBench: { request: z.strictObject({ training: z.boolean() }), response: nothing },
  /** The page as it is now, to the printer or into a PDF file. For the sheet of command barcodes. */
  printPage: { request: nothing, response: nothing },
  savePageAsPdf: { request: nothing, response: z.strictObject({ path: z.string().nullable() }) },
} as const;

export type DeskMethods = typeof deskMethods;
export type DeskMethod = keyof DeskMethods;
export type DeskRequest<M extends DeskMethod> = z.infer<DeskMethods[M]['request']>;
export type DeskResponse<M extends DeskMethod> = z.infer<DeskMethods[M]['response']>;

/** What an answer looks like on the wire: Electron would flatten an error that is thrown to its message. */
export type DeskAnswer<M extends DeskMethod> =
  | { readonly ok: true; readonly value: DeskResponse<M> }
  | { readonly ok: false; readonly error: z.infer<typeof errorDataSchema> };

/** What the preload script puts on the page as `window.prestage`. */
export type DeskApi = {
  readonly [M in DeskMethod]: (request: DeskRequest<M>) => Promise<DeskAnswer<M>>;
} & {
  /** Calls back with every patch of the state. @returns a function that ends that */
  readonly onPatch: (listener: (patch: DeskPatch) => void) => () => void;
  /** The path of a file that was dropped on the window. */
  readonly pathOfFile: (file: unknown) => string;
};
