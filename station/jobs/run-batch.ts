import { randomUUID } from 'node:crypto';
import { copyFile, open, rename } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { chunkMapName } from '../../core/media/chunk-map';
import { sanitizeForDisplay } from '../../core/base/display';
import { confirmationOf, driveLabel, type Drive } from '../../core/drive/drive';
import { PrestageError } from '../../core/base/errors';
import type { MediaHash } from '../../core/media/media';
import type { EngineClient } from '../helper-client/helper-client';
import type { AppendContext } from '../ledger/ledger';
import { assertExpected } from '../media/media-expectation';
import { requireOrderedMedia } from '../orders/batch-order';
import { obtainRender, type Render } from '../image-cache/get-or-create-image';
import { syncFolder, type StatePlaces } from '../state/state-paths';
import { mediaMark, type BatchPlan, type BatchRequest, type PlannedJob } from './plan-batch';
import {
  factsOf,
  runJob,
  type AimedRender,
  type BatchDependencies,
  type DriveGuids,
  type JobReport,
  type ReservedJob,
} from './run-job';
import { RunJournal } from './run-journal';

export interface BatchReport {
  readonly batchId: string;
  readonly hash: MediaHash;
  readonly renders: readonly Render[];
  readonly jobs: readonly JobReport[];
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
  const renders = new Map<string, Render>();
  const own: string[] = [];
  try {
    dependencies.onReserved?.();
    const hash = await hashAndRender(request, plan, dependencies, renders);
    const greeting = await engines.greeting();
    const context: AppendContext = {
      operator: request.operator,
      stationName: dependencies.settings.stationName,
      versions: greeting.versions,
    };
    const batchId = randomUUID();
    const aimed = await aimAll(reserved, renders, plan, dependencies, own);
    for (const { render } of aimed) await keepChunkMap(render, places);
    if (signal.aborted) throw cancelledBatch();

    const journal = await RunJournal.begin(places.runs, batchId);
    try {
      const jobs = await Promise.all(
        aimed.map(async ({ job, render, guids }) => {
          const facts = factsOf(batchId, job.planned, request, plan, hash, render, guids);
          return await runJob(
            job,
            render,
            facts,
            { context, request, journal, protectedPaths: plan.protectedPaths },
            dependencies,
          );
        }),
      );
      return { batchId, hash, renders: [...renders.values()], jobs };
    } finally {
      await journal.end();
    }
  } finally {
    await Promise.allSettled(
      reserved.map(({ engine, reservation }) => engine.call('releaseDrive', { reservation })),
    );
    await Promise.allSettled(own.map((directory) => cache.remove(directory)));
    await Promise.allSettled([...renders.values()].map(({ holder }) => cache.letGo(holder)));
    // A render that is larger than the limit was needed, but is not kept. The batch's end is not its business.
    await cache.makeRoom(0).catch(() => undefined);
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
          drives: jobs.map(({ drive }) => ({ driveId: drive.id, confirmed: confirmationOf(drive) })),
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

/** Drives of one size and sector size share a render. */
const renderKind = ({ drive }: PlannedJob): string => `${drive.size} ${drive.logicalSectorSize}`;

/** Hashes the media and gets a render for each size of drive; both must have read the same file. */
async function hashAndRender(
  { proof }: BatchRequest,
  plan: BatchPlan,
  { engines, cache, signal, onTask }: BatchDependencies,
  renders: Map<string, Render>,
): Promise<MediaHash> {
  const engine = await engines.plain();
  const { versions } = await engines.greeting();
  if (proof !== null && proof.mark !== plan.mediaMark) throw mediaChanged(plan);
  const hashing =
    proof === null
      ? engine.call(
          'hashMedia',
          { progressToken: randomUUID(), files: plan.media.files },
          { signal, onTaskProgress: onTask },
        )
      : Promise.resolve(proof.hash);
  const hash = hashing.then((found) => {
    requireOrderedMedia(plan.order, found);
    assertExpected(plan.expected, found);
    return found;
  });
  // Awaited by the renders; a rejection before that is not unhandled.
  hash.catch(() => undefined);
  for (const job of plan.jobs) {
    const kind = renderKind(job);
    if (renders.has(kind)) continue;
    const { size: driveSize, logicalSectorSize: sectorSize } = job.drive;
    const request = {
      media: plan.media,
      hash,
      requireUnchanged: () => requireUnchanged(plan),
      layout: plan.layout.name,
      driveSize,
      sectorSize,
      versions,
    };
    try {
      renders.set(kind, await obtainRender(request, { engine, cache, signal, onProgress: onTask }));
    } catch (error) {
      throw forDrive(error, job.drive);
    }
  }
  const found = await hash;
  await requireUnchanged(plan);
  return found;
}

/** @throws PrestageError media-changed */
async function requireUnchanged(plan: BatchPlan): Promise<void> {
  if ((await mediaMark(plan.media.files)) !== plan.mediaMark) throw mediaChanged(plan);
}

function mediaChanged({ media }: BatchPlan): PrestageError {
  return new PrestageError({
    code: 'media-changed',
    message: `The media file ${sanitizeForDisplay(basename(media.path), 200)} changed after it was read.`,
    remedy: 'Nothing was touched. Wait until it is completely copied to this computer, then choose it again.',
  });
}

/** A render knows a size; a technician wants to know which drive has it. */
function forDrive(error: unknown, drive: Drive): unknown {
  if (!(error instanceof PrestageError) || error.code !== 'drive-too-small') return error;
  return new PrestageError({
    ...error.data,
    message: `The ${driveLabel(drive)} is too small. ${error.message}`,
  });
}

/** A job with the render of its own drive. */
interface AimedJob {
  readonly job: ReservedJob;
  readonly render: AimedRender;
  readonly guids: DriveGuids;
}

/**
 * Gives each drive its own GUIDs, and a render whose boot store names them.
 * @param own gets the folders that were made, also when it fails
 */
async function aimAll(
  reserved: readonly ReservedJob[],
  renders: ReadonlyMap<string, Render>,
  { layout }: BatchPlan,
  { engines, cache, signal }: BatchDependencies,
  own: string[],
): Promise<AimedJob[]> {
  const engine = await engines.plain();
  const aimed: AimedJob[] = [];
  for (const job of reserved) {
    const shared = renderFor(job.planned, renders);
    const guids = { diskGuid: randomUUID(), partitionGuids: layout.partitions.map(() => randomUUID()) };
    const directory = cache.newMaking();
    own.push(directory);
    const { fingerprint } = await engine.call(
      'aimRender',
      { renderDirectory: shared.directory, fingerprint: shared.fingerprint, ...guids, directory },
      { signal },
    );
    aimed.push({ job, guids, render: { directory, fingerprint } });
  }
  return aimed;
}

function renderFor(job: PlannedJob, renders: ReadonlyMap<string, Render>): Render {
  const render = renders.get(renderKind(job));
  if (render === undefined) throw new Error('no render was made for a drive');
  return render;
}

/** The chunk map outlives the render: a drive can be verified when the cache has forgotten it. */
async function keepChunkMap(render: AimedRender, places: StatePlaces): Promise<void> {
  const place = chunkMapFile(places, render.fingerprint);
  // Random: one process may run several batches of the same render.
  const temporary = `${place}.${randomUUID()}.tmp`;
  await copyFile(join(render.directory, chunkMapName), temporary);
  // On the disk before the first entry that refers to it is.
  const handle = await open(temporary, 'r');
  await handle.sync().finally(() => handle.close());
  await rename(temporary, place);
  syncFolder(places.chunkMaps);
}

/** Where the chunk map of a fingerprint is kept. */
export function chunkMapFile(places: Pick<StatePlaces, 'chunkMaps'>, fingerprint: string): string {
  return join(places.chunkMaps, `${fingerprint}.json`);
}

function cancelledBatch(): PrestageError {
  return new PrestageError({
    code: 'cancelled',
    message: 'The batch was cancelled. Nothing was touched.',
  });
}
