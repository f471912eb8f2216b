import { describe, expect, it } from 'vitest';
import { slowedDown, slowerThanOthers, slowWords, type DrivePace } from '../../../../core/health/slow';

const pace = (writing: number, verifying = 400e6, seconds = 10): DrivePace => ({
  ...{ bytesWritten: writing * seconds, writeSeconds: seconds },
  ...{ bytesVerified: verifying * seconds, verifySeconds: seconds },
});
const three = [pace(200e6), pace(210e6), pace(190e6)];

describe('a drive beside others of its model', () => {
  it('is slow below 0.6 of their middle', () => {
    expect(slowerThanOthers(pace(119e6), three)).toEqual([
      { what: 'slower-than-others', phase: 'writing', rate: 119e6, others: 200e6, drives: 3 },
    ]);
    expect(slowerThanOthers(pace(121e6), three)).toEqual([]);
    expect(slowerThanOthers(pace(200e6, 100e6), three)).toMatchObject([{ phase: 'verifying' }]);
  });

  it('is not said to be slow beside two, or by a moment', () => {
    expect(slowerThanOthers(pace(1e6), three.slice(1))).toEqual([]);
    expect(slowerThanOthers(pace(1e6, 400e6, 1), three)).toEqual([]);
    expect(slowerThanOthers(pace(100e6), [...three.slice(1), pace(300e6, 400e6, 0.5)])).toEqual([]);
  });
});

describe('a drive beside itself', () => {
  /** Of two speeds, the second from a share of the bytes on. */
  const samples = (
    first: number,
    second: number,
    from: number,
    seconds: number,
  ): { bytes: number; time: number }[] =>
    Array.from({ length: 101 }, (_, index) => {
      const share = index / 100;
      const slow = Math.max(0, share - from);
      return { bytes: share * 1e9, time: ((share - slow) / first + slow / second) * seconds * 1000 };
    });

  it('fell when it ended at less than half its speed', () => {
    expect(slowedDown(samples(1, 0.4, 0.5, 30))).toMatchObject([{ what: 'fell' }]);
    expect(slowedDown(samples(1, 0.6, 0.5, 30))).toEqual([]);
    expect(slowedDown(samples(1, 1, 1, 30))).toEqual([]);
  });

  it('did not fall in a few seconds', () => {
    expect(slowedDown(samples(1, 0.1, 0.9, 1))).toEqual([]);
    expect(slowedDown([])).toEqual([]);
  });
});

it('both are said with their speeds', () => {
  expect(slowerThanOthers(pace(100e6), three).map(slowWords)).toEqual([
    'Slow drive: written at 95 MiB/s; 3 others of its model at 191 MiB/s',
  ]);
  expect(slowWords({ what: 'fell', first: 90e6, last: 30e6 })).toContain('Slowed down');
});
