import type { AppBootTest, AppJob } from '../../core/contract/app-bench';
import { bootOutcome, cardOutcome, type BootOutcome } from '../../core/flow/job-outcome';
import { isRunning } from '../../core/job/job';
import { takeOutOrder } from '../../core/flow/take-out';
import type { PairingContext } from '../../core/pairing/pairing';

/** What the pairing asks of the jobs: how each drive's stands, which machines are being written, and what is taken out next. */
export function jobsForPairing(
  jobs: readonly AppJob[],
  bootTests: readonly AppBootTest[],
  bays: readonly { readonly label: string }[],
  /** Drives that are erased or checked for no machine: as taken as those that are written. */
  atWork: readonly string[],
): Pick<PairingContext, 'jobs' | 'runningMachines' | 'takeOut'> {
  const bootOf = (driveId: string): BootOutcome =>
    bootOutcome(bootTests.find((bootTest) => bootTest.driveId === driveId));
  const cards = jobs.map(({ driveId, bay, machineSerial, state }) => ({
    ...{ driveId, bay, machineSerial },
    outcome: cardOutcome(state, bootOf(driveId)),
  }));
  return {
    jobs: new Map([
      ...cards.map(({ driveId, outcome }) => [driveId, outcome] as const),
      ...atWork.map((driveId) => [driveId, 'running'] as const),
    ]),
    takeOut: takeOutOrder(
      cards,
      bays.map(({ label }) => label),
    ),
    runningMachines: new Set(jobs.filter(isRunning).map(({ machineSerial }) => machineSerial)),
  };
}
