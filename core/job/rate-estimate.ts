/** Milliseconds over which a rate that is read is smoothed: slow enough to read, fast enough to show a stall. */
const readable = 5_000;

/** How fast bytes move, as far as samples told. Immutable; {@link advanceEstimate} gives the next one. */
export interface RateEstimate {
  /** Bytes done in all at the last sample. */
  readonly bytes: number;
  /** Time of the last sample: milliseconds, from any start. */
  readonly time: number;
  /** Exponentially weighted mean, bytes/second, not yet corrected for its start. */
  readonly mean: number;
  /** Share of the mean that samples filled, 0 to 1. */
  readonly weight: number;
}

/**
 * The estimate at the first sample, which knows no rate yet.
 * @param bytes done in all
 * @param time milliseconds, from any start
 */
export function startEstimate(bytes: number, time: number): RateEstimate {
  return { bytes, time, mean: 0, weight: 0 };
}

/**
 * The estimate after another sample. An exponentially weighted mean over time, so that samples need not come evenly,
 * corrected for its start, so that the first figures are not too low. Starts again when bytes or time go back.
 * @param bytes done in all
 * @param time milliseconds, from the same start as before
 * @param interval milliseconds; a sample that comes sooner after the last one changes nothing
 * @param smoothing milliseconds; how long a sample goes on to count
 * @returns the same object when nothing changed
 */
export function advanceEstimate(
  before: RateEstimate,
  bytes: number,
  time: number,
  interval: number,
  smoothing: number = readable,
): RateEstimate {
  if (bytes < before.bytes || time < before.time) return startEstimate(bytes, time);
  const elapsed = time - before.time;
  if (elapsed < interval) return before;
  const share = 1 - Math.exp(-elapsed / smoothing);
  const sample = ((bytes - before.bytes) * 1000) / elapsed;
  return {
    bytes,
    time,
    mean: before.mean + share * (sample - before.mean),
    weight: before.weight + share * (1 - before.weight),
  };
}

/** Bytes/second, smoothed; null while it is not known. */
export function bytesPerSecond({ mean, weight }: RateEstimate): number | null {
  return weight === 0 ? null : mean / weight;
}
