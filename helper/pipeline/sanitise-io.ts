import { createHash } from 'node:crypto';
import { MiB } from '../../core/base/units';
import { markOf, pieceBytes, piecesOfSample, sampleBytes, type Sample } from '../../core/sanitise/samples';
import { alignedBuffer, flushDrive, readFully, writeFully } from './aligned-io';
import { DriveFailure, Stopped, type ForgetCache, type OpenDrive } from './drive-io';
import { holdPoint } from './hold-points';
import type { SharedProgress } from './shared-progress';

/** Reading samples of a drive, marking what is blank, and overwriting all of it. Runs in the drive's thread. */

/** Bytes of one transfer. */
const step = 8 * MiB;

/** What a drive's thread is asked for when it is erased. All offsets in bytes. */
export type SanitiseTask =
  | { readonly kind: 'read-table' }
  | { readonly kind: 'read-samples'; readonly offsets: readonly number[] }
  /** Blank pieces get marks that are known by the run. */
  | { readonly kind: 'mark'; readonly run: string; readonly samples: readonly Sample[] }
  /** Zeros from an offset on, then all of the drive is read back. */
  | { readonly kind: 'overwrite'; readonly from: number };

/** What it answers with. */
export interface SanitiseAnswer {
  /** The first MiB; null: not readable. */
  readonly head?: Uint8Array | null;
  readonly samples?: Sample[];
}

export class SanitiseIo {
  private readonly buffer: Buffer;

  constructor(
    private readonly drive: OpenDrive,
    private readonly progress: SharedProgress,
    private readonly forgetCache: ForgetCache,
  ) {
    this.buffer = alignedBuffer(step);
  }

  /** @param onReading called when all is written and reading back begins */
  async run(task: SanitiseTask, onReading: () => void): Promise<SanitiseAnswer> {
    switch (task.kind) {
      case 'read-table':
        return { head: await this.readHead() };
      case 'read-samples':
        return { samples: await this.readSamples(task.offsets) };
      case 'mark':
        await this.mark(task.run, task.samples);
        return {};
      case 'overwrite':
        await this.overwrite(task.from);
        onReading();
        await this.readBack();
        return {};
    }
  }

  private async readHead(): Promise<Uint8Array | null> {
    const head = this.buffer.subarray(0, Math.min(MiB, this.drive.size));
    try {
      await readFully(this.drive.fd, head, head.length, 0);
      return Uint8Array.from(head);
    } catch {
      return null;
    }
  }

  /** A sample that cannot be read has no digests: that says less, and is no failure. */
  private async readSamples(offsets: readonly number[]): Promise<Sample[]> {
    this.forget();
    this.progress.startPhase();
    const samples: Sample[] = [];
    for (const offset of offsets) {
      this.throwIfStopped();
      const sample = this.buffer.subarray(0, sampleBytes);
      const readable = await readFully(this.drive.fd, sample, sampleBytes, offset).then(
        () => true,
        () => false,
      );
      samples.push({
        offset,
        pieces: Array.from({ length: piecesOfSample }, (_, index) =>
          readable ? pieceOf(sample, index) : null,
        ),
      });
      this.progress.addDone(sampleBytes);
    }
    return samples;
  }

  private async mark(run: string, samples: readonly Sample[]): Promise<void> {
    this.progress.startPhase();
    for (const { offset, pieces } of samples) {
      for (const [index, piece] of pieces.entries()) {
        this.throwIfStopped();
        if (piece !== 'blank') continue;
        const seed = createHash('sha256')
          .update(markOf(run, offset, index))
          .digest();
        const mark = this.buffer.subarray(0, pieceBytes);
        for (let at = 0; at < pieceBytes; at += seed.length) mark.set(seed, at);
        await this.write(mark, offset + index * pieceBytes);
      }
    }
    await this.flush();
  }

  private async overwrite(from: number): Promise<void> {
    this.progress.startPhase();
    this.progress.addDone(from);
    this.buffer.fill(0);
    for (let offset = from; offset < this.drive.size; offset += step) {
      await holdPoint('sanitising', () => this.progress.stopRequested);
      this.throwIfStopped();
      await this.write(this.buffer.subarray(0, Math.min(step, this.drive.size - offset)), offset);
    }
    await this.flush();
  }

  private async readBack(): Promise<void> {
    this.forget();
    this.progress.startPhase();
    const zeros = Buffer.alloc(step);
    for (let offset = 0; offset < this.drive.size; offset += step) {
      this.throwIfStopped();
      const found = this.buffer.subarray(0, Math.min(step, this.drive.size - offset));
      try {
        await readFully(this.drive.fd, found, found.length, offset);
      } catch (error) {
        throw new DriveFailure('read', offset, null, error);
      }
      if (!found.equals(zeros.subarray(0, found.length))) throw new DriveFailure('mismatch', offset, null);
      this.progress.addDone(found.length);
    }
  }

  private async write(bytes: Buffer, offset: number): Promise<void> {
    try {
      await writeFully(this.drive.fd, bytes, bytes.length, offset);
    } catch (error) {
      throw new DriveFailure('write', offset, null, error);
    }
    this.progress.addWritten(bytes.length);
    this.progress.addDone(bytes.length);
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
    if (this.progress.stopRequested) throw new Stopped('stop was asked for');
  }
}

function pieceOf(sample: Buffer, index: number): string {
  const piece = sample.subarray(index * pieceBytes, (index + 1) * pieceBytes);
  const [first = 0] = piece;
  if (piece.every((byte) => byte === first)) return 'blank';
  return digestOf(piece);
}

/** As many characters as tell pieces of one drive apart. */
function digestOf(piece: Uint8Array): string {
  return createHash('sha256').update(piece).digest('hex').slice(0, 32);
}

/** The digest of the mark that a blank piece was given. */
export function digestOfMark(run: string): (offset: number, piece: number) => string {
  return (offset, piece) => {
    const seed = createHash('sha256')
      .update(markOf(run, offset, piece))
      .digest();
    const mark = Buffer.alloc(pieceBytes);
    for (let at = 0; at < pieceBytes; at += seed.length) mark.set(seed, at);
    return digestOf(mark);
  };
}
