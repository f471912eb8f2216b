import { hasEnded } from './job';
import {
  advanceSpeed,
  advanceTimeLeft,
  lookInterval,
  noTimeLeft,
  speedOf,
  startSpeed,
  type Speed,
  type TimeLeft,
} from './time-left';
import {
  commonPace,
  sealSeconds,
  secondsAfter,
  secondsOf,
  stepOf,
  type JobLook,
  type Pace,
  type Step,
} from './work-plan';

/**
 * How far one drive is, from the first look at its media to its partition table, and how long it still takes. One
 * mechanism for the cards, the window's title, the task bar and the command line.
 */
export interface ProgressTrack {
  /** Milliseconds, from any start. */
  readonly startedAt: number;
  readonly pace: Pace;
  /** What is under way, or was last; null before anything was counted. */
  readonly step: Step | null;
  /** Share of all the work, 0 to 1, that was done when the step began. */
  readonly before: number;
  /** Share of all the work that the step is taken to be. */
  readonly share: number;
  /** Share of all the work that is done, 0 to 1. Never falls. */
  readonly part: number;
  readonly speed: Speed;
  readonly left: TimeLeft;
  /** 'done' is the only way to 100 %. */
  readonly end: 'done' | 'other' | null;
}

/** What is shown of one drive. */
export interface JobProgress {
  /** Whole per cents, 0 to 100; 100 only when the drive is done. */
  readonly percent: number;
  /** Whole seconds; null in the first seconds, where it cannot be told, and at the end. */
  readonly secondsLeft: number | null;
}

/** Milliseconds in which a job says no time, whatever its first figures are. */
const firstSeconds = 5_000;

/**
 * A job at the first look.
 * @param now milliseconds, from any start
 * @param pace what the station's drives did so far
 */
export function startProgress(look: JobLook, now: number, pace: Pace = commonPace): ProgressTrack {
  const part = partAtFirst(stepOf(look), pace);
  const track: ProgressTrack = {
    startedAt: now,
    pace,
    step: null,
    before: part,
    share: 0,
    part,
    speed: startSpeed(0, now),
    left: noTimeLeft(now),
    end: null,
  };
  return advanceProgress(track, look, now);
}

/** Of a job that is first seen in its midst: what must lie behind it. */
function partAtFirst(step: Step | null, pace: Pace): number {
  if (step?.name === 'sealing') return 0.99;
  if (step?.name !== 'verifying') return 0;
  const writing = secondsOf({ ...step, name: 'writing' }, pace);
  const rest = secondsAfter({ ...step, name: 'writing' }, pace);
  return writing / (writing + rest);
}

/**
 * A job at the next look. Pure. What a new step is taken to be is its share, in seconds, of what is not done yet: so
 * the per cent stands where it was when an image need not be made, or a second one must be.
 * @param now milliseconds, from the same start as before
 */
export function advanceProgress(before: ProgressTrack, look: JobLook, now: number): ProgressTrack {
  if (look.state !== 'preparing' && hasEnded(look)) {
    return before.end === null ? { ...before, end: look.state === 'done' ? 'done' : 'other' } : before;
  }
  const step = stepOf(look);
  const next = step === null || isAside(step, before.step) ? before : atStep(before, step, now);
  if (next === before && now - before.left.at < lookInterval) return before;
  const speed = next.step === null ? next.speed : advanceSpeed(next.speed, next.step.done, now);
  const left =
    now - next.left.at < lookInterval
      ? next.left
      : advanceTimeLeft(next.left, estimateOf({ ...next, speed }, now), now);
  return { ...next, speed, left };
}

/** The media is hashed beside the making of its image, which takes longer: only the one of them counts. */
function isAside({ name }: Step, before: Step | null): boolean {
  return name === 'hashing' && before !== null && before.name !== 'hashing';
}

function atStep(track: ProgressTrack, step: Step, now: number): ProgressTrack {
  const { step: before } = track;
  // A step whose size becomes known begins then, and so does another image's.
  const goesOn =
    before !== null && before.name === step.name && before.total === step.total && before.done <= step.done;
  if (goesOn) {
    if (before.done === step.done) return track;
    return { ...track, step, part: partOf(track, step) };
  }
  const own = secondsOf(step, track.pace);
  const all = own + secondsAfter(step, track.pace);
  const begun: ProgressTrack = {
    ...track,
    step,
    before: track.part,
    share: all <= 0 ? 0 : ((1 - track.part) * own) / all,
    speed: startSpeed(step.done, now),
  };
  return { ...begun, part: partOf(begun, step) };
}

function partOf({ before, share, part }: ProgressTrack, { done, total }: Step): number {
  return total <= 0 ? part : Math.max(part, before + share * Math.min(1, done / total));
}

/** Seconds that the job still takes, as the figures of this moment say; null where they say nothing. */
function estimateOf({ startedAt, step, speed, pace }: ProgressTrack, now: number): number | null {
  if (step === null || now - startedAt < firstSeconds) return null;
  if (step.name === 'sealing') return sealSeconds;
  const bytes = speedOf(speed, now);
  if (step.total <= 0 || bytes === null) return null;
  const own = Math.max(0, step.total - step.done) / bytes;
  switch (step.name) {
    case 'verifying':
      return own + sealSeconds;
    case 'writing': {
      // As fast as this drive is written; by so much faster as other drives were read than written.
      const verifying = pace.measured ? (bytes * pace.verifying) / pace.writing : bytes;
      return own + step.total / verifying + sealSeconds;
    }
    case 'hashing':
    case 'applying':
    case 'mapping':
    case 'checking':
    case 'sizing':
      // How fast the drives are can only be known from those before them.
      return pace.measured ? own + secondsAfter(step, pace) : null;
  }
}

/** What is shown of a job. */
export function progressOf({ part, left, end }: ProgressTrack): JobProgress {
  if (end === 'done') return { percent: 100, secondsLeft: null };
  const percent = Math.min(99, Math.floor(part * 100 + 1e-9));
  return { percent, secondsLeft: end === null ? left.shown : null };
}
