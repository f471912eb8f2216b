import type { AppState } from '../../core/contract/app';
import type { AppJob, AppBootTest, DrivesState } from '../../core/contract/app-bench';
import { expectedWhilePairing, type Pair, type PairingState } from '../../core/pairing/pairing-state';
import type { Drive } from '../../core/drive/drive';
import { isRunning } from '../../core/job/job';
import type { Expectation } from '../../core/scan/scan-outcome';

/** Rules of what the screens show. Pure; each returns a part of the state or a plain value unless it says so. */

export type BayView = DrivesState['bays'][number];

/** The drive with an id; null when it is not attached any more. */
export function driveOf(state: AppState, driveId: string | null): Drive | null {
  return state.drives.drives.find(({ id }) => id === driveId) ?? null;
}

/** The newest job of a drive; null when it has none or that was dismissed. */
export function jobOf(state: AppState, driveId: string | null): AppJob | null {
  return state.jobs.find((job) => job.driveId === driveId) ?? null;
}

/** The newest rehearsal of a drive. */
export function bootTestOf(state: AppState, driveId: string | null): AppBootTest | null {
  return state.rehearsals.find((bootTest) => bootTest.driveId === driveId) ?? null;
}

/** The pair that a drive is in. */
export function pairOf(state: AppState, driveId: string | null): Pair | null {
  return state.pairing.pairs.find((pair) => pair.driveId === driveId) ?? null;
}

/** The bay that a drive sits in. */
export function bayOf(state: AppState, driveId: string | null): BayView | null {
  return state.drives.bays.find((bay) => bay.driveId === driveId && driveId !== null) ?? null;
}

/** What a card shows. */
export type CardKind =
  'empty' | 'blocked' | 'free' | 'paired' | 'running' | 'pass' | 'fail' | 'cancelled' | 'interrupted';

/** Whether a drive was found not to start. */
function doesNotStart(bootTest: AppBootTest | null): boolean {
  return bootTest?.status === 'ended' && !bootTest.verdict.passed;
}

/**
 * A job tells more than the drive; a drive that left while it had a job is shown with that job. A drive that does not
 * start has failed, however well it was written: nobody must take it for a good one.
 */
export function cardKind(
  drive: Drive | null,
  job: AppJob | null,
  pair: Pair | null,
  bootTest: AppBootTest | null,
): CardKind {
  if (job !== null) {
    switch (job.state.state) {
      case 'done':
        return doesNotStart(bootTest) ? 'fail' : 'pass';
      case 'failed':
        return 'fail';
      case 'cancelled':
      case 'interrupted':
        return job.state.state;
      case 'preparing':
      case 'queued':
      case 'checking':
      case 'erasing':
      case 'writing':
      case 'verifying':
      case 'sealing':
        return 'running';
    }
  }
  if (drive === null) return 'empty';
  if (drive.verdict === 'blocked') return 'blocked';
  return pair === null ? 'free' : 'paired';
}

export interface Counts {
  readonly paired: number;
  readonly running: number;
  readonly pass: number;
  readonly fail: number;
  /** Cancelled or interrupted. */
  readonly stopped: number;
}

/** How the bench stands. A new object. */
export function countsOf({
  pairing,
  jobs,
  rehearsals: bootTests,
}: Pick<AppState, 'pairing' | 'jobs' | 'rehearsals'>): Counts {
  const counts = { paired: pairing.pairs.length, running: 0, pass: 0, fail: 0, stopped: 0 };
  for (const job of jobs) {
    const bootTest = bootTests.find(({ driveId }) => driveId === job.driveId) ?? null;
    const kind = cardKind(null, job, null, bootTest);
    if (kind === 'running' || kind === 'pass' || kind === 'fail') counts[kind] += 1;
    else counts.stopped += 1;
  }
  return counts;
}

/** Drives whose cards say PASS. A new list. */
export function passedDrives({
  jobs,
  rehearsals: bootTests,
}: Pick<AppState, 'jobs' | 'rehearsals'>): string[] {
  const bootFailed = new Set(bootTests.filter(doesNotStart).map(({ driveId }) => driveId));
  return jobs
    .filter((job) => job.state.state === 'done' && !bootFailed.has(job.driveId))
    .map(({ driveId }) => driveId);
}

/** What the media is called that a scan asked for and nobody has chosen yet; null when none is waited for. */
export function wantedName(media: AppState['media']): string | null {
  if (media.status !== 'none' || media.wanted === undefined) return null;
  const { ticket, sha256 } = media.wanted;
  return ticket?.name ?? `${sha256.slice(0, 8)}…`;
}

/** What is waited for next, as the scan line asks for it: as while pairing, but the media before machines. */
export function expectedNext(
  pairing: Pick<PairingState, 'armed' | 'mode' | 'waitingMachine' | 'obstacles'>,
  mediaStatus: AppState['media']['status'],
): Expectation | 'wait-for-media' {
  const { obstacles: refusals } = pairing;
  const next = expectedWhilePairing(pairing, !refusals.includes('no-operator'));
  if (next !== 'machine') return next;
  if (refusals.includes('no-media')) return 'media';
  if (!refusals.includes('media-not-proved')) return next;
  if (mediaStatus === 'waiting-for-hash') return 'media-hash';
  return mediaStatus === 'refused' ? 'media' : 'wait-for-media';
}

export const steps = ['operator', 'media', 'pair', 'start'] as const;
export type Step = (typeof steps)[number];
export type StepStatus = 'done' | 'current' | 'open';

/** How far each step is. The first that is not done is the current one; drives can be paired at any time. */
export function stepStatuses(refusals: PairingState['obstacles']): Readonly<Record<Step, StepStatus>> {
  const missing: Readonly<Record<Step, boolean>> = {
    operator: refusals.includes('no-operator'),
    media: refusals.includes('no-media') || refusals.includes('media-not-proved'),
    pair: refusals.includes('no-pairs'),
    start: true,
  };
  const current = steps.find((step) => missing[step]);
  const status = (step: Step): StepStatus => (step === current ? 'current' : missing[step] ? 'open' : 'done');
  return {
    operator: status('operator'),
    media: status('media'),
    pair: status('pair'),
    start: status('start'),
  };
}

/** How large the cards are drawn. */
export type Density = 'roomy' | 'normal' | 'dense';

/** By the room of a card, in rem: what does not fit is left out, never cut. */
export function densityFor(width: number, height: number): Density {
  if (width >= 16 && height >= 12.5) return 'roomy';
  return width >= 12 && height >= 9 ? 'normal' : 'dense';
}

/** Jobs that came to their end between two looks. A new list. */
export function newlyEnded(before: readonly AppJob[], after: readonly AppJob[]): AppJob[] {
  const running = new Map(before.filter(isRunning).map((job) => [job.driveId, job]));
  return after.filter((job) => !isRunning(job) && running.has(job.driveId));
}
