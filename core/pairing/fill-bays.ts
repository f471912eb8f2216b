import type { MachineDetails } from '../machine/machine';
import { driveReasonRefusal } from './drive-reasons';
import { detailsRefusal } from './machine-in-hand';
import {
  accept,
  expectedNow,
  freePlaces,
  isRepeated,
  machineRefusal,
  refuse,
  why,
  withPair,
  type Pairing,
  type PairingContext,
  type PairingResult,
} from './pairing-rules';

/** FILL: machines that are scanned in a row take the free bays in their order, and no bay is scanned. Pure. */

/** FILL, or its button: from now on each machine takes the next free bay; the same again ends that. */
export function toggleFill(state: Pairing, context: PairingContext): PairingResult {
  const expected = expectedNow(state, context);
  if (context.starting || state.armed) return refuse(state, 'command', why('wrong-kind', expected));
  if (state.mode === 'fill') return accept({ ...state, mode: 'pair' }, 'command', 'filling-ended');
  if (state.mode !== 'pair' || state.waitingMachine !== null) {
    return refuse(state, 'command', why('wrong-kind', expected));
  }
  const free = freePlaces(state, context).length;
  if (free === 0) return refuse(state, 'command', why('no-free-bay', expected));
  return accept({ ...state, mode: 'fill' }, 'command', 'filling', { count: free });
}

/** A machine takes the next free bay. The mode goes on when the last one is taken, so that UNDO can still correct it. */
export function fillNext(
  state: Pairing,
  serial: string,
  said: MachineDetails,
  context: PairingContext,
): PairingResult {
  const repeated = isRepeated(context) && state.pairs.at(-1)?.machineSerial === serial;
  if (repeated) return refuse(state, 'machine', why('repeated-read', expectedNow(state, context)));
  const refusal = machineRefusal(serial, state.pairs, context) ?? detailsRefusal(state, serial, said);
  if (refusal !== null) return refuse(state, 'machine', { ...refusal, expected: 'machine' });
  const free = freePlaces(state, context);
  // FILL goes by drives that ask for a reason: nobody looks at each drive here.
  const [place, ...others] = free.filter(
    ({ driveId }) => driveReasonRefusal(driveId, serial, context) === null,
  );
  if (place === undefined) return refuse(state, 'machine', why('no-free-bay', expectedNow(state, context)));
  const waiting = { ...state, waitingMachine: serial, waitingDetails: said };
  return accept(withPair(waiting, serial, place, false), 'machine', 'paired', {
    ...{ machineSerial: serial, bay: place.label },
    count: others.length,
  });
}
