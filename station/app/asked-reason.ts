import { asksForReason } from '../../core/pairing/drive-reasons';
import type { Pairing, PairingAction, PairingResult } from '../../core/pairing/pairing';
import { normalizeSerial } from '../../core/machine/serial';
import type { ScanOutcome } from '../../core/scan/scan-outcome';
import { sanitizeForDisplay } from '../../core/base/display';
import { noReason, nothingAsked } from './app-refusals';

/** What a reason is asked for: a machine that gets another drive, or a drive that is written again. */
export interface AskedFor {
  readonly machineSerial: string | null;
  readonly driveId: string | null;
}

/** What was refused, and how to do it when there is a reason. */
interface Asked {
  readonly of: AskedFor;
  readonly outcome: ScanOutcome;
  readonly waitingMachine: string | null;
  readonly again: () => PairingResult;
}

/** Longer ones are cut. */
const longestReason = 200;

/** A reason as it is kept. @throws PrestageError usage for none */
export function reasonOf(text: string): string {
  const reason = sanitizeForDisplay(text, longestReason);
  if (reason === '') throw noReason();
  return reason;
}

/**
 * Reasons why something is written that is not written without one: what was refused last, and what was said. Each reason is of
 * one machine, or of one drive, and is forgotten with its pair.
 */
export class AskedReason {
  #asked: Asked | null = null;
  #machines: ReadonlyMap<string, string> = new Map();
  #drives: ReadonlyMap<string, string> = new Map();

  /** Why machines that wait or are paired get another drive, by serial. */
  get machines(): ReadonlyMap<string, string> {
    return this.#machines;
  }

  /** Why drives that are paired are written again, by drive id. */
  get drives(): ReadonlyMap<string, string> {
    return this.#drives;
  }

  /**
   * Remembers what asks for a reason now.
   * @param again does what was refused once more
   */
  look({ state, outcome }: PairingResult, again: () => PairingResult): void {
    this.#asked = null;
    // The list that is shown does not say what is asked: it is put away first.
    if (outcome.result !== 'refused' || !asksForReason(outcome) || state.armed) return;
    const { machineSerial = null, driveId = null } = outcome;
    if (machineSerial === null && driveId === null) return;
    const { waitingMachine } = state;
    this.#asked = { of: { machineSerial, driveId }, outcome, waitingMachine, again };
  }

  /** Whether what was said last is what asks for a reason. */
  isAsked(last: ScanOutcome | null): boolean {
    return this.#asked !== null && this.#asked.outcome === last;
  }

  /**
   * Takes a reason, and does with it what was refused.
   * @param of what the reason was said for; null: for what is asked now
   * @throws PrestageError usage without a reason, or when nothing asks for one
   */
  give(
    text: string,
    of: AskedFor | null,
    { waitingMachine }: Pick<Pairing, 'waitingMachine'>,
  ): PairingResult {
    const reason = reasonOf(text);
    const asked = this.#asked;
    const same = of === null || (asked !== null && isSame(asked.of, of));
    if (asked === null || !same || asked.waitingMachine !== waitingMachine) throw nothingAsked();
    const { machineSerial, driveId } = asked.of;
    if (machineSerial !== null) this.#machines = new Map([...this.#machines, [machineSerial, reason]]);
    if (driveId !== null) this.#drives = new Map([...this.#drives, [driveId, reason]]);
    const result = asked.again();
    this.look(result, asked.again);
    return { ...result, action: withReason(result.action, reason) };
  }

  /** Forgets the reasons of what neither waits nor is paired. */
  keepOnly({ waitingMachine, pairs }: Pick<Pairing, 'waitingMachine' | 'pairs'>): void {
    const machines = new Set([waitingMachine, ...pairs.map(({ machineSerial }) => machineSerial)]);
    const drives = new Set(pairs.map(({ driveId }) => driveId));
    this.#machines = new Map([...this.#machines].filter(([serial]) => machines.has(serial)));
    this.#drives = new Map([...this.#drives].filter(([driveId]) => drives.has(driveId)));
  }
}

function isSame(asked: AskedFor, of: AskedFor): boolean {
  const serial = of.machineSerial === null ? null : normalizeSerial(of.machineSerial);
  return asked.driveId === of.driveId && asked.machineSerial === serial;
}

function withReason(action: PairingAction, reason: string): PairingAction {
  return action.type === 'retry-job' ? { ...action, reason } : action;
}
