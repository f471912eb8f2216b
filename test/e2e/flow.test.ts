import { readdirSync, truncateSync, writeFileSync, chmodSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { GiB } from '../../core/base/units';
import { commandBarcode } from '../../core/scan/scan';
import { AppWindow, giveToUser } from '../support/app-window';
import {
  askToStart,
  card,
  pairByScan,
  signInAndProve,
  startByScan,
  testMedia,
  type TestMedia,
} from '../support/app-bench';
import { runCli } from '../support/cli';
import { removeArea, temporaryArea } from '../support/global-setup';
import { releaseHelpers, StoppedHelper } from '../support/stopped-helper';
import { makeBench } from '../support/virtual-bench';

/** One flow from badge to shipment: the bar is never stale, each screen owns its scans, and no mouse is needed. */

let area: string;
let media: TestMedia;
let opened: AppWindow | null = null;
let number = 0;
let state: string;
let bench: string;

beforeAll(async () => {
  area = temporaryArea('e2e-flow');
  media = await testMedia(area);
});
afterEach(async () => {
  releaseHelpers();
  await opened?.end();
  opened = null;
});
afterAll(() => {
  removeArea(area);
});

async function start(): Promise<AppWindow> {
  number += 1;
  state = join(area, `state-${number}`);
  bench = join(area, `bench-${number}`);
  await makeBench(bench, 3);
  opened = await AppWindow.start({ state, bench });
  await card(opened, 'bay 1').waitFor();
  return opened;
}

const next = (app: AppWindow, words: string | RegExp): Promise<void> =>
  app.page.locator('.scan-next-words').getByText(words).waitFor();
const said = (app: AppWindow, words: string | RegExp): Promise<void> =>
  app.page.locator('.scan-last:not([data-result=none])').getByText(words).waitFor();
const nothingSaid = (app: AppWindow): Promise<void> =>
  app.page.locator('.scan-last[data-result=none]').waitFor();
const onScreen = (app: AppWindow, screen: string): Promise<void> =>
  app.page.locator('.rail-button[aria-current="page"]').getByText(screen, { exact: true }).waitFor();
const currentStep = (app: AppWindow): Promise<string | null> =>
  app.page.locator('.step[aria-current=step] .step-words > .soft').innerText();
const scanCommand = (app: AppWindow, command: Parameters<typeof commandBarcode>[0]): Promise<void> =>
  app.scan(commandBarcode(command));

/** An order of two machines, opened from its file. */
async function openOrder(app: AppWindow): Promise<void> {
  const file = join(area, `order-${number}.csv`);
  writeFileSync(file, 'serial\n7KX9PQ3\n7KX9PQ4\n');
  chmodSync(file, 0o644);
  const { page } = app;
  await page.keyboard.press('F2');
  await page.getByLabel('Work order number').fill('WO-7');
  await app.answerFiles(file);
  await page.getByRole('button', { name: 'Choose a file …' }).click();
  await page.getByRole('heading', { name: 'Work order WO-7' }).waitFor();
}

/** Shipments go into a folder: no dialog asks. */
async function setShipmentsFolder(app: AppWindow): Promise<string> {
  const folder = join(state, 'shipments');
  giveToUser(folder);
  await app.page.keyboard.press('F7');
  await app.answerFiles(folder);
  await app.page.getByRole('button', { name: 'Choose a folder …' }).click();
  await app.page.getByText(folder).waitFor();
  await app.answerFiles('/nowhere/at/all.zip');
  return folder;
}

/** The words that the printer gets when the log is printed, and the colour of what is around them. */
async function printedLog(app: AppWindow): Promise<string> {
  await app.electron.evaluate(({ BrowserWindow }) => {
    const [window] = BrowserWindow.getAllWindows();
    if (window === undefined) throw new Error('no window');
    const contents = window.webContents;
    contents.print = (_options, done) => {
      const words = "document.querySelector('.log-paper')?.textContent";
      void contents.executeJavaScript(words).then((printed: unknown) => {
        Object.assign(globalThis, { printed: `${String(printed)} on ${window.getBackgroundColor()}` });
        done?.(true, '');
      });
    };
  });
  await app.page.getByRole('button', { name: 'Print' }).click();
  const printed = (): Promise<string> =>
    app.electron.evaluate(() => (globalThis as unknown as { printed?: string }).printed ?? '');
  await expect.poll(printed).not.toBe('');
  return await printed();
}

describe('a day, by scanner alone', () => {
  it('goes from the badge to a closed shipment, with one next step at a time', async () => {
    const app = await start();
    const { page } = app;
    const folder = await setShipmentsFolder(app);
    await openOrder(app);
    await page.keyboard.press('F4');
    await next(app, 'Scan your badge');
    expect(await currentStep(app)).toContain('Operator');
    await app.scan('OP-Ada Byron');
    await next(app, 'Choose the media');
    await signInAndProve(app, media);
    await next(app, 'Scan a machine’s serial');
    expect(await currentStep(app)).toContain('Pair');
    await app.scan('7KX9PQ3');
    await next(app, 'Scan the bay for 7KX9PQ3');
    await app.scan('BAY 1');
    await next(app, 'Scan the next machine, or START');
    expect(await currentStep(app)).toContain('Start');
    await pairByScan(app, [['7KX9PQ4', 'BAY 2']]);
    // The bare word, as people print it.
    await app.scan('START');
    await page.getByRole('dialog').waitFor();
    await next(app, 'Check the list, then scan START again');
    await page.waitForTimeout(1700);
    await app.scan('START');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    for (const bay of ['bay 1', 'bay 2']) await card(app, bay).getByText('PASS').first().waitFor();
    await next(app, 'Take out the PASS drives, then scan CLEAR');
    expect(await currentStep(app)).toContain('Take out');
    // What was said of START is no longer so.
    await nothingSaid(app);
    await app.picture('flow-take-out');
    await app.scan('CLEAR');
    await said(app, 'Cleared 2 cards with PASS');
    expect(await page.locator('li.card', { hasText: 'PASS' }).count()).toBe(0);
    await next(app, 'Scan SHIP');
    await app.scan('SHIP');
    await onScreen(app, 'Ship');
    await said(app, 'Scan each machine, drive or bay that you pack');
    await next(app, 'Scan each drive to ship, then SHIP');
    // By its machine and by its bay; twice is once.
    await app.scan('7KX9PQ3');
    await said(app, 'Machine 7KX9PQ3 ticked, 1 in all');
    await app.scan('7KX9PQ3');
    await said(app, 'Machine 7KX9PQ3 is ticked already.');
    await app.scan('BAY 2');
    await said(app, 'Machine 7KX9PQ4 ticked, 2 in all');
    await app.picture('flow-ticked');
    await app.scan('SHIP');
    await said(app, 'Shipment WO-7 closed: 2 machines');
    expect(readdirSync(folder)).toContain('SHIPMENT-WO-7.zip');
    // The order knows it at once.
    await next(app, 'Scan SHIP to close the work order');
    await app.picture('flow-shipped');
    await page.keyboard.press('F2');
    await page.getByRole('row', { name: /7KX9PQ3.*Packed/ }).waitFor();
    // The end of it, too, without a mouse. The same text within a second is one reading, not a second scan.
    await page.waitForTimeout(1100);
    await app.scan('SHIP');
    await said(app, 'Work order WO-7 closed');
    await page.getByRole('heading', { name: 'Work order', exact: true, level: 1 }).waitFor();
    const verified = await runCli(['ledger', 'verify', '--state', state]);
    expect(verified.status).toBe(0);
  });

  it('CLEAR asks which bay where none passed, and RETRY and CLEAR are offered', async () => {
    const app = await start();
    await signInAndProve(app, media);
    await pairByScan(app, [['7KX9PQ3', 'BAY 1']]);
    await askToStart(app);
    const helper = StoppedHelper.of(app);
    await scanCommand(app, 'START');
    // As when a drive dies: it is not what was confirmed any more.
    await helper.goOnUntil(async () => (await app.page.getByRole('dialog').count()) === 0);
    truncateSync(join(bench, 'drive-01.img'), GiB);
    helper.goOn();
    await card(app, 'bay 1').getByText('FAIL').first().waitFor();
    await next(app, 'Scan RETRY or CLEAR');
    await scanCommand(app, 'CLEAR');
    await next(app, 'Scan the bay to clear');
    await app.scan('BAY 2');
    await said(app, 'No card has ended that could be cleared.');
    await app.scan('BAY 1');
    await said(app, 'Bay 1 cleared');
    expect(await app.page.locator('li.card', { hasText: 'FAIL' }).count()).toBe(0);
  });
});

describe('the bar', () => {
  it('is never stale: not after a click, a start, an end or a closed order', async () => {
    const app = await start();
    const { page } = app;
    await signInAndProve(app, media);
    await pairByScan(app, [['7KX9PQ3', 'BAY 1']]);
    await said(app, 'Bay 1 is for machine 7KX9PQ3');
    // A click.
    await page.getByRole('button', { name: 'Bay 1: Paired' }).click();
    await page.getByRole('button', { name: 'Remove the pairing' }).click();
    await nothingSaid(app);
    await page.keyboard.press('Escape');
    // A start, which was confirmed by hand.
    await pairByScan(app, [['7KX9PQ3', 'BAY 1']]);
    await scanCommand(app, 'START');
    await said(app, 'This is the list of what will be erased');
    await page.getByLabel(/^Or type/).fill('erase');
    await page.getByRole('button', { name: 'Erase', exact: true }).click();
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await nothingSaid(app);
    // An end.
    await app.scan('4006381333931');
    await page.locator('.scan-last[data-result=refused]').waitFor();
    await card(app, 'bay 1').getByText('PASS').first().waitFor();
    await nothingSaid(app);
    // An order that is closed.
    await scanCommand(app, 'CLEAR');
    await openOrder(app);
    await page.keyboard.press('F4');
    await app.scan('STRANGER1');
    await said(app, /not in the open work order/);
    await page.keyboard.press('F2');
    for (const serial of ['7KX9PQ4', '7KX9PQ3']) {
      const leave = page.getByRole('button', { name: `Leave out ${serial}` });
      if ((await leave.count()) === 0) continue;
      await leave.click();
      await page.getByLabel('Reason', { exact: true }).fill('Not this time');
      await page.getByRole('button', { name: 'Record the exception' }).click();
      await page.getByRole('row', { name: new RegExp(`${serial}.*Left out`) }).waitFor();
    }
    await app.scan('STRANGER2');
    await said(app, /not in the open work order/);
    await page.getByRole('button', { name: 'Close the work order' }).click();
    await page.getByRole('button', { name: 'Close it' }).click();
    await page.getByRole('heading', { name: 'Work order', exact: true, level: 1 }).waitFor();
    await nothingSaid(app);
  });

  it('counts each UNDO that a hand scans, and one that a scanner reads twice once', async () => {
    const app = await start();
    await app.scan('OP-Ada Byron');
    await pairByScan(app, [
      ['7KX9PQ3', 'BAY 1'],
      ['7KX9PQ4', 'BAY 2'],
    ]);
    // The pair, its machine, the other pair, its machine.
    const left = async (): Promise<number> => await app.page.locator('li.card[data-kind=paired]').count();
    for (const [pairs, words] of [
      [1, 'Undone: machine 7KX9PQ4'],
      [1, 'Undone: machine 7KX9PQ4'],
      [0, 'Undone: machine 7KX9PQ3'],
      [0, 'Undone: machine 7KX9PQ3'],
    ] as const) {
      await scanCommand(app, 'UNDO');
      await said(app, words);
      await expect.poll(left).toBe(pairs);
      await app.page.waitForTimeout(1250);
    }
    await scanCommand(app, 'UNDO');
    await said(app, 'There is nothing to undo.');
    await pairByScan(app, [['7KX9PQ3', 'BAY 1']]);
    await scanCommand(app, 'UNDO');
    await scanCommand(app, 'UNDO');
    await said(app, 'Read twice. Counted once.');
    await next(app, 'Scan the bay for 7KX9PQ3');
  });

  it('has one height whatever it says, on every screen', async () => {
    const app = await start();
    const height = async (): Promise<number | undefined> =>
      (await app.page.locator('.scan-bar').boundingBox())?.height;
    const before = await height();
    await app.scan('OP-Ada Byron');
    await app.scan('https://www.example.com/a/very/long/address/that/is/on/the/label/of/a/machine?serial=1');
    await app.page.locator('.scan-last[data-result=refused]').waitFor();
    expect(await height()).toBe(before);
    for (const key of ['F2', 'F3', 'F5', 'F6', 'F7']) {
      await app.page.keyboard.press(key);
      expect(await height()).toBe(before);
      await app.page.waitForTimeout(300);
    }
  });
});

describe('a scan is its screen’s own', () => {
  it('on Media, Log, Settings and Ship; badges and commands are taken everywhere', async () => {
    const app = await start();
    const { page } = app;
    await signInAndProve(app, media);
    await pairByScan(app, [['7KX9PQ3', 'BAY 1']]);
    await startByScan(app);
    await card(app, 'bay 1').getByText('PASS').first().waitFor();

    await page.keyboard.press('F6');
    await page.getByRole('row', { name: /7KX9PQ3/ }).waitFor();
    await app.scan('7KX9PQ9');
    await said(app, 'Searched for 7KX9PQ9');
    await expect.poll(() => page.getByLabel('Search').inputValue()).toBe('7KX9PQ9');
    await page.getByText('No matching lines.').waitFor();
    await app.scan('7KX9PQ3');
    await page.getByRole('row', { name: /7KX9PQ3/ }).waitFor();
    // No work order was given: none, and no internal number.
    await page.getByRole('row', { name: /7KX9PQ3.*none.*Ada Byron/ }).waitFor();
    await app.picture('flow-log-scan');
    expect(await printedLog(app)).toMatch(/1 line · search: 7KX9PQ3.*7KX9PQ3.*Ada Byron on #FFFFFF$/s);
    await page.getByLabel('Search').fill('7KX');
    await nothingSaid(app);
    await app.scan('OP-Zoe Quark');
    await page.getByText('Zoe Quark').first().waitFor();
    await onScreen(app, 'Log');

    await page.keyboard.press('F7');
    const tried = (): Promise<string> => page.getByLabel('Test a barcode').inputValue();
    await app.scan('4006381333931');
    await said(app, 'Only tried, not used');
    await expect.poll(tried).toBe('4006381333931');
    await app.scan('BAY 2');
    await expect.poll(tried).toBe('BAY 2');
    await app.picture('flow-settings-scan');
    // Back, and nothing taken back.
    await scanCommand(app, 'CANCEL');
    await onScreen(app, 'Bench');
    await said(app, 'Back on the bench. Nothing was changed');

    await page.keyboard.press('F5');
    await page.getByRole('button', { name: /^Close shipment/ }).waitFor();
    await app.scan('NOSUCH1');
    await said(app, 'This is no machine that waits to be shipped, and no computer that was replaced.');
    await scanCommand(app, 'SHIP');
    await said(app, /Nothing is ticked/);
    await app.scan('BAY 1');
    await said(app, 'Machine 7KX9PQ3 ticked, 1 in all');
    await page.locator('.ship-row').click();
    await nothingSaid(app);
    await app.scan('7KX9PQ3');
    // Drives without a work order have no number of their own: it is asked for, and scanned.
    await scanCommand(app, 'SHIP');
    await said(app, 'The shipment number is missing. Scan or type it.');
    await app.scan('LS-2026-1');
    await said(app, 'Shipment number LS-2026-1');
    expect(await page.getByLabel('Shipment number').inputValue()).toBe('LS-2026-1');

    await page.keyboard.press('F3');
    await app.scan('7KX9PQ5');
    await onScreen(app, 'Bench');
    await said(app, '7KX9PQ5: which bay?');
    await page.keyboard.press('F3');
    await app.scan('BAY 9');
    await said(app, 'No bay has this label.');
    await onScreen(app, 'Media');
  });
});
