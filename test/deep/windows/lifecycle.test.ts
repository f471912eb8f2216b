import { spawnSync } from 'node:child_process';
import { truncateSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { electronRuntime } from '../../../build/electron-runtime';
import { reasonBarcode } from '../../../core/scan/reasons';
import { commandBarcode } from '../../../core/scan/scan';
import { GiB } from '../../../core/base/units';
import { helperOf } from '../../support/processes';
import { releaseHelpers, StoppedHelper } from '../../support/stopped-helper';
import { makeBench } from '../../support/virtual-bench';
import { AppWindow, giveToUser, startAgain } from '../../support/app-window';
import {
  card,
  handOnImages,
  pairByScan,
  signInAndProve,
  askToStart,
  startByScan,
  testMedia,
  type TestMedia,
} from '../../support/app-bench';
import { hasNoTable } from '../../support/drive-check';
import { openToOthers, removeArea, temporaryArea } from '../../support/global-setup';
import { runHere } from '../../support/command-line';
import { heldPrograms } from '../../support/held-programs';
import { Hold } from '../../support/hold';

let area: string;
let media: TestMedia;
let opened: AppWindow | null = null;
let paths: {
  readonly folder: string;
  readonly state: string;
  readonly bench: string;
  readonly env: { readonly TMPDIR: string };
};
/** State of the last case, whose disk images the next one takes. */
let written: string | null = null;
let number = 0;
let hold: Hold | null = null;

beforeAll(async () => {
  area = temporaryArea('e2e-life');
  openToOthers(heldPrograms());
  media = await testMedia(area);
});
afterEach(async () => {
  releaseHelpers();
  hold?.release();
  hold = null;
  await opened?.end();
  opened = null;
});
afterAll(() => {
  removeArea(area);
});

/**
 * A fresh bench of two drives, both paired, in a fresh state; the app's helper is one that can be held.
 * @param newImages makes the disk image again, which gives the time between START and the first byte that is written
 */
async function paired({ newImages = false, args = [] as readonly string[] } = {}): Promise<AppWindow> {
  number += 1;
  const temporary = join(area, `t${number}`);
  giveToUser(temporary);
  paths = {
    folder: heldPrograms(),
    state: join(area, `state-${number}`),
    bench: join(area, `bench-${number}`),
    env: { TMPDIR: temporary },
  };
  if (!newImages) handOnImages(written, paths.state);
  written = paths.state;
  await makeBench(paths.bench, 2);
  opened = await AppWindow.start({ ...paths, args });
  await card(opened, 'bay 1').waitFor();
  await signInAndProve(opened, media);
  await pairByScan(opened, [
    ['7KX9PQ3', 'BAY 1'],
    ['7KX9PQ4', 'BAY 2'],
  ]);
  return opened;
}

const drive = (index: number): string => join(paths.bench, `drive-0${index}.img`);

/** Pairs a machine with the drive in bay 1, which asks why. */
async function pairAgain(app: AppWindow, machine: string, reason: 'REUSED' | 'SECOND-TRY'): Promise<void> {
  await app.scan(machine);
  await app.page.getByText(`${machine}: which bay?`).first().waitFor();
  await app.scan('BAY 1');
  await app.page.getByRole('button', { name: 'Give a reason …' }).first().waitFor();
  await app.scan(reasonBarcode({ code: reason }));
  await app.page.getByText(`for ${machine}`).first().waitFor();
}

/** Starts by scanner and holds `drives` drives where one chunk is written and the others are not. */
async function startHeld(
  app: AppWindow,
  drives = 2,
): Promise<{ readonly pid: number; readonly goOn: () => void }> {
  const here = (hold = await Hold.at('writing', paths.env.TMPDIR));
  await startByScan(app);
  await here.reached(drives);
  await app.page
    .locator('li.card', { hasText: /writing/i })
    .nth(drives - 1)
    .waitFor();
  return {
    pid: helperOf(app.process),
    goOn: () => {
      here.release();
    },
  };
}

describe('jobs and their window', () => {
  it('cancels one drive alone; the other passes; the cancelled one can be tried again', async () => {
    const app = await paired();
    const helper = await startHeld(app);
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
    const helper = await startHeld(app);
    process.kill(helper.pid, 'SIGKILL');
    helper.goOn();
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
    const helper = await startHeld(app, 1);
    process.kill(helper.pid, 'SIGKILL');
    helper.goOn();
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
    const helper = await startHeld(app);
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
    const helper = await startHeld(app);
    await app.answerQuestions(1);
    const gone = new Promise((done) => app.process.once('exit', done));
    await app.electron.evaluate(({ BrowserWindow }) => {
      BrowserWindow.getAllWindows()[0]?.close();
    });
    helper.goOn();
    await gone;
    const list = await runHere(['ledger', 'list', '--state', paths.state, '--json']);
    expect(list.stdout.match(/"done"/g)).toHaveLength(2);
    expect(hasNoTable(drive(1), 2 * GiB)).toBe(false);
    opened = await AppWindow.start(paths);
    for (const bay of ['bay 1', 'bay 2']) await card(opened, bay).getByText('PASS').first().waitFor();
  });

  it('warns when the window is closed while drives are written, once when it is closed twice, and stays when the answer is no', async () => {
    const app = await paired();
    const helper = await startHeld(app);
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
    await startHeld(app);
    const gone = new Promise((done) => app.process.once('exit', done));
    app.process.kill('SIGTERM');
    await gone;
    const list = await runHere(['ledger', 'list', '--state', paths.state, '--json']);
    const ended = JSON.parse(list.stdout) as { entries: { kind: string; result: string }[] };
    // Nothing is left open.
    const results = ended.entries.filter(({ kind }) => kind === 'job-ended').map(({ result }) => result);
    expect(results).toEqual(['cancelled', 'cancelled']);
    const verified = await runHere(['ledger', 'verify', '--state', paths.state]);
    expect(verified.status).toBe(0);
  });

  it('shows everything again when its page crashes while drives are written', async () => {
    const app = await paired();
    const helper = await startHeld(app);
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
    helper.goOn();
    expect(await shown).toContain('7KX9PQ3');
  });

  it('goes on writing when what draws crashes again and again, as on a stick, where nothing else can draw', async () => {
    const app = await paired({ args: ['--disable-gpu'] });
    const helper = await startHeld(app);
    let crashed = 0;
    for (let times = 0; times < 8; times += 1) {
      const drawing = async (): Promise<number | undefined> =>
        await app.electron.evaluate(
          ({ app: own }) => own.getAppMetrics().find(({ type }) => type === 'GPU')?.pid,
        );
      await expect.poll(drawing).not.toBe(undefined);
      const pid = await drawing();
      if (pid === undefined) continue;
      process.kill(pid, 'SIGSEGV');
      crashed += 1;
      await expect.poll(drawing).not.toBe(pid);
    }
    // Without the switch in electron/main.ts, the sixth ends the app.
    expect(crashed).toBeGreaterThan(6);
    helper.goOn();
    await expect.poll(() => app.page.locator('li.card', { hasText: 'PASS' }).count()).toBe(2);
  });

  it('shows what was interrupted when it was killed and started again', async () => {
    const app = await paired();
    await startHeld(app);
    // Its drives stay open when the app starts again.
    StoppedHelper.of(app);
    const gone = new Promise((done) => app.process.once('exit', done));
    app.process.kill('SIGKILL');
    await gone;
    opened = await AppWindow.start(paths);
    await opened.page.getByText('Interrupted').first().waitFor();
    await opened.picture('interrupted');
    const verified = await runHere(['ledger', 'verify', '--state', paths.state]);
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
    const list = await runHere(['ledger', 'export', '--format', 'json', '--state', paths.state]);
    expect(list.stdout).toContain('"driveAgain":{"held":{');
  });
});

describe('the app, closed and opened again', () => {
  it('shows FAIL for the drive that is not as it was and PASS for the one beside it as they were; what was cleared stays cleared', async () => {
    let app = await paired({ newImages: true });
    await askToStart(app);
    const helper = StoppedHelper.of(app);
    await app.scan(commandBarcode('START'));
    // The helper confirms the list and holds the drives. In small steps: it has a disk image to make before it writes.
    await helper.goOnUntil(async () => (await app.page.getByRole('dialog').count()) === 0);
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
      [join(import.meta.dirname, '../../..'), '--state', join(area, 'root'), '--no-sandbox'],
      { encoding: 'utf8', timeout: 20_000, killSignal: 'SIGKILL' },
    );
    expect(run.stderr).toContain('does not run as root');
    expect(run.status).toBe(1);
  });
});
