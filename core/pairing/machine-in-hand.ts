import { timeouts } from '../base/timeouts';
import type { MachineDetails } from '../machine/machine';
import { isConflict, joinDetails, saysNothing, sharedIdentity } from '../machine/machine-details';
import { why, type Pairing, type PairingContext, type RefusalReason } from './pairing-rules';

/** Whose a label is that has no serial, and what is known of that machine beside its own. Pure. */

/**
 * The machine that a label without a serial belongs to: the one that waits, or the one that was paired so shortly before
 * that its label is still in the operator's hand. Null when there is none, and nobody can say whose label it is.
 */
export function machineInHand(state: Pairing, { sinceLastPair }: PairingContext): string | null {
  if (state.mode !== 'pair' && state.mode !== 'fill') return null;
  if (state.waitingMachine !== null) return state.waitingMachine;
  const last = state.history.at(-1);
  const recently = sinceLastPair !== null && sinceLastPair < timeouts.labelInHand;
  return last === undefined || last.byHand || !recently ? null : last.machineSerial;
}

/** What is known of a machine that waits or is paired, beside its serial. */
export function knownDetails(
  { waitingMachine, waitingDetails, pairs }: Pairing,
  serial: string,
): MachineDetails {
  if (waitingMachine === serial) return waitingDetails;
  return pairs.find(({ machineSerial }) => machineSerial === serial)?.machine ?? {};
}

/**
 * Why what a label says cannot be of this machine, or null: something else is known of it, or another machine has it.
 */
export function detailsRefusal(state: Pairing, serial: string, more: MachineDetails): RefusalReason | null {
  const joined = joinDetails(knownDetails(state, serial), more);
  if (isConflict(joined)) {
    return why('contradicts', 'bay', `${serial}: ${joined.known}, ${joined.other}`);
  }
  for (const { machineSerial, machine = {} } of state.pairs) {
    const shared = machineSerial === serial ? null : sharedIdentity(machine, more);
    if (shared !== null) return why('contradicts', 'bay', `${machineSerial}: ${shared}`);
  }
  return null;
}

/** More is known of a machine that waits or is paired; what was armed was another list. */
export function withDetails(state: Pairing, serial: string, more: MachineDetails): Pairing {
  const joined = joinDetails(knownDetails(state, serial), more);
  if (isConflict(joined) || saysNothing(joined)) return state;
  if (state.waitingMachine === serial) return { ...state, waitingDetails: joined };
  return {
    ...state,
    armed: false,
    pairs: state.pairs.map((pair) => (pair.machineSerial === serial ? { ...pair, machine: joined } : pair)),
  };
}
