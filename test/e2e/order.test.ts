import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeBench } from '../support/virtual-bench';
import { AppWindow } from '../support/app-window';
import { card } from '../support/app-bench';
import { removeArea, temporaryArea } from '../support/global-setup';

let area: string;
let bench: string;
let state: string;
let app: AppWindow;

beforeAll(async () => {
  area = temporaryArea('e2e-order');
  bench = join(area, 'bench');
  state = join(area, 'state');
  await makeBench(bench, 2);
  app = await AppWindow.start({ state, bench });
});
afterAll(async () => {
  await app.end();
  removeArea(area);
});

function orderFile(name: string, text: string): string {
  const file = join(area, name);
  writeFileSync(file, text);
  chmodSync(file, 0o644);
  return file;
}

describe('a work order in the app', () => {
  it('is a number alone, too, which gives way to a list with a word', async () => {
    const { page } = app;
    await app.scan('WO-4711');
    await page.keyboard.press('F2');
    await page.getByRole('heading', { name: 'Work order 4711', level: 1 }).waitFor();
    await page.getByText('No list: every machine is accepted.').waitFor();
    await app.picture('order-number');
    await page.getByRole('button', { name: 'Remove the number' }).click();
    await page.getByRole('heading', { name: 'Work order', exact: true, level: 1 }).waitFor();
    await page.getByLabel('Work order number').fill('4712');
    await page.getByRole('button', { name: 'Use this number' }).click();
    await page.getByRole('heading', { name: 'Work order 4712', level: 1 }).waitFor();
  });

  it('is refused with all that is wrong, then opened from its file', async () => {
    const { page } = app;
    await page.keyboard.press('F2');
    await app.answerFiles(orderFile('wrong.csv', 'serial;uuid\n1.23E+11;\n7KX9PQ1;zz\n'));
    await page.getByLabel('Work order number').fill('WO-7');
    const button = page.getByRole('button', { name: 'Choose a file …' });
    const before = await button.boundingBox();
    await button.click();
    await page.getByText(/line 2: .*converted to a number/).waitFor();
    await page.getByText(/line 3: .*not a UUID/).waitFor();
    // What is under the pointer stays there.
    expect(await button.boundingBox()).toEqual(before);
    await app.picture('order-refused');
    await app.answerFiles(orderFile('right.csv', 'serial;name\n7KX9PQ1;PC-1\n7KX9PQ2;PC-2\n'));
    await page.getByRole('button', { name: 'Choose a file …' }).click();
    await page.getByRole('heading', { name: 'Work order WO-7' }).waitFor();
    await page.getByText(/Work order 4712 was set before, without a list/).waitFor();
    await page.getByText('2 machines are open:').waitFor();
  });

  it('refuses an unexpected machine that is scanned, and lets it in with a reason', async () => {
    const { page } = app;
    await page.keyboard.press('F4');
    await card(app, 'bay 1').waitFor();
    await app.scan('OP-Ada Byron');
    await app.scan('STRANGER1');
    await page
      .locator('.scan-last[data-result=refused]')
      .getByText(/not in the open work order/)
      .waitFor();
    await page.getByRole('button', { name: 'Go to Order' }).click();
    await page.getByRole('button', { name: 'Allow it' }).click();
    await page.getByLabel('Reason', { exact: true }).fill('A spare');
    await page.getByRole('button', { name: 'Record the exception' }).click();
    await page.getByRole('row', { name: /STRANGER1.*A spare/ }).waitFor();
    // What was refused is said no more: it was allowed since.
    await page.locator('.scan-last[data-result=none]').waitFor();
    // A machine of the order is shown here, and not paired in silence.
    await app.scan('7KX9PQ1');
    await page.locator('.order-line[data-marked=true]').getByText('7KX9PQ1').waitFor();
    await page.locator('.scan-last').getByText('Machine 7KX9PQ1 is in the work order').waitFor();
    await app.picture('order-line-scanned');
    await page.keyboard.press('F4');
    await app.scan('7KX9PQ1');
    await app.scan('BAY 1');
    await card(app, 'bay 1').getByText('for 7KX9PQ1').waitFor();
    await page.keyboard.press('F2');
    await page.getByRole('row', { name: /7KX9PQ1.*Paired/ }).waitFor();
    await app.picture('order-open');
  });

  it('is there with its pairs when the app was killed and started again', async () => {
    app.process.kill('SIGKILL');
    await new Promise((gone) => app.process.once('exit', gone));
    app = await AppWindow.start({ state, bench });
    const { page } = app;
    await page.getByText('1 pair from before Prestage stopped was restored.').waitFor();
    expect(await card(app, 'bay 1').textContent()).toContain('7KX9PQ1');
    await page.getByRole('button', { name: /^Show work order WO-7/ }).click();
    await page.getByRole('row', { name: /7KX9PQ1.*Paired/ }).waitFor();
    await page.getByRole('row', { name: /STRANGER1.*A spare/ }).waitFor();
  });
});
