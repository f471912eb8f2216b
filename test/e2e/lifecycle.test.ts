import { spawnSync } from 'node:child_process';
import { existsSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { electronRuntime } from '../../build/electron-runtime';
import { reasonBarcode } from '../../core/scan/reasons';
import { commandBarcode } from '../../core/scan/scan';
import { GiB } from '../../core/base/units';
import { makeBench } from '../support/virtual-bench';
import { AppWindow, startAgain } from '../support/app-window';
import {
  card,
  helpersOf,
  pairByScan,
  signInAndProve,
  askToStart,
  testMedia,
  type TestMedia,
} from '../support/app-bench';
import { hasNoTable } from '../support/drive-check';
import { removeArea, temporaryArea } from '../support/global-setup';
import { runCli } from '../support/cli';

let area: string;
let media: TestMedia;
let opened: AppWindow | null = null;
let paths: { readonly state: string; readonly bench: string };
let number = 0;
/** Helpers that were stopped: none may stay so, also when a test fails. */
const frozen: number[] = [];

beforeAll(async () => {
  area = temporaryArea('e2e-life');
  // More than a helper writes and reads back in one of the moments that startHeld gives it.
  media = await testMedia(area, { extraBytes: 96_000_000 });
});
afterEach(async () => {
  for (const pid of frozen.splice(0)) if (existsSync(`/proc/${pid}`)) process.kill(pid, 'SIGCONT');
  await opened?.end();
  opened = null;
});
afterAll(() => {
  removeArea(area);
});

/** A fresh bench of two drives, both paired, in a fresh state. */
async function paired(): Promise<AppWindow> {
  number += 1;
  paths = { state: join(area, `state-${number}`), bench: join(area, `bench-${number}`) };
  await makeBench(paths.bench, 2);
  opened = await AppWindow.start(paths);
  await card(opened, 'bay 1').waitFor();
  await signInAndProve(opened, media);
  await pairByScan(opened, [
    ['7KX9PQ3', 'BAY 1'],
    ['7KX9PQ4', 'BAY 2'],
  ]);
  return opened;
}

const drive = (index: number): string => join(paths.bench, `drive-0${index}.img`);
const pidOf = ({ process: own }: AppWindow): number => own.pid ?? -1;

/** Stops the helper where it is, so that jobs stay as they are until it goes on. */
function freeze(app: AppWindow): { readonly pid: number; readonly goOn: () => void } {
  const [pid] = helpersOf(pidOf(app));
  if (pid === undefined) throw new Error('the app has no helper');
  process.kill(pid, 'SIGSTOP');
  frozen.push(pid);
  return {
    pid,
    goOn: () => {
      process.kill(pid, 'SIGCONT');
    },
  };
}

/** Pairs a machine with the drive in bay 1, which asks why. */
async function pairAgain(app: AppWindow, machine: string, reason: 'REUSED' | 'SECOND-TRY'): Promise<void> {
  await app.scan(machine);
  await app.page.getByText(`${machine}: which bay?`).first().waitFor();
  await app.scan('BAY 1');
  await app.page.getByRole('button', { name: 'Give a reason …' }).first().waitFor();
  await app.scan(reasonBarcode({ code: reason }));
  await app.page.getByText(`for ${machine}`).first().waitFor();
}

/** The list is confirmed: every drive is held, and nothing is written yet. */
const confirmed = async (app: AppWindow): Promise<boolean> =>
  (await app.page.getByRole('dialog').count()) === 0;
/** Jobs have begun and are in the ledger. */
const begun = async (app: AppWindow): Promise<boolean> =>
  (await app.page.locator('li.card', { hasText: /erasing|writing|verifying/i }).count()) > 0;

/**
 * Starts by scanner and leaves the helper stopped as soon as the app has `reached` that. The helper goes on in small
 * steps until then: small drives are written faster than a busy machine draws a page.
 */
async function startHeld(
  app: AppWindow,
  reached: (app: AppWindow) => Promise<boolean>,
): Promise<ReturnType<typeof freeze>> {
  await askToStart(app);
  const passed = app.page.locator('li.card', { hasText: 'PASS' });
  const before = await passed.count();
  const helper = freeze(app);
  await app.scan(commandBarcode('START'));
  for (;;) {
    await app.page.waitForTimeout(100);
    if (await reached(app)) return helper;
    if ((await passed.count()) > before) {
      throw new Error('The drives were finished before the place where they were to be held.');
    }
    process.kill(helper.pid, 'SIGCONT');
    await app.page.waitForTimeout(15);
    process.kill(helper.pid, 'SIGSTOP');
  }
}

describe('jobs and their window', () => {
  it('cancels one drive alone; the other passes; the cancelled one can be tried again', async () => {
    const app = await paired();
    const helper = await startHeld(app, begun);
    await card(app, 'bay 1')
      .getByRole('button', { name: /cancel/i })
      .first()
      .click();
    await app.page.getByRole('button', { name: 'Yes, cancel' }).click();
    helper.goOn();
    await card(app, 'bay 2').getByText('PASS').first().waitFor();
    await card(app, 'bay 1').getByText('Cancelled').first().waitFor();
    expect(hasNoTable(drive(1), 2 * GiB)).toBe(true);
    await app.picture('cancelled-and-passed');
    await card(app, 'bay 1').getByRole('button', { name: /retry/i }).first().click();
    await card(app, 'bay 1').getByText('PASS').first().waitFor();
  });

  it('says FAIL with the reason when the helper is killed, and writes again with a new one', async () => {
    const app = await paired();
    process.kill((await startHeld(app, begun)).pid, 'SIGKILL');
    for (const bay of ['bay 1', 'bay 2']) await card(app, bay).getByText('FAIL').first().waitFor();
    await app.picture('helper-killed');
    expect(hasNoTable(drive(1), 2 * GiB)).toBe(true);
    // Nothing is tried again without a reason: by scanner alone, and with the button.
    await app.scan(commandBarcode('RETRY'));
    await app.page.getByText('Retry: which bay?').first().waitFor();
    await app.scan('BAY 1');
    await app.page
      .getByText(/^This drive failed on /)
      .first()
      .waitFor();
    expect(await card(app, 'bay 1').getByText('FAIL').count()).toBeGreaterThan(0);
    await app.picture('asked-for-a-reason');
    await app.scan(reasonBarcode({ code: 'SECOND-TRY' }));
    await card(app, 'bay 1').getByText('PASS').first().waitFor();
    await card(app, 'bay 1')
      .getByText(/^Second try\. The first failed on /)
      .waitFor();
    await card(app, 'bay 2').getByRole('button', { name: /retry/i }).first().click();
    await app.page.getByRole('button', { name: 'Give a reason …' }).first().click();
    await app.page.getByLabel('Reason').fill('Other cable');
    await app.page.getByRole('button', { name: 'Write it again', exact: true }).click();
    await card(app, 'bay 2').getByText('PASS').first().waitFor();
    await card(app, 'bay 2')
      .getByText(/: Other cable$/)
      .waitFor();
    await app.picture('second-try-passed');
  });

  it('tells what a drive holds, then only that it failed: on card, in details and in the START list', async () => {
    const app = await paired();
    const one = card(app, 'bay 1');
    await askToStart(app);
    await app.scan(commandBarcode('START'));
    for (const bay of ['bay 1', 'bay 2']) await card(app, bay).getByText('PASS').first().waitFor();
    await one.getByRole('button', { name: /clear/i }).click();
    const holds = 'Holds the image for 7KX9PQ3, not shipped';
    await one.getByText(holds).waitFor();
    expect(await one.innerText()).toContain('Holds an image');
    expect(await one.innerText()).not.toMatch(/Ready|GPT partition table/);
    await app.picture('past-holds');

    await pairAgain(app, '7KX9PQ5', 'REUSED');
    process.kill((await startHeld(app, begun)).pid, 'SIGKILL');
    await one.getByText('FAIL').first().waitFor();
    // The helper is to blame: writing again comes first.
    const buttons = await one.locator('.card-actions button').allInnerTexts();
    expect(buttons.map((label) => label.trim())).toEqual(['Retry', 'Clear']);
    await one.getByRole('button', { name: /clear/i }).click();
    const failed = /^Failed once on \d{4}-\d\d-\d\d: Helper stopped$/;
    await one.getByText(failed).waitFor();
    expect(await one.innerText()).toContain('Failed before');
    expect(await one.innerText()).not.toMatch(/Ready|7KX9PQ3/);
    await app.picture('past-failed');

    await one.locator('.card-open').click();
    const details = app.page.getByRole('dialog');
    await details.getByText('History').waitFor();
    await details.getByText(/Failed once on .*Helper stopped · Entry \d+ of the log/).waitFor();
    expect(await details.innerText()).not.toContain('7KX9PQ3');
    await app.picture('past-details');
    await app.page.keyboard.press('Escape');
    await details.waitFor({ state: 'hidden' });

    await pairAgain(app, '7KX9PQ6', 'SECOND-TRY');
    await askToStart(app);
    const list = app.page.getByRole('dialog');
    await list.getByText(failed).waitFor();
    expect(await list.innerText()).not.toContain('7KX9PQ3');
    await app.picture('past-start-list');
  });

  it('goes on without its window; a second start brings it back with everything on it', async () => {
    const app = await paired();
    const helper = await startHeld(app, begun);
    await app.answerQuestions(1);
    const closed = app.page.waitForEvent('close');
    await app.electron.evaluate(({ BrowserWindow }) => {
      BrowserWindow.getAllWindows()[0]?.close();
    });
    await closed;
    const reopened = app.electron.waitForEvent('window');
    // The second start hands over to the first and ends.
    expect(await startAgain(paths)).toBe(0);
    const page = await reopened;
    await page.getByText('7KX9PQ3').first().waitFor();
    helper.goOn();
    await page.getByText('PASS').nth(1).waitFor();
  });

  it('records the ends when the window was closed and nobody came back, and shows them when it is started again', async () => {
    const app = await paired();
    const helper = await startHeld(app, begun);
    await app.answerQuestions(1);
    const gone = new Promise((done) => app.process.once('exit', done));
    await app.electron.evaluate(({ BrowserWindow }) => {
      BrowserWindow.getAllWindows()[0]?.close();
    });
    helper.goOn();
    await gone;
    const list = await runCli(['ledger', 'list', '--state', paths.state, '--json']);
    expect(list.stdout.match(/"done"/g)).toHaveLength(2);
    expect(hasNoTable(drive(1), 2 * GiB)).toBe(false);
    opened = await AppWindow.start(paths);
    for (const bay of ['bay 1', 'bay 2']) await card(opened, bay).getByText('PASS').first().waitFor();
  });

  it('warns when the window is closed while drives are written, once when it is closed twice, and stays when the answer is no', async () => {
    const app = await paired();
    const helper = await startHeld(app, begun);
    const asked = await app.electron.evaluate(async ({ app: own, BrowserWindow, dialog }) => {
      let questions = 0;
      dialog.showMessageBox = async () => {
        questions += 1;
        await new Promise((done) => setTimeout(done, 300));
        return { response: 0, checkboxChecked: false };
      };
      BrowserWindow.getAllWindows()[0]?.close();
      BrowserWindow.getAllWindows()[0]?.close();
      own.quit();
      await new Promise((done) => setTimeout(done, 600));
      return questions;
    });
    expect(asked).toBe(1);
    expect(app.page.isClosed()).toBe(false);
    helper.goOn();
    for (const bay of ['bay 1', 'bay 2']) await card(app, bay).getByText('PASS').first().waitFor();
  });

  it('cancels and records every drive when the system ends it', async () => {
    const app = await paired();
    await startHeld(app, begun);
    const gone = new Promise((done) => app.process.once('exit', done));
    app.process.kill('SIGTERM');
    for (const pid of frozen.splice(0)) process.kill(pid, 'SIGCONT');
    await gone;
    const list = await runCli(['ledger', 'list', '--state', paths.state, '--json']);
    const ended = JSON.parse(list.stdout) as { entries: { kind: string; result: string }[] };
    // Whatever was not finished at that moment is recorded as cancelled; nothing is left open.
    const results = ended.entries.filter(({ kind }) => kind === 'job-ended').map(({ result }) => result);
    expect(results).toHaveLength(2);
    expect(results.every((result) => result === 'cancelled' || result === 'done')).toBe(true);
    const verified = await runCli(['ledger', 'verify', '--state', paths.state]);
    expect(verified.status).toBe(0);
  });

  it('shows everything again when its page crashes while drives are written', async () => {
    const app = await paired();
    await startHeld(app, begun);
    const shown = app.electron.evaluate(
      ({ BrowserWindow }) =>
        new Promise<string>((done) => {
          const contents = BrowserWindow.getAllWindows()[0]?.webContents;
          contents?.once('did-finish-load', () => {
            const ask = (): void => {
              void contents.executeJavaScript('document.body.innerText').then((text: string) => {
                if (/PASS[^]*PASS/.test(text)) done(text);
                else setTimeout(ask, 200);
              });
            };
            ask();
          });
          contents?.forcefullyCrashRenderer();
        }),
    );
    for (const pid of frozen.splice(0)) process.kill(pid, 'SIGCONT');
    expect(await shown).toContain('7KX9PQ3');
  });

  it('shows what was interrupted when it was killed and started again', async () => {
    const app = await paired();
    await startHeld(app, begun);
    const gone = new Promise((done) => app.process.once('exit', done));
    app.process.kill('SIGKILL');
    await gone;
    opened = await AppWindow.start(paths);
    await opened.page.getByText('Interrupted').first().waitFor();
    await opened.picture('interrupted');
    const verified = await runCli(['ledger', 'verify', '--state', paths.state]);
    expect(verified.status).toBe(0);
  });
});

describe('a drive that holds a finished image', () => {
  it('is shown again after a crash, and written for another machine by scanner alone: bay, reason, START, START', async () => {
    let app = await paired();
    await askToStart(app);
    await app.scan(commandBarcode('START'));
    for (const bay of ['bay 1', 'bay 2']) await card(app, bay).getByText('PASS').first().waitFor();
    const gone = new Promise((done) => app.process.once('exit', done));
    app.process.kill('SIGKILL');
    await gone;
    app = opened = await AppWindow.start(paths);
    for (const bay of ['bay 1', 'bay 2']) await card(app, bay).getByText('PASS').first().waitFor();
    await app.scan('OP-Ada Byron');
    await app.scan(commandBarcode('CLEAR'));
    await card(app, 'bay 1').getByText('PASS').first().waitFor({ state: 'detached' });
    await app.scan('7KX9PQ5');
    await app.page.getByText('7KX9PQ5: which bay?').first().waitFor();
    await app.scan('BAY 1');
    await app.page
      .getByText(/^This drive holds the image for 7KX9PQ3\. It was written on /)
      .first()
      .waitFor();
    await app.picture('drive-holds-refused');
    await app.scan(reasonBarcode({ code: 'REUSED' }));
    await app.page.getByText('for 7KX9PQ5').first().waitFor();
    await askToStart(app);
    await app.picture('drive-reused-list');
    await app.scan(commandBarcode('START'));
    await card(app, 'bay 1').getByText('PASS').first().waitFor();
    await card(app, 'bay 1')
      .getByText(/^Drive reused\. It held the image for 7KX9PQ3/)
      .waitFor();
    await app.picture('drive-reused-passed');
    const list = await runCli(['ledger', 'export', '--format', 'json', '--state', paths.state]);
    expect(list.stdout).toContain('"driveAgain":{"held":{');
  });
});

describe('the app, closed and opened again', () => {
  it('shows FAIL for the drive that is not as it was and PASS for the one beside it as they were; what was cleared stays cleared', async () => {
    let app = await paired();
    const helper = await startHeld(app, confirmed);
    // As when a drive dies: it is not what was confirmed any more.
    truncateSync(drive(2), GiB);
    helper.goOn();
    await card(app, 'bay 1').getByText('PASS').first().waitFor();
    await card(app, 'bay 2').getByText('FAIL').first().waitFor();
    await app.picture('one-failed');
    expect(hasNoTable(drive(2), GiB)).toBe(true);
    expect(hasNoTable(drive(1), 2 * GiB)).toBe(false);
    const reason = await card(app, 'bay 2').locator('.card-reason').innerText();
    await app.end();

    app = opened = await AppWindow.start(paths);
    await card(app, 'bay 1').getByText('PASS').first().waitFor();
    await card(app, 'bay 2').getByText('FAIL').first().waitFor();
    expect(await card(app, 'bay 2').locator('.card-reason').innerText()).toBe(reason);
    expect(await app.page.getByText('Ready', { exact: true }).count()).toBe(0);
    await app.picture('reopened');
    await card(app, 'bay 1').getByRole('button', { name: /clear/i }).click();
    await card(app, 'bay 1').getByText('PASS').first().waitFor({ state: 'detached' });
    await app.end();

    opened = await AppWindow.start(paths);
    await card(opened, 'bay 2').getByText('FAIL').first().waitFor();
    expect(await card(opened, 'bay 1').getByText('PASS').count()).toBe(0);
  });
});

describe('the start of the app', () => {
  it.skipIf(process.getuid?.() !== 0)('is refused for root, and says so', () => {
    const run = spawnSync(
      electronRuntime().binary,
      [join(import.meta.dirname, '../..'), '--state', join(area, 'root'), '--no-sandbox'],
      { encoding: 'utf8', timeout: 20_000, killSignal: 'SIGKILL' },
    );
    expect(run.stderr).toContain('does not run as root');
    expect(run.status).toBe(1);
  });
});
