/**
 * A small seeded generator (sfc32 by Chris Doty-Humphrey, from PractRand): the same seed gives the same tree
 * on every machine, which Math.random cannot.
 */
export class SeededRandom {
  private a: number;
  private b: number;
  private c: number;
  private counter = 1;

  constructor(seed: number) {
    this.a = seed | 0;
    this.b = 0x9e3779b9 | 0;
    this.c = 0x243f6a88 | 0;
    for (let round = 0; round < 16; round += 1) this.next();
  }

  /** @returns 32 random bits as a signed integer. */
  next(): number {
    const result = (this.a + this.b + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + result) | 0;
    return result;
  }

  /** @returns a number in [0, 1). */
  fraction(): number {
    return (this.next() >>> 0) / 0x1_0000_0000;
  }

  /** @returns an integer in [0, limit). */
  below(limit: number): number {
    return Math.floor(this.fraction() * limit);
  }

  /** @returns an integer in [0, limit), the low ones far more often: what is frequent in code and text. */
  skewedBelow(limit: number): number {
    return Math.floor(limit * this.fraction() ** 3);
  }

  /** @returns a size with the given median; `spread` is the standard deviation of its natural logarithm. */
  logNormal(median: number, spread: number): number {
    // Box and Muller; 1 - x keeps the logarithm away from zero.
    const radius = Math.sqrt(-2 * Math.log(1 - this.fraction()));
    return median * Math.exp(spread * radius * Math.cos(2 * Math.PI * this.fraction()));
  }

  /** Fills a buffer with bytes that do not compress. */
  fill(target: Buffer): void {
    const whole = target.length - (target.length % 4);
    for (let at = 0; at < whole; at += 4) target.writeInt32LE(this.next(), at);
    for (let at = whole; at < target.length; at += 1) target[at] = this.next() & 0xff;
  }
}
