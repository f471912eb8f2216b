/** Which pieces of a disk image that is being made could be written to drives before it is whole. */
import { KiB } from '../../core/base/units';
import type { EarlyPiece } from './early-model';

const gigabyte = 1e9;

/** The smallest piece that is looked at: gaps up to this size are written too (core/media/chunk-map.ts). */
export const cellBytes = 64 * KiB;

export interface Look {
  /** Processor seconds of what writes the volume, from its start: a clock that other work does not change. */
  readonly at: number;
  /** For each cell of the volume the beginning of its SHA-256; 0: nothing was written there yet. */
  readonly cells: Float64Array;
}

/** Whether all cells of a piece have at one look what they have at another. */
function alike(one: Look, other: Look, from: number, count: number): boolean {
  const end = from + count;
  for (let cell = from; cell < end; cell += 1) {
    if (one.cells[cell] !== other.cells[cell]) return false;
  }
  return true;
}

/** Bytes of a piece that are there. */
export function bytesOf({ cells }: Look, from: number, count: number): number {
  return cells.subarray(from, from + count).reduce((sum, hash) => sum + (hash === 0 ? 0 : cellBytes), 0);
}

/** What would be written early: a piece that two looks in turn found alike. */
export function earlyPieces(looks: readonly Look[], last: Look, count: number): EarlyPiece[] {
  const early: EarlyPiece[] = [];
  for (let from = 0; from < last.cells.length; from += count) {
    const index = looks.findIndex((look, at) => {
      const before = looks[at - 1];
      return before !== undefined && bytesOf(look, from, count) > 0 && alike(before, look, from, count);
    });
    const found = looks[index];
    if (found === undefined || found === last) continue;
    const gigabytes = bytesOf(found, from, count) / gigabyte;
    early.push({ gigabytes, at: found.at / last.at, right: alike(found, last, from, count) });
  }
  return early;
}

/** Bytes of a look that are already what they are in the end, in whole pieces. */
export function finalBytes(look: Look, last: Look, count: number): number {
  let bytes = 0;
  for (let from = 0; from < last.cells.length; from += count) {
    if (alike(look, last, from, count)) bytes += bytesOf(look, from, count);
  }
  return bytes;
}
