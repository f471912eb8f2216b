import {
  accept,
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
import { driveReasonRefusal } from './drive-reasons';
import { knownDetails } from './machine-in-hand';
import { otherMachine, rackOf } from './rack-places';
import type { AtEnd } from '../machine/at-end';
import { startRefusal } from './start-refusal';
import type { BayPlace } from '../drive/bays';
import type { Pair } from './pairing-state';
import { required } from '../base/required';
import type { ScanKind } from '../scan/scan-outcome';

/** What is done to the pairing by scan and by button alike. Pure. */

/** Whether UNDO would take something back. */
export function canUndo(state: Pairing): boolean {
  return state.armed || (state.mode !== 'pair' && state.mode !== 'fill') || state.history.length > 0;
}

/** Puts the list of what will be erased away. To be called after every change of operator, media or settings. */
export function disarm(state: Pairing): Pairing {
  return state.armed ? { ...state, armed: false } : state;
}

/** Pairs the waiting machine with a drive that was found free. */
export function pairWaiting(
  state: Pairing,
  kind: ScanKind,
  place: BayPlace,
  context: PairingContext,
): PairingResult {
  const machineSerial = required(state.waitingMachine, 'the machine that waits for its bay');
  const another = otherMachine(place.driveId, machineSerial, context);
  if (another !== null) return refuse(state, kind, why('disk-of-another', 'bay', another));
  // It may have been started or shipped while it waited.
  const refusal =
    machineRefusal(machineSerial, state.pairs, context) ??
    driveReasonRefusal(place.driveId, machineSerial, context);
  if (refusal !== null) return refuse(state, kind, { ...refusal, expected: 'bay' });
  return accept(withPair(state, machineSerial, place, false), kind, 'paired', {
    machineSerial,
    bay: place.label,
  });
}

/** Shows the list of what will be erased: START for the first time, or the button. */
export function arm(state: Pairing, context: PairingContext): PairingResult {
  if (context.starting) return refuse(state, 'command', why('repeated-read', 'wait'));
  // A rack that is filled is as full as it was meant to be.
  const asks = state.mode !== 'pair' && state.mode !== 'fill';
  if (asks || state.waitingMachine !== null) {
    return refuse(state, 'command', why('wrong-kind', expectedNow(state, context)));
  }
  const unready = startRefusal(state, context);
  if (unready !== null) return refuse(state, 'command', unready);
  return accept({ ...state, mode: 'pair', armed: true, atEnd: null }, 'command', 'armed');
}

/** Chooses what machines of the rack do at the end, on the list of what will be erased. What an order says stands. */
export function chooseEnd(state: Pairing, atEnd: AtEnd, context: PairingContext): PairingResult {
  if (!state.armed || context.starting) {
    return refuse(state, 'command', why('wrong-kind', expectedNow(state, context)));
  }
  if (!state.pairs.some(({ driveId }) => rackOf(driveId, context) !== undefined)) {
    return refuse(state, 'command', why('no-rack-machine', 'start'));
  }
  const ordered = context.orderEnd?.() ?? null;
  if (ordered !== null) return refuse(state, 'command', why('end-ordered', 'start', ordered));
  return accept({ ...state, atEnd }, 'command', 'end-chosen', { text: atEnd });
}

/**
 * Starts what is shown: START for the second time, or the button that was held. The pairs stay, and stay armed,
 * until {@link clearPairs} or {@link disarm} says what became of the start.
 */
export function start(state: Pairing, context: PairingContext): PairingResult {
  if (context.starting) return refuse(state, 'command', why('repeated-read', 'wait'));
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
  if (context.starting) return refuse(state, 'command', why('wrong-kind', 'wait'));
  if (state.armed) return accept(disarm(state), 'command', 'disarmed');
  const filling = state.mode === 'fill';
  if (state.mode !== 'pair' && !filling) return accept({ ...state, mode: 'pair' }, 'command', 'undone');
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
  // No bay is scanned while the rack is filled: the machine itself is scanned again.
  const next =
    byHand || filling
      ? withoutMachines(state, [machineSerial])
      : {
          ...state,
          waitingMachine: machineSerial,
          waitingDetails: knownDetails(state, machineSerial),
          pairs: state.pairs.filter((one) => one !== pair),
        };
  return accept(next, 'command', 'undone', { machineSerial, bay });
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
