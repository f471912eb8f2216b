import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { GiB } from '../../core/base/units';
import { commandBarcode } from '../../core/scan/scan';
import { DeskApp } from '../support/app-window';
import { makeBench } from '../support/virtual-bench';
import { card, pairByScan, startByScan, testMedia, type TestMedia } from '../support/app-bench';
import { hasNoTable } from '../support/drive-check';
import { temporaryArea } from '../support/global-setup';

let area: string;
let media: TestMedia;
let bench: string;
let desk: DeskApp;

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
  desk = await DeskApp.start({ state: join(area, 'state'), bench });
});
afterAll(async () => {
  await desk.end();
  rmSync(area, { recursive: true, force: true });
});

describe('the whole loop without a mouse', () => {
  it('shows the bench, with the drive that may not be written and why', async () => {
    await card(desk, 'bay 1').waitFor();
    expect(await card(desk, 'bay 4').textContent()).toMatch(/blocked/i);
    await desk.picture('bench-first-start');
  });

  it('refuses what is no machine, in words that say what was scanned and what was expected', async () => {
    await desk.scan('OP-Ada Byron');
    await desk.page.getByText('Ada Byron').first().waitFor();
    for (const [barcode, words] of [
      ['4006381333931', /product number/i],
      ['00:1A:2B:3C:4D:5E', /network address/i],
      ['To Be Filled By O.E.M.', /placeholder/i],
      ['L12345-001', /part number/i],
    ] as const) {
      await desk.scan(barcode);
      await desk.page.locator('.scan-last[data-result=refused]').getByText(words).waitFor();
    }
    await desk.picture('scan-refused');
  });

  it('cannot start before the media is proved; a wrong hash is refused, the right one proves it', async () => {
    await desk.scan(commandBarcode('START'));
    await desk.page.locator('.scan-last[data-result=refused]').waitFor();
    await desk.page.keyboard.press('F2');
    await desk.picture('batch-empty');
    await desk.answerFiles(media.path);
    await desk.page
      .getByRole('button', { name: /choose/i })
      .first()
      .click();
    await desk.page.getByText(media.sha256.slice(0, 8)).first().waitFor();
    await desk.picture('batch-hash-asked');
    await desk.scan('0'.repeat(64));
    await desk.page
      .getByText(/is not the file that was sent/i)
      .first()
      .waitFor();
    await desk.picture('batch-hash-refused');
    await desk.scan(media.sha256);
    await desk.page
      .getByText(/^proved/i)
      .first()
      .waitFor();
    await desk.picture('batch-proved');
  });

  it('pairs by scanner, refuses a machine twice, and takes back', async () => {
    await desk.page.keyboard.press('F1');
    await desk.scan('WO-4711');
    await pairByScan(desk, [
      ['7KX9PQ3', 'BAY 1'],
      ['7KX9PQ4', 'BAY 2'],
    ]);
    await desk.scan('7KX9PQ3');
    await desk.page
      .getByText(/already paired/i)
      .first()
      .waitFor();
    await desk.scan('7KX9PQ5');
    await desk.scan('BAY 4');
    await desk.page.locator('.scan-last[data-result=refused]').waitFor();
    await desk.scan(commandBarcode('UNDO'));
    await desk.scan('7KX9PQ5');
    await desk.scan(commandBarcode('NEXT'));
    await card(desk, 'bay 3').getByText('7KX9PQ5').waitFor();
    await desk.picture('paired');
  });

  it('starts after the list was seen, writes, and says PASS', async () => {
    await desk.scan(commandBarcode('START'));
    const list = desk.page.getByRole('dialog');
    await list.waitFor();
    expect(await list.textContent()).toMatch(/3 drives will be erased/);
    await desk.picture('start-list');
    // A second read at once is the same pull of the trigger.
    await desk.scan(commandBarcode('START'));
    await desk.page.waitForTimeout(300);
    expect(await list.isVisible()).toBe(true);
    expect(hasNoTable(join(bench, 'drive-01.img'), 2 * GiB)).toBe(true);
    await desk.scan(commandBarcode('CANCEL'));
    await list.waitFor({ state: 'hidden' });
    await startByScan(desk);
    await desk.picture('running');
    for (const bay of ['bay 1', 'bay 2', 'bay 3']) await card(desk, bay).getByText('PASS').first().waitFor();
    await desk.picture('all-passed');
    for (const file of ['drive-01.img', 'drive-02.img', 'drive-03.img']) {
      expect(hasNoTable(join(bench, file), 2 * GiB)).toBe(false);
    }
  });

  it('knows the machines from now on', async () => {
    await desk.scan('7KX9PQ3');
    await desk.page
      .locator('.scan-last[data-result=refused]')
      .getByText(/already has a drive/i)
      .waitFor();
  });

  it('shows, searches, verifies and exports the log', async () => {
    await desk.page.keyboard.press('F3');
    await desk.page.getByText('7KX9PQ4').first().waitFor();
    await desk.picture('log');
    await desk.page
      .getByRole('searchbox')
      .or(desk.page.getByLabel(/search/i))
      .first()
      .fill('pq5');
    await desk.page.getByText('7KX9PQ4').first().waitFor({ state: 'hidden' });
    await desk.page.getByText('7KX9PQ5').first().click();
    await desk.page
      .getByText(/drive-03|VD-/)
      .first()
      .waitFor();
    await desk.picture('log-entry');
    await desk.page.keyboard.press('Escape');
    await desk.page
      .getByRole('button', { name: /verify/i })
      .first()
      .click();
    await desk.page.getByText(/whole/i).first().waitFor();
    await desk.picture('log-verified');
    // Where the app's user may write.
    const csv = join(area, 'state', 'log.csv');
    await desk.answerFiles(csv);
    await desk.page.getByRole('button', { name: /csv/i }).first().click();
    await desk.page
      .getByText(/log\.csv/)
      .first()
      .waitFor();
    const lines = readFileSync(csv, 'utf8').trim().split('\r\n');
    expect(lines).toHaveLength(4);
    expect(lines.join('\n')).toMatch(/7KX9PQ3[\s\S]*Ada Byron/);
  });
});
