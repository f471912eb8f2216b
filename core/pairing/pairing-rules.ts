import { dayOf } from '../base/day';
import type { BayPlace } from '../drive/bays';
import type { Drive } from '../drive/drive';
import type { AtEnd } from '../machine/at-end';
import type { MachineDetails } from '../machine/machine';
import { saysNothing } from '../machine/machine-details';
import type { LiveForPairing } from './own-step';
import type { MediaState } from '../media/media-state';
import { expectationOf, flowOf, type FlowFacts, type OrderLeft } from '../flow/flow';
import { countOutcomes, type CardOutcome } from '../flow/job-outcome';
import type { DriveToTakeOut } from '../flow/take-out';
import { startRefusals, type Pair, type PairingState, type StartRefusal } from './pairing-state';
import type { JobTicket } from '../scan/job-ticket';
import type { JobMedia } from './job-media';
import type { ReasonContext } from './drive-reasons';
import { awayMachine, rackOf } from './rack-places';
import { required } from '../base/required';
import { fitsSerialPatterns } from '../scan/scan';
import type { Expectation, MediaStep, ScanKind, ScanOutcome } from '../scan/scan-outcome';
import type { ScanSettings } from '../scan/scan-settings';
import type { BenchView } from '../settings/settings';
import { timeouts } from '../base/timeouts';

/** Which machine gets which drive, as far as it was said. Only the functions of this file make a new one. */
export interface Pairing {
  /**
   * `cancel`, `retry`, `clear`: that is done with the next bay. `fill`: machines take the free bays in a row. But for `pair`, no
   * machine waits and nothing is armed.
   */
  readonly mode: PairingState['mode'];
  /** Never the machine of a pair. */
  readonly waitingMachine: string | null;
  /** What is known of it beside its serial. Nothing while none waits. */
  readonly waitingDetails: MachineDetails;
  /** Each machine and each drive once. */
  readonly pairs: readonly Pair[];
  /** The list of what will be erased is shown. No machine waits then. */
  readonly armed: boolean;
  /** What was chosen on that list for machines of the rack to do at the end; null: nobody chose. Counts for that list alone. */
  readonly atEnd: AtEnd | null;
  /** The machines that wait or are paired, the latest last: what UNDO takes back. */
  readonly history: readonly {
    readonly machineSerial: string;
    readonly byHand: boolean;
    /** It was paired by itself, in a rack, and was scanned since. */
    readonly byItself?: true;
  }[];
}

export const emptyPairing: Pairing = {
  mode: 'pair',
  waitingMachine: null,
  waitingDetails: {},
  pairs: [],
  armed: false,
  atEnd: null,
  history: [],
};

/** Everything that pairing has to know of the world. */
export interface PairingContext extends ReasonContext {
  /** Empty until somebody said who they are. */
  readonly operator: string;
  readonly mediaStatus: MediaState['status'];
  /** What a scanned media file is compared with. */
  readonly jobMedia: JobMedia;
  readonly drives: readonly Drive[];
  /** IDs of the rack's machines that are connected now; missing: nothing is known of that. */
  readonly connected?: ReadonlySet<string>;
  /** In the order in which NEXT goes through them. */
  readonly bays: readonly BayPlace[];
  /** By drive id, as their cards show them; cleared ones are not in it. */
  readonly jobs: ReadonlyMap<string, CardOutcome>;
  /** Drives that passed, in the order in which they are taken out. */
  readonly takeOut: readonly DriveToTakeOut[];
  /** Drives that passed, whose cards went since the last start, and that are in no shipment. */
  readonly gone: number;
  /** Null: line mode is off. */
  readonly line: {
    /** Drives that were confirmed as taken out and are in no shipment. */
    readonly takenOut: number;
  } | null;
  /** Null or missing: the station does not run from a stick. */
  readonly live?: LiveForPairing | null;
  /** Notices on the screen. */
  readonly notices: number;
  /** Serials, normalized. */
  readonly runningMachines: ReadonlySet<string>;
  readonly scanSettings: ScanSettings;
  /** Whether the open work order itself names a machine. */
  readonly isOrdered: (machineSerial: string) => boolean;
  /** Whether the open work order lets a machine have a drive; always when none is open. */
  readonly inOrder: (machineSerial: string) => boolean;
  /** When a machine last got a finished drive: ISO 8601, or null. */
  readonly shippedOn: (machineSerial: string) => string | null;
  /** Number of the work order that is open; null: none is. */
  readonly openOrder: () => string | null;
  /** What it says that machines of the rack do at the end; null or missing: nothing. */
  readonly orderEnd?: () => AtEnd | null;
  /** What is left of the open work order; null: none with a list is open. */
  readonly orderLeft: () => OrderLeft | null;
  /** Number that drives are recorded under; empty: none. The open order's, when one is. */
  readonly workOrder: string;
  /** Milliseconds since the same text was scanned and counted, or null when it was not. */
  readonly sinceLastSame: number | null;
  /** Milliseconds since the same text was read, whatever came of it, with no other in between; null when it was not. */
  readonly sinceLastRead: number | null;
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
  | { readonly type: 'take-ticket'; readonly ticket: JobTicket; readonly media: MediaStep }
  | { readonly type: 'give-hash'; readonly sha256: string; readonly media: MediaStep }
  | { readonly type: 'show-bench'; readonly view: BenchView }
  | { readonly type: 'start' }
  | { readonly type: 'cancel-job'; readonly driveId: string }
  /** `reason`: why a drive is written again whose last job failed, when it was asked for. */
  | { readonly type: 'retry-job'; readonly driveId: string; readonly reason?: string }
  | { readonly type: 'clear-jobs'; readonly driveIds: readonly string[] }
  | { readonly type: 'take-out'; readonly drive: DriveToTakeOut }
  | { readonly type: 'dismiss-notices' }
  | { readonly type: 'close-order' }
  | { readonly type: 'turn-off' }
  /** Line mode: closes the shipment of what was taken out. */
  | { readonly type: 'ship-line' };

/** What came of a scan or a button. Refused: `state` is the very state that was given, and there is no action. */
export interface PairingResult {
  readonly state: Pairing;
  readonly outcome: ScanOutcome;
  readonly action: PairingAction;
}

export type Accepted = Extract<ScanOutcome, { result: 'accepted' }>;
export type Refused = Extract<ScanOutcome, { result: 'refused' }>;
export type RefusalReason = Omit<Refused, 'result' | 'kind'>;

/** The outcome of what was done. */
export function accept(
  state: Pairing,
  kind: ScanKind,
  effect: Accepted['effect'],
  of: Partial<Pick<Accepted, 'mayBe' | 'replaced' | 'count' | 'text' | 'ticket' | 'media'>> & {
    readonly machineSerial?: string;
    readonly bay?: string;
  } = {},
  action: PairingAction = { type: 'none' },
): PairingResult {
  const { machineSerial = null, bay = null, ...more } = of;
  return { state, outcome: { result: 'accepted', kind, effect, machineSerial, bay, ...more }, action };
}

/** The reason of a refusal. */
export function why(
  reason: Refused['reason'],
  expected: Expectation,
  detail: string | null = null,
): RefusalReason {
  return { reason, expected, detail };
}

/** The outcome of what was not done: the state stays. */
export function refuse(state: Pairing, kind: ScanKind, because: RefusalReason): PairingResult {
  return { state, outcome: { result: 'refused', kind, ...because }, action: { type: 'none' } };
}

/** What keeps START from doing anything, in the order in which it is to be put right. */
export function startRefusalsOf(
  { pairs }: Pick<Pairing, 'pairs'>,
  { operator, mediaStatus }: Pick<PairingContext, 'operator' | 'mediaStatus'>,
): StartRefusal[] {
  const holds: Readonly<Record<StartRefusal, boolean>> = {
    'no-operator': operator.trim() === '',
    'no-media': mediaStatus === 'none',
    'media-not-proved': mediaStatus !== 'none' && mediaStatus !== 'proved',
    'no-pairs': pairs.length === 0,
  };
  return startRefusals.filter((refusal) => holds[refusal]);
}

/** What the flow has to know, of the pairing and of the world around it. */
export function flowFacts(state: Pairing, context: PairingContext): FlowFacts {
  const inRack = freeInRack(state, context);
  return {
    operatorKnown: context.operator.trim() !== '',
    media: context.mediaStatus,
    mode: state.mode,
    machineWaits: state.waitingMachine !== null,
    pairs: state.pairs.length,
    armed: state.armed,
    starting: context.starting,
    freeBays: freeBays(state, context),
    ...(inRack === null ? {} : { freeInRack: inRack.free, ownDisks: inRack.waiting }),
    jobs: countOutcomes(context.jobs.values()),
    order: context.orderLeft(),
    takenOut: context.line?.takenOut ?? context.gone,
    line: context.line !== null,
  };
}

/** Bays whose drive could be paired now. */
export function freeBays(state: Pick<Pairing, 'pairs'>, context: PairingContext): number {
  return freePlaces(state, context).length;
}

/** The bays that any machine could take now, in their order. */
export function freePlaces({ pairs }: Pick<Pairing, 'pairs'>, context: PairingContext): BayPlace[] {
  return context.bays.filter(
    // A drive in a machine of a rack is free for that machine alone, which needs no scan.
    (place) => rackOf(place.driveId, context) === undefined && driveRefusal(place, pairs, context) === null,
  );
}

/**
 * In the rack: machines that could be paired now with a disk of theirs, and such disks of the machine that waits. Null: no drive is in
 * one.
 */
export function freeInRack(
  { pairs, waitingMachine }: Pick<Pairing, 'pairs' | 'waitingMachine'>,
  context: PairingContext,
): { readonly free: number; readonly waiting: number } | null {
  const places = context.bays.flatMap((place) => {
    const rack = rackOf(place.driveId, context);
    return rack === undefined ? [] : [{ place, serial: rack.serial }];
  });
  if (places.length === 0) return null;
  const withDisk = places.filter(({ place }) => driveOrMachineRefusal(place, pairs, context) === null);
  const free = [...new Set(withDisk.map(({ serial }) => serial))].filter(
    (serial) => machineRefusal(serial, pairs, context, 'firmware') === null,
  );
  return {
    free: free.length,
    waiting: withDisk.filter(({ serial }) => serial === waitingMachine).length,
  };
}

/** What the station waits for. */
export function expectedNow(state: Pairing, context: PairingContext): Expectation {
  return expectationOf(flowOf(flowFacts(state, context)).next, context.line !== null);
}

/** Whether the same barcode was read so shortly before that it was the scanner, not a hand. */
export function isRepeated({ sinceLastSame }: PairingContext): boolean {
  return sinceLastSame !== null && sinceLastSame < timeouts.doubleRead;
}

/**
 * Whether START, which erases, may be the scanner and not a hand: it comes within a longer time, or in an unbroken row, as of a
 * scanner that lies before the code.
 */
export function isRepeatedStart(context: PairingContext): boolean {
  const { sinceLastSame, sinceLastRead } = context;
  if (sinceLastRead !== null && sinceLastRead < timeouts.doubleRead) return true;
  return sinceLastSame !== null && sinceLastSame < timeouts.startRepeat;
}

/**
 * Why a machine cannot be paired now, or null.
 * @param by what says its serial: what the firmware itself says is one, whatever its form
 */
export function machineRefusal(
  serial: string,
  pairs: readonly Pair[],
  context: PairingContext,
  by: 'label' | 'firmware' = 'label',
): RefusalReason | null {
  const { serialPatterns } = context.scanSettings;
  const own = context.live?.own?.serial ?? null;
  if (own !== null && serial !== own) return why('not-this-machine', 'machine', own);
  if (own === null && by === 'label' && !fitsSerialPatterns(serial, serialPatterns)) {
    return why('pattern', 'machine', serialPatterns.map(({ maker }) => maker).join(', '));
  }
  if (!context.inOrder(serial)) return why('not-in-order', 'machine', serial);
  if (pairs.some(({ machineSerial }) => machineSerial === serial)) return why('machine-in-batch', 'machine');
  if (context.runningMachines.has(serial)) return why('machine-running', 'machine');
  const shipped = context.againAllowed(serial) ? null : context.shippedOn(serial);
  if (shipped === null) return null;
  return { ...why('machine-shipped', 'machine', dayOf(shipped)), machineSerial: serial };
}

/** Why the drive of a bay cannot be paired, or null. Its job comes before the verdict: a drive at work is held, too. */
export function driveRefusal(
  place: BayPlace | undefined,
  pairs: readonly Pair[],
  { drives, jobs }: PairingContext,
): RefusalReason | null {
  if (place === undefined) return why('bay-unknown', 'bay');
  const drive = drives.find(({ id }) => id === place.driveId);
  if (drive === undefined) return why('bay-empty', 'bay');
  const job = jobs.get(drive.id);
  if (job !== undefined) return why(job === 'running' ? 'drive-running' : 'drive-finished', 'bay');
  if (pairs.some(({ driveId }) => driveId === drive.id)) return why('drive-paired', 'bay');
  if (drive.verdict === 'eligible') return null;
  return why('drive-blocked', 'bay', drive.reasons.map(({ message }) => message).join(' '));
}

/**
 * The same for a pair that is made now: the machine that the drive is in must be there. One that goes away later is left out of its
 * batch, and keeps nobody else's from starting.
 */
export function driveOrMachineRefusal(
  place: BayPlace | undefined,
  pairs: readonly Pair[],
  context: PairingContext,
): RefusalReason | null {
  const away = awayMachine(place?.driveId ?? null, context);
  return driveRefusal(place, pairs, context) ?? (away === null ? null : why('machine-away', 'bay', away));
}

/** A machine gets the drive of a place, which must hold one. What was known of it while it waited goes with it. */
export function withPair(state: Pairing, machineSerial: string, place: BayPlace, byHand: boolean): Pairing {
  const without = withoutMachines(state, [machineSerial]);
  const details = state.waitingMachine === machineSerial ? state.waitingDetails : {};
  const pair: Pair = {
    machineSerial,
    driveId: required(place.driveId, `the drive in ${place.label}`),
    bay: place.label,
  };
  return {
    ...without,
    pairs: [...without.pairs, saysNothing(details) ? pair : { ...pair, machine: details }],
    history: [...without.history, { machineSerial, byHand }],
  };
}

const noneWaits = { waitingMachine: null, waitingDetails: {} } as const;

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
