import { Emitter } from 'vscode-jsonrpc/node';
import type { Assignment } from '../../core/job/batch-rules';
import type { Pair, PairingState } from '../../core/pairing/pairing-state';
import { sanitizeForDisplay } from '../../core/base/display';
import { toErrorData, type ErrorData } from '../../core/base/errors';
import type { AtEnd } from '../../core/machine/at-end';
import type { MachineDetails } from '../../core/machine/machine';
import {
  applyScan,
  arm,
  askForDisk,
  chooseEnd,
  clearPairs,
  disarm,
  dropDrives,
  dropUnlisted,
  emptyPairing,
  pairByHand,
  pairInRack,
  pairOwn,
  passedDrives,
  placeOfDrive,
  retryByHand,
  settleMode,
  start,
  takeOffers,
  toggleFill,
  undo,
  unpair,
  type Pairing,
  type PairingAction,
  type PairingContext,
  type PairingResult,
  type RackOffer,
} from '../../core/pairing/pairing';
import { refuseDoubtful } from '../../core/pairing/doubtful-scan';
import { asksForReason } from '../../core/pairing/drive-reasons';
import { takeOver, type NotTakenOver } from '../../core/pairing/take-over';
import { withoutSecrets } from '../../core/machine/other-number';
import { required } from '../../core/base/required';
import { readScan, type ScanReading } from '../../core/scan/scan';
import type { ScanDoubt, ScanOutcome, ScanScreen } from '../../core/scan/scan-outcome';
import { AskedReason, type AskedFor } from './asked-reason';
import { pairingContext, scanContext } from './pairing-context';
import type { PairingServiceDependencies } from './pairing-dependencies';
import type { HeardBefore } from './scan-memory';
import {
  heldMachines,
  machinesOf,
  pairingStateOf,
  partReplaced,
  withContent,
  withReasons,
} from './pair-views';
import { PairedDrives } from './paired-drives';
import { anotherList, endNotChosen, notPaired, notReady } from './app-refusals';

/**
 * Holds the pairing, feeds it scans, and keeps what was confirmed apart from what changed since. Over 380 lines: each act of the operator
 * on the list of pairs is a method of one to five lines, and what it does is in core/pairing.
 */
export class PairingService {
  readonly #changed = new Emitter<void>();
  readonly onChange = this.#changed.event;
  readonly #dependencies: PairingServiceDependencies;
  #pairing: Pairing = emptyPairing;
  readonly #paired = new PairedDrives();
  /** Why something is written that is not written without a reason. Said anew each time. */
  readonly #asked = new AskedReason();
  #refusal: ErrorData | null = null;
  /** Between the confirmation and the moment in which the drives are held: nothing may change. */
  #starting = false;

  constructor(dependencies: PairingServiceDependencies) {
    this.#dependencies = dependencies;
  }

  get state(): PairingState {
    const { armed } = this.#pairing;
    const { gone, takenOut, memory } = this.#dependencies;
    const context = this.#details();
    return pairingStateOf(this.#pairing, context, {
      pairOf: (pair) => withReasons(armed ? withContent(pair, this.#dependencies) : pair, this.#asked),
      takenOut: context.line === null ? gone() : takenOut(),
      ...{ starting: this.#starting, lastScan: memory.last, refusal: this.#refusal },
    });
  }

  /** Without what the drives hold: cheap. */
  get pairs(): readonly Pair[] {
    return this.#pairing.pairs;
  }

  /** What words about a scan may depend on. */
  get mark(): unknown {
    const { mode, waitingMachine, pairs, armed } = this.#pairing;
    return [mode, waitingMachine, armed, pairs.map(({ machineSerial, bay }) => [machineSerial, bay])];
  }

  /** The list of what will be erased is shown, or its start is under way. */
  get confirming(): boolean {
    return this.#pairing.armed || this.#starting;
  }

  /** Drives whose cards say PASS, and that can be taken out. */
  get passedDrives(): string[] {
    return passedDrives(this.#details().jobs);
  }

  /** By what the computer knew the drives of the pairs when they were paired, by drive id. */
  get attachments(): ReadonlyMap<string, string | null> {
    return this.#paired.attachments;
  }

  /** Why machines that wait or are paired get another drive, by serial. */
  get againReasons(): ReadonlyMap<string, string> {
    return this.#asked.machines;
  }

  /** Why drives of pairs are written again, by drive id. */
  get driveReasons(): ReadonlyMap<string, string> {
    return this.#asked.drives;
  }

  /** Machines whose finished images the list of pairs names, by drive id. */
  get shown(): ReadonlyMap<string, string> {
    return heldMachines(this.#pairing.pairs, this.#dependencies);
  }

  /** What the shown list says by choice that machines of the rack do at the end; null: nobody chose. */
  get endChosen(): AtEnd | null {
    return this.#pairing.armed ? this.#pairing.atEnd : null;
  }

  get waitingMachine(): string | null {
    return this.#pairing.waitingMachine;
  }

  /** What a barcode says here. */
  read(text: string): ScanReading {
    return readScan(text, scanContext(this.#dependencies));
  }

  /** Refuses a scan whose text cannot be relied on. @param text as it may be shown. @returns whether it did */
  refuseDoubtful(reading: ScanReading, text: string, doubt: ScanDoubt, screen: ScanScreen): boolean {
    const doubtful = refuseDoubtful(this.#pairing, reading, doubt, this.#details());
    if (doubtful !== null) this.#show(doubtful, text, screen);
    return doubtful !== null;
  }

  /**
   * Takes in a scan.
   * @param text as it may be shown
   * @returns what the caller must do
   */
  scan(reading: ScanReading, text: string, screen: ScanScreen, heard: HeardBefore): PairingAction {
    const { memory } = this.#dependencies;
    if (reading.kind === 'machine') memory.said(reading.serial, reading.details ?? {});
    const asked = this.#asked.isAsked(memory.last?.holds === true ? memory.last.outcome : null);
    if (reading.kind === 'reason' && asked) return this.giveReason(reading.reason.words, null, screen);
    const result = applyScan(this.#pairing, reading, { ...this.#details(), ...heard });
    this.#take(result, text, () => applyScan(this.#pairing, reading, this.#details()), screen);
    const { outcome } = result;
    if (outcome.result === 'accepted' && outcome.effect === 'paired') {
      memory.paired(required(outcome.machineSerial, 'the machine that was paired'));
    }
    return result.action;
  }

  /** Does what a scan asked for; a refusal becomes the scan's outcome, because there is no button to blame. */
  async report(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      const refusal = toErrorData(error);
      this.#refusal = refusal;
      this.#dependencies.memory.refuseLast((kind): ScanOutcome => ({
        ...{ result: 'refused', kind, reason: 'start-refused', expected: 'start' },
        detail: refusal.message,
      }));
      this.#changed.fire();
    }
  }

  /**
   * Takes a reason for what was refused for want of one, and does that.
   * @param of what it was typed for; null: it was scanned, for what is asked now
   * @returns what the caller must do
   * @throws PrestageError usage without a reason, or when nothing asks for one; what is wrong with a pair that was typed
   */
  giveReason(reason: string, of: AskedFor | null, screen: ScanScreen = 'bench'): PairingAction {
    const result = this.#asked.give(reason, of, this.#pairing);
    const { outcome } = result;
    this.#show(result, sanitizeForDisplay(reason, 120), screen);
    if (outcome.result === 'accepted' && outcome.effect === 'paired') {
      this.#dependencies.memory.paired(required(outcome.machineSerial, 'the machine that was paired'));
    }
    if (of !== null && outcome.result === 'refused' && !asksForReason(outcome)) {
      throw notPaired(of.machineSerial ?? '', outcome);
    }
    return result.action;
  }

  /** Tries the drive of a card again, with the button. @returns whether a reason is asked for first */
  asksBeforeRetry(driveId: string): boolean {
    const again = (): PairingResult => retryByHand(this.#pairing, driveId, this.#details());
    if (again().outcome.result === 'accepted') return false;
    this.#try(placeOfDrive(driveId, this.#details())?.label ?? driveId, again);
    return true;
  }

  /** @throws PrestageError what is wrong with the serial or the drive */
  pairByHand(machineSerial: string, driveId: string): void {
    const text = sanitizeForDisplay(withoutSecrets(machineSerial), 120);
    const outcome = this.#try(text, () => pairByHand(this.#pairing, machineSerial, driveId, this.#details()));
    if (outcome.result === 'refused') throw notPaired(text, outcome);
  }

  /**
   * In a machine that images itself: it gets this disk, or, with null, is asked which. A refusal is said as a scan's is.
   * @param said what its firmware tells beside the serial
   */
  takeOwn(machineSerial: string, said: MachineDetails, driveId: string | null): ScanOutcome {
    return this.#try(machineSerial, () =>
      driveId === null
        ? askForDisk(this.#pairing, machineSerial, said, this.#details())
        : pairOwn(this.#pairing, machineSerial, said, driveId, this.#details()),
    );
  }

  /** Pairs a disk with the machine of the rack that it is in; a refusal is said as a scan's is. */
  takeInRack(driveId: string, said: MachineDetails): ScanOutcome {
    const label = placeOfDrive(driveId, this.#details())?.label ?? driveId;
    return this.#try(label, () => pairInRack(this.#pairing, driveId, said, this.#details()));
  }

  /** Pairs disks with their machines as far as nothing stands against it, and says nothing of what does. @returns those that are paired */
  offerInRack(offers: readonly RackOffer[]): string[] {
    const { state, taken } = takeOffers(this.#pairing, offers, this.#details());
    if (taken.length > 0) this.#become(state);
    return taken;
  }

  /** An order was opened: what machines of the rack paired by themselves and it does not list is no part of the batch. @returns those pairs */
  dropUnlisted(): readonly Pair[] {
    const { state, dropped } = dropUnlisted(this.#pairing, this.#details());
    if (dropped.length > 0) this.#become(state);
    return dropped;
  }

  /**
   * Takes over what was paired before the program ended, where the drives are still the same.
   * @param attachments by what the computer knew them then, by drive id
   */
  takeOver(
    stored: Pick<Pairing, 'pairs' | 'waitingMachine'>,
    attachments: ReadonlyMap<string, string | null>,
  ): { readonly taken: number; readonly left: readonly NotTakenOver[] } {
    const { same, replaced } = partReplaced(stored.pairs, attachments, this.#dependencies.drives().drives);
    // Of those that are not there takeOver() tells.
    const { state, taken, left } = takeOver(this.#pairing, { ...stored, pairs: same }, this.#details());
    this.#become(state);
    const gone = replaced.map((pair): NotTakenOver => ({ pair, reason: 'bay-empty' }));
    return { taken, left: [...left, ...gone] };
  }

  unpair(driveId: string): void {
    if (!this.#starting) this.#become(unpair(this.#pairing, driveId));
  }

  /** Machines take the free bays in a row from now on, or not any more; said as the barcode is. */
  fill(): void {
    this.#show(toggleFill(this.#pairing, this.#details()), 'FILL', 'bench');
  }

  undo(): void {
    this.#become(undo(this.#pairing, this.#details()).state);
  }

  /** Shows the list of what will be erased, or puts it away; a refusal is said as a scan's is. */
  arm(armed: boolean): void {
    if (!armed) {
      if (!this.#starting) this.#become(disarm(this.#pairing));
      return;
    }
    this.#refusal = null;
    const again = (): PairingResult => arm(this.#pairing, this.#details());
    const result = again();
    if (result.outcome.result === 'accepted') this.#become(result.state);
    else this.#take(result, 'START', again);
  }

  /** Chooses what machines of the rack do at the end, with the button. @throws PrestageError not-confirmed */
  chooseEnd(atEnd: AtEnd): void {
    const { state, outcome } = chooseEnd(this.#pairing, atEnd, this.#details());
    if (outcome.result === 'refused') throw endNotChosen(outcome);
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
    const { outcome } = start(this.#pairing, this.#details());
    if (outcome.result === 'refused') throw notReady(outcome);
    this.#refusal = null;
    this.#starting = true;
    this.#changed.fire();
    return pairs.map(({ driveId, machineSerial }) => ({ driveId, machineSerial }));
  }

  /** By serial. */
  get machines(): ReadonlyMap<string, MachineDetails> {
    return machinesOf(this.#pairing.pairs);
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

  /** Jobs changed: the bay that was asked for may be none any more. */
  settle(): void {
    const settled = settleMode(this.#pairing, this.#details());
    if (settled !== this.#pairing) this.#become(settled);
  }

  /** Something outside changed: what was confirmed may not hold any more. */
  reconsider(): void {
    if (this.#pairing.armed) this.#become(disarm(this.#pairing));
  }

  /** Takes away pairs whose drive is gone, or may not be written any more. @returns them */
  dropMissing(): Pair[] {
    const { drives, listed } = this.#dependencies.drives();
    if (!listed) return [];
    const { state, dropped } = dropDrives(this.#pairing, this.#paired.writable(drives));
    if (dropped.length > 0) this.#become(state);
    return [...dropped];
  }

  /** @param text as it may be shown */
  #try(text: string, again: () => PairingResult): ScanOutcome {
    const result = again();
    this.#take(result, text, again);
    return result.outcome;
  }

  /** @param again does what was refused once more, when there is a reason for it */
  #take(result: PairingResult, text: string, again: () => PairingResult, screen: ScanScreen = 'bench'): void {
    this.#asked.look(result, again);
    this.#show(result, text, screen);
  }

  #show({ state, outcome }: PairingResult, text: string, screen: ScanScreen): void {
    const { memory } = this.#dependencies;
    memory.whileDoing(() => {
      if (state !== this.#pairing) this.#become(state);
      memory.take(text, screen, outcome);
    });
  }

  #become(pairing: Pairing): void {
    this.#pairing = pairing;
    this.#asked.keepOnly(pairing);
    this.#paired.follow(pairing.pairs, this.#dependencies.drives().drives);
    this.#changed.fire();
  }

  /** The world as the pairing sees it now. A scan says besides when the same text came before. */
  #details(): PairingContext {
    const { memory } = this.#dependencies;
    return pairingContext(this.#dependencies, {
      reasons: this.#asked,
      starting: this.#starting,
      sinceLastPair: memory.sincePaired(this.#pairing.history.at(-1)?.machineSerial),
    });
  }
}
