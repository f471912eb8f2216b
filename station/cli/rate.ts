/** Milliseconds over which the rate is smoothed: slow enough to read, fast enough to show a stall. */
const smoothing = 5_000;
/** Milliseconds between two samples; what comes faster is gathered. */
const leastInterval = 100;

/**
 * Estimates how fast bytes move and how long the rest takes. An exponentially weighted mean over time, so
 * that samples need not come evenly, corrected for its start, so that the first figures are not too low.
 * Pure: the time is given with each sample.
 */
export class RateEstimator {
  #bytes = 0;
  #time: number | null = null;
  #mean = 0;
  #weight = 0;

  /**
   * @param bytes done in all
   * @param time milliseconds, from any start
   */
  add(bytes: number, time: number): void {
    if (this.#time === null || bytes < this.#bytes || time < this.#time) {
      // The first sample, or a start anew.
      this.#bytes = bytes;
      this.#time = time;
      this.#mean = 0;
      this.#weight = 0;
      return;
    }
    const elapsed = time - this.#time;
    if (elapsed < leastInterval) return;
    const share = 1 - Math.exp(-elapsed / smoothing);
    this.#mean += share * (((bytes - this.#bytes) * 1000) / elapsed - this.#mean);
    this.#weight += share * (1 - this.#weight);
    this.#bytes = bytes;
    this.#time = time;
  }

  /** Bytes a second; null while it is not known. */
  rate(): number | null {
    return this.#weight === 0 ? null : this.#mean / this.#weight;
  }

  /** Seconds until `total` bytes are done; null while it is not known, or when nothing moves. */
  secondsLeft(total: number): number | null {
    const rate = this.rate();
    if (rate === null || rate < 1 || total <= 0) return null;
    return Math.max(0, total - this.#bytes) / rate;
  }
}
