import { formatDuration } from '../../core/base/display';
import { counted, plural } from '../../core/base/plurals';
import type { TotalProgress } from '../../core/job/total-progress';
import { bayName } from './en-scan';

/** Bays that are named; of more only their number is told. */
const named = 6;

function bayNames(bays: readonly string[]): string {
  if (bays.length > named) return `${bays.length} bays`;
  const names = bays.map(bayName);
  const last = names.pop() ?? '';
  return names.length === 0 ? last : `${names.join(', ')} and ${last}`;
}

/** Drives in machines of a rack stay where they are. @param onBench drives that passed in bays of the bench */
function adviceOnMachines(onBench: number, inMachines: number, failed: number): string {
  const finished =
    onBench === 0
      ? `The ${plural(inMachines, 'machine is', 'machines are')} finished.`
      : `Take the ${plural(onBench, 'drive', 'drives')} out of the bays; ${counted(inMachines, 'machine is', 'machines are')} finished.`;
  return failed === 0
    ? finished
    : `${finished} Keep ${failed === 1 ? 'the one' : 'those'} that failed apart.`;
}

/** What to do with the drives now. */
function advice({ passed, failed, stopped, failedBays, bootTests, inMachines = 0 }: TotalProgress): string {
  if (bootTests.length > 0) return `The boot test in ${bayNames(bootTests)} is still running: leave it in.`;
  if (passed === 0) return 'No drive is ready.';
  if (stopped > 0) {
    return inMachines > 0 ? 'Only what says PASS is finished.' : 'Take out only drives that say PASS.';
  }
  if (inMachines > 0) return adviceOnMachines(passed - inMachines, inMachines, failed);
  if (failed === 0) return `Take the ${plural(passed, 'drive', 'drives')} out.`;
  return `Take the drives out, and keep ${failed === 1 ? `the one from ${bayNames(failedBays)}` : 'those that failed'} apart.`;
}

/** Words for all drives together. */
export const progressText = {
  label: 'All drives',
  percent: (percent: number): string => `${percent} %`,
  left: (seconds: number): string => `${formatDuration(seconds)} left`,
  running: ({ drives, running }: TotalProgress): string =>
    running === drives
      ? `${drives} ${plural(drives, 'drive', 'drives')}`
      : `${drives - running} of ${drives} drives ended`,
  failed: (failed: number): string => `${failed} FAIL`,
  /** How it ended, and what to do now: large on the screen, and said. Of a total that is over. */
  end: (total: TotalProgress): string => {
    const { drives, passed, failed, stopped, failedBays, seconds } = total;
    const counts = [
      `${passed} of ${drives} PASS`,
      ...(failed === 0 ? [] : [`${failed} FAIL (${bayNames(failedBays)})`]),
      ...(stopped === 0 ? [] : [`${stopped} stopped`]),
    ];
    return `${counts.join(', ')} in ${formatDuration(seconds ?? 0)}. ${advice(total)}`;
  },
};
