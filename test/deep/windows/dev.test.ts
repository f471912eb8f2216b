import { spawn, type ChildProcess } from 'node:child_process';
import { cpSync, existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { giveToUser } from '../../support/app-window';
import { openCheckout, plainUser } from '../../support/checkout';
import { temporaryArea } from '../../support/global-setup';
import { processesBelow } from '../../support/processes';

/** What `npm run dev` starts, on a copy of the sources: their files are changed. */

const root = openCheckout();
let copy: string;
let dev: ChildProcess;
let output = '';

beforeAll(() => {
  copy = join(temporaryArea('e2e-dev'), 'checkout');
  // The documents are the app's help.
  for (const part of ['core', 'helper', 'station', 'electron', 'renderer', 'build', 'docs', 'package.json']) {
    cpSync(join(root, part), join(copy, part), { recursive: true });
  }
  for (const part of ['node_modules', '.electron']) symlinkSync(join(root, part), join(copy, part));
  giveToUser(copy);
  const asUser =
    process.getuid?.() === 0
      ? ['setpriv', `--reuid=${plainUser}`, `--regid=${plainUser}`, '--clear-groups']
      : [];
  const [file = '', ...args] = [
    ...asUser,
    ...[process.execPath, '--import', 'tsx', 'build/dev.ts', '--remote-debugging-port=0'],
  ];
  dev = spawn(file, args, {
    cwd: copy,
    env: { ...process.env, HOME: copy },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  dev.stdout?.on('data', (piece: Buffer) => (output += piece.toString()));
  dev.stderr?.on('data', (piece: Buffer) => (output += piece.toString()));
});
afterAll(() => {
  if (dev.exitCode === null) dev.kill('SIGKILL');
  rmSync(copy, { recursive: true, force: true });
});

/** Waits until the output has so many matches. @returns the group of the last one */
async function says(pattern: RegExp, count: number): Promise<string> {
  const found = (): RegExpExecArray[] => [...output.matchAll(pattern)];
  await expect
    .poll(() => found().length, { timeout: 60_000 })
    .toBeGreaterThanOrEqual(count)
    .catch((error: unknown) => {
      throw new Error(`npm run dev did not say ${pattern.source}, but: ${output}`, { cause: error });
    });
  return found().at(-1)?.[1] ?? '';
}

/** The window of the app that was started as the nth. */
async function windowOf(nth: number): Promise<{ readonly browser: Browser; readonly page: Page }> {
  const browser = await chromium.connectOverCDP(await says(/DevTools listening on (ws:\S+)/g, nth));
  await expect.poll(() => browser.contexts()[0]?.pages().length ?? 0, { timeout: 20_000 }).toBe(1);
  const page = browser.contexts()[0]?.pages()[0];
  if (page === undefined) throw new Error('the app has no window');
  await page.getByText('bay 1', { exact: true }).first().waitFor();
  return { browser, page };
}

function change(file: string, from: string, to: string): void {
  const path = join(copy, file);
  const text = readFileSync(path, 'utf8');
  expect(text).toContain(from);
  writeFileSync(path, text.replace(from, to));
}

it('shows what is saved: the page at once, the main process after a start; and ends with its signal', async () => {
  const first = await windowOf(1);
  const before = await first.page.evaluate(() => performance.timeOrigin);
  const begin = performance.now();
  change('renderer/text/en-bench.ts', "'Look for drives'", "'Find the drives'");
  await first.page.getByRole('button', { name: 'Find the drives' }).waitFor();
  const page = performance.now() - begin;
  expect(await first.page.evaluate(() => performance.timeOrigin)).toBeGreaterThan(before);
  // The same process: nothing but the page was loaded again.
  expect(output).not.toContain('started again');

  // What does not compile is said, and the app stays.
  change('electron/menu.ts', "label: '&Edit'", "label: = '&Edit'");
  await says(/ERROR/g, 1);
  change('electron/menu.ts', "label: = '&Edit'", "label: '&Change'");
  const again = performance.now();
  await says(/started again \(main process\)/g, 1);
  const second = await windowOf(2);
  const restart = performance.now() - again;
  await second.page.getByRole('button', { name: 'Find the drives' }).waitFor();
  await second.browser.close();

  const pids = processesBelow(dev.pid ?? -1).map(({ pid }) => pid);
  expect(pids.length).toBeGreaterThan(2);
  const gone = new Promise((done) => dev.once('exit', done));
  dev.kill('SIGINT');
  expect(await gone).toBe(0);
  await expect.poll(() => pids.filter((pid) => existsSync(`/proc/${pid}`)), { timeout: 10_000 }).toEqual([]);
  process.stdout.write(`page after ${page.toFixed(0)} ms, main process after ${restart.toFixed(0)} ms\n`);
});

it('puts nothing of it into the app that is started and packed', () => {
  const main = (folder: string): string => readFileSync(join(folder, 'main.cjs'), 'utf8');
  expect(main(join(copy, 'dist/app-development'))).toContain('reload-page');
  expect(main(join(root, 'dist/app'))).not.toContain('reload-page');
});
