import { advanceEstimate, bytesPerSecond, startEstimate, type RateEstimate } from './rate-estimate';

/** How long something still takes, as it is shown: it runs like a clock and is put right a little at a time. */
export interface TimeLeft {
  /** Milliseconds, from any start: when it was told last. */
  readonly at: number;
  /** Seconds; null while it cannot be told. */
  readonly seconds: number | null;
  /** Whole seconds to show, in steps; null while it cannot be told. */
  readonly shown: number | null;
}

/** How much of itself a time left may be put right by in one second, beside running down. */
const correction = 0.08;
/** Seconds by which it may be put right in one second, however short it is. */
const leastCorrection = 0.5;
/** Seconds; longer than that nobody plans by it, and it is no more than a drive that does not move. */
const longest = 100 * 3600;

/** Milliseconds between two looks at a time left. */
export const lookInterval = 200;

/** Nothing can be told yet. @param now milliseconds, from any start */
export function noTimeLeft(now: number): TimeLeft {
  return { at: now, seconds: null, shown: null };
}

/**
 * The time left after another look. Between two looks it loses what went by, and moves towards the estimate by at most
 * a twelfth of itself a second: a drive that pauses does not turn seconds into minutes.
 * @param estimate seconds, as the figures of this moment say; null where they say nothing, then only the clock runs
 * @param now milliseconds, from the same start as before
 */
export function advanceTimeLeft(before: TimeLeft, estimate: number | null, now: number): TimeLeft {
  const elapsed = Math.max(0, now - before.at) / 1000;
  const target = estimate === null ? null : Math.min(longest, Math.max(0, estimate));
  if (before.seconds === null) {
    return target === null ? noTimeLeft(now) : { at: now, seconds: target, shown: inSteps(target, null) };
  }
  const clock = before.seconds - elapsed;
  const most = Math.max(leastCorrection, correction * before.seconds) * elapsed;
  const moved = target === null ? clock : clock + Math.max(-most, Math.min(most, target - clock));
  const seconds = Math.max(0, moved);
  return { at: now, seconds, shown: inSteps(seconds, before.shown) };
}

/** Seconds between two figures that are shown: nobody plans by the second what takes minutes. */
function stepOf(seconds: number): number {
  if (seconds <= 60) return 1;
  return seconds <= 600 ? 5 : 30;
}

/** Whole steps, at least a second. A rise of one step is not shown: the figure would flicker at its edge. */
function inSteps(seconds: number, shown: number | null): number {
  const step = stepOf(seconds);
  const next = Math.max(1, Math.ceil(seconds / step) * step);
  return shown !== null && next > shown && next - shown <= step ? shown : next;
}

/** Milliseconds over which a rate that a time is made of is smoothed: drives pause to empty their caches. */
const smoothing = 30_000;
/** Milliseconds between two samples of such a rate. */
const interval = 250;
/** Milliseconds that bytes must have moved before their rate tells a time. */
const warmUp = 3_000;

/** How fast something goes that counts its bytes, for telling a time. */
export interface Speed {
  /** Milliseconds: when it began to be looked at. */
  readonly since: number;
  readonly estimate: RateEstimate;
}

/** @param bytes done so far. @param now milliseconds, from any start */
export function startSpeed(bytes: number, now: number): Speed {
  return { since: now, estimate: startEstimate(bytes, now) };
}

/** @param bytes done so far. @param now milliseconds, from the same start as before */
export function advanceSpeed(before: Speed, bytes: number, now: number): Speed {
  const estimate = advanceEstimate(before.estimate, bytes, now, interval, smoothing);
  return estimate === before.estimate ? before : { ...before, estimate };
}

/** Bytes/second, for telling a time; null in the first seconds, and while nothing has moved. */
export function speedOf({ since, estimate }: Speed, now: number): number | null {
  const rate = now - since < warmUp ? null : bytesPerSecond(estimate);
  return rate === null || rate < 1 ? null : rate;
}
