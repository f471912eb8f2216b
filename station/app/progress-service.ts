import { Emitter } from 'vscode-jsonrpc/node';
import type { AppBootTest, AppJob, ProgressState } from '../../core/contract/app-bench';
import { timeouts } from '../../core/base/timeouts';
import { isInRack } from '../../core/drive/drive';
import { bootOutcome, cardOutcome } from '../../core/flow/job-outcome';
import { isRunning } from '../../core/job/job';
import { advanceProgress, progressOf, startProgress, type ProgressTrack } from '../../core/job/progress';
import { lastTogether, outcomeOf, totalOf, type TotalMember } from '../../core/job/total-progress';
import type { Pace } from '../../core/job/work-plan';

export interface ProgressServiceDependencies {
  readonly jobs: () => readonly AppJob[];
  readonly bootTests: () => readonly AppBootTest[];
  /** No run of drives is under way: all are recorded and released. */
  readonly settled: () => boolean;
  /** How fast the station's drives were so far. */
  readonly pace: () => Pace;
  /** Milliseconds of a clock that only goes forward. Tests replace it. */
  readonly now?: () => number;
}

/** A job that is followed. */
interface Followed {
  readonly job: AppJob;
  readonly track: ProgressTrack;
}

/** How far each drive and all of them are. Looks whenever a job changes, and twice a second while one runs and none does. */
export class ProgressService {
  readonly #changed = new Emitter<void>();
  readonly onChange = this.#changed.event;
  readonly #dependencies: ProgressServiceDependencies;
  readonly #now: () => number;
  /** By drive: the newest job. */
  readonly #followed = new Map<string, Followed>();
  /** Jobs of this time whose cards were cleared: they still count. */
  #cleared: TotalMember[] = [];
  #timer: NodeJS.Timeout | null = null;
  #state: ProgressState = { drives: [], total: null };

  constructor(dependencies: ProgressServiceDependencies) {
    this.#dependencies = dependencies;
    this.#now = dependencies.now ?? (() => performance.now());
  }

  get state(): ProgressState {
    return this.#state;
  }

  /** Takes in how the jobs and boot tests are now. */
  look(): void {
    const jobs = this.#dependencies.jobs();
    this.#follow(jobs);
    const running = jobs.some(isRunning);
    if (running && this.#timer === null) {
      this.#timer = setInterval(() => {
        this.look();
      }, timeouts.progressLook).unref();
    }
    if (!running) this.close();
    // While jobs tell, nothing is to be told beside that.
    this.#timer?.refresh();
    const before = JSON.stringify(this.#state);
    this.#state = this.#read(jobs);
    if (JSON.stringify(this.#state) !== before) this.#changed.fire();
  }

  /** Looks no more by itself. */
  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  #follow(jobs: readonly AppJob[]): void {
    const now = this.#now();
    const present = new Map(jobs.map((job) => [job.driveId, job]));
    for (const [driveId, { job, track }] of this.#followed) {
      if (present.has(driveId)) continue;
      if (!isRunning(job)) this.#cleared.push(this.#memberOf(job, track));
      this.#followed.delete(driveId);
    }
    let pace: Pace | null = null;
    for (const job of jobs) {
      const before = this.#followed.get(job.driveId);
      if (before === undefined || before.job.startedAt !== job.startedAt) {
        pace ??= this.#dependencies.pace();
        this.#followed.set(job.driveId, { job, track: startProgress(job.state, now, pace) });
        continue;
      }
      const track = advanceProgress(before.track, job.state, now);
      if (track !== before.track || job !== before.job) this.#followed.set(job.driveId, { job, track });
    }
  }

  #memberOf(job: AppJob, track: ProgressTrack): TotalMember {
    const test = this.#dependencies.bootTests().find(({ driveId }) => driveId === job.driveId);
    return {
      ...progressOf(track),
      bay: isInRack(job.driveId) ? `machine ${job.bay}` : job.bay,
      ...(isInRack(job.driveId) ? { inMachine: true } : {}),
      startedAt: job.startedAt,
      endedAt: job.endedAt,
      outcome: cardOutcome(job.state, bootOutcome(test)) === 'boot-failed' ? 'failed' : outcomeOf(job.state),
      bootTest: test?.status === 'running',
    };
  }

  #read(jobs: readonly AppJob[]): ProgressState {
    const followed = [...this.#followed.values()];
    const shown = followed.map(({ job, track }) => this.#memberOf(job, track));
    const together = new Set(lastTogether([...this.#cleared, ...shown]));
    this.#cleared = this.#cleared.filter((member) => together.has(member));
    // When the last card is cleared there is nothing left to be told.
    const told = shown.some((member) => together.has(member));
    if (!told) this.#cleared = [];
    return {
      drives: jobs.flatMap((job) => {
        const track = this.#followed.get(job.driveId)?.track;
        return track === undefined || !isRunning(job) ? [] : [{ driveId: job.driveId, ...progressOf(track) }];
      }),
      total: told ? totalOf([...together], this.#dependencies.settled()) : null,
    };
  }
}
