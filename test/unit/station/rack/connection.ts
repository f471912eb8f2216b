import { Duplex } from 'node:stream';

/** One end of a connection in memory. What is written to it arrives at the other, until it is cut. */
class End extends Duplex {
  other: End | null = null;

  constructor() {
    super({ allowHalfOpen: true });
  }

  override _read(): void {
    // Pushed by the other end.
  }

  override _write(bytes: Buffer, _encoding: string, done: () => void): void {
    const { other } = this;
    setImmediate(() => {
      if (other !== null && !other.destroyed) other.push(bytes);
      done();
    });
  }

  override _final(done: () => void): void {
    this.other?.push(null);
    done();
  }
}

export function connection(): [End, End] {
  const [one, two] = [new End(), new End()];
  [one.other, two.other] = [two, one];
  for (const end of [one, two]) end.on('error', () => undefined);
  return [one, two];
}
