import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  advanceSpeed,
  advanceTimeLeft,
  noTimeLeft,
  speedOf,
  startSpeed,
  type TimeLeft,
} from '../../../../core/job/time-left';

/** Looks once a second with these estimates, the first of them at `now` 0. */
function told(estimates: readonly (number | null)[]): (number | null)[] {
  let left: TimeLeft = noTimeLeft(0);
  return estimates.map((estimate, second) => {
    left = advanceTimeLeft(left, estimate, second * 1000);
    return left.shown;
  });
}

describe('time left', () => {
  it('is told when there is a figure, and runs like a clock while there is none', () => {
    expect(told([null, null, 30, null, null])).toEqual([null, null, 30, 29, 28]);
  });

  it('is told by the second, five seconds or half a minute, so that it can be read', () => {
    expect(told([45.2])).toEqual([46]);
    expect(told([190.5])).toEqual([195]);
    expect(told([1234])).toEqual([1260]);
  });

  it('does not turn seconds into minutes because a drive pauses', () => {
    const shown = told([12, 716, 13, 12, 11]);
    expect(shown[0]).toBe(12);
    for (const one of shown.slice(1)) expect(one).toBeLessThanOrEqual(13);
  });

  it('comes to a new estimate within seconds when that stays', () => {
    const shown = told([200, ...Array.from({ length: 30 }, (_, second) => 100 - second)]);
    // 71 s, in steps of five.
    expect(shown.at(-1)).toBe(75);
  });

  it('is never nothing while something runs', () => {
    expect(told([2, 1, 0, 0, 0]).at(-1)).toBe(1);
  });

  it('never jumps, whatever the estimates are', () => {
    const estimate = fc.option(fc.double({ min: 0, max: 1e7, noNaN: true }), { nil: null, freq: 4 });
    const look = fc.record({ estimate, elapsed: fc.integer({ min: 1, max: 3000 }) });
    fc.assert(
      fc.property(fc.array(look, { minLength: 2, maxLength: 80 }), (looks) => {
        let left = noTimeLeft(0);
        let now = 0;
        for (const { estimate: seconds, elapsed } of looks) {
          const before = left;
          now += elapsed;
          left = advanceTimeLeft(before, seconds, now);
          if (before.shown === null || left.shown === null) {
            expect(before.shown === null || left.shown !== null).toBe(true);
            continue;
          }
          const most = Math.max(before.shown, left.shown);
          const step = most <= 60 ? 1 : most <= 600 ? 5 : 30;
          const clock = before.shown - elapsed / 1000;
          const allowed = (Math.max(0.5, 0.08 * most) * elapsed) / 1000 + 2 * step + 1;
          expect(Math.abs(left.shown - clock)).toBeLessThanOrEqual(allowed);
        }
      }),
      // From half minutes to five seconds.
      { examples: [[[600.0000000000001, null].map((seconds) => ({ estimate: seconds, elapsed: 1 }))]] },
    );
  });
});

describe('speed for a time', () => {
  it('is not told in the first three seconds, then it is', () => {
    let speed = startSpeed(0, 0);
    for (let now = 500; now <= 2500; now += 500) {
      speed = advanceSpeed(speed, now * 1e5, now);
      expect(speedOf(speed, now)).toBeNull();
    }
    speed = advanceSpeed(speed, 3e8, 3000);
    expect(speedOf(speed, 3000)).toBeCloseTo(1e8, 0);
  });

  it('is none while nothing has moved', () => {
    expect(speedOf(advanceSpeed(startSpeed(7, 0), 7, 9000), 9000)).toBeNull();
  });
});
