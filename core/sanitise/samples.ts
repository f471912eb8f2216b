import { z } from 'zod';
import { MiB } from '../base/units';

/** How an erase is checked where the drive did it by itself: samples over the whole drive, before and after. */

/** Bytes of a sample, and of a piece of it that is compared by itself. */
export const sampleBytes = MiB;
export const pieceBytes = 64 * 1024;
export const piecesOfSample = sampleBytes / pieceBytes;
/** Samples at random places, each in an equal part of the drive. */
export const randomSamples = 256;
/** More starts of partitions than that say nothing more. */
const partitionsAtMost = 128;

/**
 * Offsets of the samples, ascending, each on a MiB border: the first and the last MiB, where each partition starts, and one at
 * random in each of {@link randomSamples} equal parts.
 * @param size of the drive, bytes
 * @param starts of the partitions, bytes
 * @param random 0 to 1, without 1
 */
export function sampleOffsets(size: number, starts: readonly number[], random: () => number): number[] {
  const whole = Math.floor(size / sampleBytes);
  if (whole === 0) return [];
  const parts = Math.min(randomSamples, whole);
  const places = new Set([0, whole - 1]);
  for (const start of starts.slice(0, partitionsAtMost)) {
    const place = Math.floor(start / sampleBytes);
    if (place >= 0 && place < whole) places.add(place);
  }
  for (let part = 0; part < parts; part += 1) {
    const from = Math.floor((part * whole) / parts);
    const to = Math.floor(((part + 1) * whole) / parts);
    places.add(from + Math.floor(random() * (to - from)));
  }
  return [...places].sort((one, other) => one - other).map((place) => place * sampleBytes);
}

/** What a piece held: a digest; `blank` where all its bytes are the same; null where it could not be read. */
export type Piece = string | null;

export const sampleSchema = z.strictObject({
  /** Bytes. */
  offset: z.int().nonnegative(),
  /** {@link piecesOfSample} pieces. */
  pieces: z.array(z.string().nullable()).length(piecesOfSample),
});
export type Sample = z.infer<typeof sampleSchema>;

/** What a mark is made of: its SHA-256, repeated, fills a piece that held nothing. No other run and no other place has it. */
export function markOf(run: string, offset: number, piece: number): string {
  return `prestage ${run} ${offset} ${piece}`;
}

/** What the samples showed after the erase. */
export const sampleCountsSchema = z.strictObject({
  /** Samples of 1 MiB. */
  samples: z.int().nonnegative(),
  /** Pieces of 64 KiB: all of one byte; other than before; as before; not to be read. */
  blank: z.int().nonnegative(),
  changed: z.int().nonnegative(),
  unchanged: z.int().nonnegative(),
  unread: z.int().nonnegative(),
});
export type SampleCounts = z.infer<typeof sampleCountsSchema>;

/**
 * Compares samples. What held nothing before was marked, so that every piece had something to lose.
 * @param marked digest of the mark that a blank piece was given
 */
export function compareSamples(
  before: readonly Sample[],
  after: readonly Sample[],
  marked: (offset: number, piece: number) => string,
): SampleCounts {
  const counts = { samples: before.length, blank: 0, changed: 0, unchanged: 0, unread: 0 };
  const byOffset = new Map(after.map((sample) => [sample.offset, sample]));
  for (const { offset, pieces } of before) {
    const now = byOffset.get(offset);
    for (const [index, old] of pieces.entries()) {
      const found = now?.pieces[index] ?? null;
      const held = old === 'blank' ? marked(offset, index) : old;
      if (found === null || held === null) counts.unread += 1;
      else if (found === held) counts.unchanged += 1;
      else if (found === 'blank') counts.blank += 1;
      else counts.changed += 1;
    }
  }
  return counts;
}

/** The share of a drive (0 to 1) that would have been found with 95 % certainty. */
export function certainShare(samples: number): number {
  return samples === 0 ? 1 : 1 - 0.05 ** (1 / samples);
}

/** What was looked at, as a sentence. */
export function samplesWords(samples: number): string {
  return `${samples} samples of 1 MiB over the whole drive were compared with what they held before.`;
}

/** The same, with what it proves. */
export function proofWords(samples: number): string {
  const share = (certainShare(samples) * 100).toFixed(1);
  return `${samplesWords(samples)} If ${share} % or more of the drive had kept its data, they would have shown it with a certainty of 95 %.`;
}
