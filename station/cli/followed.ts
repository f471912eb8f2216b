import { hasEnded } from '../../core/job/job';
import { advanceProgress, progressOf, startProgress, type ProgressTrack } from '../../core/job/progress';
import {
  advanceSpeed,
  advanceTimeLeft,
  lookInterval,
  noTimeLeft,
  speedOf,
  startSpeed,
  type Speed,
  type TimeLeft,
} from '../../core/job/time-left';
import { outcomeOf, type TotalMember } from '../../core/job/total-progress';
import type { JobLook, Pace } from '../../core/job/work-plan';

/** How far something is: whole per cents and whole seconds; null where it cannot be told. */
export interface Told {
  readonly percent: number | null;
  readonly secondsLeft: number | null;
}

/** One drive's job, by the same rules as on the cards of the app. */
export class FollowedJob {
  readonly #startedAt = new Date().toISOString();
  #endedAt: string | null = null;
  #look: JobLook;
  #track: ProgressTrack;

  /** @param now milliseconds, from any start */
  constructor(
    readonly label: string,
    look: JobLook,
    pace: Pace,
    now: number,
  ) {
    this.#look = look;
    this.#track = startProgress(look, now, pace);
  }

  get isPreparing(): boolean {
    return this.#look.state === 'preparing';
  }

  take(look: JobLook, now: number): void {
    this.#look = look;
    this.#track = advanceProgress(this.#track, look, now);
    if (look.state !== 'preparing' && hasEnded(look)) this.#endedAt ??= new Date().toISOString();
  }

  /** Looks at it again, although nothing was heard: time goes by. */
  told(now: number): Told & { readonly percent: number } {
    this.#track = advanceProgress(this.#track, this.#look, now);
    return progressOf(this.#track);
  }

  memberAt(now: number): TotalMember {
    return {
      ...this.told(now),
      bay: this.label,
      startedAt: this.#startedAt,
      endedAt: this.#endedAt,
      outcome: outcomeOf(this.#look),
      bootTest: false,
    };
  }
}

/** What takes a while and is no job: one phase of it. */
export class FollowedTask {
  #done = 0;
  #total = 0;
  #speed: Speed;
  #left: TimeLeft;

  /** @param now milliseconds, from any start */
  constructor(now: number) {
    this.#speed = startSpeed(0, now);
    this.#left = noTimeLeft(now);
  }

  /** @param done bytes. @param total bytes; 0 while it is not known */
  take(done: number, total: number, now: number): void {
    if (total !== this.#total || done < this.#done) {
      this.#speed = startSpeed(done, now);
      this.#left = noTimeLeft(now);
    }
    this.#done = done;
    this.#total = total;
    this.#speed = advanceSpeed(this.#speed, done, now);
  }

  told(now: number): Told {
    if (this.#total <= 0) return { percent: null, secondsLeft: null };
    const rest = Math.max(0, this.#total - this.#done);
    if (now - this.#left.at >= lookInterval) {
      this.#speed = advanceSpeed(this.#speed, this.#done, now);
      const rate = speedOf(this.#speed, now);
      this.#left = advanceTimeLeft(this.#left, rate === null ? null : rest / rate, now);
    }
    const percent = Math.floor((100 * Math.min(this.#done, this.#total)) / this.#total);
    return { percent, secondsLeft: rest === 0 ? null : this.#left.shown };
  }
}
