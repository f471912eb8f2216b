import { MultiBar, type SingleBar } from 'cli-progress';
import type { TaskProgress } from '../../core/contract/helper-api';
import { formatDuration, inColumns, sanitizeForDisplay } from '../../core/base/display';
import { assertNever } from '../../core/base/errors';
import type { JobState } from '../../core/job/job';
import { timeouts } from '../../core/base/timeouts';
import {
  advanceEstimate,
  bytesPerSecond,
  secondsFor,
  startEstimate,
  type RateEstimate,
} from '../../core/job/rate-estimate';

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
  readonly done: number;
  /** 0 while it is not known, or when the phase has no bytes to count. */
  readonly total: number;
  /** Shown in place of the figures. */
  readonly note?: string;
}

interface Line {
  readonly label: string;
  stage: Stage;
  rate: RateEstimate;
  printedAt: number;
  readonly bar: SingleBar | null;
}

/**
 * One line a drive (or task). On a terminal the lines are drawn again in place; elsewhere a line is printed
 * at each change of phase, when a phase has come to its end, and every ten seconds.
 */
export class Progress {
  readonly #options: ProgressOptions;
  readonly #now: () => number;
  readonly #lines = new Map<string, Line>();
  #bars: MultiBar | null = null;

  constructor(options: ProgressOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  /** Shows a job's state. @param label how the drive is called, its bay first */
  job(label: string, state: JobState): void {
    this.#show(label, stageOfJob(state));
  }

  /** Shows a task's progress. */
  task(label: string, progress: Pick<TaskProgress, 'phase' | 'done' | 'total'>): void {
    const { phase } = progress;
    this.#show(label, phase === 'rehearsing' ? { ...progress, phase: 'boot test' } : progress);
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

  #show(label: string, stage: Stage): void {
    const now = this.#now();
    const line = this.#lines.get(label) ?? this.#newLine(label);
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
    this.#options.stream.write(`${plainText(line)}\n`);
  }

  #newLine(label: string): Line {
    const line: Line = {
      label: sanitizeForDisplay(label, 64),
      stage: { phase: '', done: 0, total: 0 },
      rate: startEstimate(0, this.#now()),
      printedAt: -Infinity,
      bar: this.#options.terminal ? this.#multiBar().create(1, 0, { text: () => barText(line) }) : null,
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

function stageOfJob(job: JobState): Stage {
  switch (job.state) {
    case 'queued':
      return { phase: 'waiting', done: 0, total: 0 };
    case 'writing':
    case 'verifying':
      return { phase: job.state, done: job.bytesDone, total: job.bytesTotal };
    case 'failed':
      return { phase: 'FAILED', done: 0, total: 0, note: sanitizeForDisplay(job.reason.message, 400) };
    case 'checking':
    case 'erasing':
    case 'sealing':
    case 'done':
    case 'cancelled':
    case 'interrupted':
      return { phase: job.state, done: 0, total: 0 };
    default:
      return assertNever(job);
  }
}

function isComplete({ done, total }: Stage): boolean {
  return total > 0 && done >= total;
}

/** Percent, rate and time left, as far as they are known. */
function figures({ stage, rate }: Line): { percent: string; rate: string; left: string } {
  const bytes = bytesPerSecond(rate);
  const seconds = stage.total <= 0 ? null : secondsFor(stage.total - rate.bytes, bytes);
  const percent =
    stage.total === 0 ? '' : `${Math.floor((100 * Math.min(stage.done, stage.total)) / stage.total)}%`;
  return {
    percent,
    // Decimal, as makers of drives and dd count.
    rate: bytes === null || stage.done === 0 ? '' : `${(bytes / 1e6).toFixed(0)} MB/s`,
    left: seconds === null || isComplete(stage) ? '' : `${formatDuration(seconds)} left`,
  };
}

function barText(line: Line): string {
  const { stage } = line;
  const start = `${inColumns(line.label, labelWidth)} ${stage.phase.padEnd(10)}`;
  if (stage.total === 0) return `${start} ${stage.note ?? ''}`.trimEnd();
  const { percent, rate, left } = figures(line);
  const full = Math.floor((barWidth * Math.min(stage.done, stage.total)) / stage.total);
  const bar = `${'#'.repeat(full)}${'.'.repeat(barWidth - full)}`;
  return `${start} ${bar} ${percent.padStart(4)} ${rate.padStart(9)} ${left}`.trimEnd();
}

function plainText(line: Line): string {
  const { percent, rate, left } = figures(line);
  const parts = [line.stage.note ?? '', percent, rate, left].filter((part) => part !== '');
  const tail = parts.length === 0 ? '' : `${line.stage.note === undefined ? ' ' : ': '}${parts.join(', ')}`;
  return `${line.label}: ${line.stage.phase}${tail}`;
}
