import { parentPort } from 'node:worker_threads';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ByteRange } from '../../core/media/chunk-map';
import type { PartitionTable } from '../../core/drive/gpt';
import type { SizeCheck } from '../../core/health/size-check';
import { timeouts } from '../../core/base/timeouts';
import { errorCodeOf } from '../../core/base/system-error';
import { dropFileCache, flushBuffers, rereadPartitions } from '../drives/block-device';
import type { RemoteImage } from './remote-chunks';
import type { ReceivedBytes } from '../../core/job/job';
import { DriveFailure, DriveIo, Stopped, type FailureKind, type SourcedChunk } from './drive-io';
import { ProvedWindow } from './proved-window';
import { withoutChunks } from './signature-regions';
import type { SanitiseAnswer, SanitiseTask } from './sanitise-io';
import { SharedProgress } from './shared-progress';

/**
 * The thread of one drive. What only some tasks need is loaded by them: it comes with schemas, and making these takes a thread as
 * long as its start.
 */
export interface DriveWorkerData {
  readonly task: 'apply' | 'verify' | 'erase-tables' | 'check-size' | 'sanitise';
  /** Of the task `sanitise`. */
  readonly sanitise?: SanitiseTask;
  /** Of `apply`: whether the size of the drive is checked before. */
  readonly checkSize: boolean;
  readonly fd: number;
  /** Bytes. */
  readonly size: number;
  readonly blockDevice: boolean;
  readonly chunks: readonly SourcedChunk[];
  /** Where the chunks come from that have no file here; missing: all have one. */
  readonly remote?: RemoteImage;
  /** What is zeroed in the partitions before their content (signature-regions.ts), bytes. */
  readonly signatures: readonly ByteRange[];
  readonly table: PartitionTable;
  readonly progress: SharedArrayBuffer;
  /** Of `apply`: what drives that are read back at a time show each other (proved-window.ts). */
  readonly window?: SharedArrayBuffer;
}

export type DriveWorkerMessage =
  | { readonly type: 'phase'; readonly phase: 'sizing' | 'erasing' | 'writing' | 'verifying' | 'sealing' }
  | {
      readonly type: 'done';
      readonly writeSeconds: number;
      readonly verifySeconds: number;
      readonly tableSha256: string;
      /** Of the task `sanitise`. */
      readonly answer?: SanitiseAnswer;
      /** Null where it was not asked for. */
      readonly sizeCheck: SizeCheck | null;
      /** Null or missing: the chunks were read from files. */
      readonly received?: ReceivedBytes | null;
      /** Of `apply`: chunks that were compared with what another drive was found to hold, and not hashed again. */
      readonly chunksCompared?: number;
    }
  | { readonly type: 'stopped' }
  | {
      readonly type: 'failed';
      readonly kind: FailureKind;
      readonly offset: number;
      readonly chunk: number | null;
      readonly errno: string | null;
      readonly detail: string;
    }
  | { readonly type: 'crashed'; readonly detail: string };

function send(message: DriveWorkerMessage): void {
  parentPort?.postMessage(message);
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

/**
 * Tells the kernel to read the partition table again. EINVAL: the device has no partitions (a loop device
 * without scan). EBUSY passes when udev is done with it; after that the table is right on the drive and only
 * this machine's view of it is old, which the next plug-in mends.
 */
async function rereadTable(data: DriveWorkerData): Promise<void> {
  if (!data.blockDevice) return;
  const deadline = performance.now() + timeouts.tableReread;
  for (;;) {
    try {
      rereadPartitions(data.fd);
      return;
    } catch (error) {
      const code = errorCodeOf(error) ?? String(error);
      if (code === 'EINVAL') return;
      if (code !== 'EBUSY' || performance.now() > deadline) {
        process.stderr.write(`the kernel did not read the partition table again: ${code}\n`);
        return;
      }
      await sleep(timeouts.progressInterval);
    }
  }
}

const nothingWritten = { writeSeconds: 0, verifySeconds: 0, tableSha256: '' };

/** @throws DriveFailure where the drive does not hold what it claims */
async function requireRealSize(
  data: DriveWorkerData,
  drive: DriveIo,
  progress: SharedProgress,
): Promise<SizeCheck> {
  const { checkSize } = await import('./size-check');
  send({ type: 'phase', phase: 'sizing' });
  const checked = await checkSize(drive, data, progress);
  const { verdict, bytes } = checked;
  if (verdict.what === 'whole') return checked;
  if (verdict.what === 'damaged') throw new DriveFailure('mismatch', verdict.position, null);
  const { sizeWords } = await import('../../core/health/size-check');
  throw new DriveFailure('size', verdict.realBytes, null, sizeWords(verdict, bytes));
}

async function run(data: DriveWorkerData): Promise<void> {
  const progress = new SharedProgress(data.progress);
  const longestChunk = data.chunks.reduce((longest, { length }) => Math.max(longest, length), 0);
  const drive = new DriveIo(data, progress, data.blockDevice ? flushBuffers : dropFileCache, longestChunk);
  if (data.sanitise !== undefined) {
    const { SanitiseIo } = await import('./sanitise-io');
    const answer = await new SanitiseIo(drive, data.size, progress).run(data.sanitise, () => {
      send({ type: 'phase', phase: 'verifying' });
    });
    send({ type: 'done', ...nothingWritten, sizeCheck: null, answer });
    return;
  }
  if (data.task === 'erase-tables') {
    await drive.eraseTables();
    await rereadTable(data);
    send({ type: 'done', ...nothingWritten, sizeCheck: null });
    return;
  }
  if (data.task === 'check-size') {
    const { checkSize } = await import('./size-check');
    send({ type: 'phase', phase: 'sizing' });
    const sizeCheck = await checkSize(drive, data, progress);
    await rereadTable(data);
    send({ type: 'done', ...nothingWritten, sizeCheck });
    return;
  }
  if (data.task === 'verify') {
    send({ type: 'phase', phase: 'verifying' });
    const verifySeconds = await seconds(() => drive.verifyChunks(data.chunks));
    const tableSha256 = await drive.compareTable(data.table);
    send({ type: 'done', writeSeconds: 0, verifySeconds, tableSha256, sizeCheck: null });
    return;
  }
  const sizeCheck = data.checkSize ? await requireRealSize(data, drive, progress) : null;
  send({ type: 'phase', phase: 'erasing' });
  await drive.erase(data.signatures);
  await rereadTable(data);
  send({ type: 'phase', phase: 'writing' });
  let received: ReceivedBytes | null = null;
  const writeSeconds = await seconds(async () => {
    if (data.remote === undefined) {
      await drive.writeChunks(data.chunks);
      return;
    }
    const { RemoteChunks } = await import('./remote-chunks');
    received = await new RemoteChunks(drive, data.chunks, progress).write(data.remote);
  });
  send({ type: 'phase', phase: 'verifying' });
  const window = data.window === undefined ? null : new ProvedWindow(data.window);
  let chunksCompared = 0;
  const verifySeconds = await seconds(async () => {
    chunksCompared = await drive.verifyChunks(data.chunks, window);
  });
  await drive.requireBlankTables();
  await drive.requireBlank(withoutChunks(data.signatures, data.chunks));
  send({ type: 'phase', phase: 'sealing' });
  try {
    const tableSha256 = await drive.seal(data.table);
    await rereadTable(data);
    send({ type: 'done', writeSeconds, verifySeconds, tableSha256, sizeCheck, received, chunksCompared });
  } catch (error) {
    // A drive whose job did not end well must not look finished.
    // Best effort: a drive that takes no more writes is what the job failed of.
    await drive.eraseTables().catch(() => undefined);
    throw error;
  }
}

// The thread may wait for its drive: it is started while the media is hashed (drive-thread.ts).
parentPort?.once('message', (data: DriveWorkerData) => {
  run(data).catch(fail);
});

function fail(error: unknown): void {
  if (error instanceof Stopped) send({ type: 'stopped' });
  else if (error instanceof DriveFailure) {
    const { kind, offset, chunk, errno, message } = error;
    send({ type: 'failed', kind, offset, chunk, errno, detail: message });
  } else {
    send({
      type: 'crashed',
      detail: error instanceof Error ? (error.stack ?? error.message) : String(error),
    });
  }
}
