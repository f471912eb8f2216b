import type { BrowserWindow } from 'electron';
import { formatDuration } from '../core/base/display';
import type { TotalProgress } from '../core/job/total-progress';

/** What window and task bar say of all drives, so that it can be seen from another program. */
export interface WindowProgress {
  readonly title: string;
  /** 0 to 1; null shows nothing in the task bar. */
  readonly fraction: number | null;
  /** A drive failed: the task bar shows it in another colour, where the desktop can. */
  readonly failed: boolean;
}

const product = 'Prestage';

/** The words and figures for a total. Pure. */
export function windowProgress(total: TotalProgress | null): WindowProgress {
  if (total === null) return { title: product, fraction: null, failed: false };
  const { drives, passed, failed, stopped, percent, secondsLeft, over } = total;
  const fails = failed === 0 ? [] : [`${failed} FAIL`];
  if (over) {
    const counts = [
      `${passed} of ${drives} PASS`,
      ...fails,
      ...(stopped === 0 ? [] : [`${stopped} stopped`]),
    ];
    return {
      title: `${counts.join(', ')} · ${product}`,
      // A bar that stays says that something is to be looked at.
      fraction: failed === 0 ? null : 1,
      failed: failed > 0,
    };
  }
  const left = secondsLeft === null ? [] : [`${formatDuration(secondsLeft)} left`];
  return {
    title: [`${percent} %`, ...left, ...fails, product].join(' · '),
    fraction: percent / 100,
    failed: failed > 0,
  };
}

/** Shows it, whether the window is seen or not. */
export function showWindowProgress(
  window: Pick<BrowserWindow, 'setTitle' | 'setProgressBar'>,
  { title, fraction, failed }: WindowProgress,
): void {
  window.setTitle(title);
  // Below 0: no bar.
  window.setProgressBar(fraction ?? -1, { mode: fraction === null ? 'none' : failed ? 'error' : 'normal' });
}
