import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { timeouts } from '../../core/base/timeouts';
import { commandBarcode } from '../../core/scan/scan';
import type { DeskApp } from './app-window';
import { makeMedia } from './wim';

export interface TestMedia {
  readonly path: string;
  readonly sha256: string;
}

/** A small prestaged media and the hash that the enterprise would send with it. */
export async function testMedia(folder: string): Promise<TestMedia> {
  const { path } = await makeMedia(join(folder, 'media'), { compression: 'LZX' });
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return { path, sha256: hash.digest('hex') };
}

/** From the badge to a proved media, by scanner and file dialog. */
export async function signInAndProve(desk: DeskApp, media: TestMedia): Promise<void> {
  await desk.scan('OP-Ada Byron');
  await desk.answerFiles(media.path);
  await desk.page.keyboard.press('F2');
  await desk.page
    .getByRole('button', { name: /choose/i })
    .first()
    .click();
  await desk.page.getByText(media.sha256.slice(0, 8)).first().waitFor();
  await desk.scan(media.sha256);
  await desk.page
    .getByText(/^proved/i)
    .first()
    .waitFor();
  await desk.page.keyboard.press('F1');
}

/** Scans machines and their bays. */
export async function pairByScan(
  desk: DeskApp,
  pairs: readonly (readonly [machine: string, bay: string])[],
): Promise<void> {
  for (const [machine, bay] of pairs) {
    await desk.scan(machine);
    await desk.page.getByText(`${machine}: which bay?`).first().waitFor();
    await desk.scan(bay);
    await desk.page.getByText(`for ${machine}`).first().waitFor();
  }
}

/** START, and a look at the list. The next START begins. */
export async function askToStart(desk: DeskApp): Promise<void> {
  await desk.scan(commandBarcode('START'));
  await desk.page.getByRole('dialog').waitFor();
  await desk.page.waitForTimeout(timeouts.startRepeat + 100);
}

/** START, a look at the list, and START again. */
export async function startByScan(desk: DeskApp): Promise<void> {
  await askToStart(desk);
  await desk.scan(commandBarcode('START'));
  await desk.page.getByRole('dialog').waitFor({ state: 'hidden' });
}

/** The card of a bay. */
export function card(desk: DeskApp, bay: string): ReturnType<DeskApp['page']['locator']> {
  return desk.page.locator('li.card').filter({ has: desk.page.locator('.card-bay', { hasText: bay }) });
}

/** Every process that a process started, and those that they did. */
export function processesBelow(pid: number): { readonly pid: number; readonly args: string }[] {
  const text = execFileSync('ps', ['-e', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' });
  const processes = text
    .trim()
    .split('\n')
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line))
    .filter((found) => found !== null)
    .map(([, own, parent, args]) => ({ pid: Number(own), parent: Number(parent), args: args ?? '' }));
  const below = (parent: number): typeof processes =>
    processes.filter((one) => one.parent === parent).flatMap((one) => [one, ...below(one.pid)]);
  return below(pid);
}

/** Helpers of an app: processes below it that run helper.cjs. */
export function helpersOf(pid: number): number[] {
  return processesBelow(pid)
    .filter(({ args }) => args.includes('helper.cjs'))
    .map((one) => one.pid);
}
