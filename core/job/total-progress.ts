import { z } from 'zod';
import type { JobProgress } from './progress';
import type { JobLook } from './work-plan';

/** How far all drives are that are, or were last, worked on together. */
export const totalProgressSchema = z.strictObject({
  /** ISO 8601, UTC: when the first of them was started. Tells one such time from the next. */
  startedAt: z.iso.datetime(),
  /** How many drives there are. Those whose cards were cleared since count too. */
  drives: z.int().positive(),
  running: z.int().nonnegative(),
  passed: z.int().nonnegative(),
  failed: z.int().nonnegative(),
  /** Cancelled or interrupted. */
  stopped: z.int().nonnegative(),
  /** Of those that passed: in machines of a rack, where they stay. Missing: none. */
  inMachines: z.int().positive().optional(),
  /** Labels of the bays of those that failed. */
  failedBays: z.array(z.string()),
  /** Labels of the bays whose finished drives are in a boot test: they must stay where they are. */
  bootTests: z.array(z.string()),
  /** Of all their work, 0 to 100; a drive that ended, however it did, has none left. 100 only when all have. */
  percent: z.int().min(0).max(100),
  /** Seconds until the slowest has ended; null while that cannot be told. */
  secondsLeft: z.int().nonnegative().nullable(),
  /** Seconds from the first start to the last end; null until `over`. */
  seconds: z.number().nonnegative().nullable(),
  /** Every drive has ended, is recorded and can be taken out. */
  over: z.boolean(),
});
export type TotalProgress = z.infer<typeof totalProgressSchema>;

/** One drive's job, as the total counts it. */
export interface TotalMember extends JobProgress {
  /** Label of its bay. */
  readonly bay: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  /** ISO 8601, UTC; null while it runs. */
  readonly endedAt: string | null;
  readonly outcome: 'running' | 'passed' | 'failed' | 'stopped';
  /** It is in a machine of a rack. Missing: in a bay of the bench. */
  readonly inMachine?: boolean;
  /** Its drive is started in a virtual machine just now. */
  readonly bootTest: boolean;
}

/** How a job counts in the total. */
export function outcomeOf({ state }: JobLook): TotalMember['outcome'] {
  switch (state) {
    case 'done':
      return 'passed';
    case 'failed':
      return 'failed';
    case 'cancelled':
    case 'interrupted':
      return 'stopped';
    case 'preparing':
    case 'queued':
    case 'checking':
    case 'sanitising':
    case 'sizing':
    case 'erasing':
    case 'writing':
    case 'verifying':
    case 'sealing':
      return 'running';
  }
}

/**
 * Those that count: what ran at the same time as the last one that was started, or as one of those, and so on. What
 * ended before all of that began is another time's.
 */
export function lastTogether<Member extends Pick<TotalMember, 'startedAt' | 'endedAt'>>(
  members: readonly Member[],
): Member[] {
  const endOf = ({ endedAt }: Member): number => (endedAt === null ? Infinity : Date.parse(endedAt));
  const sorted = [...members].sort((a, b) => Date.parse(a.startedAt) - Date.parse(b.startedAt));
  let together: Member[] = [];
  let until = -Infinity;
  for (const member of sorted) {
    if (Date.parse(member.startedAt) > until) together = [];
    together.push(member);
    until = Math.max(until, endOf(member));
  }
  return together;
}

/**
 * The total of the jobs that ran together last. Pure.
 * @param settled no run of drives is under way: all are recorded and released
 * @returns null when there are none
 */
export function totalOf(members: readonly TotalMember[], settled: boolean): TotalProgress | null {
  const together = lastTogether(members);
  const [first] = together;
  if (first === undefined) return null;
  const count = (outcome: TotalMember['outcome']): number =>
    together.filter((member) => member.outcome === outcome).length;
  const running = together.filter(({ outcome }) => outcome === 'running');
  const over = running.length === 0 && settled;
  const work = together.reduce(
    (sum, { outcome, percent }) => sum + (outcome === 'running' ? percent : 100),
    0,
  );
  const inMachines = together.filter(
    ({ outcome, inMachine }) => outcome === 'passed' && inMachine === true,
  ).length;
  const lasts = running.map(({ secondsLeft }) => secondsLeft);
  const ends = together.map(({ endedAt }) => (endedAt === null ? 0 : Date.parse(endedAt)));
  return {
    startedAt: first.startedAt,
    drives: together.length,
    running: running.length,
    passed: count('passed'),
    failed: count('failed'),
    stopped: count('stopped'),
    ...(inMachines === 0 ? {} : { inMachines }),
    failedBays: together.filter(({ outcome }) => outcome === 'failed').map(({ bay }) => bay),
    bootTests: together.filter(({ bootTest }) => bootTest).map(({ bay }) => bay),
    percent: over ? 100 : Math.min(99, Math.floor(work / together.length)),
    secondsLeft: slowest(lasts),
    seconds: over ? Math.max(0, Math.max(...ends) - Date.parse(first.startedAt)) / 1000 : null,
    over,
  };
}

/** One that cannot be told makes all of them untold. */
function slowest(seconds: readonly (number | null)[]): number | null {
  if (seconds.length === 0 || seconds.includes(null)) return null;
  return Math.max(...seconds.map((one) => one ?? 0));
}
