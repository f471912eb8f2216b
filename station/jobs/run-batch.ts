import { randomUUID } from 'node:crypto';
import { copyFile, open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { diskRefusal } from '../../core/base/disk-refusal';
import { chunkMapName } from '../../core/media/chunk-map';
import { sanitizeForDisplay } from '../../core/base/display';
import { confirmationOf, driveLabel, type Drive } from '../../core/drive/drive';
import { PrestageError } from '../../core/base/errors';
import { KiB, MiB } from '../../core/base/units';
import type { MediaHash } from '../../core/media/media';
import type { HelperClient } from '../helper-client/helper-client';
import type { AppendContext } from '../ledger/ledger';
import type { LedgerReader } from '../ledger/ledger-reader';
import { machineHeld } from '../drives/finished-drive';
import { assertExpected } from '../media/media-expectation';
import { requireOrderedMedia } from '../orders/batch-order';
import { getOrCreateImage, type DiskImage } from '../image-cache/get-or-create-image';
import { onDiskLater, roomAt, statePlace } from '../state/disk';
import { syncFolder, type StatePaths } from '../state/state-paths';
import { slotsOf } from '../machine-files/fill-machine-files';
import { type BatchPlan, type BatchRequest, type PlannedJob } from './batch-plan';
import { mediaMark } from './plan-batch';
import { detailsOf } from './job-details';
import {
  runJob,
  type DriveImage,
  type BatchDependencies,
  type DriveGuids,
  type JobReport,
  type ReservedJob,
  type UnshownContent,
} from './run-job';
import { RunJournal } from './run-journal';

export interface BatchReport {
  readonly batchId: string;
  readonly hash: MediaHash;
  readonly images: readonly DiskImage[];
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
  const { helpers, cache, paths, signal } = dependencies;
  const reserved = await reserveAll(request, plan, dependencies);
  const images = new Map<string, DiskImage>();
  const own: string[] = [];
  try {
    dependencies.onReserved?.();
    const hash = await hashAndCreateImage(request, plan, dependencies, images);
    const greeting = await helpers.greeting();
    const context: AppendContext = {
      operator: request.operator,
      stationName: dependencies.settings.stationName,
      versions: greeting.versions,
    };
    const batchId = randomUUID();
    const driveImage = await createDriveImages(reserved, images, plan, dependencies, own);
    requireRoomForRecords(paths, driveImage.length);
    for (const { image } of driveImage) await keepChunkMap(image, paths);
    if (signal.aborted) throw cancelledBatch();

    const journal = await RunJournal.begin(paths.runs, batchId);
    try {
      const jobs = await Promise.all(
        driveImage.map(async ({ job, image, guids }) => {
          const details = detailsOf(batchId, job, request, plan, hash, image, guids);
          return await runJob(
            job,
            image,
            details,
            { context, request, journal, protectedPaths: plan.protectedPaths },
            dependencies,
          );
        }),
      );
      return { batchId, hash, images: [...images.values()], jobs };
    } finally {
      await journal.end();
    }
  } finally {
    await Promise.allSettled(
      reserved.map(({ client, reservation }) => client.call('releaseDrive', { reservation })),
    );
    await Promise.allSettled(own.map((directory) => cache.remove(directory)));
    await Promise.allSettled([...images.values()].map(({ holder }) => cache.release(holder)));
    // A disk image that is larger than the limit was needed, but is not kept. The batch's end is not its business.
    await cache.evict(0).catch(() => undefined);
  }
}

/** Opens every drive, each in the helper that may. All or none. */
async function reserveAll(
  request: BatchRequest,
  plan: BatchPlan,
  dependencies: BatchDependencies,
): Promise<ReservedJob[]> {
  const { helpers, signal } = dependencies;
  const byHelper = new Map<HelperClient, PlannedJob[]>();
  for (const job of plan.jobs) {
    const client = await helpers.forDrive(job.drive);
    byHelper.set(client, [...(byHelper.get(client) ?? []), job]);
  }
  const reserved: ReservedJob[] = [];
  try {
    for (const [client, jobs] of byHelper) {
      const { reservations } = await client.call(
        'reserveDrives',
        {
          drives: jobs.map(({ drive }) => ({ driveId: drive.id, confirmed: confirmationOf(drive) })),
          benchDirectory: request.benchDirectory,
          protectedPaths: [...plan.protectedPaths],
        },
        { signal },
      );
      for (const [index, planned] of jobs.entries()) {
        const held = reservations[index];
        if (held === undefined) throw new Error('the helper reserved fewer drives than asked');
        const { reservation, diskGuid } = held;
        reserved.push({ planned, client, reservation, previousDiskGuid: diskGuid, foundMachine: null });
      }
    }
    // All are held by now, so that a refusal gives all of them back.
    for (const held of reserved) requireReadable(held);
    const unshown = reserved.flatMap((held) => unshownContent(held, dependencies.ledger) ?? []);
    const [first] = unshown;
    if (first !== undefined && (await dependencies.onUnshown?.(unshown)) !== true) throw notShown(first);
    return reserved.map((held) => ({
      ...held,
      foundMachine: unshown.find(({ drive }) => drive === held.planned.drive)?.holdsMachine ?? null,
    }));
  } catch (error) {
    await Promise.allSettled(
      reserved.map(({ client, reservation }) => client.call('releaseDrive', { reservation })),
    );
    throw error;
  }
}

/**
 * A drive whose table cannot be read at any place may hold a finished image that nobody was shown.
 * @throws PrestageError drive-read-failed
 */
function requireReadable({ planned, previousDiskGuid }: ReservedJob): void {
  if (previousDiskGuid !== undefined || planned.holdsMachine !== null) return;
  throw new PrestageError({
    code: 'drive-read-failed',
    message: `The ${driveLabel(planned.drive)} does not tell what it holds: its partition table cannot be read.`,
    remedy: 'Nothing was written. Set the drive aside, it may be failing, and start again with another one.',
  });
}

/**
 * What is on the drive, where the operator was not shown it: an ordinary user's listing may not tell it, and another program
 * of this station may have finished the drive since (docs/adr/0028).
 * @returns null when nothing was hidden
 */
function unshownContent(
  { planned, previousDiskGuid }: ReservedJob,
  ledger: Pick<LedgerReader, 'pastOf'>,
): UnshownContent | null {
  const { drive } = planned;
  const diskGuid = previousDiskGuid ?? null;
  const holdsMachine = diskGuid === null ? null : machineHeld({ ...drive, diskGuid }, ledger);
  if (diskGuid === null || holdsMachine === null || holdsMachine === planned.holdsMachine) return null;
  return { drive, holdsMachine, diskGuid };
}

/** The refusal of a drive whose content was not shown, and that nobody was asked about. */
function notShown({ drive, holdsMachine }: UnshownContent): PrestageError {
  return new PrestageError({
    code: 'drive-changed',
    message: `The ${driveLabel(drive)} holds the finished image of machine ${sanitizeForDisplay(holdsMachine)}, which was not shown when you were asked.`,
    remedy: 'Nothing was written. Start again: the question names that machine now.',
  });
}

/** Drives of one size and sector size share a disk image. */
const imageKind = ({ drive }: PlannedJob): string => `${drive.size} ${drive.logicalSectorSize}`;

/** Hashes the media and gets a disk image for each size of drive; both must have read the same file. */
async function hashAndCreateImage(
  { proof }: BatchRequest,
  plan: BatchPlan,
  { helpers, cache, signal, onTask }: BatchDependencies,
  images: Map<string, DiskImage>,
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
    return found;
  });
  // Awaited by the disk images; a rejection before that is not unhandled.
  hash.catch(() => undefined);
  for (const job of plan.jobs) {
    const kind = imageKind(job);
    if (images.has(kind)) continue;
    const { size: driveSize, logicalSectorSize: sectorSize } = job.drive;
    const request = {
      media: plan.media,
      hash,
      requireUnchanged: () => requireUnchanged(plan),
      layout: plan.layout,
      // Where nothing is replaced, the image is the one that the media's own loader makes.
      loader: plan.loader.choice === 'as-is' || plan.loader.replaced.length === 0 ? null : plan.loader.choice,
      slots: slotsOf(plan.machineFiles),
      driveSize,
      sectorSize,
      versions,
    };
    try {
      images.set(kind, await getOrCreateImage(request, { client, cache, signal, onProgress: onTask }));
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
  const driveImage: ImagedJob[] = [];
  for (const job of reserved) {
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
    driveImage.push({ job, guids, image: { directory, fingerprint } });
  }
  return driveImage;
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
