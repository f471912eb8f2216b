import type { AppState } from '../../../core/contract/app';
import type { AppJob } from '../../../core/contract/app-bench';
import { useApp } from '../../store/app-store';

/** What the screens of a machine that images itself take from the state. */

/** Whether the machine that runs is the one that is imaged. */
export function isOwnMachine({ live }: Pick<AppState, 'live'>): boolean {
  return live.live?.role === 'machine';
}

/** The serial that counts: the firmware's, else the one that was scanned from its label. */
export function useOwnSerial(): { readonly serial: string | null; readonly fromLabel: boolean } {
  const told = useApp(({ live }) => live.own?.found?.serial ?? null);
  const said = useApp(
    ({ pairing, jobs }) =>
      pairing.waitingMachine ?? pairing.pairs[0]?.machineSerial ?? jobs[0]?.machineSerial ?? null,
  );
  return { serial: told ?? said, fromLabel: told === null && said !== null };
}

/** The job of this machine: the newest that began; null: none is shown. */
export function ownJobOf({ jobs }: Pick<AppState, 'jobs'>): AppJob | null {
  return jobs.reduce<AppJob | null>(
    (newest, job) => (newest === null || job.startedAt > newest.startedAt ? job : newest),
    null,
  );
}

/** Whether it passed or failed, with nothing left to do but to say so; null: neither. */
export function ownResultOf(state: Pick<AppState, 'jobs' | 'pairing'>): 'pass' | 'fail' | null {
  const job = ownJobOf(state);
  if (job === null || state.pairing.pairs.length > 0) return null;
  if (job.state.state === 'done') return 'pass';
  return job.state.state === 'failed' ? 'fail' : null;
}
