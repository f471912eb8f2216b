import type { ProgressState } from '../../core/contract/app-bench';
import { useApp } from './app-store';
import { memberOf } from './selectors';

/** How far the job of a drive is, and how long it still takes; null when none runs. */
export function useDriveProgress(driveId: string): ProgressState['drives'][number] | null {
  return useApp(({ progress }) => memberOf(progress.drives, driveId, (one) => one.driveId));
}
