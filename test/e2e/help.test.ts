import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppWindow } from '../support/app-window';
import { card } from '../support/app-bench';
import { removeArea, temporaryArea } from '../support/global-setup';
import { makeBench } from '../support/virtual-bench';

let area: string;
let app: AppWindow;
/** Everything the window asked for. */
const asked: string[] = [];
const complaints: string[] = [];

beforeAll(async () => {
  area = temporaryArea('e2e-help');
  const bench = join(area, 'bench');
  await makeBench(bench, 2);
  app = await AppWindow.start({ state: join(area, 'state'), bench });
  app.page.on('request', (request) => asked.push(request.url()));
  app.page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  await card(app, 'bay 1').waitFor();
});
afterAll(async () => {
  await app.end();
  removeArea(area);
});

const title = (name: string): ReturnType<AppWindow['page']['locator']> =>
  app.page.locator('.help-page').getByRole('heading', { level: 1, name, exact: true });

/** Its picture was loaded, and is shown. */
async function seesPicture(): Promise<void> {
  const picture = app.page.locator('.help-page img').first();
  await expect
    .poll(() => picture.evaluate((image: HTMLImageElement) => image.complete && image.naturalWidth > 1000))
    .toBe(true);
}

describe('help', () => {
  it.each([
    ['Order', 'F2', 'Work order'],
    ['Media', 'F3', 'Media'],
    ['Bench', 'F4', 'Bench'],
    ['Ship', 'F5', 'Ship'],
    ['Log', 'F6', 'Log'],
    ['Settings', 'F7', 'Settings'],
  ])('of %s is F1, with its picture; Escape and F1 go back', async (page, key, heading) => {
    const { keyboard } = app.page;
    const screen = app.page.getByRole('main').getByRole('heading', { level: 1, name: heading, exact: true });
    for (const back of ['Escape', 'F1']) {
      await keyboard.press(key);
      await screen.waitFor({ state: 'attached' });
      await keyboard.press('F1');
      await title(page).waitFor();
      await seesPicture();
      await keyboard.press(back);
      await app.page.locator('.help-page').waitFor({ state: 'detached' });
      await screen.waitFor({ state: 'attached' });
    }
  });

  it.each([
    ['Barcodes', 'Open the sheet'],
    ['Barcode scanners', 'Scanner check'],
  ])('of what the settings lead to is F1, too: %s', async (page, button) => {
    await app.page.keyboard.press('F7');
    await app.page.getByRole('button', { name: button, exact: true }).first().click();
    const heading = await app.page.getByRole('main').getByRole('heading', { level: 1 }).textContent();
    await app.page.keyboard.press('F1');
    await title(page).waitFor();
    await seesPicture();
    await app.page.keyboard.press('Escape');
    await app.page.locator('.help-page').waitFor({ state: 'detached' });
    expect(await app.page.getByRole('main').getByRole('heading', { level: 1 }).textContent()).toBe(heading);
  });

  it('leads from page to page, and nowhere else', async () => {
    await app.page.keyboard.press('F4');
    await app.page.getByRole('button', { name: 'Help F1' }).click();
    await app.page.locator('.help-page').getByRole('link', { name: 'Prepare a rack of drives' }).click();
    const heading = app.page.getByRole('heading', { name: 'Prepare a rack of drives' });
    await expect.poll(async () => (await heading.boundingBox())?.y ?? 9999).toBeLessThan(200);
    // A document that the app does not hold: its words, without a link.
    await app.page.locator('.help-contents').getByRole('button', { name: 'Boot test' }).click();
    await title('Boot test').waitFor();
    await app.page.locator('.help-page .help-elsewhere', { hasText: 'state folder' }).click();
    await title('Boot test').waitFor();
    // Back from however far one went.
    await app.page.keyboard.press('Escape');
    await card(app, 'bay 1').waitFor();
  });

  it('begins with the first drive', async () => {
    await app.page.keyboard.press('F1');
    await app.page.locator('.help-contents').getByRole('button').first().click();
    await title('Start here').waitFor();
    await seesPicture();
    await app.picture('help-start-here');
    await app.page.keyboard.press('Escape');
  });

  it('is searched; the first Escape empties the field, the next one leaves', async () => {
    await app.page.keyboard.press('F1');
    const field = app.page.getByRole('searchbox', { name: 'Search' });
    await field.pressSequentially('full disk', { delay: 120 });
    await app.page
      .locator('.help-contents')
      .getByRole('button', { name: /^A full disk/ })
      .click();
    await app.page.locator('.help-page').getByRole('heading', { name: 'A full disk' }).waitFor();
    await app.picture('help-search');
    await field.fill('unicorn');
    await app.page.getByText('Nothing found').waitFor();
    await field.press('Escape');
    await app.page.getByRole('button', { name: 'Machine labels' }).waitFor();
    await app.page.keyboard.press('Escape');
    await card(app, 'bay 1').waitFor();
  });

  it('lets scans through: the badge counts, and its Enter presses nothing', async () => {
    await app.page.keyboard.press('F1');
    await title('Bench').waitFor();
    await app.scan('OP-Ada Byron');
    await app.page.getByText('Ada Byron').first().waitFor();
    await title('Bench').waitFor();
    await app.page.keyboard.press('Escape');
  });

  it('asked for nothing but the app’s own files', () => {
    expect(asked.length).toBeGreaterThan(5);
    expect(asked.filter((url) => !url.startsWith('prestage://bench/'))).toEqual([]);
    expect(complaints).toEqual([]);
  });
});
