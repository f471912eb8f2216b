import { createHash } from 'node:crypto';
import type { ByteRange, Chunk } from '../../core/media/chunk-map';
import type { PartitionTable } from '../../core/drive/gpt';
import { MiB } from '../../core/base/units';
import { required } from '../../core/base/required';
import { errorCodeOf } from '../../core/base/system-error';
import { alignedBuffer, flushDrive, readFully, writeFully } from './aligned-io';
import { holdPoint, type HoldPoint } from './hold-points';
import { readBackOrder, type ProvedWindow } from './proved-window';
import type { SharedProgress } from './shared-progress';

/** A chunk and where its bytes come from. */
export interface SourcedChunk extends Pick<Chunk, 'offset' | 'length' | 'sha256'> {
  /** Open descriptor of a disk image file; -1 when the drive is only verified. */
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

export type FailureKind =
  'source' | 'link' | 'read' | 'write' | 'write-refused' | 'mismatch' | 'table' | 'size';

/** What went wrong, where on the drive (bytes) and at which chunk. */
export class DriveFailure extends Error {
  readonly kind: FailureKind;
  readonly offset: number;
  readonly chunk: number | null;
  /** The errno's name, or null. */
  readonly errno: string | null;

  /** @param thrown the system's error, or what was found, in words */
  constructor(kind: FailureKind, offset: number, chunk: number | null, thrown?: unknown) {
    super(thrown instanceof Error ? thrown.message : typeof thrown === 'string' ? thrown : kind);
    this.kind = kind;
    this.offset = offset;
    this.chunk = chunk;
    this.errno = errorCodeOf(thrown);
  }
}

/** Somebody asked to stop. */
export class Stopped extends Error {}

/** The partition tables' regions: the first and the last MiB. No partition reaches into them. */
const tableRegion = MiB;

/** Makes the kernel forget what it cached of the drive, so that reads come from the drive. */
export type ForgetCache = (fd: number) => void;

/** The steps of one drive's trip. All offsets and lengths in bytes. */
export class DriveIo {
  private readonly buffers: readonly [Buffer, Buffer];

  constructor(
    private readonly drive: OpenDrive,
    private readonly progress: SharedProgress,
    private readonly forgetCache: ForgetCache,
    /** Bytes of the longest chunk. */
    longestChunk: number,
  ) {
    // The partition tables' two regions are put together in one buffer.
    const bytes = Math.max(longestChunk, 2 * tableRegion);
    this.buffers = [alignedBuffer(bytes), alignedBuffer(bytes)];
  }

  /**
   * Zeroes the first and the last MiB, and the places in each partition where old signatures are looked for: old tables,
   * RAID and volume-manager superblocks must not come back to life.
   * @param regions of the partitions (signature-regions.ts), none longer than two MiB
   */
  async erase(regions: readonly ByteRange[]): Promise<void> {
    this.throwIfStopped();
    await this.requireWritable();
    await this.eraseTables();
    await this.hold('erasing');
    const zeros = this.buffers[0].fill(0, 0, 2 * tableRegion);
    for (const { offset, length } of regions) {
      this.throwIfStopped();
      await this.write(zeros.subarray(0, length), length, offset, null);
    }
    await this.flush();
  }

  /**
   * The first write of all. A drive that refuses it although it can be read is not simply failing: it is write-protected,
   * or locked by its own encryption, or has made itself read-only.
   */
  async requireWritable(): Promise<void> {
    const zeros = this.buffers[0].subarray(0, tableRegion).fill(0);
    try {
      await writeFully(this.drive.fd, zeros, tableRegion, 0);
      await flushDrive(this.drive.fd);
    } catch (error) {
      const readable = await readFully(this.drive.fd, this.buffers[1], tableRegion, 0).then(
        () => true,
        () => false,
      );
      throw new DriveFailure(readable ? 'write-refused' : 'write', 0, null, error);
    }
  }

  /** Copies every chunk to the drive and flushes. The next chunk is read while the last one is written. */
  async writeChunks(chunks: readonly SourcedChunk[]): Promise<void> {
    this.progress.startPhase();
    let writing: Promise<void> = Promise.resolve();
    try {
      for (const [index, chunk] of chunks.entries()) {
        await this.hold('writing');
        this.throwIfStopped();
        const buffer = this.buffers[index % 2 === 0 ? 0 : 1];
        try {
          await readFully(chunk.sourceFd, buffer, chunk.length, chunk.sourceOffset);
        } catch (error) {
          throw new DriveFailure('source', chunk.offset, index, error);
        }
        await writing;
        writing = this.write(buffer, chunk.length, chunk.offset, index);
        // Awaited one chunk later; a rejection before that is not unhandled.
        writing.catch(() => undefined);
      }
    } finally {
      // The buffers belong to the transfer until it has ended, also when something else failed.
      await writing.catch(() => undefined);
    }
    await writing;
    await this.flush();
  }

  /**
   * Reads every chunk back and compares its SHA-256. The next chunk is read while this one is hashed.
   * @param window by which a chunk that another drive was just found to hold need not be hashed again; null: each is
   * @returns chunks that were compared by it
   */
  async verifyChunks(chunks: readonly SourcedChunk[], window: ProvedWindow | null = null): Promise<number> {
    this.progress.startPhase();
    this.forget();
    const order = readBackOrder(chunks.length, window?.begin() ?? 0);
    const start = (step: number): Promise<void> => {
      const place = order[step];
      const chunk = place === undefined ? undefined : chunks[place];
      if (place === undefined || chunk === undefined) return Promise.resolve();
      const reading = this.read(this.buffers[step % 2 === 0 ? 0 : 1], chunk.length, chunk.offset, place);
      reading.catch(() => undefined);
      return reading;
    };
    let compared = 0;
    let reading = start(0);
    try {
      for (const [step, place] of order.entries()) {
        const chunk = required(chunks[place], 'a chunk of the order');
        await this.hold('verifying');
        this.throwIfStopped();
        await reading;
        reading = start(step + 1);
        const found = this.buffers[step % 2 === 0 ? 0 : 1].subarray(0, chunk.length);
        const others = window?.isWorthwhile === true ? window : null;
        if (others?.has(place, chunk.sha256, found) === true) compared += 1;
        else if (createHash('sha256').update(found).digest('hex') === chunk.sha256) {
          others?.show(place, chunk.sha256, found);
        } else {
          await reading.catch(() => undefined);
          throw await this.explainMismatch(chunk, place);
        }
        this.progress.addDone(chunk.length);
      }
    } finally {
      window?.end();
      await reading.catch(() => undefined);
    }
    return compared;
  }

  /**
   * The tables' regions must still hold the zeros that erase wrote. On a drive that is smaller than it says and
   * wraps around, or writes to the wrong place, chunks have landed there.
   */
  async requireBlankTables(): Promise<void> {
    await this.requireBlank(
      [0, this.drive.size - tableRegion].map((offset) => ({ offset, length: tableRegion })),
    );
  }

  /**
   * These ranges hold the zeros that erase wrote.
   * @param ranges none longer than two MiB
   */
  async requireBlank(ranges: readonly ByteRange[]): Promise<void> {
    const zeros = this.buffers[1].fill(0, 0, 2 * tableRegion);
    for (const { offset, length } of ranges) {
      const found = this.buffers[0].subarray(0, length);
      await this.read(found, length, offset, null);
      if (!found.equals(zeros.subarray(0, length))) throw new DriveFailure('mismatch', offset, null);
    }
  }

  /**
   * Writes the partition table: backup first, primary last, since the primary is what makes a drive usable.
   * Reads both back.
   * @returns SHA-256 over both regions as read back
   */
  async seal(table: PartitionTable): Promise<string> {
    await this.hold('sealing');
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
      const found = this.buffers[0].subarray(0, tableRegion);
      await this.read(found, tableRegion, offset, null);
      if (!found.equals(wanted)) throw new DriveFailure('table', offset, null);
      hash.update(found);
    }
    return hash.digest('hex');
  }

  /** Takes the partition tables away: first the primary, which makes a drive usable. */
  async eraseTables(): Promise<void> {
    const zeros = this.buffers[0].subarray(0, tableRegion).fill(0);
    await this.write(zeros, tableRegion, 0, null);
    await this.write(zeros, tableRegion, this.drive.size - tableRegion, null);
    await this.flush();
  }

  private tableImages(table: PartitionTable, memory?: Uint8Array): { head: Buffer; tail: Buffer } {
    const both = memory === undefined ? this.buffers[0] : Buffer.from(memory.buffer);
    both.fill(0, 0, 2 * tableRegion);
    both.set(table.primary, 0);
    both.set(table.backup, tableRegion + table.backupOffset - (this.drive.size - tableRegion));
    return { head: both.subarray(0, tableRegion), tail: both.subarray(tableRegion, 2 * tableRegion) };
  }

  /** A mismatch is the drive's fault, unless the disk image itself is no longer what its chunk map says. */
  private async explainMismatch(chunk: SourcedChunk, index: number): Promise<DriveFailure> {
    if (chunk.sourceFd >= 0) {
      const buffer = this.buffers[0].subarray(0, chunk.length);
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

  /** Reads exactly `length` bytes at `offset`. @throws DriveFailure */
  async read(buffer: Buffer, length: number, offset: number, chunk: number | null): Promise<void> {
    try {
      await readFully(this.drive.fd, buffer, length, offset);
    } catch (error) {
      throw new DriveFailure('read', offset, chunk, error);
    }
  }

  /** Writes exactly `length` bytes at `offset`. @throws DriveFailure */
  async write(buffer: Buffer, length: number, offset: number, chunk: number | null): Promise<void> {
    try {
      await writeFully(this.drive.fd, buffer, length, offset);
    } catch (error) {
      throw new DriveFailure('write', offset, chunk, error);
    }
    this.progress.addWritten(length);
    this.progress.addDone(length);
  }

  /** Flushes the drive's own cache as well. @throws DriveFailure */
  async flush(): Promise<void> {
    try {
      await flushDrive(this.drive.fd);
    } catch (error) {
      throw new DriveFailure('write', 0, null, error);
    }
  }

  /** Makes the kernel forget what it cached of the drive. @throws DriveFailure */
  forget(): void {
    try {
      this.forgetCache(this.drive.fd);
    } catch (error) {
      throw new DriveFailure('read', 0, null, error);
    }
  }

  /** Passes a place where tests can stop the thread. */
  async hold(point: HoldPoint): Promise<void> {
    await holdPoint(point, () => this.progress.stopRequested);
  }

  /** @throws Stopped when somebody asked to stop */
  throwIfStopped(): void {
    if (this.progress.stopRequested) throw new Stopped('stop was asked for');
  }
}
