import type { Expectation } from '../scan/scan-outcome';
import { driveReasonRefusal } from './drive-reasons';
import {
  driveRefusal,
  expectedNow,
  machineRefusal,
  startRefusalsOf,
  why,
  type Pairing,
  type PairingContext,
  type RefusalReason,
} from './pairing-rules';
import type { Pair } from './pairing-state';
import { otherMachine, rackOf } from './rack-places';

/** What keeps pairs from being started. Pure. */

/**
 * Why the pairs cannot be started now, or null. Each is looked at again: the world went on since it was paired. What is refused is said
 * with its bay and machine, of which there may be hundreds; not where there is one, the machine that images itself.
 */
export function startRefusal(state: Pairing, context: PairingContext): RefusalReason | null {
  const [refusal] = startRefusalsOf(state, context);
  if (refusal !== undefined) return why('not-ready', missingForStart(state, context), refusal);
  const isOwn = (context.live?.own ?? null) !== null;
  for (const pair of state.pairs) {
    const refused = pairRefusal(pair, state, context);
    const { bay, machineSerial } = pair;
    if (refused !== null) return isOwn ? refused : { ...refused, pair: { bay, machineSerial } };
  }
  return null;
}

function pairRefusal(pair: Pair, state: Pairing, context: PairingContext): RefusalReason | null {
  const { driveId, bay, machineSerial } = pair;
  const others = state.pairs.filter((other) => other !== pair);
  const place = context.bays.find((one) => one.driveId === driveId) ?? { label: bay, port: null, driveId };
  const refusal = driveRefusal(place, others, context);
  if (refusal !== null) return refusal;
  const another = otherMachine(driveId, machineSerial, context);
  if (another !== null) return why('disk-of-another', 'machine', another);
  const by = rackOf(driveId, context) === undefined ? 'label' : 'firmware';
  return (
    machineRefusal(machineSerial, others, context, by) ?? driveReasonRefusal(driveId, machineSerial, context)
  );
}

/** What comes next where nothing is confirmed. */
function missingForStart(state: Pairing, context: PairingContext): Expectation {
  return expectedNow({ ...state, armed: false }, { ...context, starting: false });
}
