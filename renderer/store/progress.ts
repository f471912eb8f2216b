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

function farOf(state: AppState, driveId: string | null, before: Far | null): Far {
  const { percent = null, secondsLeft = null } = progressOf(state, driveId) ?? {};
  const left = secondsLeft === null ? null : formatDuration(secondsLeft);
  return before?.percent === percent && before.left === left ? before : { percent, left };
}

/** How far the job of a drive is, on one of many cards: what reads the same is not drawn again. */
export function useFar(driveId: string | null): Far {
  return useMoves(farOf, driveId);
}

const rateWordsOf = (_: AppState, driveId: string | null): string =>
  rateWords(rateOf(ratesStore.getState(), driveId));
const samplesOf = (_: AppState, driveId: string | null): Rate['samples'] =>
  rateOf(ratesStore.getState(), driveId)?.samples ?? noSamples;
const noSamples: Rate['samples'] = [];

/** How fast a drive is, on one of many cards; empty while it cannot be told. */
export function useRateWords(driveId: string): string {
  return useMoves(rateWordsOf, driveId);
}

/** The newest rates of a drive, oldest first, on one of many cards. */
export function useSamples(driveId: string): Rate['samples'] {
  return useMoves(samplesOf, driveId);
}
