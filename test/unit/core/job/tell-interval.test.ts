import { expect, test } from 'vitest';
import { timeouts } from '../../../../core/base/timeouts';
import { benchDrives, tellInterval } from '../../../../core/job/tell-interval';

test('how far a bench of drives is, is told ten times a second; how far more machines are, four times', () => {
  expect(tellInterval(1)).toBe(timeouts.progressInterval);
  expect(tellInterval(benchDrives)).toBe(timeouts.progressInterval);
  expect(tellInterval(benchDrives + 1)).toBe(timeouts.progressOfMany);
  expect(1000 / tellInterval(200)).toBe(4);
});
