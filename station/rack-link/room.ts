/** Lets through so many, and then one from time to time: whoever asks again and again has not all there is. */
export class Room {
  #left: number;
  #since = performance.now();

  /** @param each milliseconds after which there is room for one more */
  constructor(
    private readonly most: number,
    private readonly each: number,
  ) {
    this.#left = most;
  }

  /** @returns false where there is no room */
  take(): boolean {
    const now = performance.now();
    this.#left = Math.min(this.most, this.#left + (now - this.#since) / this.each);
    this.#since = now;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }

  /** What was taken did not count. */
  giveBack(): void {
    this.#left = Math.min(this.most, this.#left + 1);
  }
}
