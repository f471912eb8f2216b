import { createHash } from 'node:crypto';
import { MiB } from '../../core/base/units';
import { markOf, pieceBytes, piecesOfSample, sampleBytes, type Sample } from '../../core/sanitise/samples';
import { alignedBuffer } from './aligned-io';
import { DriveFailure, type DriveIo } from './drive-io';
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
  private readonly buffer = alignedBuffer(step);

  constructor(
    private readonly io: DriveIo,
    /** Bytes. */
    private readonly size: number,
    private readonly progress: SharedProgress,
  ) {}

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
    const head = this.buffer.subarray(0, Math.min(MiB, this.size));
    return (await this.isReadable(head, 0)) ? Uint8Array.from(head) : null;
  }

  private async isReadable(into: Buffer, offset: number): Promise<boolean> {
    return await this.io.read(into, into.length, offset, null).then(
      () => true,
      () => false,
    );
  }

  /** A sample that cannot be read has no digests: that says less, and is no failure. */
  private async readSamples(offsets: readonly number[]): Promise<Sample[]> {
    this.io.forget();
    this.progress.startPhase();
    const samples: Sample[] = [];
    for (const offset of offsets) {
      this.io.throwIfStopped();
      const sample = this.buffer.subarray(0, sampleBytes);
      const readable = await this.isReadable(sample, offset);
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
    const mark = this.buffer.subarray(0, pieceBytes);
    let marked = false;
    for (const { offset, pieces } of samples) {
      for (const [index, piece] of pieces.entries()) {
        this.io.throwIfStopped();
        if (piece !== 'blank') continue;
        fillWithMark(mark, run, offset, index);
        await this.io.write(mark, pieceBytes, offset + index * pieceBytes, null);
        marked = true;
      }
    }
    // A drive whose last erase failed reads nothing, takes nothing, and refuses this too: only the next erase helps it.
    if (marked) await this.io.flush();
  }

  private async overwrite(from: number): Promise<void> {
    this.progress.startPhase();
    this.progress.addDone(from);
    this.buffer.fill(0);
    for (let offset = from; offset < this.size; offset += step) {
      await this.io.hold('sanitising');
      this.io.throwIfStopped();
      await this.io.write(this.buffer, Math.min(step, this.size - offset), offset, null);
    }
    await this.io.flush();
  }

  private async readBack(): Promise<void> {
    this.io.forget();
    this.progress.startPhase();
    const zeros = Buffer.alloc(step);
    for (let offset = 0; offset < this.size; offset += step) {
      this.io.throwIfStopped();
      const found = this.buffer.subarray(0, Math.min(step, this.size - offset));
      await this.io.read(found, found.length, offset, null);
      if (!found.equals(zeros.subarray(0, found.length))) throw new DriveFailure('mismatch', offset, null);
      this.progress.addDone(found.length);
    }
  }
}

function pieceOf(sample: Buffer, index: number): string {
  const piece = sample.subarray(index * pieceBytes, (index + 1) * pieceBytes);
  // All bytes are the same where each is as the one before it: compared by the processor, not one by one.
  if (piece.subarray(1).equals(piece.subarray(0, -1))) return 'blank';
  return digestOf(piece);
}

/** As many characters as tell pieces of one drive apart. */
function digestOf(piece: Uint8Array): string {
  return createHash('sha256').update(piece).digest('hex').slice(0, 32);
}

/** What a blank piece is given, so that it has something to lose. */
function fillWithMark(piece: Buffer, run: string, offset: number, index: number): void {
  const seed = createHash('sha256')
    .update(markOf(run, offset, index))
    .digest();
  piece.fill(seed);
}

/** The digest of the mark that a blank piece was given. */
export function digestOfMark(run: string): (offset: number, piece: number) => string {
  return (offset, piece) => {
    const mark = Buffer.alloc(pieceBytes);
    fillWithMark(mark, run, offset, piece);
    return digestOf(mark);
  };
}
