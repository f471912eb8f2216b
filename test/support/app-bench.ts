import { createHash } from 'node:crypto';
import { createReadStream, existsSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { timeouts } from '../../core/base/timeouts';
import { commandBarcode } from '../../core/scan/scan';
import type { AppWindow } from './app-window';
import { makeMedia, type MediaOptions } from './wim';

export interface TestMedia {
  readonly path: string;
  readonly sha256: string;
}

/**
 * A small prestaged media and the hash that the enterprise would send with it.
 * @param options for example bytes that take a while to be written
 */
export async function testMedia(
  folder: string,
  options: MediaOptions = { compression: 'LZX' },
): Promise<TestMedia> {
  const { path } = await makeMedia(join(folder, 'media'), options);
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return { path, sha256: hash.digest('hex') };
}

/**
 * Hands the disk images of a state whose app has ended on to a fresh one, for cases that write the same media and are not about how
 * its disk image is made. Then drives are written at once after START: a test that needs them in the middle holds them (hold.ts).
 * @param from null where there is no state yet
 * @param to its folder is made when it is missing
 */
export function handOnImages(from: string | null, to: string): void {
  if (from === null || !existsSync(join(from, 'renders'))) return;
  mkdirSync(to, { recursive: true });
  renameSync(join(from, 'renders'), join(to, 'renders'));
}

/** From the badge to a proved media file, by scanner and file dialog. */
export async function signInAndProve(app: AppWindow, media: TestMedia): Promise<void> {
  await app.scan('OP-Ada Byron');
  await app.answerFiles(media.path);
  await app.page.keyboard.press('F3');
  await app.page
    .getByRole('button', { name: /choose/i })
    .first()
    .click();
  await app.page.getByText(media.sha256.slice(0, 8)).first().waitFor();
  await app.scan(media.sha256);
  await app.page
    .getByText(/^verified$/i)
    .first()
    .waitFor();
  await app.page.keyboard.press('F4');
}

/** Scans machines and their bays. */
export async function pairByScan(
  app: AppWindow,
  pairs: readonly (readonly [machine: string, bay: string])[],
): Promise<void> {
  for (const [machine, bay] of pairs) {
    await app.scan(machine);
    await app.page.getByText(`${machine}: which bay?`).first().waitFor();
    await app.scan(bay);
    await app.page.getByText(`for ${machine}`).first().waitFor();
  }
}

/** START, and a look at the list. The next START begins. */
export async function askToStart(app: AppWindow): Promise<void> {
  await app.scan(commandBarcode('START'));
  await app.page.getByRole('dialog').waitFor();
  await app.page.waitForTimeout(timeouts.startRepeat + 100);
}

/** START, a look at the list, and START again. */
export async function startByScan(app: AppWindow): Promise<void> {
  await askToStart(app);
  await app.scan(commandBarcode('START'));
  await app.page.getByRole('dialog').waitFor({ state: 'hidden' });
}

/** The card of a bay. */
export function card(app: AppWindow, bay: string): ReturnType<AppWindow['page']['locator']> {
  return app.page.locator('li.card').filter({ has: app.page.locator('.card-bay', { hasText: bay }) });
}
