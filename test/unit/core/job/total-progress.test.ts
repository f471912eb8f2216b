import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lastTogether, totalOf, type TotalMember } from '../../../../core/job/total-progress';

const at = (seconds: number): string => new Date(Date.UTC(2026, 0, 2, 3, 4) + seconds * 1000).toISOString();

function member(bay: number, more: Partial<TotalMember> = {}): TotalMember {
  return {
    bay: `bay ${bay}`,
    startedAt: at(0),
    endedAt: null,
    outcome: 'running',
    percent: 0,
    secondsLeft: null,
    bootTest: false,
    ...more,
  };
}
const ended = (bay: number, outcome: 'passed' | 'failed' | 'stopped', seconds: number): TotalMember =>
  member(bay, { outcome, endedAt: at(seconds), percent: outcome === 'passed' ? 100 : 37 });

describe('the total', () => {
  it('is none while there are no jobs', () => {
    expect(totalOf([], true)).toBeNull();
  });

  it('is the mean of the work, and the time of the slowest', () => {
    const members = [
      member(1, { percent: 90, secondsLeft: 20 }),
      member(2, { percent: 10, secondsLeft: 190 }),
      ended(3, 'passed', 60),
    ];
    expect(totalOf(members, false)).toMatchObject({
      drives: 3,
      running: 2,
      passed: 1,
      percent: 66,
      secondsLeft: 190,
      seconds: null,
      over: false,
    });
  });

  it('tells no time while one drive tells none', () => {
    expect(totalOf([member(1, { secondsLeft: 20 }), member(2)], false)?.secondsLeft).toBeNull();
  });

  it('says which failed; a drive that failed has no work left', () => {
    const total = totalOf([ended(7, 'failed', 30), member(8, { percent: 50, secondsLeft: 60 })], false);
    expect(total).toMatchObject({ failed: 1, failedBays: ['bay 7'], percent: 75, secondsLeft: 60 });
  });

  it('says how many passed that stay in their machines, and nothing of it on a bench', () => {
    const inMachine = (one: TotalMember): TotalMember => ({ ...one, inMachine: true });
    const members = [
      ended(1, 'passed', 30),
      inMachine(ended(2, 'passed', 40)),
      inMachine(ended(3, 'failed', 9)),
    ];
    expect(totalOf(members, true)).toMatchObject({ passed: 2, inMachines: 1 });
    expect(totalOf(members.slice(0, 1), true)).not.toHaveProperty('inMachines');
  });

  it('is over, and 100 %, when all have ended and are released; its time is from the first start to the last end', () => {
    const members = [ended(1, 'passed', 500), ended(2, 'passed', 581), ended(3, 'stopped', 20)];
    expect(totalOf(members, false)).toMatchObject({ percent: 99, over: false, seconds: null });
    expect(totalOf(members, true)).toMatchObject({
      percent: 100,
      over: true,
      seconds: 581,
      passed: 2,
      stopped: 1,
      secondsLeft: null,
    });
  });

  it('names drives that are in a boot test', () => {
    expect(totalOf([{ ...ended(2, 'passed', 5), bootTest: true }], true)?.bootTests).toEqual(['bay 2']);
  });

  it('counts those that ran together; what ended before counts no more', () => {
    const yesterday = [ended(1, 'failed', 100), ended(2, 'passed', 110)];
    const now = member(3, { startedAt: at(900) });
    const joined = { ...ended(4, 'passed', 0), startedAt: at(800), endedAt: at(950) };
    expect(lastTogether([now, ...yesterday])).toEqual([now]);
    expect(lastTogether([now, ...yesterday, joined])).toEqual([joined, now]);
    expect(totalOf(yesterday, true)).toMatchObject({ drives: 2, over: true });
  });

  it('never goes back while drives advance and end, and is bounded', () => {
    const advance = fc.array(fc.tuple(fc.nat(5), fc.nat(30), fc.boolean()), { maxLength: 60 });
    fc.assert(
      fc.property(advance, (changes) => {
        const members = Array.from({ length: 6 }, (_, index) => member(index));
        let before = 0;
        for (const [index, more, ends] of changes) {
          const one = members[index];
          if (one === undefined || one.outcome !== 'running') continue;
          const percent = Math.min(99, one.percent + more);
          members[index] = ends ? { ...one, outcome: 'failed', endedAt: at(60) } : { ...one, percent };
          const all = members.every(({ outcome }) => outcome !== 'running');
          const percentNow = totalOf(members, all)?.percent ?? -1;
          expect(percentNow).toBeGreaterThanOrEqual(before);
          expect(percentNow).toBeLessThanOrEqual(all ? 100 : 99);
          if (all) expect(percentNow).toBe(100);
          before = percentNow;
        }
      }),
    );
  });
});
