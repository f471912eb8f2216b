import type { AppJob } from '../../core/contract/app-bench';

/** How fast a drive is written or read back. */
export interface Rate {
  readonly phase: 'writing' | 'verifying';
  /** Bytes a second, smoothed; null until enough time went by. */
  readonly bytesPerSecond: number | null;
  /** Till the job ends, as far as can be told: verifying is taken to be as fast as writing. */
  readonly secondsLeft: number | null;
  /** Bytes a second, oldest first, one each {@link sampleMilliseconds}, at most {@link mostSamples}. */
  readonly samples: readonly number[];
  /** Where the running sample began. */
  readonly sampledBytes: number;
  readonly sampledAt: number;
}

export const mostSamples = 60;
export const sampleMilliseconds = 500;
/** The smoothed rate forgets with this time constant: long enough that the time left does not jump. */
const smoothingMilliseconds = 5000;

function secondsLeft(phase: Rate['phase'], done: number, total: number, rate: number): number | null {
  if (rate <= 0) return null;
  const bytes = phase === 'writing' ? 2 * total - done : total - done;
  return Math.max(0, bytes) / rate;
}

/**
 * The rate after a new look at a job. Pure.
 * @param now milliseconds of a clock that only goes forward
 * @returns the same object when nothing is to be drawn anew; null when the job moves no bytes
 */
export function advanceRate(before: Rate | null, job: AppJob['state'], now: number): Rate | null {
  if (job.state !== 'writing' && job.state !== 'verifying') return null;
  const { state: phase, bytesDone, bytesTotal } = job;
  if (before === null || before.phase !== phase || bytesDone < before.sampledBytes) {
    return {
      phase,
      bytesPerSecond: null,
      secondsLeft: null,
      samples: [],
      sampledBytes: bytesDone,
      sampledAt: now,
    };
  }
  const milliseconds = now - before.sampledAt;
  if (milliseconds < sampleMilliseconds) return before;
  const sample = ((bytesDone - before.sampledBytes) * 1000) / milliseconds;
  const weight = 1 - Math.exp(-milliseconds / smoothingMilliseconds);
  const bytesPerSecond =
    before.bytesPerSecond === null
      ? sample
      : before.bytesPerSecond + (sample - before.bytesPerSecond) * weight;
  return {
    phase,
    bytesPerSecond,
    secondsLeft: secondsLeft(phase, bytesDone, bytesTotal, bytesPerSecond),
    samples: [...before.samples, sample].slice(-mostSamples),
    sampledBytes: bytesDone,
    sampledAt: now,
  };
}

/** A curve's points for an SVG polyline of the given size: newest at the right, the fastest at the top. */
export function curvePoints(samples: readonly number[], width: number, height: number): string {
  const most = Math.max(...samples, 1);
  const step = width / (mostSamples - 1);
  const first = width - (samples.length - 1) * step;
  return samples
    .map((sample, index) => {
      const x = first + index * step;
      const y = height - (sample / most) * height;
      return `${x.toFixed(1)},${y.toFixed(1)}`;
    })
    .join(' ');
}
