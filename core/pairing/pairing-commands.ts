import { flowOf } from '../flow/flow';
import { isAtWork, isRetryable, type CardOutcome } from '../flow/job-outcome';
import type { ScanCommand } from '../scan/scan-outcome';
import { driveReasonRefusal } from './drive-reasons';
import type { BenchView } from '../settings/settings';
import { toggleFill } from './fill-bays';
import { arm, chooseEnd, disarm, pairWaiting, start, undo } from './pairing-acts';
import {
  accept,
  expectedNow,
  flowFacts,
  freePlaces,
  isRepeated,
  isRepeatedStart,
  refuse,
  why,
  withoutMachines,
  type Pairing,
  type PairingContext,
  type PairingResult,
  type Refused,
} from './pairing-rules';
import { placesInMachine } from './rack-places';

/** What the barcodes of commands do. Pure. */

/** Does what a command says. */
export function applyCommand(state: Pairing, command: ScanCommand, context: PairingContext): PairingResult {
  if (context.starting) {
    const reason = command === 'START' ? 'repeated-read' : 'wrong-kind';
    return refuse(state, 'command', why(reason, 'wait'));
  }
  const result = commands[command](state, context);
  // A scanner that reads twice would confirm its own START, and UNDO what nobody wanted undone. NEXT may follow
  // NEXT at once: another machine was scanned in between, or it is refused.
  const repeated = command === 'START' ? isRepeatedStart(context) : isRepeated(context);
  const twice = command !== 'NEXT' && repeated && result.outcome.result === 'accepted';
  return twice ? refuse(state, 'command', why('repeated-read', expectedNow(state, context))) : result;
}

const commands: Readonly<Record<ScanCommand, (state: Pairing, context: PairingContext) => PairingResult>> = {
  START: (state, context) => (state.armed ? start(state, context) : arm(state, context)),
  UNDO: undo,
  CANCEL: cancel,
  NEXT: pairNext,
  FILL: toggleFill,
  RETRY: askWhichToRetry,
  CLEAR: clearCards,
  SHIP: showShip,
  RACK: (state, context) => showBench(state, 'rack', context),
  CARDS: (state, context) => showBench(state, 'cards', context),
  LINE: (state, context) => showBench(state, 'line', context),
  OFF: turnOff,
  ENDWAIT: (state, context) => chooseEnd(state, 'wait', context),
  ENDOFF: (state, context) => chooseEnd(state, 'off', context),
  ENDBOOT: (state, context) => chooseEnd(state, 'restart', context),
};

/** Whether a bay has been asked for. */
function isAsking({ mode }: Pairing): boolean {
  return mode !== 'pair' && mode !== 'fill';
}

function cancel(state: Pairing, context: PairingContext): PairingResult {
  if (state.armed) return accept(disarm(state), 'command', 'disarmed');
  if (state.mode === 'fill') return toggleFill(state, context);
  const running = onlyJob(context, (job) => job === 'running');
  if (state.mode === 'cancel' && running !== null) {
    const action = { type: 'cancel-job', driveId: running } as const;
    return accept({ ...state, mode: 'pair' }, 'command', 'job-cancelled', bayOf(running, context), action);
  }
  if (state.mode !== 'pair') return accept({ ...state, mode: 'pair' }, 'command', 'cleared');
  if (state.waitingMachine !== null) {
    const machineSerial = state.waitingMachine;
    return accept(withoutMachines(state, [machineSerial]), 'command', 'cleared', { machineSerial });
  }
  if (context.notices > 0) {
    const action = { type: 'dismiss-notices' } as const;
    return accept(state, 'command', 'notices-gone', { count: context.notices }, action);
  }
  if ([...context.jobs.values()].includes('running')) {
    return accept({ ...state, mode: 'cancel' }, 'command', 'cancel-which');
  }
  return refuse(state, 'command', why('nothing-to-cancel', expectedNow(state, context)));
}

function askWhichToRetry(state: Pairing, context: PairingContext): PairingResult {
  const expected = expectedNow(state, context);
  if (state.armed || isAsking(state) || state.waitingMachine !== null) {
    return refuse(state, 'command', why('wrong-kind', expected));
  }
  const only = onlyJob(context, isRetryable);
  const asked = only === null ? null : driveReasonRefusal(only, null, context);
  if (asked !== null) return refuse(state, 'command', { ...asked, expected });
  if (only !== null) {
    const action = { type: 'retry-job', driveId: only } as const;
    return accept(state, 'command', 'job-retried', bayOf(only, context), action);
  }
  if ([...context.jobs.values()].some(isRetryable)) {
    return accept({ ...state, mode: 'retry' }, 'command', 'retry-which');
  }
  return refuse(state, 'command', why('nothing-to-retry', expected));
}

/** The drive of the only job, in a machine that images itself: which one is meant is no question there. Null elsewhere. */
function onlyJob({ live, jobs }: PairingContext, isMeant: (outcome: CardOutcome) => boolean): string | null {
  if ((live?.own ?? null) === null) return null;
  const [meant, ...others] = [...jobs].filter(([, outcome]) => isMeant(outcome));
  return meant === undefined || others.length > 0 ? null : meant[0];
}

function bayOf(driveId: string, { bays }: PairingContext): { readonly bay?: string } {
  const label = bays.find((place) => place.driveId === driveId)?.label;
  return label === undefined ? {} : { bay: label };
}

/**
 * OFF turns the PC off that runs from a stick: at once where it has imaged itself, or could not; else when it is scanned once more.
 * Never while drives are at work.
 */
function turnOff(state: Pairing, context: PairingContext): PairingResult {
  const { live = null } = context;
  const expected = expectedNow(state, context);
  if (live === null) return refuse(state, 'command', why('not-on-a-stick', expected));
  if (state.armed) return refuse(state, 'command', why('wrong-kind', expected));
  const jobs = [...context.jobs.values()];
  if (jobs.some(isAtWork)) return refuse(state, 'command', why('still-at-work', expected));
  const ended = live.own !== null && jobs.length > 0 && state.pairs.length === 0;
  if (!ended && !live.offAsked) return accept(state, 'command', 'off-asked');
  return accept(state, 'command', 'turning-off', {}, { type: 'turn-off' });
}

/**
 * CLEAR: takes off the cards of all that passed; of those that did not, each is meant by its bay. In line mode all are: a drive
 * that passed is taken out by its machine.
 */
function clearCards(state: Pairing, context: PairingContext): PairingResult {
  const expected = expectedNow(state, context);
  const refused = (reason: Refused['reason']): PairingResult =>
    refuse(state, 'command', why(reason, expected));
  if (state.armed || isAsking(state)) return refused('wrong-kind');
  const passed = passedDrives(context.jobs);
  if (passed.length > 0 && context.line === null) {
    const action = { type: 'clear-jobs', driveIds: passed } as const;
    return accept(state, 'command', 'cards-cleared', { count: passed.length }, action);
  }
  if (![...context.jobs.values()].some((job) => !isAtWork(job))) return refused('nothing-to-clear');
  // A bay that is scanned next is this machine's.
  if (state.waitingMachine !== null) return refused('wrong-kind');
  return accept({ ...state, mode: 'clear' }, 'command', 'clear-which');
}

/** SHIP: which screen is shown is the app's. When all of a work order is shipped, it closes that. */
function showShip(state: Pairing, context: PairingContext): PairingResult {
  if (state.armed) return refuse(state, 'command', why('wrong-kind', expectedNow(state, context)));
  const number = context.openOrder();
  if (number !== null && flowOf(flowFacts(state, context)).next === 'close-order') {
    return accept(state, 'command', 'order-closed', { text: number }, { type: 'close-order' });
  }
  if (context.line !== null && !isLeftForShip(context, context.line.takenOut)) {
    return shipLine(state, context, context.line.takenOut);
  }
  return accept(state, 'command', 'ship-shown');
}

/** Line mode: of the order only such drives are left that no machine's scan took out: they are packed on Ship. */
function isLeftForShip({ takeOut, orderLeft }: PairingContext, takenOut: number): boolean {
  return takenOut === 0 && takeOut.length === 0 && (orderLeft()?.toShip ?? 0) > 0;
}

/** SHIP in line mode: closes the shipment, when every drive that passed was taken out. */
function shipLine(state: Pairing, context: PairingContext, takenOut: number): PairingResult {
  const [left] = context.takeOut;
  const expected = expectedNow(state, context);
  const refused = (reason: Refused['reason'], detail: string | null = null): PairingResult =>
    refuse(state, 'command', why(reason, expected, detail));
  if (left !== undefined) return refused('not-taken-out', `${left.bay}\n${left.machineSerial}`);
  if (takenOut === 0) return refused('nothing-to-ship');
  return accept(state, 'command', 'closing-line', { count: takenOut }, { type: 'ship-line' });
}

/** RACK, CARDS, LINE: how the bench is shown; not while the list of what will be erased is looked at. */
function showBench(state: Pairing, view: BenchView, context: PairingContext): PairingResult {
  if (state.armed) return refuse(state, 'command', why('wrong-kind', expectedNow(state, context)));
  const effect = view === 'line' ? 'line-mode-shown' : (`${view}-shown` as const);
  return accept(state, 'command', effect, {}, { type: 'show-bench', view });
}

/** Drives whose cards say PASS, and that no boot test needs where they are. */
export function passedDrives(jobs: PairingContext['jobs']): string[] {
  return [...jobs].filter(([, outcome]) => outcome === 'passed').map(([driveId]) => driveId);
}

/** Ends the question which bay is meant when there is none left that it could be. */
export function settleMode(state: Pairing, context: PairingContext): Pairing {
  const jobs = [...context.jobs.values()];
  const possible: Readonly<Record<Pairing['mode'], boolean>> = {
    pair: true,
    fill: true,
    cancel: jobs.includes('running'),
    retry: jobs.some(isRetryable),
    clear: jobs.some((job) => !isAtWork(job)),
  };
  return possible[state.mode] ? state : { ...state, mode: 'pair' };
}

function pairNext(state: Pairing, context: PairingContext): PairingResult {
  if (state.waitingMachine === null) {
    return refuse(state, 'command', why('wrong-kind', expectedNow(state, context)));
  }
  if (placesInMachine(state.waitingMachine, context).length > 0) {
    return refuse(state, 'command', why('own-disk', 'bay', state.waitingMachine));
  }
  const possible = freePlaces(state, context);
  // One that asks for no reason comes before those that do.
  const free =
    possible.find(({ driveId }) => driveReasonRefusal(driveId, state.waitingMachine, context) === null) ??
    possible[0];
  if (free === undefined) return refuse(state, 'command', why('no-free-bay', 'bay'));
  return pairWaiting(state, 'command', free, context);
}
