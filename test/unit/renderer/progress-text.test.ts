import { expect, test } from 'vitest';
import type { TotalProgress } from '../../../core/job/total-progress';
import { progressText } from '../../../renderer/text/en-progress';

const passed: TotalProgress = {
  startedAt: '2026-01-02T03:04:05.006Z',
  drives: 24,
  running: 0,
  passed: 24,
  failed: 0,
  stopped: 0,
  failedBays: [],
  bootTests: [],
  percent: 100,
  secondsLeft: null,
  seconds: 581,
  over: true,
};
const failedIn = (...failedBays: string[]): TotalProgress => ({
  ...passed,
  passed: 24 - failedBays.length,
  failed: failedBays.length,
  failedBays,
});

test.each<[TotalProgress, string]>([
  [passed, '24 of 24 PASS in 9:41. Take the drives out.'],
  [{ ...passed, drives: 1, passed: 1 }, '1 of 1 PASS in 9:41. Take the drive out.'],
  [
    failedIn('bay 7'),
    '23 of 24 PASS, 1 FAIL (bay 7) in 9:41. Take the drives out, and keep the one from bay 7 apart.',
  ],
  [
    failedIn('7', 'rack B', 'bay 9'),
    '21 of 24 PASS, 3 FAIL (bay 7, bay rack B and bay 9) in 9:41. Take the drives out, and keep those that failed apart.',
  ],
  [
    failedIn('1', '2', '3', '4', '5', '6', '7'),
    '17 of 24 PASS, 7 FAIL (7 bays) in 9:41. Take the drives out, and keep those that failed apart.',
  ],
  [
    { ...failedIn('1', '2'), drives: 2, passed: 0 },
    '0 of 2 PASS, 2 FAIL (bay 1 and bay 2) in 9:41. No drive is ready.',
  ],
  [
    { ...passed, passed: 20, stopped: 4 },
    '20 of 24 PASS, 4 stopped in 9:41. Take out only drives that say PASS.',
  ],
  // Drives in machines of a rack stay where they are.
  [{ ...passed, inMachines: 24 }, '24 of 24 PASS in 9:41. The machines are finished.'],
  [
    { ...passed, inMachines: 1 },
    '24 of 24 PASS in 9:41. Take the drives out of the bays; 1 machine is finished.',
  ],
  [
    { ...failedIn('machine 5CD1'), inMachines: 23 },
    '23 of 24 PASS, 1 FAIL (machine 5CD1) in 9:41. The machines are finished. Keep the one that failed apart.',
  ],
  [
    { ...passed, passed: 20, stopped: 4, inMachines: 20 },
    '20 of 24 PASS, 4 stopped in 9:41. Only what says PASS is finished.',
  ],
  [
    { ...passed, bootTests: ['bay 2'] },
    '24 of 24 PASS in 9:41. The boot test in bay 2 is still running: leave it in.',
  ],
])('how it ended %#', (total, words) => {
  expect(progressText.end(total)).toBe(words);
});

test('how many have ended, when some have', () => {
  expect(progressText.running({ ...passed, passed: 0, running: 24, over: false })).toBe('24 drives');
  expect(progressText.running({ ...passed, passed: 10, running: 14, over: false })).toBe(
    '10 of 24 drives ended',
  );
});
