import { describe, expect, test } from 'vitest';
import type { AppJob } from '../../../core/contract/app-bench';
import { advanceRate, curvePoints, maxSamples, type Rate } from '../../../renderer/store/rates';

const total = 20e9;
const at = (bytesDone: number, state: 'writing' | 'verifying' = 'writing'): AppJob['state'] => ({
  state,
  bytesDone,
  bytesTotal: total,
});

/** Ten looks a second at a drive of a steady speed. */
function run(
  seconds: number,
  bytesPerSecond: number,
  state: 'writing' | 'verifying' = 'writing',
): Rate | null {
  let rate: Rate | null = null;
  for (let tenths = 0; tenths <= seconds * 10; tenths += 1) {
    rate = advanceRate(rate, at((tenths * bytesPerSecond) / 10, state), tenths * 100);
  }
  return rate;
}

describe('advanceRate', () => {
  test('says nothing before the first sample', () => {
    expect(run(0.4, 200e6)).toMatchObject({ bytesPerSecond: null, samples: [] });
  });

  test('finds a steady speed', () => {
    const rate = run(10, 200e6);
    expect(rate?.bytesPerSecond).toBeCloseTo(200e6, -3);
    expect(rate?.samples).toHaveLength(20);
  });

  test('keeps sixty samples at most', () => {
    expect(run(60, 200e6)?.samples).toHaveLength(maxSamples);
  });

  test('a short stop does not take the speed to nothing', () => {
    const before = run(10, 200e6);
    const stopped = advanceRate(before, at(2e9), 10_500);
    expect(stopped?.bytesPerSecond).toBeGreaterThan(150e6);
    expect(stopped?.samples.at(-1)).toBe(0);
  });

  test('begins anew with a new phase, and with a job that is tried again', () => {
    const before = run(10, 200e6);
    expect(advanceRate(before, at(0, 'verifying'), 10_100)).toMatchObject({
      phase: 'verifying',
      samples: [],
    });
    expect(advanceRate(before, at(0), 10_100)).toMatchObject({ phase: 'writing', samples: [] });
  });

  test('gives the same object between two samples', () => {
    const before = run(10, 200e6);
    expect(advanceRate(before, at(2.02e9), 10_100)).toBe(before);
  });

  test('ends where no bytes move', () => {
    expect(advanceRate(run(10, 200e6), { state: 'sealing' }, 10_100)).toBeNull();
  });

  test('a drive that never moved a byte has no speed', () => {
    expect(run(10, 0)).toMatchObject({ bytesPerSecond: 0 });
  });
});

test('the curve ends at the right, and the fastest touches the top', () => {
  const points = curvePoints([50, 100], 118, 20).split(' ');
  expect(points).toEqual(['116.0,10.0', '118.0,0.0']);
  expect(curvePoints([0, 0], 118, 20)).toBe('116.0,20.0 118.0,20.0');
});
