import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { AppWindow, giveToUser } from '../../support/app-window';
import { runCli } from '../../support/cli';
import { removeArea, temporaryArea } from '../../support/global-setup';

/** From a fresh training bench to a closed shipment, following only what the Start here card says. */

let area: string;
let app: AppWindow | null = null;

beforeAll(() => {
  area = temporaryArea('e2e-start-here');
});
afterEach(async () => {
  await app?.end();
  app = null;
});
afterAll(() => {
  removeArea(area);
});

describe('Start here', () => {
  it('leads from nothing to PASS and a shipment; closed it stays closed, and Help opens it again', async () => {
    const state = join(area, 'state');
    app = await AppWindow.start({ state });
    const { page } = app;
    const folder = join(area, 'shipments');
    giveToUser(folder);
    await page.keyboard.press('F7');
    await app.answerFiles(folder);
    await page.getByRole('button', { name: 'Choose a folder …' }).click();
    await page.getByText(folder).waitFor();
    await page.getByRole('button', { name: 'Use training drives' }).click();
    const card = page.getByRole('complementary', { name: 'Start here' });
    await card.waitFor();
    await page.keyboard.press('F4');
    await page.locator('li.card').first().waitFor();

    const step = async (name: string): Promise<void> => {
      await card.locator('li[aria-current=step]', { hasText: name }).waitFor({ timeout: 60_000 });
    };
    /** Scans what the card shows, once it shows something that fits. */
    const scanShown = async (form: RegExp): Promise<string> => {
      const code = async (): Promise<string> => {
        const picture = card.getByRole('img', { name: 'QR code: ' });
        const alt = (await picture.count()) === 0 ? null : await picture.getAttribute('alt');
        return alt?.replace('QR code: ', '') ?? '';
      };
      await expect.poll(code, { timeout: 30_000 }).toMatch(form);
      const text = await code();
      await app?.scan(text);
      return text;
    };

    await step('Operator');
    await app.picture('start-here-operator');
    await scanShown(/^OP-/);
    await step('Training media');
    await card.getByRole('button', { name: 'Use the training media' }).click();
    await scanShown(/^[0-9a-f]{64}$/);
    await step('Pair a machine');
    await scanShown(/^TRAINING1$/);
    await scanShown(/^BAY 1$/i);
    await step('START');
    await app.picture('start-here-start');
    await scanShown(/START$/);
    await page.getByRole('dialog').waitFor();
    await page.waitForTimeout(1700);
    await scanShown(/START$/);
    await step('CLEAR');
    await scanShown(/CLEAR$/);
    await step('SHIP');
    await scanShown(/SHIP$/);
    await page.locator('.rail-button[aria-current="page"]').getByText('Ship', { exact: true }).waitFor();
    await scanShown(/^TRAINING1$/);
    await scanShown(/SHIP$/);
    await scanShown(/^TRAINING-1$/);
    await scanShown(/SHIP$/);
    await card.getByText('Done: one drive from the badge to the shipment.').waitFor();
    await app.picture('start-here-done');
    expect(await card.locator('li[data-status=done]').count()).toBe(7);
    expect((await runCli(['ledger', 'verify', '--state', state])).status).toBe(0);

    // By keyboard: closed stays closed, until the guide's page opens it with another machine.
    await card.getByRole('button', { name: 'Close Start here' }).press('Enter');
    await card.waitFor({ state: 'hidden' });
    await page.keyboard.press('F4');
    expect(await card.count()).toBe(0);
    await page.keyboard.press('F1');
    await page.getByRole('button', { name: 'Start here', exact: true }).press('Enter');
    await page.getByRole('button', { name: 'Show the first steps on the bench' }).press('Enter');
    await card.waitFor();
    await step('Pair a machine');
    await scanShown(/^TRAINING2$/);
  });

  it('leaves the drives and the bar their place at 1024 × 700', async () => {
    app = await AppWindow.start({ state: join(area, 'small') });
    const { page } = app;
    await app.electron.evaluate(({ BrowserWindow }) => {
      BrowserWindow.getAllWindows()[0]?.setContentSize(1024, 700);
    });
    await page.keyboard.press('F7');
    await page.getByRole('button', { name: 'Use training drives' }).click();
    const card = page.getByRole('complementary', { name: 'Start here' });
    await card.waitFor();
    await page.keyboard.press('F4');
    await page.locator('li.card').first().waitFor();
    await app.picture('start-here-small');
    const [main, own, bar] = await Promise.all(
      [page.locator('main'), card, page.locator('.scan-bar')].map(async (part) => await part.boundingBox()),
    );
    if (!main || !own || !bar) throw new Error('a part is not on the screen');
    expect(own.x).toBeGreaterThanOrEqual(main.x + main.width - 1);
    expect(own.y).toBeGreaterThanOrEqual(bar.y + bar.height - 1);
    expect(own.x + own.width).toBeLessThanOrEqual(1024);
  });
});
