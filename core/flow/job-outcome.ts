import { outcomeOf } from '../job/total-progress';
import type { JobLook } from '../job/work-plan';

/** How the newest boot test of a drive stands; null when it had none that tells anything. */
export type BootOutcome = 'running' | 'passed' | 'failed' | null;

/** A boot test, as far as it is looked at here. */
type BootTestLook =
  | { readonly status: 'running' }
  | { readonly status: 'ended'; readonly verdict: { readonly passed: boolean } }
  | { readonly status: 'failed' };

/** How the newest boot test of a drive stands; one that could not be tried tells nothing. */
export function bootOutcome(bootTest: BootTestLook | undefined | null): BootOutcome {
  if (bootTest === undefined || bootTest === null || bootTest.status === 'failed') return null;
  if (bootTest.status === 'running') return 'running';
  return bootTest.verdict.passed ? 'passed' : 'failed';
}

/**
 * How a drive with a job stands, as its card shows it. `testing`: it passed and is started in a virtual machine, so it has to stay
 * where it is. `boot-failed`: written well, but it does not start: nobody must take it for a good one.
 */
export const cardOutcomes = ['running', 'testing', 'passed', 'boot-failed', 'failed', 'stopped'] as const;
export type CardOutcome = (typeof cardOutcomes)[number];

export function cardOutcome(job: JobLook, bootTest: BootOutcome): CardOutcome {
  const outcome = outcomeOf(job);
  if (outcome !== 'passed' || bootTest === null || bootTest === 'passed') return outcome;
  return bootTest === 'running' ? 'testing' : 'boot-failed';
}

/** Drives by how they stand. */
export interface JobCounts {
  readonly running: number;
  /** Passed, and in a boot test. */
  readonly testing: number;
  readonly passed: number;
  /** FAIL on the card. */
  readonly failed: number;
  /** Of those that failed: written well, but they do not start. They cannot be tried again. */
  readonly bootFailed: number;
  /** Cancelled or interrupted. */
  readonly stopped: number;
}

export function countOutcomes(outcomes: Iterable<CardOutcome>): JobCounts {
  const counts = { running: 0, testing: 0, passed: 0, failed: 0, bootFailed: 0, stopped: 0 };
  for (const outcome of outcomes) {
    if (outcome === 'boot-failed') {
      counts.failed += 1;
      counts.bootFailed += 1;
    } else counts[outcome] += 1;
  }
  return counts;
}

/** Drives that can be written again. */
export function retryable({ failed, bootFailed, stopped }: JobCounts): number {
  return failed - bootFailed + stopped;
}

/** Whether a drive must stay where it is. */
export function isAtWork(outcome: CardOutcome): boolean {
  return outcome === 'running' || outcome === 'testing';
}

/** Whether a drive can be written again for the same machine. */
export function isRetryable(outcome: CardOutcome | undefined): boolean {
  return outcome === 'failed' || outcome === 'stopped';
}
