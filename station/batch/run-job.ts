import { randomUUID } from 'node:crypto';
import { basename } from 'node:path';
import type { TaskProgress } from '../../core/contract/engine';
import { confirmationOf, driveLabel, identityOf } from '../../core/drive';
import { isCancellation, PrestageError, toErrorData } from '../../core/errors';
import { hasEnded, type JobEnd, type JobState } from '../../core/job';
import type { MediaHash } from '../../core/media';
import type { JobFacts } from '../../core/record';
import type { EngineClient } from '../engine/engine-client';
import type { Engines } from '../engine/engines';
import type { AppendContext, Ledger } from '../ledger/ledger';
import type { Render } from '../renders/obtain-render';
import type { RenderCache } from '../renders/render-cache';
import type { Settings } from '../settings';
import type { StatePlaces } from '../state';
import type { BatchPlan, BatchRequest, PlannedJob } from './plan-batch';
import type { RunJournal } from './runs';

export interface BatchDependencies {
  readonly engines: Engines;
  readonly ledger: Ledger;
  readonly cache: RenderCache;
  readonly places: StatePlaces;
  readonly settings: Settings;
  readonly signal: AbortSignal;
  readonly onTask: (progress: TaskProgress) => void;
  readonly onJob: (job: PlannedJob, state: JobState) => void;
}

/** How one job ended, with the number of its ledger entry. */
export interface JobReport {
  readonly job: PlannedJob;
  readonly end: JobEnd;
  readonly fingerprint: string;
  readonly ledgerEntry: number | null;
}

/** What all jobs of a batch share. */
export interface BatchRun {
  readonly context: AppendContext;
  readonly request: BatchRequest;
  readonly journal: RunJournal;
}

/** A drive that is open in a helper, and for which machine. */
export interface ReservedJob {
  readonly planned: PlannedJob;
  readonly engine: EngineClient;
  readonly reservation: string;
}

/** What a job is asked to do, as its ledger entries say it. */
export function factsOf(
  batchId: string,
  planned: PlannedJob,
  request: BatchRequest,
  plan: BatchPlan,
  hash: MediaHash,
  render: Render,
): JobFacts {
  const { drive, machineSerial } = planned;
  return {
    jobId: randomUUID(),
    batchId,
    machineSerial,
    drive: {
      id: drive.id,
      kind: drive.kind,
      ...identityOf(drive),
      model: drive.model,
      bus: drive.bus,
      bay: drive.bay,
      byPath: drive.byPath,
      logicalSectorSize: drive.logicalSectorSize,
    },
    media: {
      fileName: basename(plan.media.path),
      sha256: hash.sha256,
      bytes: plan.media.bytes,
      guid: plan.media.guid,
      expected: plan.expected.source,
    },
    image: { index: plan.image.index, name: plan.image.name },
    layout: plan.layout.name,
    fingerprint: render.fingerprint,
    // Each drive has its own: a boot store refers to them, and clones confuse whoever attaches two.
    diskGuid: randomUUID(),
    partitionGuids: plan.layout.partitions.map(() => randomUUID()),
    againReason: planned.again ? request.againReason : null,
  };
}

/** One job between its two ledger entries. Never throws. */
export async function runJob(
  reserved: ReservedJob,
  render: Render,
  facts: JobFacts,
  { context, request, journal }: BatchRun,
  { engines, ledger, settings, signal, onJob }: BatchDependencies,
): Promise<JobReport> {
  const { planned, engine, reservation } = reserved;
  let end: JobEnd;
  let startedAt: string;
  try {
    startedAt = ledger.append({ kind: 'job-started', job: facts }, context).entry.time;
  } catch (error) {
    const reason = toErrorData(error);
    end = { state: 'failed', reason, bytesWritten: 0 };
    onJob(planned, end);
    return { job: planned, end, fingerprint: facts.fingerprint, ledgerEntry: null };
  }
  const unsubscribe = engine.onJobProgress(({ jobId, job }) => {
    // The end is shown when it is recorded.
    if (jobId === facts.jobId && !hasEnded(job)) onJob(planned, job);
  });
  try {
    end = endOf(
      await engine.call(
        'runJob',
        {
          jobId: facts.jobId,
          reservation,
          renderDirectory: render.directory,
          fingerprint: render.fingerprint,
          diskGuid: facts.diskGuid,
          partitionGuids: facts.partitionGuids,
          stallMilliseconds: settings.stallSeconds * 1000,
        },
        { signal },
      ),
    );
  } catch (error) {
    let reason = toErrorData(error);
    // Whatever broke off the call, the drive may have been sealed before.
    if (!isCancellation(error)) await takeTablesOff(reserved, request, engines);
    if (reason.code === 'helper-died') {
      const message = `${reason.message} It was writing the ${driveLabel(planned.drive)}.`;
      reason = { ...reason, message, remedy: 'Write this drive again.' };
    }
    end = isCancellation(error)
      ? { state: 'cancelled', bytesWritten: 0 }
      : { state: 'failed', reason, bytesWritten: 0 };
  } finally {
    unsubscribe();
  }
  try {
    if (end.state === 'done') await journal.recording(facts.jobId, facts.machineSerial);
    const row = ledger.append({ kind: 'job-ended', job: facts, startedAt, end }, context);
    if (end.state === 'done') await release(reserved, facts.jobId, journal);
    onJob(planned, end);
    return { job: planned, end, fingerprint: facts.fingerprint, ledgerEntry: row.sequence };
  } catch (error) {
    // A drive without a record is not a finished drive, however well it was written.
    await takeTablesOff(reserved, request, engines);
    end = {
      state: 'failed',
      reason: toErrorData(error),
      bytesWritten: end.state === 'done' ? end.result.bytesWritten : 0,
    };
    onJob(planned, end);
    return { job: planned, end, fingerprint: facts.fingerprint, ledgerEntry: null };
  }
}

/**
 * Takes the partition tables off a drive that may be sealed but is not recorded as finished. Best effort, if
 * need be through a new helper: the drive may be why the old one died.
 */
async function takeTablesOff(
  { planned: { drive }, engine, reservation }: ReservedJob,
  request: BatchRequest,
  engines: Engines,
): Promise<void> {
  try {
    await engine.call('eraseTables', { reservation });
    return;
  } catch {
    // The helper is gone, or holds the drive no more.
  }
  try {
    const another = await engines.forDrive(drive);
    const { reservations } = await another.call('reserveDrives', {
      drives: [{ driveId: drive.id, confirmed: confirmationOf(drive) }],
      benchDirectory: request.benchDirectory,
      protectedPaths: [],
    });
    for (const held of reservations) await another.call('eraseTables', { reservation: held.reservation });
  } catch {
    // The job is recorded as failed either way, and its remedy is to write the drive again.
  }
}

/** Tells the helper that the drive is recorded. A helper that is gone by now has let go of it already. */
async function release(
  { engine, reservation }: ReservedJob,
  jobId: string,
  journal: RunJournal,
): Promise<void> {
  try {
    await engine.call('releaseDrive', { reservation });
  } catch {
    return;
  }
  await journal.released(jobId);
}

function endOf(job: JobState): JobEnd {
  if (hasEnded(job)) return job;
  throw new PrestageError({
    code: 'helper-protocol',
    message: `The helper ended a job that is still ${job.state}.`,
    remedy: 'Write the drive again. If it happens again, install Prestage again.',
  });
}
