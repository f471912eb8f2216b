import { z } from 'zod';
import { assertNever, errorDataSchema, type ErrorData } from '../base/errors';
import { sizeCheckSchema } from '../health/size-check';

/** How the image came to a machine of a rack, in bytes. */
export const receivedBytesSchema = z.strictObject({
  /** From the station. */
  station: z.int().nonnegative(),
  /** From other machines of the rack. */
  machines: z.int().nonnegative(),
  /** Were on the drive already, from a job that did not end. */
  kept: z.int().nonnegative(),
});
export type ReceivedBytes = z.infer<typeof receivedBytesSchema>;

/** What a verified and sealed drive was found to hold. */
export const jobResultSchema = z.strictObject({
  /** Bytes written between the partition tables. */
  bytesWritten: z.int().nonnegative(),
  /** Bytes read back and compared. */
  bytesVerified: z.int().nonnegative(),
  chunksVerified: z.int().nonnegative(),
  /**
   * Of these, those that were compared byte for byte with what another drive of the batch had just been found to hold by its SHA-256. The rest was
   * hashed. Missing: all were.
   */
  chunksCompared: z.int().positive().optional(),
  writeSeconds: z.number().nonnegative(),
  verifySeconds: z.number().nonnegative(),
  /** False when the drive does not support direct I/O and the page cache was dropped instead. */
  directIo: z.boolean(),
  /** SHA-256 of the partition table that was read back: primary region, then backup region. */
  tableSha256: z.string(),
  /** The whole drive was written and read back before the image went on; missing when that was not asked for. */
  sizeCheck: sizeCheckSchema.optional(),
  /** Missing of a drive that is attached to the station, and in older entries. */
  received: receivedBytesSchema.optional(),
});
export type JobResult = z.infer<typeof jobResultSchema>;

const counted = { bytesDone: z.int().nonnegative(), bytesTotal: z.int().nonnegative() };

/** How a job ended. The states it cannot leave, and what the ledger keeps of it. */
export const jobEndSchema = z.discriminatedUnion('state', [
  z.strictObject({ state: z.literal('done'), result: jobResultSchema }),
  z.strictObject({
    state: z.literal('failed'),
    reason: errorDataSchema,
    bytesWritten: z.int().nonnegative(),
  }),
  z.strictObject({ state: z.literal('cancelled'), bytesWritten: z.int().nonnegative() }),
  z.strictObject({
    /** Prestage stopped before the job ended; recorded at the next start. */
    state: z.literal('interrupted'),
  }),
]);
export type JobEnd = z.infer<typeof jobEndSchema>;

/** One drive's trip. */
export const jobStateSchema = z.discriminatedUnion('state', [
  z.strictObject({ state: z.literal('queued') }),
  z.strictObject({
    /** Identity and use are looked at again, on the open drive. */
    state: z.literal('checking'),
  }),
  z.strictObject({
    /** The whole drive is erased and looked at, before anything is written. Only where it was asked for. */
    state: z.literal('sanitising'),
    ...counted,
  }),
  z.strictObject({
    /** Marks are written over the whole drive and read back; the old tables go first. Only where it was asked for. */
    state: z.literal('sizing'),
    ...counted,
  }),
  z.strictObject({
    /** Old tables go. The first destructive write, unless the drive's size was checked before. */
    state: z.literal('erasing'),
  }),
  z.strictObject({ state: z.literal('writing'), ...counted }),
  z.strictObject({ state: z.literal('verifying'), ...counted }),
  z.strictObject({
    /** The partition table goes on. */
    state: z.literal('sealing'),
  }),
  ...jobEndSchema.options,
]);
export type JobState = z.infer<typeof jobStateSchema>;
export type JobStateName = JobState['state'];

export type JobEvent =
  | { readonly type: 'check' }
  | { readonly type: 'erase' }
  | {
      readonly type: 'progress';
      readonly phase: 'sizing' | 'writing' | 'verifying';
      readonly bytesDone: number;
      readonly bytesTotal: number;
    }
  | { readonly type: 'seal' }
  | { readonly type: 'finish'; readonly result: JobResult }
  | { readonly type: 'fail'; readonly reason: ErrorData; readonly bytesWritten: number }
  | { readonly type: 'cancel'; readonly bytesWritten: number }
  | { readonly type: 'interrupt' };

/** Whether a job is still under way, its preparation before the helper has it included. */
export function isRunning({
  state,
}: {
  readonly state: JobState | { readonly state: 'preparing' };
}): boolean {
  return state.state === 'preparing' || !hasEnded(state);
}

/** Whether a job is in a state it cannot leave. */
export function hasEnded(job: JobState): job is JobEnd {
  switch (job.state) {
    case 'done':
    case 'failed':
    case 'cancelled':
    case 'interrupted':
      return true;
    case 'queued':
    case 'checking':
    case 'sanitising':
    case 'sizing':
    case 'erasing':
    case 'writing':
    case 'verifying':
    case 'sealing':
      return false;
    default:
      return assertNever(job);
  }
}

/** Every state of a job that has not ended. */
const running: readonly JobStateName[] = [
  'queued',
  'checking',
  'sanitising',
  'sizing',
  'erasing',
  'writing',
  'verifying',
  'sealing',
];

/** Which states may come before the progress of each phase. */
const phaseFrom: Readonly<Record<'sizing' | 'writing' | 'verifying', readonly JobStateName[]>> = {
  sizing: ['checking', 'sizing'],
  writing: ['erasing', 'writing'],
  verifying: ['writing', 'verifying'],
};

/** Which states may come before each event. An event from any other state is a bug and throws. */
const allowedFrom: Readonly<Record<Exclude<JobEvent['type'], 'progress'>, readonly JobStateName[]>> = {
  check: ['queued'],
  erase: ['checking', 'sizing'],
  seal: ['verifying'],
  finish: ['sealing'],
  fail: running,
  cancel: running,
  interrupt: running,
};

/**
 * The next state of a job. Pure.
 * @throws Error when the event cannot happen in this state: a drive can never be done without having been
 * verified and sealed, and an ended job never starts again.
 */
export function advance(job: JobState, event: JobEvent): JobState {
  const allowed = event.type === 'progress' ? phaseFrom[event.phase] : allowedFrom[event.type];
  if (!allowed.includes(job.state)) {
    throw new Error(`a ${job.state} job cannot take '${event.type}'`);
  }
  switch (event.type) {
    case 'check':
      return { state: 'checking' };
    case 'erase':
      return { state: 'erasing' };
    case 'progress':
      return { state: event.phase, bytesDone: event.bytesDone, bytesTotal: event.bytesTotal };
    case 'seal':
      return { state: 'sealing' };
    case 'finish':
      return { state: 'done', result: event.result };
    case 'fail':
      return { state: 'failed', reason: event.reason, bytesWritten: event.bytesWritten };
    case 'cancel':
      return { state: 'cancelled', bytesWritten: event.bytesWritten };
    case 'interrupt':
      return { state: 'interrupted' };
    default:
      return assertNever(event);
  }
}
