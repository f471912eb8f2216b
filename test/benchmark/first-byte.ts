import { statSync } from 'node:fs';

/** Milliseconds between two looks; the figure is at most so much too late. */
const interval = 3;

/** Tells when the first of some drives' files was written to. */
export class FirstByteWatch {
  private readonly started = performance.now();
  private readonly before: readonly bigint[];
  private readonly timer: NodeJS.Timeout;
  private found: number | null = null;

  /** The time starts now. @param files of drives that nothing else writes to */
  constructor(private readonly files: readonly string[]) {
    this.before = files.map(changedAt);
    this.timer = setInterval(() => {
      this.look();
    }, interval);
  }

  /** Seconds from the start to the first byte; null: there was none yet. */
  get seconds(): number | null {
    return this.found;
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private look(): void {
    if (this.files.every((file, index) => changedAt(file) === this.before[index])) return;
    this.found = (performance.now() - this.started) / 1000;
    this.stop();
  }
}

const changedAt = (file: string): bigint => statSync(file, { bigint: true }).mtimeNs;
