/**
 * What a drive's thread and the helper's main thread share: bytes moved in this phase, bytes written in all,
 * and whether to stop. Shared memory, so that a thread that hangs in the kernel can still be watched.
 */
export class SharedProgress {
  readonly buffer: SharedArrayBuffer;
  private readonly flags: Int32Array;
  private readonly counters: BigInt64Array;

  constructor(buffer: SharedArrayBuffer = new SharedArrayBuffer(24)) {
    this.buffer = buffer;
    this.counters = new BigInt64Array(buffer, 0, 2);
    this.flags = new Int32Array(buffer, 16, 2);
  }

  requestStop(): void {
    Atomics.store(this.flags, 0, 1);
  }

  get stopRequested(): boolean {
    return Atomics.load(this.flags, 0) === 1;
  }

  /** The thread waits for something that is not the drive. */
  beat(): void {
    Atomics.add(this.flags, 1, 1);
  }

  get beats(): number {
    return Atomics.load(this.flags, 1);
  }

  startPhase(): void {
    Atomics.store(this.counters, 0, 0n);
  }

  addDone(bytes: number): void {
    Atomics.add(this.counters, 0, BigInt(bytes));
  }

  addWritten(bytes: number): void {
    Atomics.add(this.counters, 1, BigInt(bytes));
  }

  /** Bytes moved in the present phase. */
  get phaseBytes(): number {
    return Number(Atomics.load(this.counters, 0));
  }

  /** Bytes written to the drive since the job began. */
  get bytesWritten(): number {
    return Number(Atomics.load(this.counters, 1));
  }
}
