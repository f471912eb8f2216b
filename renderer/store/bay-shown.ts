import type { AppState } from '../../core/contract/app';
import type { AppBootTest, AppJob } from '../../core/contract/app-bench';
import type { AppErasure } from '../../core/contract/app-erase';
import type { AppSizeCheck, HealthsState } from '../../core/contract/app-health';
import type { Drive } from '../../core/drive/drive';
import type { PlannedDrive } from '../../core/contract/app-start';
import type { DrivePast } from '../../core/ledger/drive-past';
import type { Pair } from '../../core/pairing/pairing-state';
import { useStands } from './in-turn';
import {
  bayKindOf,
  bootTestOf,
  driveOf,
  erasureKind,
  erasureOf,
  healthOf,
  isAway,
  jobOf,
  pairOf,
  pastKindOf,
  pastOf,
  plannedOf,
  sizeCheckOf,
  type CardKind,
  type PastKind,
} from './selectors';

/** Everything that a card or a tile shows of the drive in its bay. */
export interface BayShown {
  readonly drive: Drive | null;
  readonly job: AppJob | null;
  readonly pair: Pair | null;
  /** What the start will put on it. */
  readonly planned: PlannedDrive | null;
  readonly bootTest: AppBootTest | null;
  readonly past: DrivePast | null;
  readonly health: HealthsState[number] | null;
  readonly sizeCheck: AppSizeCheck | null;
  /** Null as well where something else is shown. */
  readonly erasure: AppErasure | null;
  readonly kind: CardKind;
  readonly pastKind: PastKind | undefined;
  /** It is in a machine of a rack that is not connected. */
  readonly away: boolean;
}

/** Whether two objects have the same members, but for one that is compared by a rule of its own. */
function sameBut<T extends object, K extends keyof T>(
  before: T,
  after: T,
  but: K | null = null,
  same: (before: T[K], after: T[K]) => boolean = Object.is,
): boolean {
  const names = Object.keys(after) as (keyof T)[];
  return (
    names.length === Object.keys(before).length &&
    names.every((name) =>
      name === but ? same(before[but], after[but]) : Object.is(before[name], after[name]),
    )
  );
}

/** Whether nothing of a job has changed but how far it is: bars and figures have that of their own (useDriveProgress). */
function hasOnlyMoved(before: AppJob, after: AppJob): boolean {
  return sameBut(before, after, 'state', (one, other) => {
    if (!('bytesDone' in one) || !('bytesDone' in other)) return Object.is(one, other);
    return sameBut(one, other, 'bytesDone', () => true);
  });
}

/**
 * What is shown of a bay. Takes from the state only what is the bay's own, and the job as it was while it only moves: ten times a
 * second nothing of a card changes but its bar.
 * @param before what it was last: given again when it still is
 */
export function bayShownOf(state: AppState, driveId: string | null, before: BayShown | null): BayShown {
  const drive = driveOf(state, driveId);
  const newest = jobOf(state, driveId);
  const shown = before?.job ?? null;
  const job = newest !== null && shown !== null && hasOnlyMoved(shown, newest) ? shown : newest;
  const pair = pairOf(state, driveId);
  const past = pastOf(state, driveId);
  const erasure = erasureOf(state, driveId);
  const erased = job === null && drive !== null ? erasureKind(erasure, pair) : null;
  const kind = bayKindOf(state, driveId);
  const after: BayShown = {
    ...{ drive, job, pair, past, kind },
    planned: plannedOf(state, driveId),
    bootTest: bootTestOf(state, driveId),
    health: healthOf(state, driveId),
    sizeCheck: sizeCheckOf(state, driveId),
    erasure: erased === null ? null : erasure,
    pastKind: pastKindOf(kind, past),
    away: isAway(state, drive),
  };
  return before !== null && sameBut(before, after) ? before : after;
}

/** {@link bayShownOf}, on cards and tiles alike: two hundred of them may change at once. */
export function useBayShown(driveId: string | null): BayShown {
  return useStands(bayShownOf, driveId);
}
