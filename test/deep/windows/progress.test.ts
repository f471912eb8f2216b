import { truncateSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { GiB } from '../../../core/base/units';
import { commandBarcode } from '../../../core/scan/scan';
import {
  askToStart,
  card,
  pairByScan,
  signInAndProve,
  testMedia,
  type TestMedia,
} from '../../support/app-bench';
import { AppWindow } from '../../support/app-window';
import { removeArea, temporaryArea } from '../../support/global-setup';
import { releaseHelpers, StoppedHelper } from '../../support/stopped-helper';
import { makeBench } from '../../support/virtual-bench';

/** How far all drives are, where it can be seen without the page: window title and task bar; and the words at the end. */

let area: string;
let media: TestMedia;
let opened: AppWindow | null = null;
let bench: string;
let number = 0;

beforeAll(async () => {
  area = temporaryArea('e2e-progress');
  // Enough for each phase to be told more than once.
  media = await testMedia(area, { extraBytes: 200_000_000 });
});
afterEach(async () => {
  releaseHelpers();
  await opened?.end();
  opened = null;
});
afterAll(() => {
  removeArea(area);
});

async function paired(): Promise<AppWindow> {
  number += 1;
  bench = join(area, `bench-${number}`);
  await makeBench(bench, 2);
  opened = await AppWindow.start({ state: join(area, `state-${number}`), bench });
  await card(opened, 'bay 1').waitFor();
  await signInAndProve(opened, media);
  await pairByScan(opened, [
    ['7KX9PQ3', 'BAY 1'],
    ['7KX9PQ4', 'BAY 2'],
  ]);
  return opened;
}

interface Shown {
  readonly titles: readonly string[];
  readonly bars: readonly (readonly [fraction: number, mode: string | undefined])[];
}

/** Keeps everything that the window's title and the task bar are told from now on. */
async function watch(app: AppWindow): Promise<() => Promise<Shown>> {
  await app.electron.evaluate(({ BrowserWindow }) => {
    const window = BrowserWindow.getAllWindows()[0];
    if (window === undefined) throw new Error('there is no window');
    const titles: string[] = [];
    const bars: (readonly [number, string | undefined])[] = [];
    Object.assign(globalThis, { shownProgress: { titles, bars } });
    const setTitle = window.setTitle.bind(window);
    const setProgressBar = window.setProgressBar.bind(window);
    window.setTitle = (title) => {
      titles.push(title);
      setTitle(title);
    };
    window.setProgressBar = (fraction, options) => {
      bars.push([fraction, options?.mode]);
      setProgressBar(fraction, options);
    };
  });
  return () => app.electron.evaluate(() => (globalThis as unknown as { shownProgress: Shown }).shownProgress);
}

const titleOf = (app: AppWindow): Promise<string | undefined> =>
  app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getTitle());

/** Starts by scanner, with the helper stopped: the drives are held, and nothing is written yet. */
async function startStopped(app: AppWindow): Promise<StoppedHelper> {
  await askToStart(app);
  const helper = StoppedHelper.of(app);
  await app.scan(commandBarcode('START'));
  await helper.goOnUntil(async () => (await app.page.getByRole('dialog').count()) === 0);
  return helper;
}

const percentOf = (title: string): number => Number(/^(\d+) %/.exec(title)?.[1] ?? -1);

it('title and task bar follow all drives to their end, also while the window is hidden', async () => {
  const app = await paired();
  expect(await titleOf(app)).toBe('Prestage');
  const shown = await watch(app);
  const helper = await startStopped(app);
  await expect.poll(() => titleOf(app)).toMatch(/^\d+ % · Prestage$/);
  expect(await app.page.getByRole('progressbar', { name: 'All drives' }).count()).toBe(1);
  await app.electron.evaluate(({ BrowserWindow }) => {
    BrowserWindow.getAllWindows()[0]?.hide();
  });
  helper.goOn();
  await expect.poll(() => titleOf(app), { timeout: 60_000 }).toBe('2 of 2 PASS · Prestage');
  const { titles, bars } = await shown();
  const percents = titles.filter((title) => title.includes('%')).map(percentOf);
  expect(percents.length).toBeGreaterThan(2);
  expect(percents).toEqual([...percents].sort((a, b) => a - b));
  expect(Math.max(...percents)).toBeLessThan(100);
  expect(bars.at(-1)).toEqual([-1, 'none']);
  expect(bars.some(([fraction, mode]) => fraction > 0 && mode === 'normal')).toBe(true);
  expect(bars.every(([, mode]) => mode !== 'error')).toBe(true);

  const words = /^2 of 2 PASS in \d+:\d\d\. Take the drives out\.$/;
  await app.page.locator('.total-end').getByText(words).waitFor();
  await app.page.locator('[aria-live="polite"]').getByText(words).waitFor({ state: 'attached' });
  await app.electron.evaluate(({ BrowserWindow }) => {
    BrowserWindow.getAllWindows()[0]?.show();
  });
  await app.picture('all-passed');
  // What is no longer there is no longer told.
  await app.page.getByRole('button', { name: /^clear 2/i }).click();
  await expect.poll(() => titleOf(app)).toBe('Prestage');
  expect(await app.page.locator('.total').count()).toBe(0);
});

it('says which drive failed, in title, task bar and words', async () => {
  const app = await paired();
  const shown = await watch(app);
  const helper = await startStopped(app);
  // As when a drive dies: it is not what was confirmed any more.
  truncateSync(join(bench, 'drive-02.img'), GiB);
  helper.goOn();
  await expect.poll(() => titleOf(app), { timeout: 60_000 }).toBe('1 of 2 PASS, 1 FAIL · Prestage');
  expect((await shown()).bars.at(-1)).toEqual([1, 'error']);
  const words =
    /^1 of 2 PASS, 1 FAIL \(bay 2\) in \d+:\d\d\. Take the drives out, and keep the one from bay 2 apart\.$/;
  await app.page.locator('.total-end').getByText(words).waitFor();
  await app.page.locator('[aria-live="assertive"]').getByText(words).waitFor({ state: 'attached' });
  await app.picture('one-failed-in-words');
});
