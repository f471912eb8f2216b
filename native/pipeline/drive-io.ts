import { createHash } from 'node:crypto';
import type { Chunk } from '../../core/chunk-map';
import type { PartitionTable } from '../../core/gpt';
import { MiB } from '../../core/units';
import { errnoOf } from '../errno';
import { alignedBuffer, flushDrive, readFully, writeFully } from './aligned-io';
import type { SharedProgress } from './shared-progress';

/** A chunk and where its bytes come from. */
export interface SourcedChunk extends Pick<Chunk, 'offset' | 'length' | 'sha256'> {
  /** Open descriptor of a render file; -1 when the drive is only verified. */
  readonly sourceFd: number;
  /** Bytes into that file. */
  readonly sourceOffset: number;
}

/** The drive, open for this process alone. */
export interface OpenDrive {
  readonly fd: number;
  /** Bytes. */
  readonly size: number;
}

export type FailureKind = 'source' | 'read' | 'write' | 'mismatch' | 'table';

/** What went wrong, where on the drive (bytes) and at which chunk. */
export class DriveFailure extends Error {
  readonly kind: FailureKind;
  readonly offset: number;
  readonly chunk: number | null;
  /** The errno's name, or null. */
  readonly errno: string | null;

  constructor(kind: FailureKind, offset: number, chunk: number | null, thrown?: unknown) {
    super(thrown instanceof Error ? thrown.message : kind);
    this.kind = kind;
    this.offset = offset;
    this.chunk = chunk;
    this.errno = errnoOf(thrown);
  }
}

/** Somebody asked to stop. */
export class Stopped extends Error {}

/** The partition tables' regions: the first and the last MiB. No partition reaches into them. */
const tableRegion = MiB;

/** Makes the kernel forget what it cached of the drive, so that reads come from the drive. */
export type ForgetCache = (fd: number) => void;

/** Chunks `first` to before `end`, by index. */
interface Segment {
  readonly first: number;
  readonly end: number;
}

function* segmentsOf(chunks: readonly SourcedChunk[], segmentBytes: number): Iterable<Segment> {
  let first = 0;
  let bytes = 0;
  for (const [index, chunk] of chunks.entries()) {
    bytes += chunk.length;
    if (bytes < segmentBytes && index + 1 < chunks.length) continue;
    yield { first, end: index + 1 };
    first = index + 1;
    bytes = 0;
  }
}

function* chunksIn(
  chunks: readonly SourcedChunk[],
  { first, end }: Segment,
): Iterable<readonly [index: number, chunk: SourcedChunk]> {
  for (let index = first; index < end; index += 1) {
    const chunk = chunks[index];
    if (chunk !== undefined) yield [index, chunk];
  }
}

/** The steps of one drive's trip. All offsets and lengths in bytes. */
export class DriveIo {
  private readonly writeBuffers: readonly [Buffer, Buffer];
  private readonly readBuffers: readonly [Buffer, Buffer];
  /** When the last segment was on the drive, by performance.now(). */
  private allWrittenAt = 0;

  constructor(
    private readonly drive: OpenDrive,
    private readonly progress: SharedProgress,
    private readonly forgetCache: ForgetCache,
    /** Bytes of the longest chunk. */
    longestChunk: number,
  ) {
    // The partition tables' two regions are put together in one buffer.
    const bytes = Math.max(longestChunk, 2 * tableRegion);
    this.writeBuffers = [alignedBuffer(bytes), alignedBuffer(bytes)];
    this.readBuffers = [alignedBuffer(bytes), alignedBuffer(bytes)];
  }

  /**
   * Zeroes the first and the last MiB, and the first MiB of each unformatted partition: old tables, RAID
   * and volume-manager superblocks must not come back to life.
   */
  async erase(unformatted: readonly number[]): Promise<void> {
    this.throwIfStopped();
    await this.eraseTables();
    for (const offset of unformatted) {
      await this.write(this.writeBuffers[0].subarray(0, tableRegion), tableRegion, offset, null);
    }
    await this.flush();
  }

  /**
   * Copies every chunk to the drive, flushes, and reads every chunk back. The chunks go in segments: while one
   * is written, the one before, which has been flushed, is read back. Reading and writing at once keeps both
   * directions of a drive busy; for a drive that turns, one segment of everything avoids the seeks.
   * @param segmentBytes bytes of chunks that are written before they are read back
   * @param onAllWritten called when the last chunk is written and flushed
   * @returns seconds until everything was written, and seconds from the first to the last byte read back
   */
  async writeAndVerify(
    chunks: readonly SourcedChunk[],
    segmentBytes: number,
    onAllWritten: () => void,
  ): Promise<{ writeSeconds: number; verifySeconds: number }> {
    const start = performance.now();
    let verifyStart = start;
    let verifying: Promise<void> = Promise.resolve();
    try {
      for (const segment of segmentsOf(chunks, segmentBytes)) {
        await this.writeChunks(chunks, segment);
        await verifying;
        if (segment.first === 0) verifyStart = performance.now();
        if (segment.end === chunks.length) onAllWritten();
        verifying = this.verifyChunks(chunks, segment);
        // Awaited after the next segment is written; a rejection before that is not unhandled.
        verifying.catch(() => undefined);
      }
    } finally {
      // The buffers belong to the transfers until they have ended, also when something else failed.
      await verifying.catch(() => undefined);
    }
    const written = this.allWrittenAt - start;
    await verifying;
    return { writeSeconds: written / 1000, verifySeconds: (performance.now() - verifyStart) / 1000 };
  }

  /** Writes a segment and flushes. The next chunk is read from the render while the last one is written. */
  private async writeChunks(chunks: readonly SourcedChunk[], segment: Segment): Promise<void> {
    let writing: Promise<void> = Promise.resolve();
    try {
      for (const [index, chunk] of chunksIn(chunks, segment)) {
        this.throwIfStopped();
        const buffer = this.writeBuffers[index % 2 === 0 ? 0 : 1];
        try {
          await readFully(chunk.sourceFd, buffer, chunk.length, chunk.sourceOffset);
        } catch (error) {
          throw new DriveFailure('source', chunk.offset, index, error);
        }
        await writing;
        writing = this.write(buffer, chunk.length, chunk.offset, index);
        writing.catch(() => undefined);
      }
    } finally {
      await writing.catch(() => undefined);
    }
    await writing;
    await this.flush();
    this.allWrittenAt = performance.now();
  }

  /** Reads chunks back and compares their SHA-256. The next chunk is read while this one is hashed. */
  async verifyChunks(
    chunks: readonly SourcedChunk[],
    segment: Segment = { first: 0, end: chunks.length },
  ): Promise<void> {
    this.forget();
    const start = (index: number): Promise<void> => {
      const chunk = index < segment.end ? chunks[index] : undefined;
      if (chunk === undefined) return Promise.resolve();
      const buffer = this.readBuffers[index % 2 === 0 ? 0 : 1];
      const reading = this.read(buffer, chunk.length, chunk.offset, index);
      reading.catch(() => undefined);
      return reading;
    };
    let reading = start(segment.first);
    try {
      for (const [index, chunk] of chunksIn(chunks, segment)) {
        this.throwIfStopped();
        await reading;
        reading = start(index + 1);
        const found = this.readBuffers[index % 2 === 0 ? 0 : 1].subarray(0, chunk.length);
        if (createHash('sha256').update(found).digest('hex') !== chunk.sha256) {
          await reading.catch(() => undefined);
          throw await this.explainMismatch(chunk, index);
        }
        this.progress.addVerified(chunk.length);
      }
    } finally {
      await reading.catch(() => undefined);
    }
  }

  /**
   * Writes the partition table: backup first, primary last, since the primary is what makes a drive usable.
   * Reads both back.
   * @returns SHA-256 over both regions as read back
   */
  async seal(table: PartitionTable): Promise<string> {
    this.throwIfStopped();
    const { head, tail } = this.tableImages(table);
    await this.write(tail, tableRegion, this.drive.size - tableRegion, null);
    await this.flush();
    await this.write(head, tableRegion, 0, null);
    await this.flush();
    const hash = await this.compareTable(table);
    this.throwIfStopped();
    return hash;
  }

  /** Compares the drive's first and last MiB with a table. Anything else in them is a mismatch too. */
  async compareTable(table: PartitionTable): Promise<string> {
    this.forget();
    const hash = createHash('sha256');
    const { head, tail } = this.tableImages(table, new Uint8Array(2 * tableRegion));
    for (const [offset, wanted] of [
      [0, head],
      [this.drive.size - tableRegion, tail],
    ] as const) {
      const found = this.writeBuffers[0].subarray(0, tableRegion);
      await this.read(found, tableRegion, offset, null);
      if (!found.equals(wanted)) throw new DriveFailure('table', offset, null);
      hash.update(found);
    }
    return hash.digest('hex');
  }

  /** Takes the partition tables away: first the primary, which makes a drive usable. */
  async eraseTables(): Promise<void> {
    const zeros = this.writeBuffers[0].subarray(0, tableRegion).fill(0);
    await this.write(zeros, tableRegion, 0, null);
    await this.write(zeros, tableRegion, this.drive.size - tableRegion, null);
    await this.flush();
  }

  private tableImages(table: PartitionTable, memory?: Uint8Array): { head: Buffer; tail: Buffer } {
    const both = memory === undefined ? this.writeBuffers[0] : Buffer.from(memory.buffer);
    both.fill(0, 0, 2 * tableRegion);
    both.set(table.primary, 0);
    both.set(table.backup, tableRegion + table.backupOffset - (this.drive.size - tableRegion));
    return { head: both.subarray(0, tableRegion), tail: both.subarray(tableRegion, 2 * tableRegion) };
  }

  /** A mismatch is the drive's fault, unless the render itself is no longer what its chunk map says. */
  private async explainMismatch(chunk: SourcedChunk, index: number): Promise<DriveFailure> {
    if (chunk.sourceFd >= 0) {
      const buffer = this.readBuffers[0].subarray(0, chunk.length);
      try {
        await readFully(chunk.sourceFd, buffer, chunk.length, chunk.sourceOffset);
      } catch (error) {
        return new DriveFailure('source', chunk.offset, index, error);
      }
      if (createHash('sha256').update(buffer).digest('hex') !== chunk.sha256) {
        return new DriveFailure('source', chunk.offset, index);
      }
    }
    return new DriveFailure('mismatch', chunk.offset, index);
  }

  private async read(buffer: Buffer, length: number, offset: number, chunk: number | null): Promise<void> {
    try {
      await readFully(this.drive.fd, buffer, length, offset);
    } catch (error) {
      throw new DriveFailure('read', offset, chunk, error);
    }
  }

  private async write(buffer: Buffer, length: number, offset: number, chunk: number | null): Promise<void> {
    try {
      await writeFully(this.drive.fd, buffer, length, offset);
    } catch (error) {
      throw new DriveFailure('write', offset, chunk, error);
    }
    this.progress.addWritten(length, chunk !== null);
  }

  private async flush(): Promise<void> {
    try {
      await flushDrive(this.drive.fd);
    } catch (error) {
      throw new DriveFailure('write', 0, null, error);
    }
  }

  private forget(): void {
    try {
      this.forgetCache(this.drive.fd);
    } catch (error) {
      throw new DriveFailure('read', 0, null, error);
    }
  }

  private throwIfStopped(): void {
    if (this.progress.isStopRequested()) throw new Stopped('stop was asked for');
  }
}
