import { foldLabel, type BayPlace } from '../drive/bays';
import {
  accept,
  driveOrMachineRefusal,
  driveRefusal,
  expectedNow,
  flowFacts,
  isRepeated,
  machineRefusal,
  refuse,
  why,
  withPair,
  type Pairing,
  type PairingContext,
  type PairingResult,
  type RefusalReason,
  type Refused,
} from './pairing-rules';
import { driveReasonRefusal } from './drive-reasons';
import { fillNext } from './fill-bays';
import { placeInRack, scanInRack } from './in-rack';
import { detailsRefusal, knownDetails, machineInHand, withDetails } from './machine-in-hand';
import { otherMachine, placesInMachine, rackOf } from './rack-places';
import { pairWaiting } from './pairing-acts';
import { applyCommand } from './pairing-commands';
import { flowOf } from '../flow/flow';
import { isAtWork, isRetryable } from '../flow/job-outcome';
import { takeOutScan } from '../flow/take-out';
import type { MachineDetails } from '../machine/machine';
import { addsNothing } from '../machine/machine-details';
import { drivesNamed, type ScanReading, type WrongKind } from '../scan/scan';
import type { ScanKind } from '../scan/scan-outcome';
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
export { arm, canUndo, chooseEnd, clearPairs, disarm, dropDrives, start, undo, unpair } from './pairing-acts';
export { passedDrives, settleMode } from './pairing-commands';
export { toggleFill } from './fill-bays';
export { askForDisk, pairOwn } from './own-machine';
export { dropUnlisted, pairInRack, takeOffers, type RackOffer } from './in-rack';

type WrongReading = Extract<ScanReading, { kind: WrongKind }>;

/** Takes a barcode. */
export function applyScan(state: Pairing, reading: ScanReading, context: PairingContext): PairingResult {
  const { kind } = reading;
  if (kind === 'command') return applyCommand(state, reading.command, context);
  if (state.armed || context.starting) {
    return refuse(state, kind, why('wrong-kind', expectedNow(state, context)));
  }
  switch (kind) {
    case 'reason':
      // What asks for one takes it before it comes here.
      return refuse(
        state,
        kind,
        why(isRepeated(context) ? 'repeated-read' : 'no-reason-asked', expectedNow(state, context)),
      );
    case 'admission-code':
      // Admitted before it comes here, but for a list of what will be erased.
      return refuse(state, kind, why('wrong-kind', expectedNow(state, context)));
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
      return refuse(state, kind, whyWrong(reading, state, context));
  }
}

/** Why something is refused that the station never asks for. What may be a serial must be typed where one is wanted. */
function whyWrong({ doubtful, tag }: WrongReading, state: Pairing, context: PairingContext): RefusalReason {
  const { takesMachine } = flowOf(flowFacts(state, context));
  return doubtful === true && takesMachine
    ? why('doubtful', 'machine', tag)
    : why('wrong-kind', expectedNow(state, context), tag);
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
  // It gets its own disk, in a row of others too.
  const own = placeInRack(state, serial, context);
  if (state.mode === 'fill') {
    if (own !== null) return scanInRack(state, 'machine', own, said, context);
    const disks = placesInMachine(serial, context);
    return disks.length === 0
      ? fillNext(state, serial, said, context)
      : refuse(state, 'machine', why('own-disk', expected, serial));
  }
  // A bay that was forgotten must not make the machine before vanish.
  if (state.mode !== 'pair' || state.waitingMachine !== null) {
    return refuse(state, 'machine', why('wrong-kind', expected));
  }
  // A machine that imaged its own disk leaves nothing to take out.
  const out = (context.live?.own ?? null) === null ? takeOut(state, serial, context) : null;
  if (out !== null) return out;
  // A machine of the rack has its drive already; of several the right one is chosen next.
  if (own !== null) return scanInRack(state, 'machine', own, said, context);
  const refusal = machineRefusal(serial, state.pairs, context) ?? detailsRefusal(state, serial, said);
  if (refusal !== null) return refuse(state, 'machine', { ...refusal, expected: 'machine' });
  const history = [...state.history, { machineSerial: serial, byHand: false }];
  const next = { ...state, waitingMachine: serial, waitingDetails: said, history };
  return accept(next, 'machine', 'machine-waiting', { machineSerial: serial });
}

/**
 * The machine of a drive whose card says PASS: the drive is taken out. Never where somebody just gave a reason why this
 * machine gets another drive, nor is anything paired: without its card, the machine is refused as one that has a drive.
 */
function takeOut(state: Pairing, serial: string, context: PairingContext): PairingResult | null {
  if (context.againAllowed(serial)) return null;
  const atWork = [...context.jobs.values()].some(isAtWork);
  const scan = takeOutScan(serial, context.takeOut, { strict: context.line !== null, atWork });
  switch (scan.result) {
    case 'none':
      return null;
    case 'too-early':
      return refuse(
        state,
        'machine',
        why('take-out-early', 'wait', `${scan.scanned.bay}\n${scan.scanned.machineSerial}`),
      );
    case 'out-of-order': {
      const { next, scanned } = scan;
      const detail = [next.bay, next.machineSerial, scanned.bay].join('\n');
      return refuse(state, 'machine', why('take-out-order', 'taken-out', detail));
    }
    case 'taken': {
      const { drive, left } = scan;
      const { bay, machineSerial } = drive;
      const of = { bay, machineSerial, count: left };
      return accept(state, 'machine', 'taken-out', of, { type: 'take-out', drive });
    }
  }
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
  const { driveId } = place;
  const rack = rackOf(driveId, context);
  // Its bay is named as the machine is: whichever was meant, it is this machine.
  if (rack !== undefined && state.mode === 'pair' && state.waitingMachine === null) {
    const out = takeOut(state, rack.serial, context);
    return out ?? scanInRack(state, kind, place, {}, context);
  }
  if (state.mode !== 'pair' && state.mode !== 'fill') return takeMeantBay(state, kind, place, context);
  if (state.waitingMachine === null) {
    // Just paired, cancelled or retried by the first of two reads.
    const justTaken =
      state.pairs.at(-1)?.driveId === driveId || (driveId !== null && context.jobs.has(driveId));
    return refused(justTaken && isRepeated(context) ? 'repeated-read' : 'wrong-kind');
  }
  const refusal = driveOrMachineRefusal(place, state.pairs, context);
  if (refusal !== null) return refuse(state, kind, refusal);
  return pairWaiting(state, kind, place, context);
}

/** The bay that CANCEL, RETRY or CLEAR asked for. */
function takeMeantBay(
  state: Pairing,
  kind: ScanKind,
  place: BayPlace,
  context: PairingContext,
): PairingResult {
  const expected = expectedNow(state, context);
  const refused = (reason: Refused['reason']): PairingResult => refuse(state, kind, why(reason, expected));
  const { driveId, label: bay } = place;
  if (driveId === null) return refused('bay-empty');
  const next: Pairing = { ...state, mode: 'pair' };
  const job = context.jobs.get(driveId);
  const inMachine = rackOf(driveId, context)?.serial;
  const of = inMachine === undefined ? { bay } : { bay, machineSerial: inMachine };
  switch (state.mode) {
    case 'cancel':
      if (job !== 'running') return refused('nothing-to-cancel');
      return accept(next, kind, 'job-cancelled', of, { type: 'cancel-job', driveId });
    case 'clear':
      if (job === undefined || isAtWork(job)) return refused('nothing-to-clear');
      return accept(next, kind, 'card-cleared', of, { type: 'clear-jobs', driveIds: [driveId] });
    case 'retry':
    case 'fill':
    case 'pair': {
      if (!isRetryable(job)) return refused('nothing-to-retry');
      const refusal =
        driveRefusal(place, state.pairs, { ...context, jobs: new Map() }) ??
        driveReasonRefusal(driveId, null, context);
      if (refusal !== null) return refuse(state, kind, { ...refusal, expected });
      return accept(next, kind, 'job-retried', of, { type: 'retry-job', driveId });
    }
  }
}

/** Tries the drive of a card again, with the button. The caller tells what else keeps it from that. */
export function retryByHand(state: Pairing, driveId: string, context: PairingContext): PairingResult {
  const refusal = driveReasonRefusal(driveId, null, context);
  if (refusal !== null) return refuse(state, 'drive', { ...refusal, expected: expectedNow(state, context) });
  const bay = placeOfDrive(driveId, context)?.label;
  const of = bay === undefined ? {} : { bay };
  return accept(state, 'drive', 'job-retried', of, { type: 'retry-job', driveId });
}

/** Pairs with the buttons. Another machine that was scanned goes on waiting for its bay. */
export function pairByHand(
  state: Pairing,
  serial: string,
  driveId: string,
  context: PairingContext,
): PairingResult {
  if (context.starting) return refuse(state, 'machine', why('wrong-kind', 'wait'));
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
  const another = otherMachine(driveId, machineSerial, context);
  if (another !== null) return refuse(state, 'machine', why('disk-of-another', 'machine', another));
  const refusal =
    machineRefusal(machineSerial, state.pairs, context) ??
    driveOrMachineRefusal(place, state.pairs, context) ??
    driveReasonRefusal(driveId, machineSerial, context);
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
