import type { MachineDetails } from '../machine/machine';
import { saysNothing } from '../machine/machine-details';
import { driveReasonRefusal } from './drive-reasons';
import {
  accept,
  driveOrMachineRefusal,
  expectedNow,
  isRepeated,
  machineRefusal,
  refuse,
  why,
  withPair,
  withoutMachines,
  type Pairing,
  type PairingContext,
  type PairingResult,
  type RefusalReason,
} from './pairing-rules';
import type { Pair } from './pairing-state';
import { placesInMachine, rackOf } from './rack-places';
import type { BayPlace } from '../drive/bays';
import type { ScanKind } from '../scan/scan-outcome';

/** Pairing where the drive sits in its machine already, in a rack: it is for that machine and no other. Pure. */

/**
 * A drive gets its own machine's image.
 * @param said what the machine's firmware tells beside its serial
 */
export function pairInRack(
  state: Pairing,
  driveId: string,
  said: MachineDetails,
  context: PairingContext,
): PairingResult {
  const found = findInRack(state, driveId, context);
  if ('place' in found) {
    const { place, serial } = found;
    const next = withOwn(state, place, serial, said);
    return accept(next, 'drive', 'paired', { machineSerial: serial, bay: place.label });
  }
  return refuse(state, 'drive', { ...found, expected: expectedNow(state, context) });
}

/** The place of a disk that can be paired with the machine that it is in, or what stands against that. */
function findInRack(
  state: Pairing,
  driveId: string,
  context: PairingContext,
): { readonly place: BayPlace; readonly serial: string } | Omit<RefusalReason, 'expected'> {
  if (state.armed || context.starting) return { reason: 'wrong-kind', detail: null };
  const place = context.bays.find((one) => one.driveId === driveId);
  const rack = rackOf(driveId, context);
  if (place === undefined || rack === undefined) return { reason: 'bay-empty', detail: null };
  const { serial } = rack;
  return (
    driveOrMachineRefusal(place, state.pairs, context) ??
    machineRefusal(serial, state.pairs, context, 'firmware') ??
    driveReasonRefusal(driveId, serial, context) ?? { place, serial }
  );
}

function withOwn(state: Pairing, place: BayPlace, serial: string, said: MachineDetails): Pairing {
  const paired = withPair(state, serial, place, true);
  if (saysNothing(said)) return paired;
  const pairs = paired.pairs.map((pair) =>
    pair.driveId === place.driveId ? { ...pair, machine: said } : pair,
  );
  return { ...paired, pairs };
}

/** The place that a machine of the rack has in the batch, or its only disk; null: it is no machine of the rack, or has several. */
export function placeInRack(
  { pairs }: Pick<Pairing, 'pairs'>,
  serial: string,
  context: PairingContext,
): BayPlace | null {
  const places = placesInMachine(serial, context);
  const paired = places.find(({ driveId }) => pairs.some((pair) => pair.driveId === driveId));
  return paired ?? (places.length === 1 ? (places[0] ?? null) : null);
}

/**
 * A machine of the rack was scanned, or one of its disks: it gets this disk. One that has it in the batch, by itself or by hand, becomes what
 * UNDO takes back next: nothing else takes it out by scan.
 */
export function scanInRack(
  state: Pairing,
  kind: ScanKind,
  place: BayPlace,
  said: MachineDetails,
  context: PairingContext,
): PairingResult {
  const pair = state.pairs.find(({ driveId }) => driveId === place.driveId);
  if (pair === undefined) return pairInRack(state, place.driveId ?? '', said, context);
  if (isRepeated(context)) return refuse(state, kind, why('repeated-read', expectedNow(state, context)));
  const { machineSerial, bay } = pair;
  const before = state.history.find((one) => one.machineSerial === machineSerial);
  const others = state.history.filter((one) => one !== before);
  const last = before ?? { machineSerial, byHand: true, byItself: true as const };
  return accept({ ...state, history: [...others, last] }, kind, 'in-batch', { machineSerial, bay });
}

/** A disk, and what the firmware of its machine tells beside the serial. */
export interface RackOffer {
  readonly driveId: string;
  readonly said: MachineDetails;
}

/**
 * Takes offers as far as nothing stands against them. UNDO takes back what somebody did, so none of them is its.
 * @returns with the disks that are paired now
 */
export function takeOffers(
  state: Pairing,
  offers: readonly RackOffer[],
  context: PairingContext,
): { readonly state: Pairing; readonly taken: string[] } {
  let next = state;
  const taken: string[] = [];
  for (const { driveId, said } of offers) {
    const found = findInRack(next, driveId, context);
    if (!('place' in found)) continue;
    next = { ...withOwn(next, found.place, found.serial, said), history: state.history };
    taken.push(driveId);
  }
  return { state: next, taken };
}

/**
 * Takes pairs apart that machines of the rack made by themselves, where the order that is open now does not list them: nobody asked for
 * them, and they would keep all others from being started. The operator has to be told of `dropped`.
 */
export function dropUnlisted(
  state: Pairing,
  context: PairingContext,
): { readonly state: Pairing; readonly dropped: readonly Pair[] } {
  const byHand = new Set(
    state.history.flatMap(({ machineSerial, byItself }) => (byItself === true ? [] : [machineSerial])),
  );
  const dropped = state.pairs.filter(
    ({ driveId, machineSerial }) =>
      rackOf(driveId, context) !== undefined && !byHand.has(machineSerial) && !context.inOrder(machineSerial),
  );
  if (dropped.length === 0 || context.starting) return { state, dropped: [] };
  const serials = dropped.map(({ machineSerial }) => machineSerial);
  return { state: withoutMachines(state, serials), dropped };
}
