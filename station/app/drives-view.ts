import { foldLabel } from '../../core/drive/bays';
import type { AppJob, DrivesState } from '../../core/contract/app-bench';

/**
 * The bench as it is shown: a drive that was pulled while its job still has something to say keeps its bay, so
 * that a failure cannot leave the screen with the drive.
 */
export function withPulledDrives(state: DrivesState, jobs: readonly AppJob[]): DrivesState {
  const bays = state.bays.map((bay) => ({ ...bay }));
  for (const { driveId, bay } of jobs) {
    if (bays.some((place) => place.driveId === driveId)) continue;
    const own = bays.find(({ label }) => foldLabel(label) === foldLabel(bay));
    if (own?.driveId === null) own.driveId = driveId;
    else bays.push({ label: own === undefined ? bay : `${bay} (before)`, port: null, driveId });
  }
  return { ...state, bays };
}
