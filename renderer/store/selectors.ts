import type { AppState } from '../../core/contract/app';
import type { AppErasure, ErasePlansState } from '../../core/contract/app-erase';
import type { AppSizeCheck, HealthsState } from '../../core/contract/app-health';
import type { AppJob, AppBootTest, DrivesState } from '../../core/contract/app-bench';
import type { ErrorData } from '../../core/base/errors';
import { bootOutcome, cardOutcome } from '../../core/flow/job-outcome';
import type { PlannedDrive } from '../../core/contract/app-start';
import type { Pair, PairingState } from '../../core/pairing/pairing-state';
import type { Drive } from '../../core/drive/drive';
import type { DrivePast } from '../../core/ledger/drive-past';
import { isRunning } from '../../core/job/job';

/** Rules of what the screens show. Pure; each returns a part of the state or a plain value unless it says so. */

export type BayView = DrivesState['bays'][number];

/** Members of lists by what they are known by, made once for each list: two hundred cards look into each at every change. */
const indexes = new WeakMap<readonly object[], ReadonlyMap<string, object>>();

/** The member with this key; null: there is none. */
export function memberOf<Member extends object>(
  list: readonly Member[],
  key: string | null,
  keyOf: (member: Member) => string,
): Member | null {
  if (key === null) return null;
  let index = indexes.get(list);
  if (index === undefined) {
    index = new Map(list.map((member) => [keyOf(member), member]));
    indexes.set(list, index);
  }
  return (index.get(key) as Member | undefined) ?? null;
}

const byId = ({ id }: { readonly id: string }): string => id;
const byDrive = ({ driveId }: { readonly driveId: string }): string => driveId;

/** The drive with an id; null when it is not attached any more. */
export function driveOf(state: AppState, driveId: string | null): Drive | null {
  return memberOf(state.drives.drives, driveId, byId);
}

/** The newest job of a drive; null when it has none or that was dismissed. */
export function jobOf(state: AppState, driveId: string | null): AppJob | null {
  return memberOf(state.jobs, driveId, byDrive);
}

/** What the ledger tells of a drive; null when that is nothing. */
export function pastOf(state: AppState, driveId: string | null): DrivePast | null {
  return memberOf(state.pasts, driveId, byDrive)?.past ?? null;
}

/** What a drive said of its health; null: it was not asked. */
export function healthOf(state: AppState, driveId: string | null): HealthsState[number] | null {
  return memberOf(state.healths, driveId, byDrive);
}

/** The newest check of a drive's real size. */
export function sizeCheckOf(state: AppState, driveId: string | null): AppSizeCheck | null {
  return memberOf(state.sizeChecks, driveId, byDrive);
}

/** How a drive would be erased; null: it was not asked. */
export function erasePlanOf(state: AppState, driveId: string | null): ErasePlansState[number]['plan'] | null {
  return memberOf(state.erasePlans, driveId, byDrive)?.plan ?? null;
}

/** The newest erase of a drive for no machine. */
export function erasureOf(state: AppState, driveId: string | null): AppErasure | null {
  return memberOf(state.erasures, driveId, byDrive);
}

/**
 * Why a drive was not erased that turned out to hold a finished image, which the listing could not tell; null: it did not, or nobody tried.
 * It is erased for a reason only.
 */
export function foundHolding(state: AppState, driveId: string | null): ErrorData | null {
  const erasure = erasureOf(state, driveId);
  return erasure?.status === 'failed' && erasure.error.code === 'drive-holds-finished' ? erasure.error : null;
}

/** What a card shows of a drive that is, or was, erased for no machine; null: nothing, because a pair tells more. */
export function erasureKind(erasure: AppErasure | null, pair: Pair | null): CardKind | null {
  if (erasure === null || (pair !== null && erasure.status !== 'running')) return null;
  if (erasure.status === 'running') return 'running';
  if (erasure.status === 'failed') return 'fail';
  const kinds = { erased: 'pass', 'not-erased': 'fail', 'not-known': 'interrupted' } as const;
  return kinds[erasure.sanitised.outcome];
}

/** Whether what is known of a drive allows to erase it for no machine: one that is not fit to be written is erased all the same. */
export function isErasable(drive: Drive | null, erasure: AppErasure | null): boolean {
  if (drive === null || erasure?.status === 'running') return false;
  return drive.reasons.every(({ code }) => code === 'health' || code === 'false-size');
}

/** Whether what is known of a drive allows to check its size: again, too, where a check had found it smaller than it says. */
export function isCheckable(drive: Drive | null): boolean {
  return drive?.reasons.every(({ code }) => code === 'false-size') === true;
}

/** The newest rehearsal of a drive. */
export function bootTestOf(state: AppState, driveId: string | null): AppBootTest | null {
  return memberOf(state.rehearsals, driveId, byDrive);
}

/** Whether the machine of a rack that a drive is in does not ask for work now; false of a drive of the bench. */
export function isAway({ rack }: Pick<AppState, 'rack'>, drive: Drive | null): boolean {
  if (drive?.rack === undefined) return false;
  const { machine } = drive.rack;
  return memberOf(rack.machines, machine, byId)?.connected !== true;
}

/** How many machines ask to be let into the rack. */
export function askingMachines({ rack }: Pick<AppState, 'rack'>): number {
  return rack.machines.filter(({ state }) => state === 'waiting').length;
}

/** The pair that a drive is in. */
export function pairOf(state: AppState, driveId: string | null): Pair | null {
  return memberOf(state.pairing.pairs, driveId, byDrive);
}

/** What the start will put on a paired drive; null: it is not paired. */
export function plannedOf(state: AppState, driveId: string | null): PlannedDrive | null {
  return memberOf(state.startPlan.drives, driveId, byDrive);
}

/** The bay that a drive sits in. */
export function bayOf(state: AppState, driveId: string | null): BayView | null {
  return state.drives.bays.find((bay) => bay.driveId === driveId && driveId !== null) ?? null;
}

/** What a card shows. `away`: its machine of a rack is not connected, so that it cannot be written now. */
export type CardKind =
  | 'empty'
  | 'blocked'
  | 'away'
  | 'free'
  | 'paired'
  | 'running'
  | 'pass'
  | 'fail'
  | 'cancelled'
  | 'interrupted';

/**
 * A job tells more than the drive; a drive that left while it had a job is shown with that job. A drive that does not
 * start has failed, however well it was written: nobody must take it for a good one.
 */
export function cardKind(
  drive: Drive | null,
  job: AppJob | null,
  pair: Pair | null,
  bootTest: AppBootTest | null,
): CardKind {
  if (job !== null) {
    switch (cardOutcome(job.state, bootOutcome(bootTest))) {
      case 'passed':
      case 'testing':
        return 'pass';
      case 'failed':
      case 'boot-failed':
        return 'fail';
      case 'stopped':
        return job.state.state === 'cancelled' ? 'cancelled' : 'interrupted';
      case 'running':
        return 'running';
    }
  }
  if (drive === null) return 'empty';
  if (drive.verdict === 'blocked') return 'blocked';
  return pair === null ? 'free' : 'paired';
}

/** How a bay stands, on cards, tiles and in filters alike. */
export function bayKindOf(state: AppState, driveId: string | null): CardKind {
  const [drive, job, pair] = [driveOf(state, driveId), jobOf(state, driveId), pairOf(state, driveId)];
  const erased = job === null && drive !== null ? erasureKind(erasureOf(state, driveId), pair) : null;
  const kind = erased ?? cardKind(drive, job, pair, bootTestOf(state, driveId));
  return kind === 'free' && isAway(state, drive) ? 'away' : kind;
}

/** What is to be known of a free drive before it is paired. */
export type PastKind = 'holds' | 'bad' | 'stopped';

/** What speaks against calling a drive ready; undefined: nothing. Untouched, a drive is as good as before. */
export function pastKindOf(kind: CardKind, past: DrivePast | null): PastKind | undefined {
  if (kind !== 'free' || past === null) return undefined;
  if (past.holds !== null) return 'holds';
  if (past.lastBad?.touched !== true) return undefined;
  return past.lastBad.state === 'failed' ? 'bad' : 'stopped';
}

export interface Counts {
  readonly paired: number;
  readonly running: number;
  readonly pass: number;
  readonly fail: number;
  /** Cancelled or interrupted. */
  readonly stopped: number;
}

/** How the bench stands. A new object. */
export function countsOf({
  pairing,
  jobs,
  rehearsals: bootTests,
}: Pick<AppState, 'pairing' | 'jobs' | 'rehearsals'>): Counts {
  const counts = { paired: pairing.pairs.length, running: 0, pass: 0, fail: 0, stopped: 0 };
  for (const job of jobs) {
    const bootTest = memberOf(bootTests, job.driveId, byDrive);
    const kind = cardKind(null, job, null, bootTest);
    if (kind === 'running' || kind === 'pass' || kind === 'fail') counts[kind] += 1;
    else counts.stopped += 1;
  }
  return counts;
}

/** What the media is called that a scan asked for and nobody has chosen yet; null when none is waited for. */
export function wantedName(media: AppState['media']): string | null {
  if (media.status !== 'none' || media.wanted === undefined) return null;
  const { ticket, sha256 } = media.wanted;
  return ticket?.name ?? `${sha256.slice(0, 8)}…`;
}

/** How large the cards are drawn. */
export type Density = 'roomy' | 'normal' | 'dense';

/** By the room of a card, in rem: what does not fit is left out, never cut. */
export function densityFor(width: number, height: number): Density {
  if (width >= 16 && height >= 12.5) return 'roomy';
  return width >= 12 && height >= 9 ? 'normal' : 'dense';
}

/** Jobs that came to their end between two looks. A new list. */
export function newlyEnded(before: readonly AppJob[], after: readonly AppJob[]): AppJob[] {
  const running = new Map(before.filter(isRunning).map((job) => [job.driveId, job]));
  return after.filter((job) => !isRunning(job) && running.has(job.driveId));
}

/** The serial that was just scanned and that the order does not have; null: the last scan is no such one, or holds no more. */
export function scannedOutsideOrder(scan: PairingState['lastScan']): string | null {
  const outcome = scan?.holds === true ? scan.outcome : null;
  return outcome?.result === 'refused' && outcome.reason === 'not-in-order' ? outcome.detail : null;
}
