import type { AppState } from '../../core/contract/app';
import { commonPace } from '../../core/job/work-plan';
import { ProgressService } from '../../station/app/progress-service';

/** A state with the progress that its jobs have, as the station would tell it; one that has its own keeps it. */
export function withProgress(state: AppState): AppState {
  const { jobs, progress } = state;
  if (progress.total !== null || jobs.length === 0) return state;
  const service = new ProgressService({
    jobs: () => jobs,
    bootTests: () => state.rehearsals,
    settled: () => true,
    pace: () => commonPace,
  });
  service.look();
  service.close();
  const seconds = (percent: number): number | null => (percent === 0 ? null : (100 - percent) * 5);
  const { drives, total } = service.state;
  const told = drives.map((drive) => ({ ...drive, secondsLeft: seconds(drive.percent) }));
  const slowest = Math.min(...told.map(({ percent }) => percent));
  return {
    ...state,
    progress: {
      drives: told,
      total: total === null || total.over ? total : { ...total, secondsLeft: seconds(slowest) },
    },
  };
}

/** A state with as many free bays as its drives, jobs and pairs leave. */
export function withFreeBays(state: AppState): AppState {
  const { drives, jobs, pairing } = state;
  const taken = new Set([...jobs, ...pairing.pairs].map(({ driveId }) => driveId));
  const free = drives.bays.filter(({ driveId }) => {
    const drive = drives.drives.find(({ id }) => id === driveId);
    return drive?.verdict === 'eligible' && !taken.has(drive.id);
  });
  return { ...state, pairing: { ...pairing, freeBays: free.length } };
}
