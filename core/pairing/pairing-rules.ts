import type { BayPlace } from '../drive/bays';
import type { Drive } from '../drive/drive';
import type { MachineFacts } from '../machine/machine';
import { isContradiction, joinFacts, saysNothing, sharedIdentity } from '../machine/machine-details';
import type { MediaState } from '../media/media-state';
import {
  expectedWhilePairing,
  startObstacles,
  type Pair,
  type PairingState,
  type StartObstacle,
} from './pairing-state';
import { required } from '../base/required';
import { fitsSerialPatterns } from '../scan/scan';
import type { Expectation, ScanKind, ScanOutcome } from '../scan/scan-outcome';
import type { SerialPattern } from '../scan/scan-settings';
import { timeouts } from '../base/timeouts';

/** Which machine gets which drive, as far as it was said. Only the functions of this file make a new one. */
export interface Pairing {
  /** Not `pair`: the next bay is cancelled or retried. No machine waits then, and nothing is armed. */
  readonly mode: PairingState['mode'];
  /** Never the machine of a pair. */
  readonly waitingMachine: string | null;
  /** What is known of it beside its serial. Nothing while none waits. */
  readonly waitingFacts: MachineFacts;
  /** Each machine and each drive once. */
  readonly pairs: readonly Pair[];
  /** The list of what will be erased is shown. No machine waits then. */
  readonly armed: boolean;
  /** The machines that wait or are paired, the latest last: what UNDO takes back. */
  readonly history: readonly { readonly machineSerial: string; readonly byHand: boolean }[];
}

export const emptyPairing: Pairing = {
  mode: 'pair',
  waitingMachine: null,
  waitingFacts: {},
  pairs: [],
  armed: false,
  history: [],
};

/** Everything that pairing has to know of the world. */
export interface PairingFacts {
  /** Empty until somebody said who he is. */
  readonly operator: string;
  readonly mediaStatus: MediaState['status'];
  readonly drives: readonly Drive[];
  /** In the order in which NEXT goes through them. */
  readonly bays: readonly BayPlace[];
  /** By drive id; dismissed jobs are not in it. */
  readonly jobs: ReadonlyMap<string, 'running' | 'ended-well' | 'ended-badly'>;
  /** Serials, normalized. */
  readonly runningMachines: ReadonlySet<string>;
  readonly serialPatterns: readonly SerialPattern[];
  /** Whether the open work order lets a machine have a drive; always when none is open. */
  readonly inOrder: (machineSerial: string) => boolean;
  /** When a machine last got a finished drive: ISO 8601, or null. */
  readonly shippedOn: (machineSerial: string) => string | null;
  /** Somebody gave a reason why shipped machines are done again. */
  readonly againAllowed: boolean;
  /** Milliseconds since the same text was scanned, or null when it was not. */
  readonly sinceLastSame: number | null;
  /** Milliseconds since the latest scanned pair was made, or null when there was none. */
  readonly sinceLastPair: number | null;
  /** The pairs were handed to the start, and it has neither taken nor refused them: nothing may change. */
  readonly starting: boolean;
}

/** What the caller has to do after a scan. */
export type PairingAction =
  | { readonly type: 'none' }
  | { readonly type: 'set-operator'; readonly name: string }
  | { readonly type: 'set-work-order'; readonly number: string }
  | { readonly type: 'give-hash'; readonly sha256: string }
  | { readonly type: 'start' }
  | { readonly type: 'cancel-job'; readonly driveId: string }
  | { readonly type: 'retry-job'; readonly driveId: string };

/** What came of a scan or a button. Refused: `state` is the very state that was given, and there is no action. */
export interface PairingResult {
  readonly state: Pairing;
  readonly outcome: ScanOutcome;
  readonly action: PairingAction;
}

export type Accepted = Extract<ScanOutcome, { result: 'accepted' }>;
export type Refused = Extract<ScanOutcome, { result: 'refused' }>;
export type Why = Pick<Refused, 'reason' | 'expected' | 'detail'>;

/** The outcome of what was done. */
export function accept(
  state: Pairing,
  kind: ScanKind,
  effect: Accepted['effect'],
  of: { readonly machineSerial?: string; readonly bay?: string } = {},
  action: PairingAction = { type: 'none' },
): PairingResult {
  const { machineSerial = null, bay = null } = of;
  return { state, outcome: { result: 'accepted', kind, effect, machineSerial, bay }, action };
}

/** The reason of a refusal. */
export function why(reason: Refused['reason'], expected: Expectation, detail: string | null = null): Why {
  return { reason, expected, detail };
}

/** The outcome of what was not done: the state stays. */
export function refuse(state: Pairing, kind: ScanKind, because: Why): PairingResult {
  return { state, outcome: { result: 'refused', kind, ...because }, action: { type: 'none' } };
}

/** What keeps START from doing anything, in the order in which it is to be put right. */
export function startObstaclesOf(
  { pairs }: Pick<Pairing, 'pairs'>,
  { operator, mediaStatus }: Pick<PairingFacts, 'operator' | 'mediaStatus'>,
): StartObstacle[] {
  const holds: Readonly<Record<StartObstacle, boolean>> = {
    'no-operator': operator.trim() === '',
    'no-media': mediaStatus === 'none',
    'media-not-proved': mediaStatus !== 'none' && mediaStatus !== 'proved',
    'no-pairs': pairs.length === 0,
  };
  return startObstacles.filter((obstacle) => holds[obstacle]);
}

/** What the station waits for. */
export function expectedNow(state: Pairing, { operator }: PairingFacts): Expectation {
  return expectedWhilePairing(state, operator.trim() !== '');
}

/** Whether the same barcode was read so shortly before that it was the scanner, not a hand. */
export function isRepeated({ sinceLastSame }: PairingFacts): boolean {
  return sinceLastSame !== null && sinceLastSame < timeouts.startRepeat;
}

/** Why a machine cannot be paired now, or null. */
export function machineRefusal(serial: string, pairs: readonly Pair[], facts: PairingFacts): Why | null {
  if (!fitsSerialPatterns(serial, facts.serialPatterns)) {
    return why('pattern', 'machine', facts.serialPatterns.map(({ maker }) => maker).join(', '));
  }
  if (!facts.inOrder(serial)) return why('not-in-order', 'machine', serial);
  if (pairs.some(({ machineSerial }) => machineSerial === serial)) return why('machine-in-batch', 'machine');
  if (facts.runningMachines.has(serial)) return why('machine-running', 'machine');
  const shipped = facts.againAllowed ? null : facts.shippedOn(serial);
  return shipped === null ? null : why('machine-shipped', 'machine', shipped.slice(0, 'YYYY-MM-DD'.length));
}

/** Why the drive of a bay cannot be paired, or null. Its job comes before the verdict: a drive at work is held, too. */
export function driveRefusal(
  place: BayPlace | undefined,
  pairs: readonly Pair[],
  { drives, jobs }: PairingFacts,
): Why | null {
  if (place === undefined) return why('bay-unknown', 'bay');
  const drive = drives.find(({ id }) => id === place.driveId);
  if (drive === undefined) return why('bay-empty', 'bay');
  const job = jobs.get(drive.id);
  if (job !== undefined) return why(job === 'running' ? 'drive-running' : 'drive-finished', 'bay');
  if (pairs.some(({ driveId }) => driveId === drive.id)) return why('drive-paired', 'bay');
  if (drive.verdict === 'eligible') return null;
  return why('drive-blocked', 'bay', drive.reasons.map(({ message }) => message).join(' '));
}

/** Why the pairs cannot be started now, or null. Each is looked at again: the world went on since it was paired. */
export function startRefusal(state: Pairing, facts: PairingFacts): Why | null {
  const [obstacle] = startObstaclesOf(state, facts);
  if (obstacle !== undefined) return why('not-ready', missing(obstacle, facts), obstacle);
  for (const pair of state.pairs) {
    const { driveId, bay, machineSerial } = pair;
    const others = state.pairs.filter((other) => other !== pair);
    const place = facts.bays.find((one) => one.driveId === driveId) ?? { label: bay, port: null, driveId };
    const unfit = driveRefusal(place, others, facts);
    if (unfit !== null) return { ...unfit, detail: unfit.detail === null ? bay : `${bay}: ${unfit.detail}` };
    const unfitMachine = machineRefusal(machineSerial, others, facts);
    if (unfitMachine !== null) return unfitMachine;
  }
  return null;
}

function missing(obstacle: StartObstacle, { mediaStatus }: PairingFacts): Expectation {
  switch (obstacle) {
    case 'no-operator':
      return 'operator';
    case 'no-media':
      return 'media';
    case 'media-not-proved':
      return mediaStatus === 'waiting-for-hash' ? 'media-hash' : 'media';
    case 'no-pairs':
      return 'machine';
  }
}

/** A machine gets the drive of a place, which must hold one. What was known of it while it waited goes with it. */
export function withPair(state: Pairing, machineSerial: string, place: BayPlace, byHand: boolean): Pairing {
  const without = withoutMachines(state, [machineSerial]);
  const facts = state.waitingMachine === machineSerial ? state.waitingFacts : {};
  const pair: Pair = {
    machineSerial,
    driveId: required(place.driveId, `the drive in ${place.label}`),
    bay: place.label,
  };
  return {
    ...without,
    pairs: [...without.pairs, saysNothing(facts) ? pair : { ...pair, machine: facts }],
    history: [...without.history, { machineSerial, byHand }],
  };
}

const noneWaits = { waitingMachine: null, waitingFacts: {} } as const;

/**
 * The machine that a label without a serial belongs to: the one that waits, or the one that was paired so shortly before
 * that its label is still in the operator's hand. Null when there is none, and nobody can say whose label it is.
 */
export function machineInHand(state: Pairing, { sinceLastPair }: PairingFacts): string | null {
  if (state.mode !== 'pair') return null;
  if (state.waitingMachine !== null) return state.waitingMachine;
  const last = state.history.at(-1);
  const recently = sinceLastPair !== null && sinceLastPair < timeouts.labelInHand;
  return last === undefined || last.byHand || !recently ? null : last.machineSerial;
}

/** What is known of a machine that waits or is paired, beside its serial. */
export function knownFacts({ waitingMachine, waitingFacts, pairs }: Pairing, serial: string): MachineFacts {
  if (waitingMachine === serial) return waitingFacts;
  return pairs.find(({ machineSerial }) => machineSerial === serial)?.machine ?? {};
}

/**
 * Why what a label says cannot be of this machine, or null: something else is known of it, or another machine has it.
 */
export function factsRefusal(state: Pairing, serial: string, more: MachineFacts): Why | null {
  const joined = joinFacts(knownFacts(state, serial), more);
  if (isContradiction(joined)) {
    return why('contradicts', 'bay', `${serial}: ${joined.known}, ${joined.other}`);
  }
  for (const { machineSerial, machine = {} } of state.pairs) {
    const shared = machineSerial === serial ? null : sharedIdentity(machine, more);
    if (shared !== null) return why('contradicts', 'bay', `${machineSerial}: ${shared}`);
  }
  return null;
}

/** More is known of a machine that waits or is paired; what was armed was another list. */
export function withFacts(state: Pairing, serial: string, more: MachineFacts): Pairing {
  const joined = joinFacts(knownFacts(state, serial), more);
  if (isContradiction(joined) || saysNothing(joined)) return state;
  if (state.waitingMachine === serial) return { ...state, waitingFacts: joined };
  return {
    ...state,
    armed: false,
    pairs: state.pairs.map((pair) => (pair.machineSerial === serial ? { ...pair, machine: joined } : pair)),
  };
}

/** Waiting or paired, the machines are gone, and what was armed was another list. */
export function withoutMachines(state: Pairing, serials: readonly string[]): Pairing {
  const stays = ({ machineSerial }: { readonly machineSerial: string }): boolean =>
    !serials.includes(machineSerial);
  return {
    ...state,
    ...(state.waitingMachine !== null && serials.includes(state.waitingMachine) ? noneWaits : {}),
    pairs: state.pairs.filter(stays),
    armed: false,
    history: state.history.filter(stays),
  };
}
