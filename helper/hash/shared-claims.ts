/**
 * What threads share while they hash: who takes which piece next, how many bytes are through, and whether
 * to stop. One 16-byte block of shared memory, no messages.
 */
export class SharedClaims {
  readonly buffer: SharedArrayBuffer;
  private readonly words: Int32Array;
  private readonly bytes: BigInt64Array;

  constructor(buffer: SharedArrayBuffer = new SharedArrayBuffer(16)) {
    this.buffer = buffer;
    this.words = new Int32Array(buffer, 0, 2);
    this.bytes = new BigInt64Array(buffer, 8, 1);
  }

  /** Index of the next piece; nobody else gets the same. */
  claim(): number {
    return Atomics.add(this.words, 0, 1);
  }

  stop(): void {
    Atomics.store(this.words, 1, 1);
  }

  isStopped(): boolean {
    return Atomics.load(this.words, 1) === 1;
  }

  addBytes(count: number): void {
    Atomics.add(this.bytes, 0, BigInt(count));
  }

  get bytesDone(): number {
    return Number(Atomics.load(this.bytes, 0));
  }
}
