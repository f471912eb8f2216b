import { foldLabel, type BayPlace } from '../drive/bays';
import type { Pair } from './pairing-state';
import {
  accept,
  driveRefusal,
  expectedNow,
  detailsRefusal,
  isRepeated,
  knownDetails,
  machineInHand,
  machineRefusal,
  refuse,
  startRefusal,
  why,
  withDetails,
  withPair,
  withoutMachines,
  type Pairing,
  type PairingContext,
  type PairingResult,
  type RefusalReason,
  type Refused,
} from './pairing-rules';
import type { MachineDetails } from '../machine/machine';
import { addsNothing } from '../machine/machine-details';
import { required } from '../base/required';
import { drivesNamed, type ScanReading, type WrongKind } from '../scan/scan';
import type { Expectation, ScanCommand, ScanKind } from '../scan/scan-outcome';
import { readTypedSerial } from '../scan/typed-serial';
import { isSameNumber, takeHash, takeTicket } from './ticket-scan';

/**
 * What a scan or a button does to the pairing of machines and drives: each takes the state and gives a new one, or a refusal.
 * Pure.
 */

export {
  emptyPairing,
  startRefusalsOf,
  type Pairing,
  type PairingAction,
  type PairingContext,
  type PairingResult,
  type Refused,
} from './pairing-rules';

type WrongReading = Extract<ScanReading, { kind: WrongKind }>;

/** Whether UNDO would take something back. */
export function canUndo(state: Pairing): boolean {
  return state.armed || state.mode !== 'pair' || state.history.length > 0;
}

/** Puts the list of what will be erased away. To be called after every change of operator, media or settings. */
export function disarm(state: Pairing): Pairing {
  return state.armed ? { ...state, armed: false } : state;
}

/** Takes a barcode. */
export function applyScan(state: Pairing, reading: ScanReading, context: PairingContext): PairingResult {
  const { kind } = reading;
  if (kind === 'command') return applyCommand(state, reading.command, context);
  if (state.armed || context.starting) return refuse(state, kind, why('wrong-kind', 'start'));
  switch (kind) {
    case 'operator':
      return accept(state, kind, 'operator-set', {}, { type: 'set-operator', name: reading.name });
    case 'work-order':
      return takeOrderNumber(state, reading.number, context);
    case 'sha256':
      return takeHash(state, reading.sha256, context);
    case 'ticket':
      return takeTicket(state, reading, context);
    case 'machine':
      return takeMachine(state, reading.serial, reading.details ?? {}, context);
    case 'uuid':
    case 'mac':
    case 'asset-tag':
      return takeDetails(state, kind, machineInHand(state, context), reading.details, context);
    case 'bay':
      return takePlace(state, kind, context.bays.find(isCalled(reading.label)), context);
    case 'drive':
      return takePlace(state, kind, placeOfDrive(reading.driveId, context), context);
    default:
      return refuse(state, kind, whyWrong(reading, expectedNow(state, context)));
  }
}

/** Why something is refused that the station never asks for. What may be a serial must be typed where one is wanted. */
function whyWrong({ doubtful, tag }: WrongReading, expected: Expectation): RefusalReason {
  return doubtful === true && expected === 'machine'
    ? why('doubtful', expected, tag)
    : why('wrong-kind', expected, tag);
}

function isCalled(name: string): (place: BayPlace) => boolean {
  return ({ label }) => foldLabel(label) === foldLabel(name);
}

/** The bay that holds a drive; undefined when it is in none. */
export function placeOfDrive(driveId: string, { bays }: PairingContext): BayPlace | undefined {
  return bays.find((place) => place.driveId === driveId);
}

function takeMachine(
  state: Pairing,
  serial: string,
  said: MachineDetails,
  context: PairingContext,
): PairingResult {
  const expected = expectedNow(state, context);
  // Another code of the same label, which says the serial again and more.
  const inHand = machineInHand(state, context) === serial;
  const more = inHand && !addsNothing(knownDetails(state, serial), said);
  if (more) return takeDetails(state, 'machine', serial, said, context);
  if (state.waitingMachine === serial) return refuse(state, 'machine', why('repeated-read', expected));
  // A bay that was forgotten must not make the machine before vanish.
  if (state.mode !== 'pair' || state.waitingMachine !== null) {
    return refuse(state, 'machine', why('wrong-kind', expected));
  }
  const refusal = machineRefusal(serial, state.pairs, context) ?? detailsRefusal(state, serial, said);
  if (refusal !== null) return refuse(state, 'machine', { ...refusal, expected: 'machine' });
  const history = [...state.history, { machineSerial: serial, byHand: false }];
  const next = { ...state, waitingMachine: serial, waitingDetails: said, history };
  return accept(next, 'machine', 'machine-waiting', { machineSerial: serial });
}

/** Two numbers never take each other's place in silence: an open order stays, and what was only a number is told. */
function takeOrderNumber(state: Pairing, number: string, context: PairingContext): PairingResult {
  const { workOrder } = context;
  const openOrder = context.openOrder();
  const kind = 'work-order';
  const isSame = (other: string): boolean => isSameNumber(number, other, context);
  if (openOrder !== null && !isSame(openOrder)) {
    return refuse(state, kind, why('order-open', expectedNow(state, context), openOrder));
  }
  if (workOrder !== '' && isSame(workOrder)) return accept(state, kind, 'work-order-set');
  const replaced = workOrder === '' ? {} : { replaced: workOrder };
  return accept(state, kind, 'work-order-set', replaced, { type: 'set-work-order', number });
}

/** A label told more of a machine, or of none. */
function takeDetails(
  state: Pairing,
  kind: ScanKind,
  serial: string | null,
  said: MachineDetails,
  context: PairingContext,
): PairingResult {
  const expected = expectedNow(state, context);
  if (serial === null) return refuse(state, kind, why('wrong-kind', expected));
  const refusal = detailsRefusal(state, serial, said);
  if (refusal !== null) return refuse(state, kind, { ...refusal, expected });
  if (addsNothing(knownDetails(state, serial), said)) {
    return refuse(state, kind, why('repeated-read', expected));
  }
  return accept(withDetails(state, serial, said), kind, 'facts-taken', { machineSerial: serial });
}

/** A bay, or the drive in it, was scanned. */
function takePlace(
  state: Pairing,
  kind: ScanKind,
  place: BayPlace | undefined,
  context: PairingContext,
): PairingResult {
  const expected = expectedNow(state, context);
  const refused = (reason: Refused['reason']): PairingResult => refuse(state, kind, why(reason, expected));
  if (place === undefined) return refused(kind === 'drive' ? 'bay-empty' : 'bay-unknown');
  const { driveId, label: bay } = place;
  if (state.mode !== 'pair') {
    if (driveId === null) return refused('bay-empty');
    const next: Pairing = { ...state, mode: 'pair' };
    const job = context.jobs.get(driveId);
    if (state.mode === 'cancel') {
      if (job !== 'running') return refused('nothing-to-cancel');
      return accept(next, kind, 'job-cancelled', { bay }, { type: 'cancel-job', driveId });
    }
    if (job !== 'ended-badly') return refused('nothing-to-retry');
    const refusal = driveRefusal(place, state.pairs, { ...context, jobs: new Map() });
    if (refusal !== null) return refuse(state, kind, { ...refusal, expected });
    return accept(next, kind, 'job-retried', { bay }, { type: 'retry-job', driveId });
  }
  if (state.waitingMachine === null) {
    // Just paired, cancelled or retried by the first of two reads.
    const justTaken =
      state.pairs.at(-1)?.driveId === driveId || (driveId !== null && context.jobs.has(driveId));
    return refused(justTaken && isRepeated(context) ? 'repeated-read' : 'wrong-kind');
  }
  const refusal = driveRefusal(place, state.pairs, context);
  if (refusal !== null) return refuse(state, kind, refusal);
  return pairWaiting(state, kind, place, context);
}

/** Pairs the waiting machine with a drive that was found free. */
function pairWaiting(
  state: Pairing,
  kind: ScanKind,
  place: BayPlace,
  context: PairingContext,
): PairingResult {
  const machineSerial = required(state.waitingMachine, 'the machine that waits for its bay');
  // It may have been started or shipped while it waited.
  const refusal = machineRefusal(machineSerial, state.pairs, context);
  if (refusal !== null) return refuse(state, kind, { ...refusal, expected: 'bay' });
  return accept(withPair(state, machineSerial, place, false), kind, 'paired', {
    machineSerial,
    bay: place.label,
  });
}

function applyCommand(state: Pairing, command: ScanCommand, context: PairingContext): PairingResult {
  if (context.starting) {
    const reason = command === 'START' ? 'repeated-read' : 'wrong-kind';
    return refuse(state, 'command', why(reason, 'start'));
  }
  const result = commands[command](state, context);
  // A scanner that reads twice would confirm its own START, and UNDO what nobody wanted undone. NEXT may follow
  // NEXT at once: another machine was scanned in between, or it is refused.
  const twice = command !== 'NEXT' && isRepeated(context) && result.outcome.result === 'accepted';
  return twice ? refuse(state, 'command', why('repeated-read', expectedNow(state, context))) : result;
}

const commands: Readonly<Record<ScanCommand, (state: Pairing, context: PairingContext) => PairingResult>> = {
  START: (state, context) => (state.armed ? start(state, context) : arm(state, context)),
  UNDO: undo,
  CANCEL: cancel,
  NEXT: pairNext,
  RETRY: askWhichToRetry,
};

/** Shows the list of what will be erased: START for the first time, or the button. */
export function arm(state: Pairing, context: PairingContext): PairingResult {
  if (context.starting) return refuse(state, 'command', why('repeated-read', 'start'));
  if (state.mode !== 'pair' || state.waitingMachine !== null) {
    return refuse(state, 'command', why('wrong-kind', expectedNow(state, context)));
  }
  const unready = startRefusal(state, context);
  if (unready !== null) return refuse(state, 'command', unready);
  return accept({ ...state, armed: true }, 'command', 'armed');
}

/**
 * Starts what is shown: START for the second time, or the button that was held. The pairs stay, and stay armed,
 * until {@link clearPairs} or {@link disarm} says what became of the start.
 */
export function start(state: Pairing, context: PairingContext): PairingResult {
  if (context.starting) return refuse(state, 'command', why('repeated-read', 'start'));
  if (!state.armed) return refuse(state, 'command', why('not-ready', 'start', 'not-armed'));
  const unready = startRefusal(state, context);
  if (unready !== null) return refuse(state, 'command', unready);
  return accept(state, 'command', 'started', {}, { type: 'start' });
}

/**
 * Takes the latest step back: the list that is shown, the mode, the machine that waits, or the latest pair. The
 * machine of a pair that was scanned waits again, so that the right bay can be scanned; once more takes it back.
 */
export function undo(state: Pairing, context: PairingContext): PairingResult {
  if (context.starting) return refuse(state, 'command', why('wrong-kind', 'start'));
  if (state.armed) return accept(disarm(state), 'command', 'disarmed');
  if (state.mode !== 'pair') return accept({ ...state, mode: 'pair' }, 'command', 'undone');
  const last = state.history.at(-1);
  if (last === undefined) {
    return refuse(state, 'command', why('nothing-to-undo', expectedNow(state, context)));
  }
  const { machineSerial, byHand } = last;
  if (state.waitingMachine === machineSerial) {
    return accept(withoutMachines(state, [machineSerial]), 'command', 'undone', { machineSerial });
  }
  const pair = state.pairs.find((one) => one.machineSerial === machineSerial);
  const { bay } = required(pair, `the bay of machine ${machineSerial}`);
  const next = byHand
    ? withoutMachines(state, [machineSerial])
    : {
        ...state,
        waitingMachine: machineSerial,
        waitingDetails: knownDetails(state, machineSerial),
        pairs: state.pairs.filter((one) => one !== pair),
      };
  return accept(next, 'command', 'undone', { machineSerial, bay });
}

function cancel(state: Pairing, context: PairingContext): PairingResult {
  if (state.armed) return accept(disarm(state), 'command', 'disarmed');
  if (state.mode !== 'pair') return accept({ ...state, mode: 'pair' }, 'command', 'cleared');
  if (state.waitingMachine !== null) {
    const machineSerial = state.waitingMachine;
    return accept(withoutMachines(state, [machineSerial]), 'command', 'cleared', { machineSerial });
  }
  if ([...context.jobs.values()].includes('running')) {
    return accept({ ...state, mode: 'cancel' }, 'command', 'cancel-which');
  }
  return refuse(state, 'command', why('nothing-to-cancel', expectedNow(state, context)));
}

function askWhichToRetry(state: Pairing, context: PairingContext): PairingResult {
  const expected = expectedNow(state, context);
  if (state.armed || state.mode !== 'pair' || state.waitingMachine !== null) {
    return refuse(state, 'command', why('wrong-kind', expected));
  }
  if ([...context.jobs.values()].includes('ended-badly')) {
    return accept({ ...state, mode: 'retry' }, 'command', 'retry-which');
  }
  return refuse(state, 'command', why('nothing-to-retry', expected));
}

function pairNext(state: Pairing, context: PairingContext): PairingResult {
  if (state.waitingMachine === null) {
    return refuse(state, 'command', why('wrong-kind', expectedNow(state, context)));
  }
  const free = context.bays.find((place) => driveRefusal(place, state.pairs, context) === null);
  if (free === undefined) return refuse(state, 'command', why('no-free-bay', 'bay'));
  return pairWaiting(state, 'command', free, context);
}

/** Pairs with the buttons. Another machine that was scanned goes on waiting for its bay. */
export function pairByHand(
  state: Pairing,
  serial: string,
  driveId: string,
  context: PairingContext,
): PairingResult {
  if (context.starting) return refuse(state, 'machine', why('wrong-kind', 'start'));
  const typed = readTypedSerial(serial, context.scanSettings);
  if (typed.problem !== null) {
    const kind = typed.problem.code === 'serial-placeholder' ? 'placeholder' : typed.kind;
    return refuse(state, kind, why('wrong-kind', 'machine', typed.problem.message));
  }
  const { serial: machineSerial, mayBe } = typed;
  if (drivesNamed(machineSerial, context.drives).length > 0) {
    return refuse(state, 'drive', why('wrong-kind', 'machine'));
  }
  const place = placeOfDrive(driveId, context);
  const refusal =
    machineRefusal(machineSerial, state.pairs, context) ?? driveRefusal(place, state.pairs, context);
  if (place === undefined || refusal !== null) {
    return refuse(state, 'machine', refusal ?? why('bay-unknown', 'bay'));
  }
  const next = withPair(state, machineSerial, place, true);
  const known = mayBe === null || context.isOrdered(machineSerial);
  return accept(next, 'machine', 'paired', {
    machineSerial,
    bay: place.label,
    ...(known ? {} : { mayBe: mayBe.kind }),
  });
}

/** Takes the pair of a drive apart. */
export function unpair(state: Pairing, driveId: string): Pairing {
  return clearPairs(state, [driveId]);
}

/** Takes the pairs of these drives away, after they were started. */
export function clearPairs(state: Pairing, driveIds: readonly string[]): Pairing {
  const cleared = state.pairs.filter((pair) => driveIds.includes(pair.driveId));
  if (cleared.length === 0) return state;
  return withoutMachines(
    state,
    cleared.map(({ machineSerial }) => machineSerial),
  );
}

/** Takes the pairs away whose drive was pulled. The operator has to be told of `dropped`. */
export function dropDrives(
  state: Pairing,
  presentDriveIds: ReadonlySet<string>,
): { readonly state: Pairing; readonly dropped: readonly Pair[] } {
  const dropped = state.pairs.filter(({ driveId }) => !presentDriveIds.has(driveId));
  return {
    state: clearPairs(
      state,
      dropped.map(({ driveId }) => driveId),
    ),
    dropped,
  };
}
