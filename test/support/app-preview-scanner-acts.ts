import type { Page } from 'playwright-core';
import type { Act } from './app-preview-acts';
import type { Call } from './app-preview-main';
import { previews } from './app-preview-states';

/** What scanners send around a code, and where the focus may be meanwhile: nothing of it does anything on the page. */

export const serial = '5CG4999XYZ';
export const scanned: Call = { method: 'scan', request: { text: serial, screen: 'bench' } };

/** The state of a preview, by its name. */
export const stateOf = (name: string): Act['state'] => {
  const preview = previews[name];
  if (preview === undefined) throw new Error(`no preview ${name}`);
  return preview.state;
};

const focused = (page: Page): Promise<string> =>
  page.evaluate(() => document.activeElement?.textContent ?? 'nothing');

/** A scan while a button has the focus: it is not pressed, and keeps the focus. */
function onButton(name: string, ends: readonly string[]): Act {
  const button = 'Look for drives';
  return {
    name,
    state: stateOf('refused-scan'),
    run: async (page, preview) => {
      await page.getByRole('button', { name: button }).focus();
      await preview.scan(serial, ends);
    },
    expected: [scanned],
    check: async (page) => {
      const now = await focused(page);
      return now === button ? null : `the focus is on '${now}'`;
    },
  };
}

/** A scan while a field of the log's filters has the focus and a value. */
function inFilter(name: string, label: string, value: string, text: string): Act {
  return {
    name,
    state: stateOf('log'),
    run: async (page, preview) => {
      await page.keyboard.press('F6');
      const field = page.getByLabel(label, { exact: true });
      if (label === 'Result') await field.selectOption(value);
      else if (value !== '') await field.fill(value);
      await field.focus();
      await page.waitForTimeout(300);
      await preview.scan(text, ['Enter', 'Enter']);
      await page.waitForTimeout(100);
    },
    expected: [{ method: 'scan', request: { text, screen: 'log' } }],
    check: async (page) => {
      const now = await page.getByLabel(label, { exact: true }).inputValue();
      return now === value ? null : `the field holds '${now}', not '${value}'`;
    },
  };
}

export const scannerActs: readonly Act[] = [
  onButton('Enter twice at the end presses no button', ['Enter', 'Enter']),
  onButton('Enter and Tab leave the focus where it is', ['Enter', 'Tab']),
  onButton('Tab and Enter do nothing', ['Tab', 'Enter']),
  onButton('CR and LF as control characters do nothing', ['Enter', 'Ctrl+J']),
  onButton('Enter that is held down does nothing', ['Enter held']),
  onButton('F2 at the end opens no screen', ['F2']),
  {
    name: 'Escape at the end leaves the list of what will be erased open',
    state: stateOf('armed'),
    run: (_, preview) => preview.scan('PRESTAGE-START', ['Escape']),
    expected: [{ method: 'scan', request: { text: 'PRESTAGE-START', screen: 'bench' } }],
  },
  {
    name: 'Enter and Escape at the end leave the list open',
    state: stateOf('armed'),
    run: (_, preview) => preview.scan('PRESTAGE-START', ['Enter', 'Escape']),
    expected: [{ method: 'scan', request: { text: 'PRESTAGE-START', screen: 'bench' } }],
  },
  {
    name: 'Escape at the end leaves the help open',
    state: stateOf('refused-scan'),
    run: async (page, preview) => {
      await page.keyboard.press('F1');
      await page.locator('.help-page').waitFor();
      await page.waitForTimeout(300);
      await preview.scan(serial, ['Escape']);
    },
    check: async (page) => ((await page.locator('.help-page').count()) === 1 ? null : 'the help was left'),
    expected: [{ method: 'scan', request: { text: serial, screen: 'help' } }],
  },
  {
    name: 'control characters inside neither copy nor quit',
    state: stateOf('refused-scan'),
    run: (_, preview) => preview.scan('5CG4', ['Ctrl+C', 'Ctrl+Q', 'Ctrl+A', 'X', 'Enter']),
    expected: [{ method: 'scan', request: { text: '5CG4\u0003\u0011\u0001X', screen: 'bench' } }],
  },
  inFilter('a scan into a date leaves the date', 'From', '2025-03-01', serial),
  inFilter('a scan into an empty date leaves it empty', 'From', '', serial),
  inFilter('a scan onto a choice leaves the choice', 'Result', 'failed', 'PPPPASS'),
];
