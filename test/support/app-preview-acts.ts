import type { Locator, Page } from 'playwright-core';
import type { AppState } from '../../core/contract/app';
import type { AppPreview } from './app-preview';
import type { Answers } from './app-preview-states';
import type { Call } from './app-preview-main';
import { libraryActs } from './app-preview-library-acts';
import { mirrorActs } from './app-preview-mirror-acts';
import { liveActs } from './app-preview-live-acts';
import { scanned, scannerActs, serial, stateOf } from './app-preview-scanner-acts';
import { screenActs } from './app-preview-screen-acts';

/** Something done with keys and pointer, and what the station must hear of it. */
export interface Act {
  readonly name: string;
  readonly state: AppState;
  /** What the station answers, beside what it always does. */
  readonly answers?: Answers;
  readonly run: (page: Page, preview: AppPreview) => Promise<void>;
  /** Calls after the state was fetched, but for the questions that a screen asks by itself. */
  readonly expected: readonly Call[];
  /** Says what is wrong with the page afterwards; null when nothing is. */
  readonly check?: (page: Page) => Promise<string | null>;
}

const bench = stateOf('refused-scan');
const armed = stateOf('armed');
const started: Call = {
  method: 'start',
  request: { driveIds: ['drive-01', 'drive-02', 'drive-03', 'drive-04'] },
};

const pairField = (page: Page): Locator => page.getByLabel('Machine serial');
async function openPairField(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Bay 5: Ready' }).click();
  await pairField(page).click();
}
async function hasValue(page: Page, value: string): Promise<string | null> {
  const now = await pairField(page).inputValue();
  return now === value ? null : `the field holds '${now}', not '${value}'`;
}
const holdButton = (page: Page): Locator => page.getByRole('button', { name: /^Hold to erase/ });

const acts: readonly Act[] = [
  {
    name: 'a scan with the focus nowhere',
    state: bench,
    run: (_, preview) => preview.scan(serial),
    expected: [scanned],
  },
  {
    name: 'a scan into a field that holds text leaves the field as it was and submits nothing',
    state: bench,
    run: async (page, preview) => {
      await openPairField(page);
      await page.keyboard.type('abcd', { delay: 90 });
      await page.waitForTimeout(150);
      await preview.scan(serial);
    },
    expected: [scanned],
    check: (page) => hasValue(page, 'abcd'),
  },
  {
    name: 'typing stays in the field, and Enter submits it',
    state: bench,
    run: async (page) => {
      await openPairField(page);
      await page.keyboard.type('5cg4888', { delay: 80 });
      if ((await hasValue(page, '5cg4888')) !== null) throw new Error('typed text is not in the field');
      await page.waitForTimeout(120);
      await page.keyboard.press('Enter');
    },
    expected: [{ method: 'pair', request: { machineSerial: '5cg4888', driveId: 'drive-05' } }],
  },
  {
    name: 'a scan with blanks does not press the button that has the focus',
    state: bench,
    run: async (page, preview) => {
      await page.getByRole('button', { name: 'Look for drives' }).focus();
      await preview.scan('BADGE: A B Jansen');
    },
    expected: [{ method: 'scan', request: { text: 'BADGE: A B Jansen', screen: 'bench' } }],
  },
  {
    name: 'a scan without Enter is heard',
    state: bench,
    run: (_, preview) => preview.scan(serial, []),
    expected: [scanned],
  },
  {
    name: 'START scanned with the focus on the way back presses nothing',
    state: armed,
    run: (_, preview) => preview.scan('PRESTAGE-START'),
    expected: [{ method: 'scan', request: { text: 'PRESTAGE-START', screen: 'bench' } }],
  },
  {
    name: 'START scanned with the focus on the hold button presses nothing',
    state: armed,
    run: async (page, preview) => {
      await holdButton(page).focus();
      await preview.scan('PRESTAGE-START');
      await page.waitForTimeout(2300);
    },
    expected: [{ method: 'scan', request: { text: 'PRESTAGE-START', screen: 'bench' } }],
  },
  {
    name: 'holding for two seconds starts',
    state: armed,
    run: async (page) => {
      await holdButton(page).hover();
      await page.mouse.down();
      await page.waitForTimeout(2300);
      await page.mouse.up();
    },
    expected: [started],
  },
  {
    name: 'holding for a second starts nothing',
    state: armed,
    run: async (page) => {
      await holdButton(page).hover();
      await page.mouse.down();
      await page.waitForTimeout(1000);
      await page.mouse.up();
      await page.waitForTimeout(1500);
    },
    expected: [],
  },
  {
    name: 'leaving the button starts nothing',
    state: armed,
    run: async (page) => {
      await holdButton(page).hover();
      await page.mouse.down();
      await page.waitForTimeout(500);
      await page.mouse.move(300, 300);
      await page.waitForTimeout(2000);
      await page.mouse.up();
    },
    expected: [],
  },
  {
    name: 'Space held for two seconds starts',
    state: armed,
    run: async (page) => {
      await holdButton(page).focus();
      await page.keyboard.down(' ');
      await page.waitForTimeout(2300);
      await page.keyboard.up(' ');
    },
    expected: [started],
  },
  {
    name: 'a list that changes while the button is held starts nothing',
    state: armed,
    run: async (page, preview) => {
      await holdButton(page).hover();
      await page.mouse.down();
      await page.waitForTimeout(1000);
      const pairs = armed.pairing.pairs.slice(0, 3);
      await preview.push({ pairing: { ...armed.pairing, pairs } });
      await page.waitForTimeout(1500);
      await page.mouse.up();
    },
    expected: [],
  },
  {
    name: 'the word, typed, and Enter start',
    state: armed,
    run: async (page) => {
      await page.getByLabel(/^Or type/).click();
      await page.keyboard.type('erase', { delay: 90 });
      await page.waitForTimeout(120);
      await page.keyboard.press('Enter');
    },
    expected: [started],
  },
  {
    name: 'Escape erases nothing',
    state: armed,
    run: (page) => page.keyboard.press('Escape'),
    expected: [{ method: 'arm', request: { armed: false } }],
  },
  {
    name: 'cancel asks, and keeps going by default',
    state: stateOf('mixed'),
    run: async (page) => {
      const cancel = page.getByRole('button', { name: 'Cancel bay 3' });
      await cancel.click();
      await page.waitForTimeout(100);
      await page.keyboard.press('Enter');
      await page.waitForTimeout(100);
      await cancel.click();
      await page.getByRole('button', { name: 'Yes, cancel' }).click();
    },
    expected: [{ method: 'cancelJob', request: { driveId: 'drive-03' } }],
  },
];

/** On the order screen. */
const orderActs: readonly Act[] = [
  {
    name: 'an order is typed, with its number, and opened',
    state: stateOf('order-none'),
    run: async (page) => {
      await page.keyboard.press('F2');
      await page.getByLabel('Work order number').fill('WO-9');
      await page.getByLabel('Machines').fill('5CG4888XYZ\n5CG4889XYZ');
      await page.getByRole('button', { name: 'Open this work order' }).click();
    },
    expected: [{ method: 'openOrder', request: { number: 'WO-9', text: '5CG4888XYZ\n5CG4889XYZ' } }],
  },
  {
    name: 'the file of an order is asked for',
    state: stateOf('order-none'),
    run: async (page) => {
      await page.keyboard.press('F2');
      await page.getByRole('button', { name: 'Choose a file …' }).click();
    },
    expected: [{ method: 'chooseOrder', request: { number: '' } }],
  },
  {
    name: 'a machine of the order is left out with a reason, by keyboard',
    state: stateOf('order'),
    run: async (page) => {
      await page.keyboard.press('F2');
      await page.getByRole('button', { name: 'Leave out 5CG41592XYZ' }).focus();
      await page.keyboard.press('Enter');
      await page.keyboard.type('Broken', { delay: 90 });
      await page.waitForTimeout(120);
      await page.keyboard.press('Enter');
    },
    expected: [{ method: 'exceptOrder', request: { machineSerial: '5CG41592XYZ', reason: 'Broken' } }],
    check: async (page) => {
      const left = await page.getByLabel('Machine serial').inputValue();
      return left === '' ? null : `the form still holds '${left}'`;
    },
  },
  {
    name: 'the unexpected machine that was scanned is allowed with a reason',
    state: stateOf('order'),
    run: async (page) => {
      await page.getByRole('button', { name: 'Go to Order' }).click();
      await page.getByRole('button', { name: 'Allow it' }).click();
      await page.getByLabel('Reason', { exact: true }).fill('A spare');
      await page.getByRole('button', { name: 'Record the exception' }).click();
    },
    expected: [{ method: 'exceptOrder', request: { machineSerial: '5CG4777ABC', reason: 'A spare' } }],
  },
  {
    name: 'the order is not closed while machines are open; what is open is listed',
    state: stateOf('order'),
    run: async (page) => {
      await page.keyboard.press('F2');
      await page.getByRole('button', { name: 'Show open machines' }).click();
    },
    expected: [],
    check: async (page) => {
      const rows = await page.locator('.order-table tbody tr').count();
      const closing = await page.getByRole('button', { name: 'Close the work order' }).count();
      return rows === 47 && closing === 0 ? null : `${rows} rows, ${closing} buttons to close`;
    },
  },
  {
    name: 'an order with nothing open is closed after a question',
    state: stateOf('order-close'),
    run: async (page) => {
      await page.keyboard.press('F2');
      await page.getByRole('button', { name: 'Close the work order' }).click();
      await page.getByRole('button', { name: 'Close it' }).click();
    },
    expected: [{ method: 'closeOrder', request: {} }],
  },
];

/** All of them, in the order in which they are done. */
export function allActs(): readonly Act[] {
  return [...acts, ...scannerActs, ...orderActs, ...screenActs, ...libraryActs, ...mirrorActs, ...liveActs];
}
