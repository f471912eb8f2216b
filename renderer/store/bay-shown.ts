import type { AppBootTest, AppJob } from '../../core/contract/app-bench';
import type { AppErasure } from '../../core/contract/app-erase';
import type { AppSizeCheck, HealthsState } from '../../core/contract/app-health';
import type { Drive } from '../../core/drive/drive';
import type { DrivePast } from '../../core/ledger/drive-past';
import type { Pair } from '../../core/pairing/pairing-state';
import { useApp } from './app-store';
import {
  bootTestOf,
  cardKind,
  driveOf,
  erasureKind,
  erasureOf,
  healthOf,
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
}

/**
 * What is shown of a bay, on cards and tiles alike. Takes from the state only what is the bay's own, so that ten updates a second
 * of 48 drives draw each one only when its own job moved.
 */
export function useBayShown(driveId: string | null): BayShown {
  const drive = useApp((state) => driveOf(state, driveId));
  const job = useApp((state) => jobOf(state, driveId));
  const pair = useApp((state) => pairOf(state, driveId));
  const bootTest = useApp((state) => bootTestOf(state, driveId));
  const past = useApp((state) => pastOf(state, driveId));
  const health = useApp((state) => healthOf(state, driveId));
  const sizeCheck = useApp((state) => sizeCheckOf(state, driveId));
  const newest = useApp((state) => erasureOf(state, driveId));
  const erased = job === null && drive !== null ? erasureKind(newest, pair) : null;
  const erasure = erased === null ? null : newest;
  const kind = erased ?? cardKind(drive, job, pair, bootTest);
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
  };
}
