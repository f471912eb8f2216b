import { useRef } from 'react';
import type { AppBootTest, AppJob } from '../../core/contract/app-bench';
import type { AppErasure } from '../../core/contract/app-erase';
import type { AppSizeCheck, HealthsState } from '../../core/contract/app-health';
import type { Drive } from '../../core/drive/drive';
import type { DrivePast } from '../../core/ledger/drive-past';
import type { Pair } from '../../core/pairing/pairing-state';
import { useApp } from './app-store';
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
  sizeCheckOf,
  type CardKind,
  type PastKind,
} from './selectors';

/** Everything that a card or a tile shows of the drive in its bay. */
export interface BayShown {
  readonly drive: Drive | null;
  readonly job: AppJob | null;
  readonly pair: Pair | null;
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
  but: K,
  same: (before: T[K], after: T[K]) => boolean,
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

/** The newest job of a drive, the same object while it only moves: ten times a second nothing of a card changes but its bar. */
function useStillJob(driveId: string | null): AppJob | null {
  const shown = useRef<AppJob | null>(null);
  return useApp((state) => {
    const job = jobOf(state, driveId);
    const before = shown.current;
    if (job === null || before === null || !hasOnlyMoved(before, job)) shown.current = job;
    return shown.current;
  });
}

/**
 * What is shown of a bay, on cards and tiles alike. Takes from the state only what is the bay's own, so that ten updates a second
 * of 48 drives draw each one only when its own job moved.
 */
export function useBayShown(driveId: string | null): BayShown {
  const drive = useApp((state) => driveOf(state, driveId));
  const job = useStillJob(driveId);
  const pair = useApp((state) => pairOf(state, driveId));
  const bootTest = useApp((state) => bootTestOf(state, driveId));
  const past = useApp((state) => pastOf(state, driveId));
  const health = useApp((state) => healthOf(state, driveId));
  const sizeCheck = useApp((state) => sizeCheckOf(state, driveId));
  const away = useApp((state) => isAway(state, driveOf(state, driveId)));
  const newest = useApp((state) => erasureOf(state, driveId));
  const erased = job === null && drive !== null ? erasureKind(newest, pair) : null;
  const erasure = erased === null ? null : newest;
  const kind = useApp((state) => bayKindOf(state, driveId));
  return {
    drive,
    job,
    pair,
    bootTest,
    past,
    health,
    sizeCheck,
    erasure,
    kind,
    pastKind: pastKindOf(kind, past),
    away,
  };
}
