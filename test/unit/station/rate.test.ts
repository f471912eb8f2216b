import { describe, expect, it } from 'vitest';
import { RateEstimator } from '../../../station/cli/rate';

/** Feeds a steady rate, in bytes a second. */
function feed(estimator: RateEstimator, rate: number, from: number, to: number, start = 0): number {
  let bytes = start;
  for (let time = from; time <= to; time += 100) {
    estimator.add(bytes, time);
    bytes += rate / 10;
  }
  return bytes;
}

describe('RateEstimator', () => {
  it('knows nothing before the second sample', () => {
    const estimator = new RateEstimator();
    expect(estimator.rate()).toBeNull();
    estimator.add(0, 1000);
    expect(estimator.rate()).toBeNull();
    expect(estimator.secondsLeft(100)).toBeNull();
  });

  it('is right from the first figure on', () => {
    const estimator = new RateEstimator();
    estimator.add(0, 0);
    estimator.add(20_000_000, 100);
    expect(estimator.rate()).toBeCloseTo(200e6, 0);
    expect(estimator.secondsLeft(2_020_000_000)).toBeCloseTo(10, 3);
  });

  it('follows a change within seconds, and a stall down to nothing', () => {
    const estimator = new RateEstimator();
    const bytes = feed(estimator, 200e6, 0, 10_000);
    expect(estimator.rate()).toBeCloseTo(200e6, -3);
    feed(estimator, 20e6, 10_100, 25_000, bytes);
    expect(estimator.rate()).toBeLessThan(30e6);
    const stalled = new RateEstimator();
    const reached = feed(stalled, 200e6, 0, 5_000);
    for (let time = 5_100; time < 200_000; time += 100) stalled.add(reached, time);
    expect(stalled.secondsLeft(1e12)).toBeNull();
  });

  it('gathers samples that come too fast', () => {
    const estimator = new RateEstimator();
    estimator.add(0, 0);
    for (let time = 1; time <= 100; time += 1) estimator.add(time * 1000, time);
    expect(estimator.rate()).toBeCloseTo(1e6, 0);
  });

  it('starts anew when the count goes back, and never gives a negative time', () => {
    const estimator = new RateEstimator();
    feed(estimator, 100e6, 0, 2000);
    estimator.add(0, 2100);
    expect(estimator.rate()).toBeNull();
    estimator.add(1e6, 2200);
    expect(estimator.secondsLeft(1e5)).toBe(0);
    expect(estimator.secondsLeft(0)).toBeNull();
  });
});
