import type { MachineDetails } from '../machine/machine';
import { saysNothing } from '../machine/machine-details';
import { driveReasonRefusal } from './drive-reasons';
import {
  accept,
  driveOrMachineRefusal,
  expectedNow,
  machineRefusal,
  refuse,
  why,
  withPair,
  type Pairing,
  type PairingContext,
  type PairingResult,
} from './pairing-rules';
import { rackOf } from './rack-places';

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
  const expected = expectedNow(state, context);
  if (state.armed || context.starting) return refuse(state, 'drive', why('wrong-kind', expected));
  const place = context.bays.find((one) => one.driveId === driveId);
  const rack = rackOf(driveId, context);
  if (place === undefined || rack === undefined) return refuse(state, 'drive', why('bay-empty', expected));
  const { serial } = rack;
  const refusal =
    driveOrMachineRefusal(place, state.pairs, context) ??
    machineRefusal(serial, state.pairs, context, 'firmware') ??
    driveReasonRefusal(driveId, serial, context);
  if (refusal !== null) return refuse(state, 'drive', { ...refusal, expected });
  const paired = withPair(state, serial, place, true);
  const pairs = paired.pairs.map((pair) =>
    pair.driveId !== driveId || saysNothing(said) ? pair : { ...pair, machine: said },
  );
  return accept({ ...paired, pairs }, 'drive', 'paired', { machineSerial: serial, bay: place.label });
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
    const result = pairInRack(next, driveId, said, context);
    if (result.outcome.result === 'refused') continue;
    next = { ...result.state, history: state.history };
    taken.push(driveId);
  }
  return { state: next, taken };
}
