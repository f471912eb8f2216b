import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import {
  bytesOf,
  chunkMapName,
  chunkMapProblem,
  chunkPlaces,
  partitionFileName,
  type ChunkMap,
} from '../../core/media/chunk-map';
import type { HelperRequest, HelperResponse } from '../../core/contract/helper-api';
import { cancelled, isCancellation, PrestageError, toErrorData } from '../../core/base/errors';
import { required } from '../../core/base/required';
import { encodePartitionTable, type PartitionTable, type TableGuids } from '../../core/drive/gpt';
import type { SizeCheck } from '../../core/health/size-check';
import { advance, type JobEvent, type JobState } from '../../core/job/job';
import { refuseForeignFile } from '../tools/caller';
import { readChunkMap, diskImageDamaged } from '../disk-image/chunk-map-file';
import { driveErrorOf } from './drive-errors';
import type { SourcedChunk } from './drive-io';
import { noContent, runDriveThread, type DriveEnd } from './drive-thread';
import { closeDescriptor, openDrive, recheckDrive, type OpenedDrive } from './open-drive';
import { fetchChunkMap, type RemoteImage } from './remote-chunks';
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
  agentSocket: string | null,
): Promise<JobState> {
  let job: JobState = { state: 'queued' };
  const jobNow = (): JobState => job;
  const happen = (event: JobEvent): void => {
    job = advance(job, event);
    listener(job);
  };
  let sources: Map<string, FileHandle> | undefined;
  let hangs = false;
  try {
    happen({ type: 'check' });
    const content = await contentOf(request, opened, agentSocket, signal);
    const { map } = content;
    ({ sources } = content);
    await recheckDrive(opened);
    requireNotAborted(signal, 'The job');
    const { end, bytesWritten } = await runDriveThread({
      data: {
        task: 'apply',
        checkSize: request.checkSize === true,
        fd: opened.fd,
        size: opened.drive.size,
        blockDevice: opened.blockDevice,
        chunks: content.chunks,
        ...(content.remote === undefined ? {} : { remote: content.remote }),
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

/** What goes on the drive, and where it comes from. */
interface JobContent {
  readonly map: ChunkMap;
  readonly chunks: readonly SourcedChunk[];
  /** Open files of the disk image, to be closed. */
  readonly sources: Map<string, FileHandle>;
  readonly remote?: RemoteImage;
}

/** @throws PrestageError render-damaged, rack-no-bytes, cancelled */
async function contentOf(
  { renderDirectory, fingerprint }: Pick<HelperRequest<'runJob'>, 'renderDirectory' | 'fingerprint'>,
  opened: OpenedDrive,
  agentSocket: string | null,
  signal: AbortSignal,
): Promise<JobContent> {
  if (renderDirectory !== null) {
    const map = requireFit(await readChunkMap(join(renderDirectory, chunkMapName)), fingerprint, opened);
    const sources = await openSources(map, renderDirectory);
    return { map, sources, chunks: sourcedChunks(map, sources) };
  }
  const map = requireFit(await fetchedMap(agentSocket, fingerprint, signal), fingerprint, opened);
  const chunks = map.chunks.map((chunk) => ({ ...chunk, sourceFd: -1, sourceOffset: 0 }));
  return {
    map,
    chunks,
    sources: new Map(),
    remote: {
      socket: required(agentSocket, 'the socket of the agent'),
      fingerprint,
      drive: opened.drive.path,
    },
  };
}

/** The chunk map that the station gives out. @throws PrestageError rack-no-bytes, cancelled */
async function fetchedMap(
  agentSocket: string | null,
  fingerprint: string,
  signal: AbortSignal,
): Promise<Awaited<ReturnType<typeof fetchChunkMap>>> {
  if (agentSocket === null) {
    throw new Error('a chunk map of the station was asked of a helper without an agent');
  }
  return await fetchChunkMap(agentSocket, fingerprint, signal);
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
          ...((end.chunksCompared ?? 0) === 0 ? {} : { chunksCompared: end.chunksCompared }),
          ...(end.received === null || end.received === undefined ? {} : { received: end.received }),
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
  agentSocket: string | null = null,
): Promise<HelperResponse<'verifyDrive'>> {
  const drive = await findToRead(request);
  const opened = await openDrive(drive, 'read');
  let hangs = false;
  try {
    const { chunkMapFile: file, fingerprint } = request;
    const read = file === null ? fetchedMap(agentSocket, fingerprint, signal) : readChunkMap(file);
    const map = requireFit(await read, fingerprint, opened);
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

/** @throws PrestageError render-damaged */
function requireFit(
  read: { readonly map: ChunkMap; readonly fingerprint: string },
  fingerprint: string,
  opened: OpenedDrive,
): ChunkMap {
  if (read.fingerprint !== fingerprint) {
    throw diskImageDamaged('its fingerprint differs from the recorded one');
  }
  const problem = chunkMapProblem(read.map, opened.drive);
  if (problem !== null) throw diskImageDamaged(problem);
  return read.map;
}

/**
 * Opens the disk image's files for reading, by their names. O_NOFOLLOW: the folder belongs to the user, the helper may be root.
 * All that a partition has lie there, also where none of its chunks does.
 */
async function openSources(map: ChunkMap, directory: string): Promise<Map<string, FileHandle>> {
  const sources = new Map<string, FileHandle>();
  try {
    const written = map.partitions.filter(({ fileSystem }) => fileSystem !== 'none');
    const names = [
      ...written.map(({ number }) => partitionFileName(number)),
      ...chunkPlaces(map).map(({ file }) => file),
    ];
    for (const name of new Set(names)) {
      const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
      const handle = await open(join(directory, name), flags);
      sources.set(name, handle);
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

function sourcedChunks(map: ChunkMap, sources: ReadonlyMap<string, FileHandle>): SourcedChunk[] {
  const places = chunkPlaces(map);
  return map.chunks.map(({ offset, length, sha256 }, index) => {
    const place = places[index];
    return {
      ...{ offset, length, sha256 },
      sourceFd: sources.get(place?.file ?? '')?.fd ?? -1,
      sourceOffset: place?.offset ?? 0,
    };
  });
}

function tableFor(map: ChunkMap, guids: TableGuids): PartitionTable {
  return encodePartitionTable(map.driveSize, map.sectorSize, map.partitions, guids);
}
