import { z } from 'zod';
import { formatBytes } from '../base/display';

/**
 * A drive's real size, by marks that are written over all of the size it claims and read back after the last write. A mark names
 * the run and its own position: so that what lies at another place, and what was never written, are told apart.
 */

/** Bytes from one mark to the next. Sectors have 512 or 4096. */
export const markSpacing = 4096;
/** Bytes of a mark: the run (16), its position (8), and the position once more, inverted (8). */
export const markBytes = 32;
const runBytes = 16;
const allOnes = 0xffff_ffff_ffff_ffffn;

/** What was found on a drive that was read back. */
export const sizeVerdictSchema = z.discriminatedUnion('what', [
  /** Everything holds what was written to it. */
  z.strictObject({ what: z.literal('whole') }),
  z.strictObject({
    /** Beyond its real size, what is written to the drive lands at its beginning again. */
    what: z.literal('wraps'),
    /** Bytes. */
    realBytes: z.int().nonnegative(),
    /** Where the first mark of another position was read, and which position that mark names. Bytes. */
    position: z.int().nonnegative(),
    foundPosition: z.int().nonnegative(),
  }),
  z.strictObject({
    /** Beyond its real size, what is written to the drive is lost. */
    what: z.literal('drops'),
    /** Bytes. */
    realBytes: z.int().nonnegative(),
  }),
  z.strictObject({
    /** It returns other data than was written at some places, which says nothing of its size. */
    what: z.literal('damaged'),
    /** The first such place. Bytes. */
    position: z.int().nonnegative(),
    /** How many pieces of 4 KiB differ. */
    pieces: z.int().positive(),
  }),
]);
export type SizeVerdict = z.infer<typeof sizeVerdictSchema>;

/** How a check of a drive's size went, for the record. */
export const sizeCheckSchema = z.strictObject({
  verdict: sizeVerdictSchema,
  /** Size that the drive claims: what was written and read. Bytes. */
  bytes: z.int().nonnegative(),
  writeSeconds: z.number().nonnegative(),
  readSeconds: z.number().nonnegative(),
});
export type SizeCheck = z.infer<typeof sizeCheckSchema>;

/**
 * Puts a mark at the start of a piece.
 * @param run 16 bytes that no other run has
 * @param position of the piece on the drive, in bytes
 */
export function writeMark(piece: Uint8Array, run: Uint8Array, position: number): void {
  piece.set(run, 0);
  const view = new DataView(piece.buffer, piece.byteOffset, markBytes);
  view.setBigUint64(runBytes, BigInt(position), true);
  view.setBigUint64(runBytes + 8, BigInt(position) ^ allOnes, true);
}

/** The position that a piece's mark names; null: it has no mark of this run. */
export function readMark(piece: Uint8Array, run: Uint8Array): number | null {
  if (piece.length < markBytes || run.some((byte, index) => piece[index] !== byte)) return null;
  const view = new DataView(piece.buffer, piece.byteOffset, markBytes);
  const position = view.getBigUint64(runBytes, true);
  return (position ^ allOnes) === view.getBigUint64(runBytes + 8, true) ? Number(position) : null;
}

/** Distances that are counted apart; a drive has a few, a broken one could have any number. */
const distancesAtMost = 4096;

/** Collects what was read, piece by piece in the order of their positions, and says what it means. */
export class SizeFindings {
  private firstBad: number | null = null;
  private firstStray: { readonly position: number; readonly foundPosition: number } | null = null;
  private lastGood = -1;
  private bad = 0;
  /** How often a mark was found so many bytes from its place. */
  private readonly distances = new Map<number, number>();

  /** Everything up to here, from the last piece that was told, holds what was written. @param position of its last piece */
  good(position: number): void {
    this.lastGood = position;
  }

  /** A piece does not hold what was written to it. @param found the position that its mark names; null: no mark */
  differs(position: number, found: number | null): void {
    this.bad += 1;
    this.firstBad ??= position;
    if (found === null || found === position) return;
    this.firstStray ??= { position, foundPosition: found };
    const distance = Math.abs(found - position);
    if (this.distances.has(distance) || this.distances.size < distancesAtMost) {
      this.distances.set(distance, (this.distances.get(distance) ?? 0) + 1);
    }
  }

  verdict(): SizeVerdict {
    if (this.firstBad === null) return { what: 'whole' };
    const wraps = this.wrapDistance();
    if (wraps !== null && this.firstStray !== null) {
      return { what: 'wraps', realBytes: wraps, ...this.firstStray };
    }
    // What is beyond the end of a drive never comes back.
    if (this.lastGood < this.firstBad) return { what: 'drops', realBytes: this.firstBad };
    return { what: 'damaged', position: this.firstBad, pieces: this.bad };
  }

  /**
   * Positions that share a place lie a multiple of the real size apart. The shortest of the common distances is that size: each
   * multiple is found on no more pieces than it.
   */
  private wrapDistance(): number | null {
    const most = Math.max(0, ...this.distances.values());
    const strays = [...this.distances.values()].reduce((sum, one) => sum + one, 0);
    // A few pieces in the wrong place are a fault of another kind.
    if (strays * 2 < this.bad) return null;
    const common = [...this.distances].filter(([, times]) => times * 2 >= most).map(([distance]) => distance);
    return common.length === 0 ? null : Math.min(...common);
  }
}

/** What was found, in one sentence without its full stop. @param claimed bytes that the drive claims */
export function sizeWords(verdict: SizeVerdict, claimed: number): string {
  switch (verdict.what) {
    case 'whole':
      return `All of its ${exact(claimed)} hold what is written to them`;
    case 'wraps':
      return (
        `It holds ${exact(verdict.realBytes)}, not the ${exact(claimed)} it reports: beyond that, it writes over its ` +
        `beginning (what was written at byte ${verdict.foundPosition} was found at byte ${verdict.position})`
      );
    case 'drops':
      return `It holds ${exact(verdict.realBytes)}, not the ${exact(claimed)} it reports: what is written beyond that is lost`;
    case 'damaged':
      return `It returns other data than was written in ${verdict.pieces} pieces of 4 KiB, the first at byte ${verdict.position}`;
  }
}

const exact = (bytes: number): string => `${formatBytes(bytes)} (${bytes} bytes)`;
