import { describe, expect, it } from 'vitest';
import {
  advanceEstimate,
  bytesPerSecond,
  startEstimate,
  type RateEstimate,
} from '../../../../core/job/rate-estimate';

const interval = 100;

/** Feeds a steady rate, in bytes/second, a sample each 100 ms, after `before`. */
function feed(before: RateEstimate, rate: number, milliseconds: number): RateEstimate {
  let estimate = before;
  for (let passed = 100; passed <= milliseconds; passed += 100) {
    estimate = advanceEstimate(estimate, estimate.bytes + rate / 10, estimate.time + 100, interval);
  }
  return estimate;
}

describe('rate estimate', () => {
  it('knows nothing before the second sample', () => {
    expect(bytesPerSecond(startEstimate(0, 1000))).toBeNull();
  });

  it('is right from the first figure on', () => {
    const rate = bytesPerSecond(advanceEstimate(startEstimate(0, 0), 20_000_000, 100, interval));
    expect(rate).toBeCloseTo(200e6, 0);
  });

  it('follows a change within seconds, and a stall down to nothing', () => {
    const fast = feed(startEstimate(0, 0), 200e6, 10_000);
    expect(bytesPerSecond(fast)).toBeCloseTo(200e6, -3);
    expect(bytesPerSecond(feed(fast, 20e6, 15_000))).toBeLessThan(30e6);
    expect(bytesPerSecond(feed(fast, 0, 195_000))).toBeLessThan(1);
  });

  it('does not depend on how evenly samples come', () => {
    let uneven = startEstimate(0, 0);
    for (const time of [100, 900, 1_000, 2_700, 3_000]) {
      uneven = advanceEstimate(uneven, time * 50_000, time, interval);
    }
    expect(bytesPerSecond(uneven)).toBeCloseTo(50e6, 0);
  });

  it('gathers samples that come too fast, and gives the same object meanwhile', () => {
    const start = startEstimate(0, 0);
    let estimate = start;
    for (let time = 1; time < interval; time += 1) {
      estimate = advanceEstimate(estimate, time * 1000, time, interval);
      expect(estimate).toBe(start);
    }
    expect(bytesPerSecond(advanceEstimate(estimate, 100_000, interval, interval))).toBeCloseTo(1e6, 0);
  });

  it('starts again when the count or the time goes back', () => {
    const before = feed(startEstimate(0, 0), 100e6, 2000);
    expect(bytesPerSecond(advanceEstimate(before, before.bytes, 1000, interval))).toBeNull();
    const again = advanceEstimate(before, 0, 2100, interval);
    expect(bytesPerSecond(again)).toBeNull();
    expect(bytesPerSecond(advanceEstimate(again, 1e6, 2200, interval))).toBeCloseTo(10e6, 0);
  });

  it('holds on to what it was for longer when it is told to', () => {
    const fast = feed(startEstimate(0, 0), 200e6, 10_000);
    const stopped = (smoothing: number): number | null =>
      bytesPerSecond(advanceEstimate(fast, fast.bytes, fast.time + 5000, interval, smoothing));
    expect(stopped(30_000)).toBeGreaterThan(1.8 * (stopped(5000) ?? 0));
  });
});
