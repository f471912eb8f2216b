/**
 * What a drive's thread and the helper's main thread share: how far it has come, and whether to stop. Shared
 * memory, so that a thread that hangs in the kernel can still be watched.
 */
export class SharedProgress {
  readonly buffer: SharedArrayBuffer;
  private readonly flags: Int32Array;
  private readonly counters: BigInt64Array;

  constructor(buffer: SharedArrayBuffer = new SharedArrayBuffer(32)) {
    this.buffer = buffer;
    this.counters = new BigInt64Array(buffer, 0, 3);
    this.flags = new Int32Array(buffer, 24, 1);
  }

  requestStop(): void {
    Atomics.store(this.flags, 0, 1);
  }

  isStopRequested(): boolean {
    return Atomics.load(this.flags, 0) === 1;
  }

  /** Counts bytes written, of chunks or of anything else. */
  addWritten(bytes: number, ofChunks: boolean): void {
    Atomics.add(this.counters, 0, BigInt(bytes));
    if (ofChunks) Atomics.add(this.counters, 1, BigInt(bytes));
  }

  addVerified(bytes: number): void {
    Atomics.add(this.counters, 2, BigInt(bytes));
  }

  /** Bytes written to the drive since the job began, old tables' zeros included. */
  get bytesWritten(): number {
    return Number(Atomics.load(this.counters, 0));
  }

  /** Bytes of chunks written. */
  get chunkBytesWritten(): number {
    return Number(Atomics.load(this.counters, 1));
  }

  /** Bytes of chunks read back and found right. */
  get bytesVerified(): number {
    return Number(Atomics.load(this.counters, 2));
  }
}
