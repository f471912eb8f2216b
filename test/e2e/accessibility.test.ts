import { AxeBuilder } from '@axe-core/playwright';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandBarcode } from '../../core/scan/scan';
import { makeBench } from '../support/virtual-bench';
import { DeskApp } from '../support/app-window';
import { card, pairByScan, signInAndProve, testMedia } from '../support/app-bench';
import { temporaryArea } from '../support/global-setup';

let area: string;
let desk: DeskApp;
/** What the page said against its own policy, and errors. */
const complaints: string[] = [];

beforeAll(async () => {
  area = temporaryArea('e2e-axe');
  const media = await testMedia(area);
  const bench = join(area, 'bench');
  await makeBench(bench, 3);
  desk = await DeskApp.start({ state: join(area, 'state'), bench });
  desk.page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  await card(desk, 'bay 1').waitFor();
  await signInAndProve(desk, media);
  await pairByScan(desk, [['7KX9PQ3', 'BAY 1']]);
});
afterAll(async () => {
  await desk.end();
  rmSync(area, { recursive: true, force: true });
});

async function violations(): Promise<string[]> {
  // Legacy mode: Electron has no second page in which axe could run.
  const { violations: found } = await new AxeBuilder({ page: desk.page })
    .setLegacyMode(true)
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
    .analyze();
  return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`);
}

async function setTheme(theme: 'light' | 'dark' | 'high-contrast'): Promise<void> {
  await desk.page.evaluate(async (wanted) => {
    // The page's own door: what the settings screen calls.
    const api = (window as unknown as { prestage: Record<string, (request: unknown) => Promise<unknown>> })
      .prestage;
    const state = (await api['getState']?.({})) as { value: { settings: { desk: object } } };
    await api['changeSettings']?.({ desk: { ...state.value.settings.desk, theme: wanted } });
  }, theme);
  await desk.page.locator(`html[data-theme="${theme}"]`).waitFor();
}

describe.each(['light', 'dark', 'high-contrast'] as const)('in %s', (theme) => {
  it.each([
    ['bench', 'F1'],
    ['batch', 'F2'],
    ['log', 'F3'],
    ['settings', 'F4'],
    ['order', 'F5'],
    ['ship', 'F6'],
  ])('%s can be used by everybody', async (name, key) => {
    await setTheme(theme);
    await desk.page.keyboard.press(key);
    await desk.page.waitForTimeout(250);
    await desk.picture(`${theme}-${name}`);
    expect(await violations()).toEqual([]);
  });

  it('the sheet of barcodes can be used by everybody', async () => {
    await desk.page.keyboard.press('F4');
    await desk.page.getByRole('button', { name: 'Open the sheet' }).first().click();
    await desk.page.locator('.sheet-barcode').first().waitFor();
    await desk.picture(`${theme}-sheet`);
    expect(await violations()).toEqual([]);
  });

  it('the list of what will be erased, and a drive’s details, can be used by everybody', async () => {
    await desk.page.keyboard.press('F1');
    await desk.scan(commandBarcode('START'));
    await desk.page.getByRole('dialog').waitFor();
    await desk.picture(`${theme}-start`);
    expect(await violations()).toEqual([]);
    await desk.scan(commandBarcode('CANCEL'));
    await desk.page.getByRole('dialog').waitFor({ state: 'hidden' });
    await card(desk, 'bay 2').getByRole('button').first().click();
    await desk.page.getByRole('dialog').waitFor();
    await desk.picture(`${theme}-details`);
    expect(await violations()).toEqual([]);
    await desk.page.keyboard.press('Escape');
    await desk.page.getByRole('dialog').waitFor({ state: 'hidden' });
  });
});

describe('the page', () => {
  it('never did what its policy forbids, and met no error', () => {
    expect(complaints).toEqual([]);
  });

  it('has nothing of Node, and reaches nothing outside', async () => {
    const seen = await desk.page.evaluate(async () => {
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
    const before = desk.page.url();
    await desk.page.evaluate(() => {
      window.location.href = 'https://example.com/';
    });
    await desk.page.waitForTimeout(300);
    expect(desk.page.url()).toBe(before);
  });
});
