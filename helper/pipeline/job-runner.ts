import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import {
  bytesOf,
  chunkMapName,
  chunkMapProblem,
  ownChunksName,
  type ChunkMap,
} from '../../core/media/chunk-map';
import type { HelperRequest, HelperResponse } from '../../core/contract/helper-api';
import { cancelled, isCancellation, PrestageError, toErrorData } from '../../core/base/errors';
import { encodePartitionTable, type PartitionTable, type TableGuids } from '../../core/drive/gpt';
import type { SizeCheck } from '../../core/health/size-check';
import { advance, type JobEvent, type JobState } from '../../core/job/job';
import { refuseForeignFile } from '../tools/caller';
import { chunkPieces } from '../disk-image/check-disk-image';
import { partitionFileName, readChunkMap, diskImageDamaged } from '../disk-image/chunk-map-file';
import { driveErrorOf } from './drive-errors';
import type { SourcedChunk } from './drive-io';
import { noContent, runDriveThread, type DriveEnd } from './drive-thread';
import { closeDescriptor, openDrive, recheckDrive, type OpenedDrive } from './open-drive';
import { findToRead } from './reservation';
import { signatureRegionsOf } from './signature-regions';

export type JobListener = (job: JobState) => void;

/**
 * Takes one reserved drive through its trip. Answers with the job's last state, whatever happened: failure
 * and cancellation are states here, not exceptions. Closes the drive, unless it is done: whoever asked for it
 * closes it when it is recorded, or takes its tables off.
 */
export async function runJob(
  opened: OpenedDrive,
  request: HelperRequest<'runJob'>,
  listener: JobListener,
  signal: AbortSignal,
): Promise<JobState> {
  let job: JobState = { state: 'queued' };
  const jobNow = (): JobState => job;
  const happen = (event: JobEvent): void => {
    job = advance(job, event);
    listener(job);
  };
  let sources: Map<number, FileHandle> | undefined;
  let hangs = false;
  try {
    happen({ type: 'check' });
    const map = await requireMap(join(request.renderDirectory, chunkMapName), request.fingerprint, opened);
    sources = await openSources(map, request.renderDirectory);
    await recheckDrive(opened);
    requireNotAborted(signal, 'The job');
    const { end, bytesWritten } = await runDriveThread({
      data: {
        task: 'apply',
        checkSize: request.checkSize === true,
        fd: opened.fd,
        size: opened.drive.size,
        blockDevice: opened.blockDevice,
        chunks: sourcedChunks(map, request.renderDirectory, sources),
        signatures: signatureRegionsOf(opened.drive.size, map.partitions),
        table: tableFor(map, { disk: request.diskGuid, partitions: request.partitionGuids }),
      },
      stallMilliseconds: request.stallMilliseconds,
      signal,
      ...followThread(map, opened.drive.size, jobNow, happen),
    });
    hangs = end.type === 'stalled';
    if (end.type === 'done' && signal.aborted) {
      // Sealed in the moment somebody cancelled, or the station died: nobody will record it as finished.
      const erased = await runErase(opened, request.stallMilliseconds);
      hangs = erased.type === 'stalled';
      happen(
        erased.type === 'done' || erased.type === 'stopped'
          ? { type: 'cancel', bytesWritten }
          : { type: 'fail', reason: driveErrorOf(erased, opened.drive), bytesWritten },
      );
    } else happen(lastEvent(end, bytesWritten, map, opened));
  } catch (error) {
    if (isCancellation(error)) happen({ type: 'cancel', bytesWritten: 0 });
    else happen({ type: 'fail', reason: toErrorData(error), bytesWritten: 0 });
  } finally {
    await Promise.all([...(sources?.values() ?? [])].map((handle) => handle.close()));
    // Closing a descriptor that a thread hangs in would hang as well.
    if (!hangs && jobNow().state !== 'done') await closeDescriptor(opened.fd);
  }
  return job;
}

function requireNotAborted(signal: AbortSignal, what: string): void {
  if (signal.aborted) throw cancelled(what);
}

/** Turns what the thread says into the job's events. */
function followThread(
  map: ChunkMap,
  driveSize: number,
  jobNow: () => JobState,
  happen: (event: JobEvent) => void,
): Pick<Parameters<typeof runDriveThread>[0], 'onPhase' | 'onProgress'> {
  const imageBytes = bytesOf(map);
  const totalOf = (phase: string): number => (phase === 'sizing' ? 2 * driveSize : imageBytes);
  return {
    onPhase: (phase) => {
      // The thread goes on when all bytes are through; the last look at its counters was before that.
      const before = jobNow().state;
      if (before === 'sizing' || before === 'writing' || before === 'verifying') {
        const bytesTotal = totalOf(before);
        happen({ type: 'progress', phase: before, bytesDone: bytesTotal, bytesTotal });
      }
      if (phase === 'erasing') happen({ type: 'erase' });
      else if (phase === 'sealing') happen({ type: 'seal' });
      else happen({ type: 'progress', phase, bytesDone: 0, bytesTotal: totalOf(phase) });
    },
    onProgress: (phaseBytes) => {
      const { state } = jobNow();
      if (state !== 'sizing' && state !== 'writing' && state !== 'verifying') return;
      const bytesTotal = totalOf(state);
      happen({
        type: 'progress',
        phase: state,
        bytesDone: Math.min(phaseBytes, bytesTotal),
        bytesTotal,
      });
    },
  };
}

function lastEvent(end: DriveEnd, bytesWritten: number, map: ChunkMap, opened: OpenedDrive): JobEvent {
  switch (end.type) {
    case 'done':
      return {
        type: 'finish',
        result: {
          bytesWritten: bytesOf(map),
          bytesVerified: bytesOf(map),
          chunksVerified: map.chunks.length,
          writeSeconds: end.writeSeconds,
          verifySeconds: end.verifySeconds,
          directIo: opened.directIo,
          tableSha256: end.tableSha256,
          ...(end.sizeCheck === null ? {} : { sizeCheck: end.sizeCheck }),
        },
      };
    case 'stopped':
      return { type: 'cancel', bytesWritten };
    case 'failed':
    case 'stalled':
    case 'crashed':
      return { type: 'fail', reason: driveErrorOf(end, opened.drive), bytesWritten };
    default:
      throw new Error('unknown end of a drive thread');
  }
}

/**
 * Takes the partition tables off a drive. Closes it.
 * @throws PrestageError drive-write-failed, drive-gone, drive-stalled
 */
export async function eraseTables(opened: OpenedDrive, stallMilliseconds: number): Promise<void> {
  const end = await runErase(opened, stallMilliseconds);
  if (end.type !== 'stalled') await closeDescriptor(opened.fd);
  if (end.type !== 'done' && end.type !== 'stopped') throw new PrestageError(driveErrorOf(end, opened.drive));
}

async function runErase(opened: OpenedDrive, stallMilliseconds: number): Promise<DriveEnd> {
  const { end } = await runDriveThread({
    data: {
      task: 'erase-tables',
      ...{ fd: opened.fd, size: opened.drive.size, blockDevice: opened.blockDevice },
      ...noContent,
    },
    stallMilliseconds,
    signal: new AbortController().signal,
    onPhase: () => undefined,
    onProgress: () => undefined,
  });
  return end;
}

/**
 * Checks the real size of a reserved drive, which erases it. Closes it.
 * @throws PrestageError drive-…, cancelled
 */
export async function checkDriveSize(
  opened: OpenedDrive,
  stallMilliseconds: number,
  onProgress: (bytesDone: number, bytesTotal: number) => void,
  signal: AbortSignal,
): Promise<SizeCheck> {
  const bytesTotal = 2 * opened.drive.size;
  let hangs = false;
  try {
    await recheckDrive(opened);
    requireNotAborted(signal, 'The check of the size');
    const { end } = await runDriveThread({
      data: {
        task: 'check-size',
        ...{ fd: opened.fd, size: opened.drive.size, blockDevice: opened.blockDevice },
        ...noContent,
      },
      ...{ stallMilliseconds, signal },
      onPhase: () => undefined,
      onProgress: (done) => {
        onProgress(Math.min(done, bytesTotal), bytesTotal);
      },
    });
    hangs = end.type === 'stalled';
    if (end.type === 'done' && end.sizeCheck !== null) {
      onProgress(bytesTotal, bytesTotal);
      return end.sizeCheck;
    }
    if (end.type === 'done' || end.type === 'stopped') throw cancelled('The check of the size');
    throw new PrestageError(driveErrorOf(end, opened.drive));
  } finally {
    if (!hangs) await closeDescriptor(opened.fd);
  }
}

/**
 * Reads a finished drive again and compares it with its chunk map and partition table.
 * @throws PrestageError verify-mismatch, table-mismatch, drive-…, render-damaged (the kept chunk map), cancelled
 */
export async function verifyDrive(
  request: HelperRequest<'verifyDrive'>,
  onProgress: (bytesDone: number, bytesTotal: number) => void,
  signal: AbortSignal,
): Promise<HelperResponse<'verifyDrive'>> {
  const drive = await findToRead(request);
  const opened = await openDrive(drive, 'read');
  let hangs = false;
  try {
    const map = await requireMap(request.chunkMapFile, request.fingerprint, opened);
    const bytesTotal = bytesOf(map);
    const { end } = await runDriveThread({
      data: {
        task: 'verify',
        checkSize: false,
        fd: opened.fd,
        size: opened.drive.size,
        blockDevice: opened.blockDevice,
        chunks: map.chunks.map((chunk) => ({ ...chunk, sourceFd: -1, sourceOffset: 0 })),
        signatures: [],
        table: tableFor(map, { disk: request.diskGuid, partitions: request.partitionGuids }),
      },
      stallMilliseconds: request.stallMilliseconds,
      signal,
      onPhase: () => undefined,
      onProgress: (done) => {
        onProgress(Math.min(done, bytesTotal), bytesTotal);
      },
    });
    hangs = end.type === 'stalled';
    if (end.type === 'done') {
      onProgress(bytesTotal, bytesTotal);
      return { bytesVerified: bytesTotal, seconds: end.verifySeconds };
    }
    if (end.type === 'stopped') throw cancelled('The verification');
    throw new PrestageError(driveErrorOf(end, opened.drive));
  } finally {
    if (!hangs) await closeDescriptor(opened.fd);
  }
}

async function requireMap(file: string, fingerprint: string, opened: OpenedDrive): Promise<ChunkMap> {
  const read = await readChunkMap(file);
  if (read.fingerprint !== fingerprint) {
    throw diskImageDamaged('its fingerprint differs from the recorded one');
  }
  const problem = chunkMapProblem(read.map, opened.drive);
  if (problem !== null) throw diskImageDamaged(problem);
  return read.map;
}

/** Stands for the file with the drive's own chunks; partitions have numbers from 1 on. */
const ownSource = 0;

/** Opens the disk image's files for reading. O_NOFOLLOW: the folder belongs to the user, the helper may be root. */
async function openSources(map: ChunkMap, directory: string): Promise<Map<number, FileHandle>> {
  const sources = new Map<number, FileHandle>();
  try {
    const written = map.partitions.filter(({ fileSystem }) => fileSystem !== 'none');
    const files = written.map(({ number }) => ({ number, name: partitionFileName(number) }));
    if (map.chunks.some(({ own }) => own !== undefined)) {
      files.push({ number: ownSource, name: ownChunksName });
    }
    for (const { number, name } of files) {
      const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
      const handle = await open(join(directory, name), flags);
      sources.set(number, handle);
      const details = await handle.stat();
      if (!details.isFile()) throw new Error(`${name} is not a plain file`);
      refuseForeignFile(details.uid);
    }
    return sources;
  } catch (error) {
    await Promise.all([...sources.values()].map((handle) => handle.close()));
    throw diskImageDamaged(
      'one of its files cannot be opened',
      error instanceof Error ? error.message : String(error),
    );
  }
}

function sourcedChunks(map: ChunkMap, directory: string, sources: Map<number, FileHandle>): SourcedChunk[] {
  const pieces = chunkPieces(map, directory);
  return map.chunks.map(({ offset, length, sha256, partition, own }, index) => ({
    offset,
    length,
    sha256,
    sourceFd: sources.get(own === undefined ? partition : ownSource)?.fd ?? -1,
    sourceOffset: pieces[index]?.offset ?? 0,
  }));
}

function tableFor(map: ChunkMap, guids: TableGuids): PartitionTable {
  return encodePartitionTable(map.driveSize, map.sectorSize, map.partitions, guids);
}
