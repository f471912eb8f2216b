import { Emitter } from 'vscode-jsonrpc/node';
import type { Assignment } from '../../core/job/batch-rules';
import type { Pair, PairingState } from '../../core/pairing/pairing-state';
import type { Drive } from '../../core/drive/drive';
import { isStillAttached } from '../../core/drive/drive-identity';
import { sanitizeForDisplay } from '../../core/base/display';
import { toErrorData, type ErrorData } from '../../core/base/errors';
import type { MachineDetails } from '../../core/machine/machine';
import { normalizeSerial } from '../../core/machine/serial';
import { saysNothing } from '../../core/machine/machine-details';
import {
  applyScan,
  arm,
  canUndo,
  clearPairs,
  disarm,
  dropDrives,
  emptyPairing,
  pairByHand,
  start,
  startRefusalsOf,
  undo,
  unpair,
  type Pairing,
  type PairingAction,
  type PairingContext,
  type PairingResult,
} from '../../core/pairing/pairing';
import { refuseDoubtful } from '../../core/pairing/doubtful-scan';
import { takeOver, type NotTakenOver } from '../../core/pairing/take-over';
import { withoutSecrets } from '../../core/machine/other-number';
import { required } from '../../core/base/required';
import { readScan, shownScan } from '../../core/scan/scan';
import type { ScanDoubt, ScanOutcome } from '../../core/scan/scan-outcome';
import { machineHeld } from '../drives/finished-drive';
import { jobsForPairing } from './jobs-for-pairing';
import type { PairingServiceDependencies } from './pairing-dependencies';
import { anotherList, noReason, notPaired, notReady } from './app-refusals';

/** Holds the pairing, feeds it scans, and keeps what was confirmed apart from what changed since. */
export class PairingService {
  readonly #changed = new Emitter<void>();
  readonly onChange = this.#changed.event;
  readonly #dependencies: PairingServiceDependencies;
  #pairing: Pairing = emptyPairing;
  #lastScan: PairingState['lastScan'] = null;
  #lastRead: { readonly text: string; readonly time: number } | null = null;
  /** The machine that was paired by the latest scan of a bay. */
  #lastPaired: { readonly machineSerial: string; readonly time: number } | null = null;
  /** By what the computer knew the drives of the pairs when they were paired, by drive id. */
  #attachments: ReadonlyMap<string, string | null> = new Map();
  /** Why machines that wait or are paired get another drive, by serial. Said anew each time. */
  #againReasons: ReadonlyMap<string, string> = new Map();
  /** What the latest machine's label said of it. */
  #lastSaid: { readonly machineSerial: string; readonly details: MachineDetails } | null = null;
  #refusal: ErrorData | null = null;
  /** Between the confirmation and the moment in which the drives are held: nothing may change. */
  #starting = false;

  constructor(dependencies: PairingServiceDependencies) {
    this.#dependencies = dependencies;
  }

  get state(): PairingState {
    const { mode, waitingMachine, waitingDetails, pairs, armed } = this.#pairing;
    return {
      mode,
      waitingMachine,
      ...(saysNothing(waitingDetails) ? {} : { waitingFacts: waitingDetails }),
      pairs: pairs.map((pair) => this.#withReason(armed ? this.#withContent(pair) : pair)),
      canUndo: canUndo(this.#pairing),
      armed,
      obstacles: startRefusalsOf(this.#pairing, this.#details(null)),
      lastScan: this.#lastScan,
      refusal: this.#refusal,
    };
  }

  /** Without what the drives hold: cheap. */
  get pairs(): readonly Pair[] {
    return this.#pairing.pairs;
  }

  /** By what the computer knew the drives of the pairs when they were paired, by drive id. */
  get attachments(): ReadonlyMap<string, string | null> {
    return this.#attachments;
  }

  /** Why machines that wait or are paired get another drive, by serial. */
  get againReasons(): ReadonlyMap<string, string> {
    return this.#againReasons;
  }

  /** Machines whose finished images the list of pairs names, by drive id. */
  get shown(): ReadonlyMap<string, string> {
    return new Map(
      this.#pairing.pairs.flatMap((pair) => {
        const { driveId, holdsMachine } = this.#withContent(pair);
        return holdsMachine === undefined ? [] : [[driveId, holdsMachine] as const];
      }),
    );
  }

  get waitingMachine(): string | null {
    return this.#pairing.waitingMachine;
  }

  /**
   * Takes in a scan.
   * @param doubt why its text cannot be relied on
   * @returns what the caller must do
   */
  scan(text: string, doubt: ScanDoubt | null = null): PairingAction {
    const now = performance.now();
    const reading = readScan(text, this.#context());
    const doubtful =
      doubt === null ? null : refuseDoubtful(this.#pairing, reading, doubt, this.#details(null));
    if (doubtful !== null) {
      this.#take(doubtful, shownScan(text, reading));
      return doubtful.action;
    }
    const same = this.#lastRead?.text === text ? now - this.#lastRead.time : null;
    this.#lastRead = { text, time: now };
    if (reading.kind === 'machine') {
      this.#lastSaid = { machineSerial: reading.serial, details: reading.details ?? {} };
    }
    const result = applyScan(this.#pairing, reading, this.#details(same));
    this.#take(result, shownScan(text, reading));
    const { outcome } = result;
    if (outcome.result === 'accepted' && outcome.effect === 'paired') {
      const machineSerial = required(outcome.machineSerial, 'the machine that was paired');
      this.#lastPaired = { machineSerial, time: now };
    }
    return result.action;
  }

  /** Does what a scan asked for; a refusal becomes the scan's outcome, because there is no button to blame. */
  async report(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#refusal = toErrorData(error);
      const scan = this.#lastScan;
      if (scan !== null) {
        const outcome: ScanOutcome = {
          result: 'refused',
          kind: scan.outcome.kind,
          reason: 'start-refused',
          expected: 'start',
          detail: this.#refusal.message,
        };
        this.#lastScan = { ...scan, number: scan.number + 1, outcome };
      }
      this.#changed.fire();
    }
  }

  /**
   * Lets a machine that has a finished drive have another one: it waits for its bay, or is paired with a drive.
   * @throws PrestageError usage without a reason; what is wrong with the serial or the drive
   */
  allowAgain(serial: string, reason: string, driveId: string | null): void {
    const machineSerial = normalizeSerial(serial);
    const why = sanitizeForDisplay(reason, 200);
    if (why === '') throw noReason();
    this.#againReasons = new Map([...this.#againReasons, [machineSerial, why]]);
    if (driveId !== null) {
      this.pairByHand(machineSerial, driveId);
      return;
    }
    const said = this.#lastSaid;
    const details = said?.machineSerial === machineSerial ? said.details : {};
    const reading = { kind: 'machine', serial: machineSerial, details } as const;
    this.#take(applyScan(this.#pairing, reading, this.#details(null)), machineSerial);
  }

  /** @throws PrestageError what is wrong with the serial or the drive */
  pairByHand(machineSerial: string, driveId: string): void {
    const result = pairByHand(this.#pairing, machineSerial, driveId, this.#details(null));
    const text = sanitizeForDisplay(withoutSecrets(machineSerial), 120);
    this.#take(result, text);
    if (result.outcome.result === 'refused') throw notPaired(text, result.outcome);
  }

  /**
   * Takes over what was paired before the program ended, where the drives are still the same.
   * @param attachments by what the computer knew them then, by drive id
   */
  takeOver(
    stored: Pick<Pairing, 'pairs' | 'waitingMachine'>,
    attachments: ReadonlyMap<string, string | null>,
  ): { readonly taken: number; readonly left: readonly NotTakenOver[] } {
    const { drives } = this.#dependencies.drives();
    const isSame = ({ driveId }: Pair): boolean => {
      const drive = drives.find(({ id }) => id === driveId);
      // One that is not there is left behind below.
      return drive === undefined || isStillAttached(drive, attachments.get(driveId) ?? null);
    };
    const pairs = stored.pairs.filter(isSame);
    const replaced = stored.pairs.filter((pair) => !isSame(pair));
    const { state, taken, left } = takeOver(this.#pairing, { ...stored, pairs }, this.#details(null));
    this.#become(state);
    const gone = replaced.map((pair): NotTakenOver => ({ pair, reason: 'bay-empty' }));
    return { taken, left: [...left, ...gone] };
  }

  unpair(driveId: string): void {
    if (!this.#starting) this.#become(unpair(this.#pairing, driveId));
  }

  undo(): void {
    this.#become(undo(this.#pairing, this.#details(null)).state);
  }

  /**
   * Shows the list of what will be erased, or puts it away.
   * @throws PrestageError not-confirmed when something is missing
   */
  arm(armed: boolean): void {
    if (!armed) {
      if (!this.#starting) this.#become(disarm(this.#pairing));
      return;
    }
    this.#refusal = null;
    const { state, outcome } = arm(this.#pairing, this.#details(null));
    if (outcome.result === 'refused') throw notReady(outcome);
    this.#become(state);
  }

  /**
   * The assignments, when the list was shown and the drives that the operator saw are the ones that would be erased.
   * From here to {@link refuse} or {@link started} nothing can change.
   * @throws PrestageError not-confirmed
   */
  confirm(driveIds: readonly string[]): Assignment[] {
    const { pairs } = this.#pairing;
    const seen = new Set(driveIds);
    const same = pairs.length === seen.size && pairs.every(({ driveId }) => seen.has(driveId));
    if (!same || this.#starting) throw anotherList();
    const { outcome } = start(this.#pairing, this.#details(null));
    if (outcome.result === 'refused') throw notReady(outcome);
    this.#refusal = null;
    this.#starting = true;
    return pairs.map(({ driveId, machineSerial }) => ({ driveId, machineSerial }));
  }

  /** What is known of the machines of the pairs, by serial. */
  get machines(): ReadonlyMap<string, MachineDetails> {
    const known = this.#pairing.pairs.map(
      ({ machineSerial, machine = {} }) => [machineSerial, machine] as const,
    );
    return new Map(known.filter(([, details]) => !saysNothing(details)));
  }

  /** The start was refused as a whole. */
  refuse(error: ErrorData): void {
    this.#refusal = error;
    this.#starting = false;
    this.#become(disarm(this.#pairing));
  }

  /** The drives have jobs now. */
  started(driveIds: readonly string[]): void {
    this.#starting = false;
    this.#become(clearPairs(this.#pairing, driveIds));
  }

  /** Something outside changed: what was confirmed may not hold any more. */
  reconsider(): void {
    if (this.#pairing.armed) this.#become(disarm(this.#pairing));
  }

  /** Takes away pairs whose drive is gone, or may not be written any more. @returns them */
  dropMissing(): Pair[] {
    const { drives, listed } = this.#dependencies.drives();
    if (!listed) return [];
    const present = drives
      .filter(({ verdict }) => verdict === 'eligible')
      .filter(this.#isSame)
      .map(({ id }) => id);
    const { state, dropped } = dropDrives(this.#pairing, new Set(present));
    if (dropped.length > 0) this.#become(state);
    return [...dropped];
  }

  /** A drive that may be on its way to somebody: what is on it must be seen before it is erased. */
  #withContent(pair: Pair): Pair {
    const drive = this.#dependencies.drives().drives.find(({ id }) => id === pair.driveId);
    if (drive === undefined) return pair;
    const { ledger, finishedFor } = this.#dependencies;
    const holdsMachine = machineHeld(drive, ledger, finishedFor);
    return holdsMachine === null ? pair : { ...pair, holdsMachine };
  }

  #withReason(pair: Pair): Pair {
    const againReason = this.#againReasons.get(pair.machineSerial);
    return againReason === undefined ? pair : { ...pair, againReason };
  }

  #take({ state, outcome }: PairingResult, text: string): void {
    const number = (this.#lastScan?.number ?? 0) + 1;
    this.#lastScan = { number, text, outcome };
    this.#become(state);
  }

  /** Whether a listed drive is the one that was paired, if any with its id was. */
  readonly #isSame = (drive: Drive): boolean => {
    const attachment = this.#attachments.get(drive.id);
    return attachment === undefined || isStillAttached(drive, attachment);
  };

  #become(pairing: Pairing): void {
    this.#pairing = pairing;
    const meant = new Set([
      pairing.waitingMachine,
      ...pairing.pairs.map(({ machineSerial }) => machineSerial),
    ]);
    this.#againReasons = new Map([...this.#againReasons].filter(([serial]) => meant.has(serial)));
    const known = this.#attachments;
    const { drives } = this.#dependencies.drives();
    this.#attachments = new Map(
      pairing.pairs.map(({ driveId }) => {
        const drive = drives.find(({ id }) => id === driveId);
        return [driveId, known.get(driveId) ?? drive?.attachment ?? null];
      }),
    );
    this.#changed.fire();
  }

  #context(): Parameters<typeof readScan>[1] {
    const { drives, bays } = this.#dependencies.drives();
    return { settings: this.#dependencies.settings(), bays, drives, isOrdered: this.#dependencies.isOrdered };
  }

  #details(sinceLastSame: number | null): PairingContext {
    const { settings, drives, media, jobMedia, batch, jobs, ledger, inOrder, isOrdered, openOrder } =
      this.#dependencies;
    const last = this.#lastPaired;
    const stillLast = last?.machineSerial === this.#pairing.history.at(-1)?.machineSerial;
    return {
      operator: batch().operator,
      mediaStatus: media().status,
      jobMedia: jobMedia(),
      drives: drives().drives,
      bays: drives().bays,
      ...jobsForPairing(jobs()),
      scanSettings: settings(),
      isOrdered,
      inOrder,
      shippedOn: (serial) => ledger.findShipped(serial)?.entry.time ?? null,
      againAllowed: (serial) => this.#againReasons.has(serial),
      openOrder,
      workOrder: batch().workOrder,
      sinceLastSame,
      sinceLastPair: last !== null && stillLast ? performance.now() - last.time : null,
      starting: this.#starting,
    };
  }
}
