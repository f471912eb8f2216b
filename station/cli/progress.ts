import { MultiBar, type SingleBar } from 'cli-progress';
import type { TaskProgress } from '../../core/contract/helper-api';
import { formatDuration, formatRate, inColumns, sanitizeForDisplay } from '../../core/base/display';
import { assertNever } from '../../core/base/errors';
import type { JobState } from '../../core/job/job';
import { timeouts } from '../../core/base/timeouts';
import {
  advanceEstimate,
  bytesPerSecond,
  startEstimate,
  type RateEstimate,
} from '../../core/job/rate-estimate';
import { totalOf, type TotalProgress } from '../../core/job/total-progress';
import { commonPace, type Pace } from '../../core/job/work-plan';
import { FollowedJob, FollowedTask, type Told } from './followed';

/** Milliseconds between two samples of a rate; what comes faster is gathered. */
const sampleInterval = 100;

const labelWidth = 22;
const barWidth = 14;

export interface ProgressOptions {
  readonly stream: NodeJS.WritableStream;
  /** Whether lines can be drawn again. */
  readonly terminal: boolean;
  /** Milliseconds, from any start. Tests replace it. */
  readonly now?: () => number;
}

interface Stage {
  /** One word for what happens. */
  readonly phase: string;
  /** Bytes of the phase. */
  readonly done: number;
  /** Bytes; 0 while it is not known, or when the phase has no bytes to count. */
  readonly total: number;
  /** It is over: there are no figures any more. */
  readonly ended?: true;
  /** Shown in place of the figures. */
  readonly note?: string;
}

const nothingTold: Told = { percent: null, secondsLeft: null };

interface Line {
  readonly label: string;
  stage: Stage;
  rate: RateEstimate;
  printedAt: number;
  /** How far all of it is, and how long it still takes. */
  readonly told: (now: number) => Told;
  readonly bar: SingleBar | null;
}

/**
 * One line a drive (or task), and one for all drives. On a terminal the lines are drawn again in place; elsewhere a line
 * is printed at each change of phase, when a phase has come to its end, and every ten seconds.
 */
export class Progress {
  readonly #options: ProgressOptions;
  readonly #now: () => number;
  readonly #lines = new Map<string, Line>();
  readonly #jobs = new Map<string, FollowedJob>();
  readonly #tasks = new Map<string, FollowedTask>();
  #pace: Pace = commonPace;
  #all: Line | null = null;
  #bars: MultiBar | null = null;

  constructor(options: ProgressOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  /**
   * Drives are held and their image is prepared: from here on their time counts.
   * @param labels how the drives are called, each its bay first
   * @param pace how fast the station's drives were so far
   */
  begin(labels: readonly string[], pace: Pace): void {
    this.#pace = pace;
    for (const label of labels) this.#followed(label);
    if (labels.length < 2) return;
    this.#all = this.#newLine(`all ${labels.length} drives`, (now) => this.#total(now) ?? nothingTold);
    this.#all.printedAt = this.#now();
  }

  /** What is done for all drives before their jobs begin. */
  prepare(task: Pick<TaskProgress, 'phase' | 'done' | 'total'>): void {
    const now = this.#now();
    const { phase, done, total } = task;
    for (const job of this.#jobs.values()) {
      if (job.isPreparing) job.take({ state: 'preparing', task: { phase, done, total } }, now);
    }
    this.#printAll(now);
  }

  /** Shows a job's state. @param label how the drive is called, its bay first */
  job(label: string, state: JobState): void {
    const job = this.#followed(label);
    job.take(state, this.#now());
    this.#show(label, stageOfJob(state), (now) => job.told(now));
    this.#printAll(this.#now());
  }

  /** Shows a task's progress. */
  task(label: string, progress: Pick<TaskProgress, 'phase' | 'done' | 'total'>): void {
    const { phase, done, total } = progress;
    const now = this.#now();
    const newPhase = this.#lines.get(label)?.stage.phase !== nameOf(phase);
    const task = (newPhase ? null : this.#tasks.get(label)) ?? new FollowedTask(now);
    this.#tasks.set(label, task);
    task.take(done, total, now);
    this.#show(
      label,
      { phase: nameOf(phase), done, total },
      (at) => this.#tasks.get(label)?.told(at) ?? nothingTold,
    );
  }

  /** Prints one line without disturbing the others. */
  log(text: string): void {
    if (this.#bars?.isActive === true) this.#bars.log(`${text}\n`);
    else this.#options.stream.write(`${text}\n`);
  }

  /** Draws everything a last time and leaves it there. */
  stop(): void {
    if (this.#bars === null) return;
    // The library does not print what was logged since its last drawing.
    this.#bars.update();
    this.#bars.stop();
    this.#bars = null;
    this.#lines.clear();
  }

  #followed(label: string): FollowedJob {
    const known = this.#jobs.get(label);
    if (known !== undefined) return known;
    const job = new FollowedJob(label, { state: 'preparing', task: null }, this.#pace, this.#now());
    this.#jobs.set(label, job);
    return job;
  }

  #total(now: number): TotalProgress | null {
    return totalOf(
      [...this.#jobs.values()].map((job) => job.memberAt(now)),
      true,
    );
  }

  /** Every ten seconds, where lines cannot be drawn again. */
  #printAll(now: number): void {
    const all = this.#all;
    if (all === null || this.#options.terminal || now - all.printedAt < timeouts.progressLine) return;
    all.printedAt = now;
    this.#options.stream.write(`${plainText(all, now)}\n`);
  }

  #show(label: string, stage: Stage, told: Line['told']): void {
    const now = this.#now();
    const line = this.#lines.get(label) ?? this.#newLine(label, told);
    const newPhase = line.stage.phase !== stage.phase;
    // Else the last line of a quick phase would be the one from its start.
    const newlyComplete = isComplete(stage) && (newPhase || !isComplete(line.stage));
    line.rate = newPhase
      ? startEstimate(stage.done, now)
      : advanceEstimate(line.rate, stage.done, now, sampleInterval);
    line.stage = stage;
    if (this.#options.terminal) return;
    if (!newPhase && !newlyComplete && now - line.printedAt < timeouts.progressLine) return;
    line.printedAt = now;
    this.#options.stream.write(`${plainText(line, now)}\n`);
  }

  #newLine(label: string, told: Line['told']): Line {
    const line: Line = {
      label: sanitizeForDisplay(label, 64),
      stage: { phase: '', done: 0, total: 0 },
      rate: startEstimate(0, this.#now()),
      printedAt: -Infinity,
      told,
      bar: this.#options.terminal
        ? this.#multiBar().create(1, 0, { text: () => barText(line, this.#now()) })
        : null,
    };
    this.#lines.set(label, line);
    return line;
  }

  #multiBar(): MultiBar {
    this.#bars ??= new MultiBar({
      stream: this.#options.stream,
      format: (_options, _params, payload: { text: () => string }) => payload.text(),
      // A message above the lines moves them, so they must be drawn also when nothing changed.
      forceRedraw: true,
      // Cuts lines to the width instead of changing the terminal's settings, which a kill would leave changed.
      linewrap: true,
      // main.ts answers signals, and stops the drawing when the command has ended.
      gracefulExit: false,
    });
    return this.#bars;
  }
}

const nothing = { done: 0, total: 0 };

/** How a task is called. */
function nameOf(phase: TaskProgress['phase']): string {
  return phase === 'rehearsing' ? 'boot test' : phase;
}

function stageOfJob(job: JobState): Stage {
  switch (job.state) {
    case 'queued':
      return { phase: 'waiting', ...nothing };
    case 'sizing':
    case 'writing':
    case 'verifying':
      return { phase: job.state, done: job.bytesDone, total: job.bytesTotal };
    case 'failed':
      return { phase: 'FAILED', ...nothing, ended: true, note: sanitizeForDisplay(job.reason.message, 400) };
    case 'checking':
    case 'erasing':
    case 'sealing':
      return { phase: job.state, ...nothing };
    case 'done':
    case 'cancelled':
    case 'interrupted':
      return { phase: job.state, ...nothing, ended: true };
    default:
      return assertNever(job);
  }
}

function isComplete({ done, total }: Stage): boolean {
  return total > 0 && done >= total;
}

/** Percent, rate and time left, as far as they are known. */
function figures(line: Line, now: number): { percent: string; rate: string; left: string } {
  const { stage, rate } = line;
  const bytes = bytesPerSecond(rate);
  const { percent, secondsLeft } = line.told(now);
  return {
    percent: percent === null ? '' : `${percent}%`,
    rate: bytes === null || stage.total === 0 || stage.done === 0 ? '' : formatRate(bytes),
    left: secondsLeft === null ? '' : `${formatDuration(secondsLeft)} left`,
  };
}

function barText(line: Line, now: number): string {
  const { stage } = line;
  const start = `${inColumns(line.label, labelWidth)} ${stage.phase.padEnd(10)}`;
  const { percent: told } = line.told(now);
  if (told === null || stage.ended === true) return `${start} ${stage.note ?? ''}`.trimEnd();
  const { percent, rate, left } = figures(line, now);
  const full = Math.floor((barWidth * told) / 100);
  const bar = `${'#'.repeat(full)}${'.'.repeat(barWidth - full)}`;
  return `${start} ${bar} ${percent.padStart(4)} ${rate.padStart(10)} ${left}`.trimEnd();
}

/** Without a bar, a per cent beside a phase that has none of its own would be taken for that phase's. */
function plainText(line: Line, now: number): string {
  const { stage } = line;
  const { percent, rate, left } = figures(line, now);
  const counts = stage.total > 0 || stage.phase === '';
  const parts = (counts ? [percent, rate, left] : [stage.note ?? '']).filter((part) => part !== '');
  const colon = stage.note !== undefined || stage.phase === '';
  const tail = parts.length === 0 ? '' : `${colon ? ': ' : ' '}${parts.join(', ')}`;
  return `${line.label}${stage.phase === '' ? '' : `: ${stage.phase}`}${tail}`;
}
