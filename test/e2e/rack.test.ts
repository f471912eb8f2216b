import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandBarcode } from '../../core/scan/scan';
import { askToStart, signInAndProve, testMedia } from '../support/app-bench';
import { AppWindow } from '../support/app-window';
import { removeArea, temporaryArea } from '../support/global-setup';
import { makeBench } from '../support/virtual-bench';

/** The rack view with 24 bays, by scanner and keyboard, from the badge to 24 PASS. */

const bays = Array.from({ length: 24 }, (_, index) => index + 1);
const machineOf = (number: number): string => `7KX${String(100 + number)}Q`;

let area: string;
let app: AppWindow;

beforeAll(async () => {
  area = temporaryArea('e2e-rack');
  const media = await testMedia(area);
  const bench = join(area, 'bench');
  await makeBench(bench, bays.length);
  app = await AppWindow.start({ state: join(area, 'state'), bench });
  await app.page.locator('li.card').nth(23).waitFor();
  await signInAndProve(app, media);
});
afterAll(async () => {
  await app.end();
  removeArea(area);
});

const tiles = (): ReturnType<AppWindow['page']['locator']> => app.page.getByRole('option');
const chosen = async (): Promise<(string | null)[]> =>
  await app.page
    .locator('[role="option"][aria-selected="true"]')
    .evaluateAll((all) => all.map((tile) => tile.getAttribute('data-label')));

interface Box {
  readonly label: string | null;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Where each bay is. */
async function boxes(): Promise<Box[]> {
  return await tiles().evaluateAll((all) =>
    all.map((tile) => {
      const { x, y, width, height } = tile.getBoundingClientRect();
      return { label: tile.getAttribute('data-label'), x, y, width, height };
    }),
  );
}

describe('the rack view', () => {
  let before: Box[];

  it('is shown by a scan, with all bays in the window and their numbers at least 32 pixels high', async () => {
    await app.scan(commandBarcode('RACK'));
    await app.page.getByRole('listbox', { name: 'Rack' }).waitFor();
    before = await boxes();
    expect(before).toHaveLength(24);
    const height = await app.page.evaluate(() => window.innerHeight);
    expect(Math.max(...before.map((box) => box.y + box.height))).toBeLessThanOrEqual(height);
    const sizes = await app.page
      .locator('.tile .card-bay')
      .evaluateAll((all) => all.map((one) => Number.parseFloat(getComputedStyle(one).fontSize)));
    expect(Math.min(...sizes)).toBeGreaterThanOrEqual(32);
  });

  it('fills its bays with the machines that are scanned in a row, and takes the last one back', async () => {
    await app.scan(commandBarcode('FILL'));
    await app.page.getByText('Scan the machine for bay 1', { exact: true }).waitFor();
    for (const number of bays.slice(0, 23)) {
      await app.scan(machineOf(number));
      await app.page.getByRole('option', { name: `Bay ${number}: Paired, ${machineOf(number)}` }).waitFor();
    }
    await app.scan(machineOf(99));
    await app.page.getByText('That was the last free bay').first().waitFor();
    await app.scan('7KXFULLQ');
    await app.page.getByText('No bay has a free drive.').first().waitFor();
    await app.scan(commandBarcode('UNDO'));
    await app.page.getByText('Scan the machine for bay 24', { exact: true }).waitFor();
    await app.scan(machineOf(24));
    await app.page.getByRole('option', { name: `Bay 24: Paired, ${machineOf(24)}` }).waitFor();
    expect(await boxes()).toEqual(before);
  });

  it('chooses bays with the keys, and says what can be done with them', async () => {
    const { keyboard } = app.page;
    // The hand goes from the scanner to the keyboard: a key at the scanner's pace is the scanner's.
    await app.page.waitForTimeout(1000);
    await tiles().first().focus();
    await keyboard.press('ArrowRight');
    await expect.poll(chosen).toEqual(['bay 2']);
    await app.page.getByRole('heading', { name: 'Bay 2', exact: true }).first().waitFor();
    await keyboard.press('Shift+ArrowRight');
    await expect.poll(chosen).toEqual(['bay 2', 'bay 3']);
    await keyboard.press('Control+ArrowRight');
    await keyboard.press('Control+ArrowRight');
    await keyboard.press('Space');
    await expect.poll(chosen).toEqual(['bay 2', 'bay 3', 'bay 5']);
    await app.page.getByRole('button', { name: 'Remove the pairing of 3 bays' }).waitFor();
    // Nobody presses two keys as fast as a scanner does: a control character at its pace is the scanner's.
    await app.page.waitForTimeout(200);
    await keyboard.press('Control+a');
    await expect.poll(chosen).toHaveLength(24);
    await keyboard.press('Escape');
    await expect.poll(chosen).toEqual([]);
    expect(await boxes()).toEqual(before);
  });

  it('lists 24 blank drives in one line before they are erased, and opens it by key', async () => {
    // The hand goes from the keyboard to the scanner.
    await app.page.waitForTimeout(1000);
    await askToStart(app);
    const fold = app.page.getByRole('button', { name: '24 blank drives' });
    await fold.focus();
    await app.picture('rack-start-folded');
    await app.page.keyboard.press('Enter');
    await app.page.getByRole('rowheader', { name: 'bay 24' }).waitFor();
    await app.scan(commandBarcode('START'));
    await app.page.getByRole('dialog').waitFor({ state: 'hidden' });
  });

  it('moves nothing while drives are written and when they have passed', async () => {
    await app.page.locator('.tile[data-kind="running"]').first().waitFor();
    await app.picture('rack-running');
    expect(await boxes()).toEqual(before);
    await app.page.getByRole('button', { name: /^To take out\s*24$/ }).waitFor({ timeout: 200_000 });
    expect(await boxes()).toEqual(before);
    await app.picture('rack-passed');
    await app.page.getByRole('button', { name: /^Failed/ }).click();
    expect(await app.page.locator('.tile[data-hidden="true"]').count()).toBe(24);
    expect(await boxes()).toEqual(before);
    await app.page.getByRole('button', { name: /^All/ }).click();
  });

  it('clears several bays at once, with the mouse', async () => {
    await tiles().nth(0).click();
    await tiles()
      .nth(7)
      .click({ modifiers: ['Shift'] });
    await tiles()
      .nth(23)
      .click({ modifiers: ['Control'] });
    expect(await chosen()).toEqual(['bay 1', 'bay 2', 'bay 7', 'bay 8', 'bay 24']);
    await app.page.getByRole('button', { name: 'Clear 5 bays' }).click();
    await expect.poll(() => app.page.locator('.tile[data-kind="pass"]').count()).toBe(19);
    await app.scan(commandBarcode('CARDS'));
    await app.page.locator('li.card').first().waitFor();
  });
});
