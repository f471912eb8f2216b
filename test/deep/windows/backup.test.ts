import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { card } from '../../support/app-bench';
import { AppWindow, giveToUser } from '../../support/app-window';
import { runCli } from '../../support/cli';
import { removeArea, temporaryArea } from '../../support/global-setup';
import { makeBench } from '../../support/virtual-bench';

/** A station's state into a file and back, in the real app: it ends with a restore, and begins again with what was restored. */

let area: string;
let opened: AppWindow | null = null;

beforeAll(() => {
  area = temporaryArea('e2e-backup');
});
afterEach(async () => {
  await opened?.end();
  opened = null;
});
afterAll(() => {
  removeArea(area);
});

async function prestage(...args: string[]): Promise<string> {
  const ended = await runCli(args);
  expect(ended.status, ended.stderr).toBe(0);
  return ended.stdout;
}
const record = async (state: string, serial: string): Promise<string> =>
  await prestage('machine', 'returned', serial, '--note', 'came back', '--state', state);
/** Serials of a ledger that is whole. */
async function machines(state: string): Promise<string[]> {
  await prestage('ledger', 'verify', '--state', state);
  const exported = await prestage('ledger', 'export', '--format', 'json', '--state', state);
  return Array.from(exported.matchAll(/"machineSerial":\s*"([^"]+)"/g), (match) => match[1] ?? '');
}

async function start(name: string): Promise<AppWindow> {
  opened = await AppWindow.start({ state: join(area, name), bench: join(area, 'bench') });
  await card(opened, 'bay 1').waitFor();
  await opened.page.keyboard.press('F7');
  return opened;
}

describe('a backup from Settings', () => {
  it('is saved, and restored where somebody says that it replaces what is there', async () => {
    const saved = join(area, 'saved');
    const file = join(saved, 'bench-7.prestage');
    giveToUser(saved);
    await makeBench(join(area, 'bench'), 1);
    await record(join(area, 'one'), 'OLD-A1');
    const one = await start('one');
    await one.answerFiles(file);
    await one.page.getByRole('button', { name: 'Back up to a file …' }).click();
    for (const label of ['Password of the backup', 'Type it again']) {
      await one.page.getByLabel(label).fill('correct horse');
    }
    await one.page.getByRole('button', { name: 'Choose where …' }).click();
    await one.page.getByText(/^Saved: .*with 1 log entry/).waitFor();
    await one.picture('backup-saved');
    await one.end();
    expect(existsSync(file)).toBe(true);

    const two = join(area, 'two');
    await record(two, 'NEW-A1');
    const other = await start('two');
    await other.answerFiles(file);
    // What starts it again is not the test's.
    await other.electron.evaluate(({ app }) => {
      app.relaunch = () => {
        process.stdout.write('it begins again\n');
      };
    });
    const gone = new Promise((done) => other.process.once('exit', done));
    const { page } = other;
    await page.getByRole('button', { name: 'Restore from a file …' }).click();
    await page.getByLabel('Password of the backup').fill('correct house');
    await page.getByRole('button', { name: 'Restore it' }).click();
    await page.getByText(/does not open with this password/).waitFor();
    await page.getByLabel('Password of the backup').fill('correct horse');
    await page.getByRole('button', { name: 'Restore it' }).click();
    await page.getByText(/has 1 entry of another station/).waitFor();
    await other.picture('backup-replaces');
    expect(readdirSync(two).filter((name) => name.startsWith('.restore'))).toEqual([]);
    await page.getByRole('button', { name: 'Replace what is here' }).click();
    await gone;
    expect(other.output).toContain('it begins again');
    opened = null;

    const again = await start('two');
    await again.page.keyboard.press('F6');
    await again.page.getByText('OLD-A1').first().waitFor();
    await again.end();
    expect(await machines(two)).toEqual(['OLD-A1']);
    const [before = ''] = readdirSync(two).filter((name) => name.startsWith('before-restore-'));
    expect(await machines(join(two, before, 'state'))).toEqual(['NEW-A1']);
  });
});
