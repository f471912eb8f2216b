import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { GiB } from '../../core/base/units';
import { commandBarcode } from '../../core/scan/scan';
import { AppWindow, giveToUser } from '../support/app-window';
import { makeBench } from '../support/virtual-bench';
import { card, pairByScan, startByScan, testMedia, type TestMedia } from '../support/app-bench';
import { hasNoTable } from '../support/drive-check';
import { removeArea, temporaryArea } from '../support/global-setup';

let area: string;
let media: TestMedia;
let bench: string;
let app: AppWindow;

beforeAll(async () => {
  area = temporaryArea('e2e-loop');
  media = await testMedia(area);
  bench = join(area, 'bench');
  await makeBench(bench, 4);
  // The fourth drive is not what its bench says: a drive that may not be written.
  const file = join(bench, 'bench.json');
  const said = z
    .looseObject({ drives: z.array(z.looseObject({ size: z.number() })) })
    .parse(JSON.parse(readFileSync(file, 'utf8')));
  const fourth = said.drives[3];
  if (fourth !== undefined) fourth.size = 3 * GiB;
  writeFileSync(file, JSON.stringify(said));
  app = await AppWindow.start({ state: join(area, 'state'), bench });
});
afterAll(async () => {
  await app.end();
  removeArea(area);
});

describe('the whole loop without a mouse', () => {
  it('shows the bench, with the drive that may not be written and why', async () => {
    await card(app, 'bay 1').waitFor();
    expect(await card(app, 'bay 4').textContent()).toMatch(/blocked/i);
    await app.picture('bench-first-start');
  });

  it('refuses what is no machine, in words that say what was scanned and what was expected', async () => {
    await app.scan('OP-Ada Byron');
    await app.page.getByText('Ada Byron').first().waitFor();
    for (const [barcode, words] of [
      ['4006381333931', /product number/i],
      ['00:1A:2B:3C:4D:5E', /network address/i],
      ['To Be Filled By O.E.M.', /placeholder/i],
      ['L12345-001', /part number/i],
    ] as const) {
      await app.scan(barcode);
      await app.page.locator('.scan-last[data-result=refused]').getByText(words).waitFor();
    }
    await app.picture('scan-refused');
  });

  it('cannot start before the media is proved; a wrong hash is refused, the right one proves it', async () => {
    await app.scan(commandBarcode('START'));
    await app.page.locator('.scan-last[data-result=refused]').waitFor();
    await app.page.keyboard.press('F3');
    await app.picture('batch-empty');
    await app.answerFiles(media.path);
    await app.page
      .getByRole('button', { name: /choose/i })
      .first()
      .click();
    await app.page.getByText(media.sha256.slice(0, 8)).first().waitFor();
    await app.picture('batch-hash-asked');
    await app.scan('0'.repeat(64));
    await app.page
      .getByText(/is not the file that was sent/i)
      .first()
      .waitFor();
    await app.picture('batch-hash-refused');
    await app.scan(media.sha256);
    await app.page
      .getByText(/^verified$/i)
      .first()
      .waitFor();
    await app.picture('batch-proved');
  });

  it('pairs by scanner, refuses a machine twice, and takes back', async () => {
    await app.page.keyboard.press('F4');
    await app.scan('WO-4711');
    await pairByScan(app, [
      ['7KX9PQ3', 'BAY 1'],
      ['7KX9PQ4', 'BAY 2'],
    ]);
    await app.scan('7KX9PQ3');
    await app.page
      .getByText(/already paired/i)
      .first()
      .waitFor();
    await app.scan('7KX9PQ5');
    await app.scan('BAY 4');
    await app.page.locator('.scan-last[data-result=refused]').waitFor();
    await app.scan(commandBarcode('UNDO'));
    await app.scan('7KX9PQ5');
    await app.scan(commandBarcode('NEXT'));
    await card(app, 'bay 3').getByText('7KX9PQ5').waitFor();
    await app.picture('paired');
  });

  it('starts after the list was seen, writes, and says PASS', async () => {
    await app.scan(commandBarcode('START'));
    const list = app.page.getByRole('dialog');
    await list.waitFor();
    expect(await list.textContent()).toMatch(/3 drives will be erased/);
    await app.picture('start-list');
    // A second read at once is the same pull of the trigger.
    await app.scan(commandBarcode('START'));
    await app.page.waitForTimeout(300);
    expect(await list.isVisible()).toBe(true);
    expect(hasNoTable(join(bench, 'drive-01.img'), 2 * GiB)).toBe(true);
    await app.scan(commandBarcode('CANCEL'));
    await list.waitFor({ state: 'hidden' });
    await startByScan(app);
    await app.picture('running');
    for (const bay of ['bay 1', 'bay 2', 'bay 3']) await card(app, bay).getByText('PASS').first().waitFor();
    await app.picture('all-passed');
    for (const file of ['drive-01.img', 'drive-02.img', 'drive-03.img']) {
      expect(hasNoTable(join(bench, file), 2 * GiB)).toBe(false);
    }
  });

  it('knows the machines from now on', async () => {
    // Its drive is still there: the machine says that it is taken out.
    await app.scan('7KX9PQ3');
    await app.page
      .getByText(/^Bay 1 is out, 2 left/)
      .first()
      .waitFor();
    await app.scan('7KX9PQ3');
    await app.page
      .locator('.scan-last[data-result=refused]')
      .getByText(/already has a drive/i)
      .waitFor();
    // For a reason, which is asked where it was refused, it gets another one.
    await app.page.getByRole('button', { name: 'Give a reason …' }).click();
    await app.page.getByLabel('Reason').fill('Lost in transit');
    await app.picture('write-again');
    await app.page.getByRole('button', { name: 'Write it again', exact: true }).click();
    await app.page.getByText('7KX9PQ3: which bay?').first().waitFor();
    await app.scan(commandBarcode('UNDO'));
    await app.page
      .getByText(/Undone: machine 7KX9PQ3/)
      .first()
      .waitFor();
  });

  it('shows, searches, verifies and exports the log', async () => {
    await app.page.keyboard.press('F6');
    await app.page.getByText('7KX9PQ4').first().waitFor();
    await app.picture('log');
    await app.page
      .getByRole('searchbox')
      .or(app.page.getByLabel(/search/i))
      .first()
      .fill('pq5');
    await app.page.getByText('7KX9PQ4').first().waitFor({ state: 'hidden' });
    await app.page.getByText('7KX9PQ5').first().click();
    await app.page
      .getByText(/drive-03|VD-/)
      .first()
      .waitFor();
    await app.picture('log-entry');
    await app.page.keyboard.press('Escape');
    await app.page
      .getByRole('button', { name: /verify/i })
      .first()
      .click();
    await app.page
      .getByText(/ledger is intact/i)
      .first()
      .waitFor();
    await app.picture('log-verified');
    // Where the app's user may write.
    const csv = join(area, 'state', 'log.csv');
    await app.answerFiles(csv);
    await app.page.getByRole('button', { name: /csv/i }).first().click();
    await app.page
      .getByText(/log\.csv/)
      .first()
      .waitFor();
    const lines = readFileSync(csv, 'utf8').trim().split('\r\n');
    expect(lines).toHaveLength(4);
    expect(lines.join('\n')).toMatch(/7KX9PQ3[\s\S]*Ada Byron/);
  });

  it('ships with gloves: lines are pressed, the bundle goes into its folder, papers are printed here', async () => {
    const { page } = app;
    const folder = join(area, 'state', 'shipments');
    giveToUser(folder);
    await page.keyboard.press('F7');
    await app.answerFiles(folder);
    await page.getByRole('button', { name: 'Choose a folder …' }).click();
    await page.getByText(folder).waitFor();
    // Nothing asks for a file from here on.
    await app.answerFiles('/nowhere/at/all.zip');
    await page.keyboard.press('F5');
    await page.locator('.ship-row', { hasText: '7KX9PQ4' }).locator('td').last().click();
    await page.locator('.ship-row', { hasText: '7KX9PQ3' }).locator('td').last().click();
    await page.getByText('2 machines selected').waitFor();
    await page.getByLabel('Shipment number').fill('LS-1');
    await app.picture('ship-chosen');
    await page.getByRole('button', { name: 'Close shipment of 2 machines' }).click();
    await page.getByText(join(folder, 'SHIPMENT-LS-1.zip')).waitFor();
    expect(readdirSync(folder).toSorted()).toEqual([
      'SHIPMENT-LS-1-labels.pdf',
      'SHIPMENT-LS-1-packing-list.pdf',
      'SHIPMENT-LS-1.zip',
    ]);
    for (const [button, words] of [
      ['Print packing list', ['LS-1', '7KX9PQ3', '7KX9PQ4', 'Received by, date']],
      ['Print labels', ['7KX9PQ4', '4711', 'BOX 2 OF 2']],
    ] as const) {
      await page.getByRole('button', { name: button }).click();
      await page.getByRole('button', { name: 'Print', exact: true }).waitFor();
      await app.picture(button.toLowerCase().replaceAll(' ', '-'));
      const printed = (await app.printed()).toUpperCase();
      for (const word of words) expect(printed).toContain(word.toUpperCase());
      // Only the paper.
      expect(printed).not.toContain('SETTINGS');
      await page.getByRole('button', { name: 'Back to Ship' }).click();
    }
    // A file that is there is not written over without a question.
    const again = join(area, 'state', 'again.zip');
    await app.answerFiles(again);
    await page.getByRole('button', { name: 'Make the bundle of shipment LS-1 again' }).click();
    await page.getByText(again).waitFor();
    await page.keyboard.press('F6');
    // What was looked for before is still there.
    await page
      .getByRole('searchbox')
      .or(page.getByLabel(/search/i))
      .first()
      .fill('');
    await page.getByLabel('Show', { exact: true }).selectOption('shipment');
    await page.getByRole('row', { name: /2 machines.*Shipped.*Shipment LS-1/ }).click();
    await page.getByText('7KX9PQ4').first().waitFor();
    await app.picture('log-shipment');
  });
});
