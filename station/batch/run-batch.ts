import { randomUUID } from 'node:crypto';
import { copyFile, rename } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { TaskProgress } from '../../core/contract/engine';
import { driveLabel, identityOf } from '../../core/drive';
import { isCancellation, PrestageError, toErrorData } from '../../core/errors';
import type { JobState } from '../../core/job';
import type { MediaHash } from '../../core/media';
import type { JobEnd, JobFacts } from '../../core/record';
import type { EngineClient } from '../engine/engine-client';
import type { Engines } from '../engine/engines';
import type { AppendContext, Ledger } from '../ledger/ledger';
import { assertExpected } from '../media-expectation';
import { obtainRender, type Render } from '../renders/obtain-render';
import type { RenderCache } from '../renders/render-cache';
import type { Settings } from '../settings';
import type { StatePlaces } from '../state';
import { mediaMark, type BatchPlan, type BatchRequest, type PlannedJob } from './plan-batch';
import { markRunning } from './runs';

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

export interface BatchReport {
  readonly batchId: string;
  readonly hash: MediaHash;
  readonly renders: readonly Render[];
  readonly jobs: readonly JobReport[];
}

interface ReservedJob {
  readonly planned: PlannedJob;
  readonly engine: EngineClient;
  readonly reservation: string;
}

/**
 * Runs a planned batch. Everything up to the first job can still refuse with nothing touched, by throwing;
 * from then on every job ends in the report, whatever happens to the others.
 * @throws PrestageError drive-changed, drive-busy, media-hash-mismatch, render-…, cancelled
 */
export async function runBatch(
  request: BatchRequest,
  plan: BatchPlan,
  dependencies: BatchDependencies,
): Promise<BatchReport> {
  const { engines, cache, places, signal } = dependencies;
  const reserved = await reserveAll(request, plan, dependencies);
  const renders: Render[] = [];
  try {
    const hash = await hashAndRender(plan, dependencies, renders);
    const greeting = await engines.greeting();
    const context: AppendContext = {
      operator: request.operator,
      stationName: dependencies.settings.stationName,
      versions: greeting.versions,
    };
    for (const render of renders) await keepChunkMap(render, places);
    if (signal.aborted) throw cancelledBatch();

    const batchId = randomUUID();
    const unmark = await markRunning(places.runs, batchId);
    try {
      const jobs = await Promise.all(
        reserved.map(async (one) => {
          const render = renderFor(one.planned, plan, renders);
          const facts = factsOf(batchId, one.planned, request, plan, hash, render);
          return await runOne(one, render, facts, context, request, dependencies);
        }),
      );
      return { batchId, hash, renders, jobs };
    } finally {
      await unmark();
    }
  } finally {
    await Promise.allSettled(
      reserved.map(({ engine, reservation }) => engine.call('releaseDrive', { reservation })),
    );
    await Promise.allSettled(renders.map(({ directory }) => cache.letGo(directory)));
  }
}

/** Opens every drive, each in the helper that may. All or none. */
async function reserveAll(
  request: BatchRequest,
  plan: BatchPlan,
  { engines, signal }: BatchDependencies,
): Promise<ReservedJob[]> {
  const byEngine = new Map<EngineClient, PlannedJob[]>();
  for (const job of plan.jobs) {
    const engine = await engines.forDrive(job.drive);
    byEngine.set(engine, [...(byEngine.get(engine) ?? []), job]);
  }
  const reserved: ReservedJob[] = [];
  try {
    for (const [engine, jobs] of byEngine) {
      const { reservations } = await engine.call(
        'reserveDrives',
        {
          drives: jobs.map(({ drive }) => ({ driveId: drive.id, confirmed: identityOf(drive) })),
          benchDirectory: request.benchDirectory,
          protectedPaths: [...plan.protectedPaths],
        },
        { signal },
      );
      for (const [index, planned] of jobs.entries()) {
        const reservation = reservations[index]?.reservation;
        if (reservation === undefined) throw new Error('the helper reserved fewer drives than asked');
        reserved.push({ planned, engine, reservation });
      }
    }
    return reserved;
  } catch (error) {
    await Promise.allSettled(
      reserved.map(({ engine, reservation }) => engine.call('releaseDrive', { reservation })),
    );
    throw error;
  }
}

const sameRender = (one: PlannedJob, other: PlannedJob): boolean =>
  one.drive.size === other.drive.size && one.drive.logicalSectorSize === other.drive.logicalSectorSize;

/** Hashes the media and gets a render for each size of drive; both must have read the same file. */
async function hashAndRender(
  plan: BatchPlan,
  { engines, cache, signal, onTask }: BatchDependencies,
  renders: Render[],
): Promise<MediaHash> {
  const engine = await engines.plain();
  const { versions } = await engines.greeting();
  const hash = engine
    .call(
      'hashMedia',
      { progressToken: randomUUID(), files: plan.media.files },
      { signal, onTaskProgress: onTask },
    )
    .then((found) => {
      assertExpected(plan.expected, found);
      return found;
    });
  // Awaited by the renders; a rejection before that is not unhandled.
  hash.catch(() => undefined);
  for (const job of plan.jobs.filter(
    (one, index) => plan.jobs.findIndex((other) => sameRender(one, other)) === index,
  )) {
    const { size: driveSize, logicalSectorSize: sectorSize } = job.drive;
    renders.push(
      await obtainRender(
        {
          media: plan.media,
          hash,
          requireUnchanged: () => requireUnchanged(plan),
          layout: plan.layout.name,
          driveSize,
          sectorSize,
          versions,
        },
        { engine, cache, signal, onProgress: onTask },
      ),
    );
  }
  const found = await hash;
  await requireUnchanged(plan);
  return found;
}

/** @throws PrestageError media-changed */
async function requireUnchanged(plan: BatchPlan): Promise<void> {
  if ((await mediaMark(plan.media.files)) === plan.mediaMark) return;
  throw new PrestageError({
    code: 'media-changed',
    message: `The file ${basename(plan.media.path)} changed while it was read.`,
    remedy: 'Nothing was touched. Wait until the copy to this machine has ended, then start again.',
  });
}

function renderFor(job: PlannedJob, plan: BatchPlan, renders: readonly Render[]): Render {
  const firsts = plan.jobs.filter(
    (one, index) => plan.jobs.findIndex((other) => sameRender(one, other)) === index,
  );
  const render = renders[firsts.findIndex((first) => sameRender(first, job))];
  if (render === undefined) throw new Error('no render was made for a drive');
  return render;
}

/** The chunk map outlives the render: a drive can be verified when the cache has forgotten it. */
async function keepChunkMap(render: Render, places: StatePlaces): Promise<void> {
  const place = chunkMapFile(places, render.fingerprint);
  const temporary = `${place}.${process.pid}.tmp`;
  await copyFile(join(render.directory, 'chunk-map.json'), temporary);
  await rename(temporary, place);
}

/** Where the chunk map of a fingerprint is kept. */
export function chunkMapFile(places: Pick<StatePlaces, 'chunkMaps'>, fingerprint: string): string {
  return join(places.chunkMaps, `${fingerprint}.json`);
}

function factsOf(
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
async function runOne(
  { planned, engine, reservation }: ReservedJob,
  render: Render,
  facts: JobFacts,
  context: AppendContext,
  request: BatchRequest,
  { engines, ledger, settings, signal, onJob }: BatchDependencies,
): Promise<JobReport> {
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
    if (jobId === facts.jobId) onJob(planned, job);
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
    if (reason.code === 'helper-died') {
      await eraseAfterDeath(planned, request, engines);
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
    const row = ledger.append({ kind: 'job-ended', job: facts, startedAt, end }, context);
    onJob(planned, end);
    return { job: planned, end, fingerprint: facts.fingerprint, ledgerEntry: row.sequence };
  } catch (error) {
    // A drive without a record is not a finished drive, however well it was written.
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
 * A helper that died while it sealed may have left a whole table on a drive that is recorded as failed.
 * Best effort, through a new helper: the drive may be why the old one died.
 */
async function eraseAfterDeath(
  { drive }: PlannedJob,
  request: BatchRequest,
  engines: Engines,
): Promise<void> {
  try {
    const engine = await engines.forDrive(drive);
    const { reservations } = await engine.call('reserveDrives', {
      drives: [{ driveId: drive.id, confirmed: identityOf(drive) }],
      benchDirectory: request.benchDirectory,
      protectedPaths: [],
    });
    for (const { reservation } of reservations) await engine.call('eraseTables', { reservation });
  } catch {
    // The job is recorded as failed either way, and its remedy is to write the drive again.
  }
}

function endOf(job: JobState): JobEnd {
  switch (job.state) {
    case 'done':
    case 'failed':
    case 'cancelled':
    case 'interrupted':
      return job;
    default:
      throw new PrestageError({
        code: 'helper-protocol',
        message: `The helper ended a job that is still ${job.state}.`,
        remedy: 'Write the drive again. If it happens again, install Prestage again.',
      });
  }
}

function cancelledBatch(): PrestageError {
  return new PrestageError({
    code: 'cancelled',
    message: 'The batch was cancelled. Nothing was touched.',
    remedy: 'Start it again when you are ready.',
  });
}
