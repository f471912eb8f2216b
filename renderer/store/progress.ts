import { formatDuration } from '../../core/base/display';
import type { AppState } from '../../core/contract/app';
import type { ProgressState } from '../../core/contract/app-bench';
import { useApp } from './app-store';
import { useMoves } from './in-turn';
import type { Rate } from './rates';
import { rateOf, ratesStore, rateWords } from './rates-store';
import { memberOf } from './selectors';

type DriveProgress = ProgressState['drives'][number];

function progressOf({ progress }: AppState, driveId: string | null): DriveProgress | null {
  return memberOf(progress.drives, driveId, (one) => one.driveId);
}

/** How far the job of a drive is, and how long it still takes; null when none runs. */
export function useDriveProgress(driveId: string): DriveProgress | null {
  return useApp((state) => progressOf(state, driveId));
}

/** How far the job of a drive is, in the words that are shown of it. */
interface Far {
  /** Null where it cannot be told. */
  readonly percent: number | null;
  /** How long it still takes; null where it cannot be told. */
  readonly left: string | null;
}

function farOf<T extends Far>(state: AppState, driveId: string | null, before: T | null): T | Far {
  const { percent = null, secondsLeft = null } = progressOf(state, driveId) ?? {};
  const left = secondsLeft === null ? null : formatDuration(secondsLeft);
  return before?.percent === percent && before.left === left ? before : { percent, left };
}

/** How far the job of a drive is, on one of many cards: what reads the same is not drawn again. */
export function useFar(driveId: string | null): Far {
  return useMoves(farOf, driveId);
}

/** {@link Far}, and how fast. */
interface Moving extends Far {
  /** Empty while it cannot be told. */
  readonly rate: string;
}

function movingOf(state: AppState, driveId: string | null, before: Moving | null): Moving {
  const far = farOf(state, driveId, before);
  const rate = rateWords(rateOf(ratesStore.getState(), driveId));
  return before !== null && far === before && rate === before.rate ? before : { ...far, rate };
}

/** How far the job of a drive is and how fast, on one of many cards: one look and one drawing for both. */
export function useMoving(driveId: string): Moving {
  return useMoves(movingOf, driveId);
}

const totalOf = ({ progress }: AppState): ProgressState['total'] => progress.total;

/** How far all are: beside many cards in its turn, so that what is told and what is painted of it share no frame. */
export function useTotal(): ProgressState['total'] {
  return useMoves(totalOf, null);
}

const samplesOf = (_: AppState, driveId: string | null): Rate['samples'] =>
  rateOf(ratesStore.getState(), driveId)?.samples ?? noSamples;
const noSamples: Rate['samples'] = [];

/** The newest rates of a drive, oldest first, on one of many cards. */
export function useSamples(driveId: string): Rate['samples'] {
  return useMoves(samplesOf, driveId);
}
