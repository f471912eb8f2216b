import type { MachineDetails } from '../machine/machine';
import { driveReasonRefusal } from './drive-reasons';
import {
  accept,
  driveRefusal,
  expectedNow,
  machineRefusal,
  refuse,
  why,
  withPair,
  withoutMachines,
  type Pairing,
  type PairingContext,
  type PairingResult,
} from './pairing-rules';

/** Pairing in a machine that images itself: there is one machine, and it gets one of its disks. Pure. */

/** The machine gets this disk, in the place of another one that it had. */
export function pairOwn(
  state: Pairing,
  serial: string,
  said: MachineDetails,
  driveId: string,
  context: PairingContext,
): PairingResult {
  const free = withoutOthers(state, context);
  if (free === null) return refuse(state, 'drive', why('wrong-kind', expectedNow(state, context)));
  const place = context.bays.find((one) => one.driveId === driveId);
  const refusal =
    machineRefusal(serial, [], context) ??
    driveRefusal(place, [], context) ??
    driveReasonRefusal(driveId, serial, context);
  if (place === undefined || refusal !== null) {
    return refuse(state, 'drive', refusal ?? why('bay-empty', 'drive'));
  }
  const waiting = { ...free, waitingMachine: serial, waitingDetails: said };
  const next = withPair(waiting, serial, place, true);
  return accept(next, 'drive', 'paired', { machineSerial: serial, bay: place.label });
}

/** The machine waits for its disk: which one is asked. */
export function askForDisk(
  state: Pairing,
  serial: string,
  said: MachineDetails,
  context: PairingContext,
): PairingResult {
  const free = withoutOthers(state, context);
  if (free === null) return refuse(state, 'machine', why('wrong-kind', expectedNow(state, context)));
  const refusal = machineRefusal(serial, [], context);
  if (refusal !== null) return refuse(state, 'machine', refusal);
  const history = [...free.history, { machineSerial: serial, byHand: true }];
  const next = { ...free, waitingMachine: serial, waitingDetails: said, history };
  return accept(next, 'machine', 'machine-waiting', { machineSerial: serial });
}

/** Nothing waits and nothing is paired; null while a list of what will be erased is looked at. */
function withoutOthers(state: Pairing, context: PairingContext): Pairing | null {
  if (state.armed || context.starting) return null;
  const { waitingMachine, pairs } = state;
  const serials = pairs.map(({ machineSerial }) => machineSerial);
  const emptied = withoutMachines(state, waitingMachine === null ? serials : [...serials, waitingMachine]);
  return { ...emptied, mode: 'pair' };
}
