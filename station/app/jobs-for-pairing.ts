import type { AppBootTest, AppJob } from '../../core/contract/app-bench';
import { bootOutcome, cardOutcome, type BootOutcome } from '../../core/flow/job-outcome';
import { isRunning } from '../../core/job/job';
import type { PairingContext } from '../../core/pairing/pairing';

/** What the pairing asks of the jobs: how each drive's stands, and which machines are being written. */
export function jobsForPairing(
  jobs: readonly AppJob[],
  bootTests: readonly AppBootTest[],
): Pick<PairingContext, 'jobs' | 'runningMachines'> {
  const bootOf = (driveId: string): BootOutcome =>
    bootOutcome(bootTests.find((bootTest) => bootTest.driveId === driveId));
  return {
    jobs: new Map(jobs.map(({ driveId, state }) => [driveId, cardOutcome(state, bootOf(driveId))])),
    runningMachines: new Set(jobs.filter(isRunning).map(({ machineSerial }) => machineSerial)),
  };
}
