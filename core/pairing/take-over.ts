import type { Pair } from './pairing-state';
import { driveReasonRefusal } from './drive-reasons';
import { disarm, placeOfDrive } from './pairing';
import {
  driveRefusal,
  machineRefusal,
  why,
  withPair,
  type Pairing,
  type PairingContext,
  type Refused,
} from './pairing-rules';
import { otherMachine } from './rack-places';

/** A pair that was not taken over, and why. */
export interface NotTakenOver {
  readonly pair: Pair;
  readonly reason: Refused['reason'];
}

/**
 * Takes over what was paired before the program ended, where it still holds. Nothing is armed by it: whoever starts
 * looks at the list again. UNDO takes such a pair apart.
 */
export function takeOver(
  state: Pairing,
  stored: Pick<Pairing, 'pairs' | 'waitingMachine'>,
  context: PairingContext,
): { readonly state: Pairing; readonly taken: number; readonly left: readonly NotTakenOver[] } {
  let next = disarm(state);
  const left: NotTakenOver[] = [];
  let taken = 0;
  for (const pair of stored.pairs) {
    const place = placeOfDrive(pair.driveId, context);
    const another = otherMachine(pair.driveId, pair.machineSerial, context);
    const refusal =
      (place === undefined ? why('bay-empty', 'bay') : driveRefusal(place, next.pairs, context)) ??
      (another === null ? null : why('disk-of-another', 'bay', another)) ??
      machineRefusal(pair.machineSerial, next.pairs, context) ??
      driveReasonRefusal(pair.driveId, pair.machineSerial, context);
    if (place === undefined || refusal !== null) left.push({ pair, reason: refusal?.reason ?? 'bay-empty' });
    else {
      next = withPair(next, pair.machineSerial, place, true);
      taken += 1;
    }
  }
  const machineSerial = stored.waitingMachine;
  const waits = next.waitingMachine === null && next.mode === 'pair' && machineSerial !== null;
  if (waits && machineRefusal(machineSerial, next.pairs, context) === null) {
    const history = [...next.history, { machineSerial, byHand: false }];
    next = { ...next, waitingMachine: machineSerial, history };
  }
  return { state: next, taken, left };
}
