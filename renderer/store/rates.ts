import type { AppJob } from '../../core/contract/app-bench';
import {
  advanceEstimate,
  bytesPerSecond,
  startEstimate,
  type RateEstimate,
} from '../../core/job/rate-estimate';

/** How fast a drive is written or read back. */
export interface Rate {
  readonly phase: 'sizing' | 'writing' | 'verifying';
  /** Bytes a second, smoothed; null until enough time went by. */
  readonly bytesPerSecond: number | null;
  /** Bytes a second, oldest first, one each {@link sampleMilliseconds}, at most {@link maxSamples}. */
  readonly samples: readonly number[];
  /** Where the running sample began. */
  readonly estimate: RateEstimate;
}

export const maxSamples = 60;
export const sampleMilliseconds = 500;

/**
 * The rate after a new look at a job. Pure.
 * @param now milliseconds of a clock that only goes forward
 * @returns the same object when nothing is to be drawn again; null when the job moves no bytes
 */
export function advanceRate(before: Rate | null, job: AppJob['state'], now: number): Rate | null {
  if (job.state !== 'sizing' && job.state !== 'writing' && job.state !== 'verifying') return null;
  const { state: phase, bytesDone } = job;
  if (before === null || before.phase !== phase || bytesDone < before.estimate.bytes) {
    const estimate = startEstimate(bytesDone, now);
    return { phase, bytesPerSecond: null, samples: [], estimate };
  }
  const last = before.estimate;
  const estimate = advanceEstimate(last, bytesDone, now, sampleMilliseconds);
  if (estimate === last) return before;
  const sample = ((bytesDone - last.bytes) * 1000) / (now - last.time);
  return {
    phase,
    bytesPerSecond: bytesPerSecond(estimate),
    samples: [...before.samples, sample].slice(-maxSamples),
    estimate,
  };
}

/** A curve's points for an SVG polyline of the given size: newest at the right, the fastest at the top. */
export function curvePoints(samples: readonly number[], width: number, height: number): string {
  const max = Math.max(...samples, 1);
  const step = width / (maxSamples - 1);
  const first = width - (samples.length - 1) * step;
  return samples
    .map((sample, index) => {
      const x = first + index * step;
      const y = height - (sample / max) * height;
      return `${x.toFixed(1)},${y.toFixed(1)}`;
    })
    .join(' ');
}
