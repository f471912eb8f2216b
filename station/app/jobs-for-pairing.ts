import type { AppJob } from '../../core/contract/app-bench';
import { isRunning } from '../../core/job/job';
import type { PairingContext } from '../../core/pairing/pairing';

/** What the pairing asks of the jobs: how each drive's stands, and which machines are being written. */
export function jobsForPairing(jobs: readonly AppJob[]): Pick<PairingContext, 'jobs' | 'runningMachines'> {
  return {
    jobs: new Map(jobs.map((job) => [job.driveId, progressOf(job)])),
    runningMachines: new Set(jobs.filter(isRunning).map(({ machineSerial }) => machineSerial)),
  };
}

function progressOf(job: AppJob): 'running' | 'ended-well' | 'ended-badly' {
  if (isRunning(job)) return 'running';
  return job.state.state === 'done' ? 'ended-well' : 'ended-badly';
}
