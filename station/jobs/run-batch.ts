import { randomUUID } from 'node:crypto';
import { copyFile, open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { diskRefusal } from '../../core/base/disk-refusal';
import { chunkMapName } from '../../core/media/chunk-map';
import { sanitizeForDisplay } from '../../core/base/display';
import { driveLabel, type Drive } from '../../core/drive/drive';
import { PrestageError } from '../../core/base/errors';
import { timeouts } from '../../core/base/timeouts';
import { sideBySide } from '../../core/base/side-by-side';
import { KiB, MiB } from '../../core/base/units';
import type { TaskProgress } from '../../core/contract/helper-api';
import type { MediaHash } from '../../core/media/media';
import type { AppendContext } from '../ledger/ledger';
import { assertExpected } from '../media/media-expectation';
import { forgetLook, keepLook } from './kept-looks';
import { requireOrderedMedia } from '../orders/batch-order';
import type { DiskImage } from '../image-cache/get-or-create-image';
import { SizeImages } from '../image-cache/size-images';
import { onDiskLater, roomAt, statePlace } from '../state/disk';
import { syncFolder, type StatePaths } from '../state/state-paths';
import { slotsOf } from '../machine-files/fill-machine-files';
import {
  sizeWhenWritten,
  type BatchPlan,
  type BatchRequest,
  type LeftOut,
  type PlannedJob,
} from './batch-plan';
import { mediaMark } from './plan-batch';
import { detailsOf } from './job-details';
import { agentsOf } from './rack-agents';
import { reserveAll } from './reserve-all';
import {
  runJob,
  type DriveImage,
  type BatchDependencies,
  type DriveGuids,
  type JobReport,
  type ReservedJob,
} from './run-job';
import { endMachines, stillFinished, tellVerdict, type ToldJob } from './tell-machines';
import { RunJournal } from './run-journal';

export interface BatchReport {
  readonly batchId: string;
  readonly hash: MediaHash;
  readonly images: readonly DiskImage[];
  readonly jobs: readonly JobReport[];
  /** Drives in machines of a rack that did not answer: nothing was written to them. */
  readonly leftOut: readonly LeftOut[];
}

/**
 * Runs a planned batch. Everything up to the first job can still refuse with nothing touched, by throwing;
 * from then on every job ends in the report, whatever happens to the others.
 * @throws PrestageError drive-changed, drive-busy, drive-locked, drive-read-failed, media-hash-mismatch, render-…, cancelled
 */
export async function runBatch(
  request: BatchRequest,
  plan: BatchPlan,
  dependencies: BatchDependencies,
): Promise<BatchReport> {
  const { helpers, cache, paths, signal } = dependencies;
  const images = new Map<string, DiskImage>();
  const own: string[] = [];
  const holders: string[] = [];
  // Neither needs the other, and each takes a part of a second. What is wrong with a drive is said first, and nothing is made before.
  const stop = new AbortController();
  const tasks = new TasksLater(dependencies.onTask);
  const beside = { ...dependencies, signal: AbortSignal.any([signal, stop.signal]), onTask: tasks.tell };
  const reserving = reserveAll(request, plan, dependencies);
  const hashing = hashAndCreateImage(request, plan, beside, reserving, images, own, holders);
  hashing.catch(() => undefined);
  let reserved: readonly ReservedJob[] = [];
  try {
    const held = await reserving;
    reserved = held.reserved;
    const { leftOut } = held;
    dependencies.onReserved?.([...plan.leftOut, ...leftOut]);
    tasks.begin();
    const hash = await hashing;
    const greeting = await helpers.greeting();
    const context: AppendContext = {
      operator: request.operator,
      stationName: dependencies.settings.stationName,
      versions: greeting.versions,
    };
    const batchId = randomUUID();
    const { agents, without } = await agentsOf(reserved, helpers, plan.atEnd);
    const refused = [...without.values()];
    for (const left of refused) dependencies.onLeftOut?.(left);
    const going = reserved.filter((job) => !without.has(job));
    const driveImage = await createDriveImages(going, images, plan, dependencies, own);
    requireRoomForRecords(paths, driveImage.length);
    for (const { image } of driveImage) await keepChunkMap(image, paths);
    if (signal.aborted) throw cancelledBatch();

    const journal = await RunJournal.begin(paths.runs, batchId);
    try {
      let started = Promise.resolve();
      const told = await Promise.all(
        driveImage.map(async ({ job, image, guids }) => {
          // Each begins with an entry that waits for the disk: a turn for each, or all else waits for 48 of them.
          started = started.then(() => nextTurn());
          await started;
          const agent = agents.get(job) ?? null;
          const details = detailsOf(batchId, job, request, plan, hash, image, guids, agent);
          const report = await runJob(
            job,
            image,
            details,
            { context, request, journal, protectedPaths: plan.protectedPaths },
            dependencies,
          );
          return { job, jobId: details.jobId, report, told: await tellVerdict(job, report) };
        }),
      );
      const { ledger } = dependencies;
      const holds = (one: ToldJob): boolean => stillFinished(one, ledger);
      await endMachines(told, plan.atEnd, holds, (end) => {
        ledger.append(end, context);
      });
      const jobs = told.map(({ report }) => report);
      const left = [...plan.leftOut, ...leftOut, ...refused];
      return { batchId, hash, images: [...images.values()], jobs, leftOut: left };
    } finally {
      await journal.end();
    }
  } finally {
    stop.abort();
    await Promise.allSettled(
      reserved.map(({ client, reservation }) => client.call('releaseDrive', { reservation })),
    );
    // A media file on a disk that hangs is read for ever; what is left of it goes when the station ends (ImageCache.sweep).
    await Promise.race([hashing.catch(() => undefined), sleep(timeouts.batchStop, null, { ref: false })]);
    await Promise.allSettled(own.map((directory) => cache.remove(directory)));
    await Promise.allSettled(holders.map((holder) => cache.release(holder)));
    // A disk image that is larger than the limit was needed, but is not kept. The batch's end is not its business.
    await cache.evict(0).catch(() => undefined);
  }
}

/** Keeps how far tasks are until the drives are held: whoever is told shows it beside them. */
class TasksLater {
  readonly #kept = new Map<TaskProgress['phase'], TaskProgress>();
  #begun = false;

  constructor(private readonly onTask: BatchDependencies['onTask']) {}

  readonly tell = (progress: TaskProgress): void => {
    if (this.#begun) this.onTask(progress);
    else this.#kept.set(progress.phase, progress);
  };

  begin(): void {
    this.#begun = true;
    for (const progress of this.#kept.values()) this.onTask(progress);
  }
}

/** Drives of one size and sector size share a disk image. */
const imageKind = (job: PlannedJob): string => `${sizeWhenWritten(job)} ${job.drive.logicalSectorSize}`;

/**
 * Hashes the media and gets a disk image for each size of drive; both must have read the same file.
 * @param folders gets those that are the batch's own, and `holders` what is held in the cache, also when it fails
 */
async function hashAndCreateImage(
  { proof }: BatchRequest,
  plan: BatchPlan,
  { helpers, cache, paths, signal, onTask }: BatchDependencies,
  drivesAreHeld: Promise<unknown>,
  images: Map<string, DiskImage>,
  folders: string[],
  holders: string[],
): Promise<MediaHash> {
  const client = await helpers.plain();
  const { versions } = await helpers.greeting();
  if (proof !== null && proof.mark !== plan.mediaMark) throw mediaChanged(plan);
  const hashing =
    proof === null
      ? client.call(
          'hashMedia',
          { progressToken: randomUUID(), files: plan.media.files },
          { signal, onTaskProgress: onTask },
        )
      : Promise.resolve(proof.hash);
  const hash = hashing.then((found) => {
    requireOrderedMedia(plan.order, found);
    assertExpected(plan.expected, found);
    if (plan.look.sha256 !== null && plan.look.sha256 !== found.sha256) {
      forgetLook(paths, plan.media);
      throw mediaChanged(plan);
    }
    return found;
  });
  // Awaited by the disk images; a rejection before that is not unhandled.
  hash.catch(() => undefined);
  const sizes = new SizeImages({ client, cache, signal, onProgress: onTask }, folders, holders);
  for (const job of plan.jobs) {
    const kind = imageKind(job);
    if (images.has(kind)) continue;
    const driveSize = sizeWhenWritten(job);
    const { logicalSectorSize: sectorSize } = job.drive;
    const request = {
      media: plan.media,
      hash,
      requireUnchanged: () => requireUnchanged(plan),
      drivesAreHeld,
      layout: plan.layout,
      // Where nothing is replaced, the image is the one that the media's own loader makes.
      loader: plan.loader.choice === 'as-is' || plan.loader.replaced.length === 0 ? null : plan.loader.choice,
      slots: slotsOf(plan.machineFiles),
      driveSize,
      sectorSize,
      versions,
    };
    try {
      images.set(kind, await sizes.imageFor(request));
    } catch (error) {
      throw forDrive(error, job.drive);
    }
  }
  const found = await hash;
  await requireUnchanged(plan);
  if (plan.look.sha256 === null && plan.look.isWhole) {
    keepLook(paths, { media: plan.media, mark: plan.mediaMark, versions: plan.look.versions }, found);
  }
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

/** A disk image knows a size; a technician wants to know which drive has it. */
function forDrive(error: unknown, drive: Drive): unknown {
  if (!(error instanceof PrestageError) || error.code !== 'drive-too-small') return error;
  return new PrestageError({
    ...error.data,
    message: `The ${driveLabel(drive)} is too small. ${error.message}`,
  });
}

/** A job with the disk image of its own drive. */
interface ImagedJob {
  readonly job: ReservedJob;
  readonly image: DriveImage;
  readonly guids: DriveGuids;
}

/** Drives' images that are made at a time. Each is six short programs in turn, which wait as long as they work. */
const imagesAtATime = 4;

/**
 * Gives each drive its own GUIDs, and a disk image whose boot store names them.
 * @param own gets the folders that were made, also when it fails
 */
async function createDriveImages(
  reserved: readonly ReservedJob[],
  images: ReadonlyMap<string, DiskImage>,
  { layout }: BatchPlan,
  { helpers, cache, signal }: BatchDependencies,
  own: string[],
): Promise<ImagedJob[]> {
  const client = await helpers.plain();
  return await sideBySide(reserved, imagesAtATime, async (job) => {
    const shared = imageFor(job.planned, images);
    const guids = { diskGuid: randomUUID(), partitionGuids: layout.partitions.map(() => randomUUID()) };
    const directory = cache.newMaking();
    own.push(directory);
    const { fingerprint } = await client.call(
      'createDriveImage',
      {
        ...{ renderDirectory: shared.directory, fingerprint: shared.fingerprint, ...guids, directory },
        ...(job.planned.files.length === 0
          ? {}
          : {
              slots: job.planned.files.map(({ path, content }) => ({
                path,
                content: content.toString('base64'),
              })),
            }),
      },
      { signal },
    );
    return { job, guids, image: { directory, fingerprint, from: shared.from } };
  });
}

function imageFor(job: PlannedJob, images: ReadonlyMap<string, DiskImage>): DiskImage {
  const image = images.get(imageKind(job));
  if (image === undefined) throw new Error('no disk image was made for a drive');
  return image;
}

/**
 * Bytes that the state folder must have left before drives are written: for the chunk maps there is a refusal of its
 * own, but a drive whose end cannot be recorded is lost after all the work. A job's entries take some 16 KiB with
 * SQLite's write-ahead log, which grows to 4 MiB before SQLite moves it into the database.
 */
const roomForLedger = 8 * MiB;
const roomForJob = 64 * KiB;

/** @throws PrestageError state-unavailable */
function requireRoomForRecords(paths: StatePaths, jobs: number): void {
  const needed = roomForLedger + jobs * roomForJob;
  const folder = dirname(paths.ledgerFile);
  const room = roomAt(folder);
  if (room === null || (room.bytes >= needed && room.files !== 0)) return;
  const holds = 'No drive was touched: its record would not have had room.';
  throw new PrestageError(diskRefusal('full', { ...statePlace(folder, holds), needed }, room, null));
}

/** The chunk map outlives the disk image: a drive can be verified when the cache has forgotten it. */
async function keepChunkMap(image: DriveImage, paths: StatePaths): Promise<void> {
  const place = chunkMapFile(paths, image.fingerprint);
  // Random: one process may run several batches of the same disk image.
  const temporary = `${place}.${randomUUID()}.tmp`;
  const source = join(image.directory, chunkMapName);
  const { size: needed } = await stat(source);
  await onDiskLater({ ...statePlace(paths.chunkMaps, 'No drive was touched.'), needed }, async () => {
    try {
      await copyFile(source, temporary);
      // On the disk before the first entry that refers to it is.
      const handle = await open(temporary, 'r');
      try {
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(temporary, place);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
    syncFolder(paths.chunkMaps);
  });
}

/** Where the chunk map of a fingerprint is kept. */
export function chunkMapFile(paths: Pick<StatePaths, 'chunkMaps'>, fingerprint: string): string {
  return join(paths.chunkMaps, `${fingerprint}.json`);
}

function cancelledBatch(): PrestageError {
  return new PrestageError({
    code: 'cancelled',
    message: 'The batch was cancelled. Nothing was touched.',
  });
}
