import { AxeBuilder } from '@axe-core/playwright';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandBarcode } from '../../../core/scan/scan';
import { makeBench } from '../../support/virtual-bench';
import { AppWindow } from '../../support/app-window';
import { axeSource } from '../../support/axe-source';
import { card, pairByScan, signInAndProve, testMedia } from '../../support/app-bench';
import { removeArea, temporaryArea } from '../../support/global-setup';

let area: string;
let opened: AppWindow | null = null;
let app: AppWindow;
let tries = 0;
/** What the page said against its own policy, and errors. */
const complaints: string[] = [];

beforeAll(() => {
  area = temporaryArea('e2e-axe');
});
afterAll(async () => {
  await opened?.end();
  removeArea(area);
});

// A case, and no hook: a scan that came too late on a busy machine is tried once more.
it('the app opens, with a drive that is paired', async () => {
  await opened?.end();
  complaints.length = 0;
  tries += 1;
  const media = await testMedia(join(area, `media-${tries}`));
  const bench = join(area, `bench-${tries}`);
  await makeBench(bench, 3);
  opened = await AppWindow.start({ state: join(area, `state-${tries}`), bench });
  app = opened;
  app.page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  await card(app, 'bay 1').waitFor();
  await signInAndProve(app, media);
  await pairByScan(app, [['7KX9PQ3', 'BAY 1']]);
});

async function violations(): Promise<string[]> {
  // Legacy mode: Electron has no second page in which axe could run.
  const { violations: found } = await new AxeBuilder({ page: app.page, axeSource })
    .setLegacyMode(true)
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
    .analyze();
  return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`);
}

async function setTheme(theme: 'light' | 'dark' | 'high-contrast'): Promise<void> {
  await app.page.evaluate(async (wanted) => {
    // The page's own door: what the settings screen calls.
    const { prestage } = window as unknown as {
      prestage: { call: (method: string, request: unknown) => Promise<unknown> };
    };
    const state = (await prestage.call('getState', {})) as { value: { settings: { desk: object } } };
    await prestage.call('changeSettings', { desk: { ...state.value.settings.desk, theme: wanted } });
  }, theme);
  await app.page.locator(`html[data-theme="${theme}"]`).waitFor();
}

describe.each(['light', 'dark', 'high-contrast'] as const)('in %s', (theme) => {
  it.each([
    ['bench', 'F4'],
    ['media', 'F3'],
    ['log', 'F6'],
    ['settings', 'F7'],
    ['order', 'F2'],
    ['ship', 'F5'],
  ])('%s can be used by everybody', async (name, key) => {
    await setTheme(theme);
    await app.page.keyboard.press(key);
    await app.page.waitForTimeout(250);
    await app.picture(`${theme}-${name}`);
    expect(await violations()).toEqual([]);
  });

  it('the sheet of barcodes can be used by everybody', async () => {
    await app.page.keyboard.press('F7');
    await app.page.getByRole('button', { name: 'Open the sheet' }).first().click();
    await app.page.locator('.sheet-barcode').first().waitFor();
    await app.picture(`${theme}-sheet`);
    expect(await violations()).toEqual([]);
  });

  it('the list of what will be erased, and a drive’s details, can be used by everybody', async () => {
    await app.page.keyboard.press('F4');
    await app.scan(commandBarcode('START'));
    await app.page.getByRole('dialog').waitFor();
    await app.picture(`${theme}-start`);
    expect(await violations()).toEqual([]);
    await app.scan(commandBarcode('CANCEL'));
    await app.page.getByRole('dialog').waitFor({ state: 'hidden' });
    await card(app, 'bay 2').getByRole('button').first().click();
    await app.page.getByRole('dialog').waitFor();
    await app.picture(`${theme}-details`);
    expect(await violations()).toEqual([]);
    await app.page.keyboard.press('Escape');
    await app.page.getByRole('dialog').waitFor({ state: 'hidden' });
  });
});

describe('the page', () => {
  it('never did what its policy forbids, and met no error', () => {
    expect(complaints).toEqual([]);
  });

  it('has nothing of Node, and reaches nothing outside', async () => {
    const seen = await app.page.evaluate(async () => {
      const tried = await Promise.all(
        ['https://example.com/', 'file:///etc/passwd', 'prestage://other/index.html'].map((url) =>
          fetch(url).then(
            () => 'loaded',
            () => 'refused',
          ),
        ),
      );
      const opened = window.open('https://example.com/') === null ? 'refused' : 'opened';
      const named = ['require', 'process', 'module', 'electron'].filter((name) => name in window);
      return { tried, opened, named };
    });
    expect(seen).toEqual({ tried: ['refused', 'refused', 'refused'], opened: 'refused', named: [] });
    const before = app.page.url();
    await app.page.evaluate(() => {
      window.location.href = 'https://example.com/';
    });
    await app.page.waitForTimeout(300);
    expect(app.page.url()).toBe(before);
  });
});
