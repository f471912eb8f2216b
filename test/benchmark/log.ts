/**
 * Measures the log in the real app over a real ledger: how long until it shows, what a search takes, and what its
 * frames take while it is scrolled. Needs the built app (npm run build); makes its own display where there is none.
 *   tsx test/benchmark/log.ts [ENTRIES]      (100,000)
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { statePaths } from '../../station/state/state-paths';
import { makeBench } from '../support/virtual-bench';
import { AppWindow } from '../support/app-window';
import { startDisplay } from '../support/display';
import { spread, watchFrames, type Frames } from './figures';
import { makeLargeLedger } from './large-ledger';

const scrollSeconds = 10;
const entries = Number(process.argv[2] ?? 100_000);
const jobs = Math.floor(entries / 2);

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
}

async function measureSearches(app: AppWindow): Promise<number[]> {
  const field = app.page.getByRole('searchbox');
  const times: number[] = [];
  for (let round = 1; round <= 10; round += 1) {
    const serial = `7K${Math.floor((jobs / 11) * round)
      .toString(36)
      .toUpperCase()
      .padStart(5, '0')}`;
    await field.fill('');
    await app.page.getByRole('grid').waitFor();
    times.push(
      await timed(async () => {
        await field.fill(serial);
        await app.page.locator('.log-row:not(.log-row-head)').nth(1).waitFor({ state: 'detached' });
        await app.page.locator('.log-row', { hasText: serial }).waitFor();
      }),
    );
  }
  await field.fill('');
  return times;
}

async function measureScrolling(app: AppWindow): Promise<Frames> {
  const grid = app.page.getByRole('grid');
  await grid.waitFor();
  const box = await grid.boundingBox();
  await app.page.mouse.move((box?.x ?? 0) + 200, (box?.y ?? 0) + 200);
  const frames = app.page.evaluate<Frames>(watchFrames(scrollSeconds * 1000));
  const end = performance.now() + scrollSeconds * 1000;
  while (performance.now() < end) {
    await app.page.mouse.wheel(0, 400);
    await app.page.waitForTimeout(10);
  }
  return await frames;
}

let app: AppWindow | undefined;
const folder = mkdtempSync(join(tmpdir(), 'prestage-log-bench-'));
const display = process.env['DISPLAY'] === undefined ? await startDisplay() : null;
if (display !== null) process.env['DISPLAY'] = display.name;

try {
  const state = join(folder, 'state');
  const bench = join(folder, 'bench');
  await makeBench(bench, 2, '1G');
  const made = await timed(async () => {
    makeLargeLedger(statePaths(state), entries);
    await Promise.resolve();
  });
  console.log(`a ledger of ${entries} entries (${jobs} jobs), made in ${(made / 1000).toFixed(1)} s`);
  app = await AppWindow.start({ state, bench });
  const { page } = app;
  await page.getByText('bay 1', { exact: false }).first().waitFor();
  const first = await timed(async () => {
    await page.keyboard.press('F6');
    await page.locator('.log-row').nth(1).waitFor();
  });
  console.log(`key to the first page of the log: ${first.toFixed(0)} ms`);
  const whole = await timed(async () => {
    await page
      .locator(`.log-grid[aria-rowcount="${jobs + 1}"]`)
      .waitFor({ timeout: 120_000, state: 'attached' });
  });
  console.log(`until every line was read: ${(whole / 1000).toFixed(1)} s more`);
  console.log(
    `search to its one line, ms (median / p95 / p99 / worst): ${spread(await measureSearches(app))}`,
  );
  const { busy, gaps } = await measureScrolling(app);
  console.log(`scrolled for ${scrollSeconds} s, ${busy.length} frames:`);
  console.log(`  work in a frame, ms (median / p95 / p99 / worst): ${spread(busy)}`);
  console.log(`  between frames, ms  (median / p95 / p99 / worst): ${spread(gaps)}`);
} finally {
  await app?.end();
  await display?.end();
  rmSync(folder, { recursive: true, force: true });
}
