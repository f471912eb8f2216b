import { Emitter } from 'vscode-jsonrpc/node';
import type { MachineDetails } from '../../core/machine/machine';
import type { PairingState } from '../../core/pairing/pairing-state';
import type { ScanOutcome, ScanScreen } from '../../core/scan/scan-outcome';

type LastScan = NonNullable<PairingState['lastScan']>;

/** When the same text came before, in milliseconds; null when it was not the latest. */
export interface HeardBefore {
  readonly sinceLastSame: number | null;
  readonly sinceLastRead: number | null;
}

/**
 * What is remembered of scans: what came of the latest one, and whether that still holds; when which text came, so that what a
 * scanner read twice counts once; whose label is in the operator's hand.
 *
 * What was said holds until the bench is another one than this very scan left: by a click, the end of a job, a start, an order
 * that was closed. Whoever changes the bench need not know of it: the bench is looked at again after every change.
 */
export class ScanMemory {
  readonly #changed = new Emitter<void>();
  readonly onChange = this.#changed.event;
  readonly #markFor: (outcome: ScanOutcome) => string;
  #last: LastScan | null = null;
  /** The bench as the latest scan left it. */
  #leftAs = '';
  /** Scans that are being done: what changes now is their doing. */
  #working = 0;
  #taken = false;
  #heard: { readonly text: string; readonly read: number; counted: number | null } | null = null;
  #paired: { readonly machineSerial: string; readonly time: number } | null = null;
  #said: { readonly machineSerial: string; readonly details: MachineDetails } | null = null;

  /** @param mark all of the bench that words about a scan with this outcome depend on, as one text */
  constructor(mark: (outcome: ScanOutcome) => string) {
    this.#markFor = mark;
  }

  get last(): LastScan | null {
    return this.#last;
  }

  /** A text was read. @returns when it was before; it counts as scanned with {@link counted} only */
  heard(text: string): HeardBefore {
    const now = performance.now();
    const before = this.#heard?.text === text ? this.#heard : null;
    const counted = before?.counted ?? null;
    this.#heard = { text, read: now, counted };
    return {
      sinceLastSame: counted === null ? null : now - counted,
      sinceLastRead: before === null ? null : now - before.read,
    };
  }

  /** Does the work of a scan. What changes meanwhile is what the scan did. */
  async during<Result>(work: () => Promise<Result>): Promise<Result> {
    this.#working += 1;
    try {
      return await work();
    } finally {
      this.#end();
    }
  }

  /** {@link during} for what is done at once. */
  whileDoing(work: () => void): void {
    this.#working += 1;
    try {
      work();
    } finally {
      this.#end();
    }
  }

  /** What came of a scan, or of a button that does what a scan does. */
  take(text: string, screen: ScanScreen, outcome: ScanOutcome): void {
    if (this.#heard !== null && !isRepeat(outcome)) this.#heard.counted = this.#heard.read;
    const number = (this.#last?.number ?? 0) + 1;
    this.#last = { number, text, screen, outcome, holds: true };
    this.#leftAs = this.#mark();
    this.#taken = this.#working > 0;
    this.#changed.fire();
  }

  /** What a scan asked for could not be done. */
  refuseLast(because: (kind: ScanOutcome['kind']) => ScanOutcome): void {
    const last = this.#last;
    if (last !== null) this.take(last.text, last.screen, because(last.outcome.kind));
  }

  /** Something may have changed: what was said goes, when the bench is not what the scan left. */
  look(): void {
    if (this.#working === 0 && this.#last?.holds === true && this.#mark() !== this.#leftAs) this.forget();
  }

  /** What was said does not hold any more. */
  forget(): void {
    if (this.#last?.holds !== true) return;
    this.#last = { ...this.#last, holds: false };
    this.#changed.fire();
  }

  /** A machine was paired by the scan of a bay. */
  paired(machineSerial: string): void {
    this.#paired = { machineSerial, time: performance.now() };
  }

  /** Milliseconds since a machine was paired by scan, when it was the latest; else null. */
  sincePaired(machineSerial: string | undefined): number | null {
    const last = this.#paired;
    return last !== null && last.machineSerial === machineSerial ? performance.now() - last.time : null;
  }

  /** What a machine's label said of it. */
  said(machineSerial: string, details: MachineDetails): void {
    this.#said = { machineSerial, details };
  }

  /** What the latest label said, when it was this machine's. */
  saidOf(machineSerial: string): MachineDetails {
    return this.#said?.machineSerial === machineSerial ? this.#said.details : {};
  }

  #mark(): string {
    return this.#last === null ? '' : this.#markFor(this.#last.outcome);
  }

  #end(): void {
    this.#working -= 1;
    if (this.#working > 0) return;
    if (this.#taken) this.#leftAs = this.#mark();
    else this.look();
    this.#taken = false;
  }
}

function isRepeat(outcome: ScanOutcome): boolean {
  return outcome.result === 'refused' && outcome.reason === 'repeated-read';
}
