import { isCancellation, PrestageError, toErrorData, type ErrorData } from '../../core/base/errors';
import type { AppOwnMachine } from '../../core/contract/app-live';
import type { Drive } from '../../core/drive/drive';
import { ownStep } from '../../core/pairing/own-step';
import type { ThisMachine } from '../../core/machine/this-machine';
import { readAsFarAsPermitted } from '../machine/confirm-machine';
import type { Helpers } from '../helper-client/helpers';
import type { OpenOrder } from '../orders/order-reader';
import type { LibraryService } from './library-service';
import type { MediaVerifier } from './media-verifier';
import type { PairingService } from './pairing-service';

/** The services of the app that it reads and moves, each when it is needed. */
export interface OwnNeighbours {
  readonly drives: { readonly state: { readonly listed: boolean; readonly drives: readonly Drive[] } };
  readonly jobs: { readonly jobs: readonly unknown[] };
  readonly library: Pick<LibraryService, 'state' | 'pathOf'>;
  readonly media: Pick<MediaVerifier, 'path' | 'wanted' | 'select'>;
  readonly orders: { readonly current: OpenOrder | null };
  /** What an earlier run left is shown. */
  readonly recovery: { readonly isBegun: boolean };
  readonly pairing: Pick<PairingService, 'pairs' | 'waitingMachine' | 'confirming' | 'takeOwn'>;
}

/**
 * Role `machine`: the machine that runs images itself. Reads who it is, and does what needs nobody: it offers the only disk, and the
 * only media of the library. Nothing is erased here.
 */
export class OwnMachine {
  readonly #app: OwnNeighbours;
  readonly #helpers: Pick<Helpers, 'plain' | 'privileged'>;
  #found: ThisMachine | null = null;
  #error: ErrorData | null = null;
  /** What was done by itself: what is taken back stays so. */
  readonly #done = new Set<string>();

  /** The same of a label that was scanned, while its serial waits. */
  #scanned: string | null = null;

  constructor(app: OwnNeighbours, helpers: Pick<Helpers, 'plain' | 'privileged'>) {
    this.#app = app;
    this.#helpers = helpers;
  }

  get state(): AppOwnMachine {
    return { found: this.#found, error: this.#error };
  }

  /** Serial of its firmware; null: it tells none that names it, or was not asked yet. */
  get serial(): string | null {
    return this.#found?.serial ?? null;
  }

  /** Asks the firmware, once. Never rejects: what goes wrong is in the state, and the label's serial does. */
  async read(): Promise<void> {
    if (this.#found !== null) return;
    try {
      const { found, refusal } = await readAsFarAsPermitted(this.#helpers);
      this.#found = found;
      this.#error = refusal === null ? null : toErrorData(refusal);
    } catch (error) {
      if (!isCancellation(error)) this.#error = toErrorData(error);
    }
  }

  /** Does what needs nobody, once each. */
  look(): void {
    const { drives, jobs, pairing, recovery } = this.#app;
    const ready = recovery.isBegun && drives.state.listed && !pairing.confirming;
    if (this.#found === null || !ready) return;
    this.#chooseMedia();
    const waiting = pairing.waitingMachine;
    const step = ownStep({
      serial: this.serial,
      waiting,
      taken: pairing.pairs.length > 0 || jobs.jobs.length > 0,
      drives: drives.state.drives,
    });
    // A label that is scanned again is meant again.
    if (waiting === null) this.#scanned = null;
    if (step === null || step.key === this.#scanned) return;
    if (waiting !== null) this.#scanned = step.key;
    else if (this.#done.has(step.key)) return;
    this.#done.add(step.key);
    pairing.takeOwn(step.serial, this.#said(step.serial), step.do === 'pair' ? step.driveId : null);
  }

  /** Somebody chose the disk. @throws PrestageError usage where the machine's serial is not known yet */
  useDisk(driveId: string): void {
    const { pairing } = this.#app;
    const serial = this.serial ?? pairing.waitingMachine ?? pairing.pairs[0]?.machineSerial ?? null;
    if (serial === null) {
      throw new PrestageError({
        code: 'usage',
        message: 'The firmware of this computer reports no serial number.',
        remedy: 'Scan the serial on its label first.',
      });
    }
    pairing.takeOwn(serial, this.#said(serial), driveId);
  }

  /** What the firmware tells belongs to its own serial, and to a scanned one where it has none. */
  #said(serial: string): ThisMachine['facts'] {
    return this.serial === null || this.serial === serial ? (this.#found?.facts ?? {}) : {};
  }

  /** The media that the open order asks for, else the only one there is. */
  #chooseMedia(): void {
    const { library, media, orders } = this.#app;
    if (media.path !== null || media.wanted !== null) return;
    const ordered = orders.current?.order.mediaSha256 ?? null;
    const usable = library.state.media.filter(
      ({ path, problem, sha256 }) =>
        path !== null && problem === null && (ordered === null || sha256 === ordered),
    );
    const [only, ...others] = usable;
    if (only === undefined || others.length > 0 || this.#done.has(only.sha256)) return;
    this.#done.add(only.sha256);
    media.select(library.pathOf(only.sha256));
  }
}
