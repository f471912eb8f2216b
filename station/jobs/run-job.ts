import type { TaskProgress } from '../../core/contract/helper-api';
import { driveLabel, type Drive } from '../../core/drive/drive';
import { sanitizeForDisplay } from '../../core/base/display';
import { isCancellation, PrestageError, toErrorData } from '../../core/base/errors';
import { hasEnded, type JobEnd, type JobState } from '../../core/job/job';
import type { JobHealth } from '../../core/health/health-rules';
import type { SlowNote, WritingSample } from '../../core/health/slow';
import type { JobDetails } from '../../core/ledger/record';
import type { HelperClient } from '../helper-client/helper-client';
import type { Helpers } from '../helper-client/helpers';
import type { AppendContext, Ledger } from '../ledger/ledger';
import { requireSameOrder } from '../orders/batch-order';
import type { DiskImage } from '../image-cache/get-or-create-image';
import type { ImageCache } from '../image-cache/image-cache';
import { nameLostDisk } from '../live/require-ready';
import { logEvent } from '../state/log-file';
import { stillHolds } from '../state/disk';
import type { Settings } from '../state/settings';
import type { StatePaths } from '../state/state-paths';
import { type BatchRequest, type LeftOut, type PlannedJob } from './batch-plan';
import { alreadyShipped } from './plan-batch';
import type { RunJournal } from './run-journal';
import { healthAtEnd, healthAtStart, isWorse, slowNotes, WritingSamples, worseHealth } from './job-health';
import { shownOf, type ShownErase } from '../../core/sanitise/choose';
import type { Sanitised } from '../../core/sanitise/sanitised';
import { attachmentMember, recordedDrive } from '../drives/finished-drive';
import { EraseJournal } from './erase-journal';
import { eraseFailed, sanitiseReserved, type EraseBegun } from './sanitise-drive';
import { takeTablesOff, type HeldDrive } from './take-tables-off';
import { withdraw } from './withdraw';

/** One job of a batch: what it is given, its two ledger entries, and what the helper does between them. */

export interface BatchDependencies {
  readonly helpers: Helpers;
  readonly ledger: Ledger;
  readonly cache: ImageCache;
  readonly paths: StatePaths;
  readonly settings: Settings;
  /** Cancels everything. */
  readonly signal: AbortSignal;
  /** Cancels one job, and only that. */
  readonly jobSignal?: (job: PlannedJob) => AbortSignal | undefined;
  /**
   * Drives hold finished images that their confirmation did not name; all are held. Whether they may be erased all the same;
   * without it they are refused.
   */
  readonly onUnshown?: (found: readonly UnshownContent[]) => Promise<boolean>;
  /** Every drive is held now but those that are left out, and nothing has been written. */
  readonly onReserved?: (leftOut: readonly LeftOut[]) => void;
  /** A drive that was held is left out after all. */
  readonly onLeftOut?: (left: LeftOut) => void;
  readonly onTask: (progress: TaskProgress) => void;
  readonly onJob: (job: PlannedJob, state: JobState) => void;
  /** The hidden areas of its drive were opened: from now on the job is of this drive, which is listed in the place of the one before. */
  readonly onGrown?: (job: PlannedJob, drive: Drive) => void;
  /** A job has ended and is recorded. */
  readonly onEnd?: (report: JobReport) => void;
}

/** A finished image that was found on a drive when it was opened. */
export interface UnshownContent {
  readonly drive: Drive;
  /** Serial of the machine that it was finished for. */
  readonly holdsMachine: string;
  /** As it was read on the drive. */
  readonly diskGuid: string;
}

/** How one job ended, with the number of its ledger entry. */
export interface JobReport {
  readonly job: PlannedJob;
  readonly end: JobEnd;
  readonly fingerprint: string;
  /** What the drive was given. */
  readonly diskGuid: string;
  readonly ledgerEntry: number | null;
  /** Null of what is no hardware, and of a job that was not begun. */
  readonly health: JobHealth | null;
  readonly slow: readonly SlowNote[];
}

/** What all jobs of a batch share. */
export interface BatchRun {
  readonly context: AppendContext;
  readonly request: BatchRequest;
  readonly journal: RunJournal;
  /** As in the plan. */
  readonly protectedPaths: readonly string[];
}

/** A drive that is open in a helper, and for which machine. */
export interface ReservedJob {
  readonly planned: PlannedJob;
  readonly client: HelperClient;
  readonly reservation: string;
  /** Disk GUID that is on it; null: it has none; undefined: it could not be read. */
  readonly previousDiskGuid: string | null | undefined;
  /** Machine whose finished image was found on it when it was opened, and only then; null: none. */
  readonly foundMachine: string | null;
}

/** Each drive has its own: a boot store refers to them, and clones confuse whoever attaches two. */
export interface DriveGuids {
  readonly diskGuid: string;
  /** In the layout's order. */
  readonly partitionGuids: string[];
}

/** The disk image of one drive, its boot store aimed at it. */
export type DriveImage = Pick<DiskImage, 'directory' | 'fingerprint' | 'from'>;

/** One job between its two ledger entries. Never throws. */
export async function runJob(
  asked: ReservedJob,
  image: DriveImage,
  asRecorded: JobDetails,
  run: BatchRun,
  dependencies: BatchDependencies,
): Promise<JobReport> {
  // Of another drive, by what drives are known by, once hidden areas were opened.
  let [reserved, details] = [asked, asRecorded];
  const { planned } = asked;
  const { ledger, onJob } = dependencies;
  const { context, journal } = run;
  let health = healthAtStart(planned.drive, planned.health, run.request.healthRules);
  let slow: readonly SlowNote[] = [];
  const report = (end: JobEnd, ledgerEntry: number | null): JobReport => {
    show(onJob, reserved.planned, end);
    const { fingerprint, diskGuid } = details;
    const ended = { job: reserved.planned, end, fingerprint, diskGuid, ledgerEntry, health, slow };
    const { jobId, batchId, machineSerial, layout } = details;
    logEvent(end.state === 'failed' ? 'error' : 'info', 'job-ended', {
      ...{ jobId, batchId, machineSerial, layout, ledgerEntry, drive: details.drive, state: end.state },
      ...(end.state === 'failed' ? { error: end.reason } : {}),
    });
    dependencies.onEnd?.(ended);
    return ended;
  };

  let startedAt: string;
  try {
    const record = { kind: 'job-started', job: details } as const;
    startedAt = ledger.append(record, context, () => {
      requireFreeMachine(planned, ledger);
      requireSameOrder(details.orderId, ledger);
    }).entry.time;
  } catch (error) {
    return report({ state: 'failed', reason: toErrorData(error), bytesWritten: 0 }, null);
  }
  const did = await doJob(reserved, image, details, run, dependencies, (drive) => {
    try {
      dependencies.onGrown?.(reserved.planned, drive);
    } catch {
      // As with what shows a job's states.
    }
    reserved = { ...reserved, planned: { ...reserved.planned, drive } };
    details = { ...details, drive: recordedDrive(drive), ...attachmentMember(drive) };
    return reserved;
  });
  const { end: written, untouched, samples, sanitised } = did;
  let end = await nameLostDisk(written, reserved.planned.drive, dependencies.helpers);
  if (end.state === 'done') {
    slow = slowNotes(reserved.planned.drive, end.result, samples, ledger);
    if (health !== null) {
      const { benchDirectory, healthRules } = run.request;
      health = await healthAtEnd(
        reserved.planned.drive,
        health,
        reserved.client,
        benchDirectory,
        healthRules,
      );
      if (isWorse(health)) {
        const tablesOff = await takeTablesOff(heldBy(reserved, run, dependencies), dependencies.helpers);
        const reason = worseHealth(reserved.planned.drive, health, tablesOff);
        end = { state: 'failed', reason, bytesWritten: end.result.bytesWritten };
      }
    }
  }
  let ledgerEntry: number;
  try {
    if (end.state === 'done') await journal.recording(details.jobId, details.machineSerial);
    const record = {
      ...({ kind: 'job-ended', job: details, startedAt, end } as const),
      ...(health === null ? {} : { health }),
      ...(slow.length === 0 ? {} : { slow: [...slow] }),
      ...(sanitised === null ? {} : { sanitised }),
    };
    ledgerEntry = ledger.append(untouched ? { ...record, untouched } : record, context).sequence;
    if (sanitised !== null) await eraseRecorded(reserved.planned.drive, details, dependencies);
  } catch (error) {
    // A drive without a record is not a finished drive, however well it was written.
    if (end.state === 'done') await takeTablesOff(heldBy(reserved, run, dependencies), dependencies.helpers);
    const bytesWritten = end.state === 'done' ? end.result.bytesWritten : 0;
    const reason = toErrorData(stillHolds(error, notRecorded(end, reserved.planned)));
    return report({ state: 'failed', reason, bytesWritten }, null);
  }
  // From here on the drive is finished and recorded; nothing that goes wrong may change it.
  if (end.state !== 'done' || (await release(reserved))) {
    if (end.state === 'done') await journal.released(details.jobId).catch(() => undefined);
    return report(end, ledgerEntry);
  }
  const reason = withdraw(details, ledger, context);
  return report({ state: 'failed', reason, bytesWritten: end.result.bytesWritten }, ledgerEntry);
}

/** What came of the erase stands in the record now. A journal that stays says the same of the same job, and nothing to another. */
async function eraseRecorded(
  drive: Drive,
  { jobId }: JobDetails,
  { paths }: BatchDependencies,
): Promise<void> {
  await new EraseJournal(paths, drive).recorded(jobId).catch(() => undefined);
}

/** What has become of a drive whose end could not be recorded. */
function notRecorded({ state }: JobEnd, { drive }: PlannedJob): string {
  return state === 'done'
    ? `The ${driveLabel(drive)} is not at fault, but a drive without a record is not finished: its partition table was removed. Write it again afterwards.`
    : `The ${driveLabel(drive)} is not finished, and how its job ended is not recorded. Write it again afterwards.`;
}

/**
 * Another batch may have begun or finished the machine since this one was planned. Looked at under the ledger's
 * write lock.
 * @throws PrestageError serial-already-shipped, serial-repeated
 */
function requireFreeMachine({ machineSerial, again }: PlannedJob, ledger: Ledger): void {
  const finished = again ? null : ledger.findShipped(machineSerial);
  if (finished !== null) throw alreadyShipped(machineSerial, finished.entry.time);
  if (ledger.openJobs(machineSerial).length === 0) return;
  throw new PrestageError({
    code: 'serial-repeated',
    message: `Machine ${sanitizeForDisplay(machineSerial)} is being written in another batch.`,
    remedy: 'This drive was not touched. Scan the serial again, or wait for the other batch.',
  });
}

/** What shows a job's states must not decide how it ends. */
function show(onJob: BatchDependencies['onJob'], planned: PlannedJob, state: JobState): void {
  try {
    onJob(planned, state);
  } catch {
    // A window that was closed, a terminal that is gone.
  }
}

/** Has the helper do the job, and puts the drive right when the helper could not say how it ended. */
async function doJob(
  asked: ReservedJob,
  image: DriveImage,
  details: JobDetails,
  run: BatchRun,
  dependencies: BatchDependencies,
  onGrown: (drive: Drive) => ReservedJob,
): Promise<{
  readonly end: JobEnd;
  readonly untouched: boolean;
  readonly samples: readonly WritingSample[];
  /** How the drive was erased; null where that was not asked for, or not begun. */
  readonly sanitised: Sanitised | null;
}> {
  let reserved = asked;
  const { client, reservation, planned: confirmed } = asked;
  const drive = { touched: false };
  const written = new WritingSamples();
  const samples = written.all;
  const own = dependencies.jobSignal?.(confirmed);
  const signal = own === undefined ? dependencies.signal : AbortSignal.any([dependencies.signal, own]);
  const unsubscribe = client.onJobProgress(({ jobId, job }) => {
    if (jobId !== details.jobId) return;
    if (job.state !== 'queued' && job.state !== 'checking') drive.touched = true;
    if (job.state === 'writing') written.add(job.bytesDone, job.bytesTotal, performance.now());
    // The end is shown when it is recorded.
    if (!hasEnded(job)) show(dependencies.onJob, reserved.planned, job);
  });
  let sanitised: Sanitised | null = null;
  const erase: { begun: EraseBegun | null; readonly time: number } = { begun: null, time: performance.now() };
  try {
    if (run.request.sanitise === true) {
      sanitised = await sanitiseReserved({
        ...{ drive: confirmed.drive, client, reservation, paths: dependencies.paths, signal },
        ...{ jobId: details.jobId, needsSize: confirmed.erase?.lift !== undefined },
        ...{ shown: shownIn(confirmed), least: run.request.sanitiseLevel ?? 'clear' },
        stallMilliseconds: dependencies.settings.stallSeconds * 1000,
        onBegin: (begun) => {
          drive.touched = true;
          erase.begun = begun;
        },
        onGrown: (grown) => {
          reserved = onGrown(grown);
        },
        onProgress: (bytesDone, bytesTotal) => {
          show(dependencies.onJob, reserved.planned, { state: 'sanitising', bytesDone, bytesTotal });
        },
      });
      const failed = eraseFailed(reserved.planned.drive, sanitised);
      const stopped: JobEnd | null =
        failed === null ? null : { state: 'failed', reason: failed.data, bytesWritten: 0 };
      const end = signal.aborted ? ({ state: 'cancelled', bytesWritten: 0 } as const) : stopped;
      if (end !== null) return { end, untouched: false, samples, sanitised };
    }
    const job = await client.call(
      'runJob',
      {
        jobId: details.jobId,
        reservation,
        renderDirectory: image.directory,
        fingerprint: image.fingerprint,
        diskGuid: details.diskGuid,
        partitionGuids: details.partitionGuids,
        stallMilliseconds: dependencies.settings.stallSeconds * 1000,
        ...(run.request.checkSize ? { checkSize: true } : {}),
      },
      { signal },
    );
    const end = endOf(job);
    // Only the helper's own answer tells: it says that it erases before it does, and one that died may have begun.
    return { end, untouched: end.state !== 'done' && !drive.touched, samples, sanitised };
  } catch (error) {
    // Whatever broke off the call: a drive that was written to may have been sealed as well.
    if (drive.touched) await takeTablesOff(heldBy(reserved, run, dependencies), dependencies.helpers);
    const reason = toErrorData(error);
    // What keeps a drive from being erased securely is found before it is touched.
    const untouched = run.request.sanitise === true && !drive.touched && reason.code !== 'helper-died';
    const seconds = (performance.now() - erase.time) / 1000;
    const broken: Sanitised | null =
      erase.begun === null ? null : { ...erase.begun, outcome: 'not-known', why: reason.message, seconds };
    const rest = { untouched, samples, sanitised: sanitised ?? broken };
    if (isCancellation(error)) return { end: { state: 'cancelled', bytesWritten: 0 }, ...rest };
    if (reason.code !== 'helper-died') {
      return { end: { state: 'failed', reason, bytesWritten: 0 }, ...rest };
    }
    const message = `${reason.message} It was writing the ${driveLabel(reserved.planned.drive)}.`;
    const told = { ...reason, message, remedy: 'Write this drive again.' };
    return { end: { state: 'failed', reason: told, bytesWritten: 0 }, ...rest };
  } finally {
    unsubscribe();
  }
}

/** What was confirmed of its erase; null: nobody was shown one. */
function shownIn({ erase }: PlannedJob): ShownErase | null {
  return erase === undefined ? null : shownOf(erase);
}

/** What is needed to take the tables off a job's drive. */
const heldBy = (
  { planned: { drive }, client, reservation }: ReservedJob,
  { request: { benchDirectory }, protectedPaths }: BatchRun,
  { settings }: BatchDependencies,
): HeldDrive => ({
  ...{ drive, client, reservation, benchDirectory, protectedPaths },
  stallMilliseconds: settings.stallSeconds * 1000,
});

/** Tells the helper that the drive is recorded. @returns false when it could not be told */
async function release({ client, reservation }: ReservedJob): Promise<boolean> {
  return await client.call('releaseDrive', { reservation }).then(
    () => true,
    () => false,
  );
}

function endOf(job: JobState): JobEnd {
  if (hasEnded(job)) return job;
  throw new PrestageError({
    code: 'helper-protocol',
    message: `The helper ended a job that was still ${job.state}.`,
    remedy: 'Write the drive again. If it happens again, reinstall Prestage.',
  });
}
