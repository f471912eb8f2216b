import { describe, expect, it } from 'vitest';
import type { TotalProgress } from '../../../core/job/total-progress';
import { showWindowProgress, windowProgress, type WindowProgress } from '../../../electron/window-progress';

const running: TotalProgress = {
  startedAt: '2026-01-02T03:04:05.006Z',
  drives: 24,
  running: 24,
  passed: 0,
  failed: 0,
  stopped: 0,
  failedBays: [],
  bootTests: [],
  percent: 42,
  secondsLeft: 190,
  seconds: null,
  over: false,
};
const over: TotalProgress = {
  ...running,
  running: 0,
  passed: 24,
  percent: 100,
  secondsLeft: null,
  seconds: 581,
  over: true,
};

describe('window title and task bar', () => {
  it.each<[string, TotalProgress | null, WindowProgress]>([
    ['nothing', null, { title: 'Prestage', fraction: null, failed: false }],
    ['drives run', running, { title: '42 % · 3:10 left · Prestage', fraction: 0.42, failed: false }],
    [
      'no time yet',
      { ...running, secondsLeft: null },
      { title: '42 % · Prestage', fraction: 0.42, failed: false },
    ],
    [
      'one failed',
      { ...running, running: 23, failed: 1, failedBays: ['bay 7'] },
      { title: '42 % · 3:10 left · 1 FAIL · Prestage', fraction: 0.42, failed: true },
    ],
    ['all passed', over, { title: '24 of 24 PASS · Prestage', fraction: null, failed: false }],
    [
      'ended, one failed',
      { ...over, passed: 23, failed: 1, failedBays: ['bay 7'] },
      { title: '23 of 24 PASS, 1 FAIL · Prestage', fraction: 1, failed: true },
    ],
    [
      'some stopped',
      { ...over, passed: 20, stopped: 4 },
      { title: '20 of 24 PASS, 4 stopped · Prestage', fraction: null, failed: false },
    ],
  ])('when %s', (_, total, shown) => {
    expect(windowProgress(total)).toEqual(shown);
  });

  it('are put on the window in the desktop’s own terms', () => {
    const said: unknown[] = [];
    const window = {
      setTitle: (title: string) => said.push(title),
      setProgressBar: (...bar: unknown[]) => said.push(bar),
    };
    showWindowProgress(window, { title: 'A', fraction: 0.5, failed: false });
    showWindowProgress(window, { title: 'B', fraction: 0.5, failed: true });
    showWindowProgress(window, { title: 'C', fraction: null, failed: false });
    expect(said).toEqual([
      'A',
      [0.5, { mode: 'normal' }],
      'B',
      [0.5, { mode: 'error' }],
      'C',
      [-1, { mode: 'none' }],
    ]);
  });
});
