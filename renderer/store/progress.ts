import type { ProgressState } from '../../core/contract/app-bench';
import { useApp } from './app-store';

/** How far the job of a drive is, and how long it still takes; null when none runs. */
export function useDriveProgress(driveId: string): ProgressState['drives'][number] | null {
  return useApp(({ progress }) => progress.drives.find((one) => one.driveId === driveId) ?? null);
}
