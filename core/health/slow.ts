import { z } from 'zod';
import { formatRate } from '../base/display';

/** Drives that are much slower than others of their model, or than they were at first. Notes: a slow drive is not a bad one. */

/** Bytes/second. */
const rate = z.number().nonnegative();

export const slowNoteSchema = z.discriminatedUnion('what', [
  /** Than the middle of other drives of its model on this station. */
  z.strictObject({
    what: z.literal('slower-than-others'),
    phase: z.enum(['writing', 'verifying']),
    rate,
    others: rate,
    /** How many others there were. */
    drives: z.int().min(3),
  }),
  /** Writing ended at less than half the speed at which it began. */
  z.strictObject({ what: z.literal('fell'), first: rate, last: rate }),
]);
export type SlowNote = z.infer<typeof slowNoteSchema>;

/** How fast one drive was. */
export interface DrivePace {
  readonly bytesWritten: number;
  readonly writeSeconds: number;
  readonly bytesVerified: number;
  readonly verifySeconds: number;
}

/** Fewer others have no middle that says something. */
const othersAtLeast = 3;
const slowShare = 0.6;
/** Seconds; what took less measures caches, not drives. */
const tellingSeconds = 2;

/**
 * What is said of a drive beside others of its model.
 * @param others that were written by the same station; those too short to tell are left out
 */
export function slowerThanOthers(own: DrivePace, others: readonly DrivePace[]): SlowNote[] {
  return (['writing', 'verifying'] as const).flatMap((phase) => {
    const ownRate = rateOf(own, phase);
    const rates = others.flatMap((other) => rateOf(other, phase) ?? []);
    const middle = median(rates);
    if (ownRate === null || middle === null || rates.length < othersAtLeast) return [];
    if (ownRate >= slowShare * middle) return [];
    return [
      {
        what: 'slower-than-others' as const,
        ...{ phase, rate: ownRate, others: middle, drives: rates.length },
      },
    ];
  });
}

function rateOf(pace: DrivePace, phase: 'writing' | 'verifying'): number | null {
  const [bytes, seconds] =
    phase === 'writing' ? [pace.bytesWritten, pace.writeSeconds] : [pace.bytesVerified, pace.verifySeconds];
  return seconds < tellingSeconds ? null : bytes / seconds;
}

function median(numbers: readonly number[]): number | null {
  const sorted = numbers.toSorted((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? null;
}

/** A moment of writing: bytes done in all, and milliseconds from any start. */
export interface WritingSample {
  readonly bytes: number;
  readonly time: number;
}

/** Seconds of writing below which nothing is said of its speed: a drive's cache takes what comes first. */
const fallSeconds = 20;

/**
 * Whether writing slowed down to less than half: the last quarter of the bytes beside the first.
 * @param samples of one drive, in their order
 */
export function slowedDown(samples: readonly WritingSample[]): SlowNote[] {
  const [first, last] = [samples.at(0), samples.at(-1)];
  if (first === undefined || last === undefined) return [];
  if (last.time - first.time < fallSeconds * 1000) return [];
  const total = last.bytes - first.bytes;
  const quarter = samples.find(({ bytes }) => bytes - first.bytes >= total / 4);
  const rest = samples.findLast(({ bytes }) => last.bytes - bytes >= total / 4);
  if (quarter === undefined || rest === undefined) return [];
  const begun = speed(first, quarter);
  const ended = speed(rest, last);
  return begun === null || ended === null || ended >= begun / 2
    ? []
    : [{ what: 'fell', first: begun, last: ended }];
}

function speed(from: WritingSample, to: WritingSample): number | null {
  return to.time > from.time ? ((to.bytes - from.bytes) * 1000) / (to.time - from.time) : null;
}

/** What cards, reports and papers say of it; a sentence without its full stop. */
export function slowWords(note: SlowNote): string {
  if (note.what === 'fell') {
    return `Slowed down: writing began at ${formatRate(note.first)} and ended at ${formatRate(note.last)}`;
  }
  const doing = note.phase === 'writing' ? 'written' : 'read';
  return `Slow drive: ${doing} at ${formatRate(note.rate)}; ${note.drives} others of its model at ${formatRate(note.others)}`;
}
