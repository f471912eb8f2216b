import { mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { makeTicket } from '../../../core/scan/job-ticket';
import { reasonBarcode, scanReasons } from '../../../core/scan/reasons';
import { commandBarcode } from '../../../core/scan/scan';
import { testMedia, type TestMedia } from '../../support/app-bench';
import { AppWindow, giveToUser } from '../../support/app-window';
import { runCli } from '../../support/cli';
import { removeArea, temporaryArea } from '../../support/global-setup';
import { releaseHelpers, StoppedHelper } from '../../support/stopped-helper';
import { makeBench } from '../../support/virtual-bench';

/** Line mode: from the badge to the closed shipment by scanner alone, in the real app with real keys. No mouse is used here. */

let area: string;
let media: TestMedia;
let opened: AppWindow | null = null;
let number = 0;
let paths: { readonly state: string; readonly bench: string };
let shipments: string;
let scans = 0;

const serials = ['7KX9PQ1', '7KX9PQ2', '7KX9PQ3', '7KX9PQ4'] as const;
/** A whole rack. */
const rack = Array.from({ length: 24 }, (_, index) => `7KX9PQ${index + 1}`);

beforeAll(async () => {
  area = temporaryArea('e2e-line');
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

/** A station in line mode that has used the media before. */
async function start({
  desk = {},
  bays = 4,
  order = [],
  labels = {},
  env = {},
}: {
  readonly desk?: object;
  readonly bays?: number;
  /** Machines of a work order that is open. */
  readonly order?: readonly string[];
  /** Settings of the label printer. */
  readonly labels?: object;
  readonly env?: Readonly<Record<string, string>>;
} = {}): Promise<AppWindow> {
  number += 1;
  scans = 0;
  paths = { state: join(area, `state-${number}`), bench: join(area, `bench-${number}`) };
  shipments = join(area, `shipments-${number}`);
  await makeBench(paths.bench, bays);
  giveToUser(paths.state);
  giveToUser(shipments);
  const settings = {
    stationName: 'Line 4',
    labels,
    desk: { benchView: 'line', shipmentsFolder: shipments, ...desk },
  };
  writeFileSync(join(paths.state, 'settings.json'), JSON.stringify(settings));
  const known = { version: 1, media: [{ sha256: media.sha256, path: media.path }] };
  writeFileSync(join(paths.state, 'known-media.json'), JSON.stringify(known));
  if (order.length > 0) {
    const file = join(area, `order-${number}.csv`);
    writeFileSync(file, `serial\n${order.join('\n')}\n`);
    const opened = await runCli(['order', 'open', file, '--number', 'WO-7', '--state', paths.state]);
    expect(opened.status).toBe(0);
  }
  giveToUser(paths.state);
  opened = await AppWindow.start({ ...paths, env });
  await next(opened, 'Scan your badge');
  return opened;
}

/** A folder with an `lp` that keeps what it is told and gets, and refuses the second label. */
function failingPrinter(folder: string): string {
  const output = join(folder, 'out');
  giveToUser(output);
  const script =
    `#!/bin/sh\ncount=$(ls '${output}' | wc -l)\n` +
    // Whole, or not there: whoever looks may be faster than it writes.
    `(echo "$@"; cat) > '${folder}'/part\nmv '${folder}'/part '${output}'/"$count"\n` +
    '[ "$count" -ne 1 ] || { echo \'lp: the printer is off\' >&2; exit 1; }\n';
  writeFileSync(join(folder, 'lp'), script, { mode: 0o755 });
  return folder;
}

const scan = async (app: AppWindow, text: string): Promise<void> => {
  scans += 1;
  await app.scan(text);
};
const next = (app: AppWindow, words: string | RegExp): Promise<void> =>
  app.page.locator('.line-next').getByText(words).waitFor();
const said = (app: AppWindow, words: string | RegExp): Promise<void> =>
  app.page.locator('.line-said-sentence').getByText(words).waitFor();
const remedy = (app: AppWindow): Promise<string> => app.page.locator('.line-said-remedy').innerText();
const tile = (app: AppWindow, bay: number): ReturnType<AppWindow['page']['locator']> =>
  app.page.locator(`.line-tile[aria-label^="Bay ${bay}:"]`);
const ticket = (): string =>
  makeTicket({ orderNumber: 'WO-7', mediaSha256: media.sha256, mediaName: 'Contoso' });

/** Takes a drive off the bench, as a hand takes it out of its bay. */
function pull(bay: number): void {
  const file = join(paths.bench, 'bench.json');
  const bench = JSON.parse(readFileSync(file, 'utf8')) as { drives: unknown[] };
  writeFileSync(file, JSON.stringify({ ...bench, drives: bench.drives.filter((_, at) => at !== bay - 1) }));
}

/** Badge, ticket, all machines and bays. */
async function pairAll(app: AppWindow, machines: readonly string[]): Promise<void> {
  await scan(app, 'OP-Ada Byron');
  await next(app, 'Scan the job ticket');
  await scan(app, ticket());
  await next(app, 'Scan a machine');
  for (const [index, serial] of machines.entries()) {
    await scan(app, serial);
    await next(app, `Scan the bay for ${serial}`);
    await scan(app, `BAY ${index + 1}`);
    await tile(app, index + 1)
      .getByText(serial)
      .waitFor();
  }
}

/** All of it, START and START, until all passed. */
async function writeAll(app: AppWindow, machines: readonly string[] = serials): Promise<void> {
  await pairAll(app, machines);
  await scan(app, commandBarcode('START'));
  await next(app, `Scan START again to erase ${machines.length}`);
  await app.picture(`line-armed-${number}`);
  await app.page.waitForTimeout(1700);
  await scan(app, commandBarcode('START'));
  await app.page.locator('.line-percent').waitFor();
  await app.picture(`line-running-${number}`);
  await next(app, 'Take out bay 1');
}

/** START and START, with the helper stopped while the drives are at work. */
async function startStopped(app: AppWindow): Promise<StoppedHelper> {
  await scan(app, commandBarcode('START'));
  await next(app, 'Scan START again');
  await app.page.waitForTimeout(1700);
  const helper = StoppedHelper.of(app);
  await scan(app, commandBarcode('START'));
  const running = app.page.locator('.line-tile[data-kind=running]');
  await helper.goOnUntil(async () => (await running.count()) > 0);
  return helper;
}

describe('line mode', () => {
  it('goes from the badge to the shipment without a mouse, with 24 machines in 77 scans; drives are used again', async () => {
    const app = await start({ bays: rack.length });
    await writeAll(app, rack);
    await app.page.locator('.line-counts').getByText('24 PASS, 0 FAIL').waitFor();
    await app.page.locator('.line-hint').getByText('Put the drive into 7KX9PQ1').waitFor();
    await app.picture('line-take-out');
    for (const [index, serial] of rack.entries()) {
      await scan(app, serial);
      const left = rack.length - 1 - index;
      await said(
        app,
        left === 0 ? `Bay ${index + 1} is out. That was the last` : `Bay ${index + 1} is out, ${left} left`,
      );
    }
    await next(app, 'Scan SHIP');
    await app.picture('line-ship');
    await scan(app, commandBarcode('SHIP'));
    await said(app, 'Shipment WO-7 closed: 24 machines');
    // Badge and ticket, a machine and a bay for each drive, START twice, a machine for each drive that is taken out, SHIP: as the guide says.
    expect(scans).toBe(3 * rack.length + 5);
    expect(scans).toBe(77);
    expect(readdirSync(shipments)).toContain('SHIPMENT-WO-7.zip');
    await next(app, 'Scan a machine');
    await app.picture('line-shipped');
    const verified = await runCli(['ledger', 'verify', '--state', paths.state]);
    expect(verified.status).toBe(0);

    // The drives are used again: what each holds is told, and each of the sheet's reasons is scanned once.
    const [, , , , ...ofMachines] = scanReasons;
    for (const [index, reason] of scanReasons.slice(0, 4).entries()) {
      const serial = `7KX9PR${index + 1}`;
      await scan(app, serial);
      await next(app, `Scan the bay for ${serial}`);
      await scan(app, `BAY ${index + 1}`);
      await said(app, `This drive holds the image for ${rack[index] ?? ''}`);
      await next(app, 'Scan a reason from the sheet');
      if (index === 0) await app.picture('line-reason');
      await scan(app, reasonBarcode(reason));
      await said(app, `Bay ${index + 1} is for machine ${serial}`);
    }
    // A machine that has a drive gets another one; its own image is no second question.
    for (const [index, reason] of ofMachines.entries()) {
      const serial = rack[4 + index] ?? '';
      await scan(app, serial);
      await said(app, 'This machine already has a drive');
      await next(app, 'Scan a reason from the sheet');
      await scan(app, reasonBarcode(reason));
      await next(app, `Scan the bay for ${serial}`);
      await scan(app, `BAY ${5 + index}`);
      await said(app, `Bay ${5 + index} is for machine ${serial}`);
    }
    await scan(app, commandBarcode('START'));
    await app.page.locator('.line-hint').getByText('also 6 finished images').waitFor();
    await tile(app, 1).getByText('Holds 7KX9PQ1').waitFor();
    await app.picture('line-armed-again');
    await scan(app, commandBarcode('CANCEL'));
    await said(app, 'Start cancelled. No drive was changed');
  });

  it('refuses in one bar with a remedy; takes out in order only; goes on after a restart', async () => {
    let app = await start();
    await scan(app, '4006381333931');
    await app.page.locator('.line-said[data-tone=bad]').waitFor();
    const bar = await app.page.locator('.line-said[data-tone=bad]').boundingBox();
    const width = await app.page.evaluate(() => window.innerWidth);
    expect(bar?.width ?? 0).toBeGreaterThan(width - 40);
    expect(await remedy(app)).not.toBe('');
    await app.picture('line-refused');
    await writeAll(app);
    await scan(app, '7KX9PQ3');
    await said(app, 'You scanned the machine in bay 3.');
    expect(await remedy(app)).toBe('Bay 1 is next: machine 7KX9PQ1.');
    await app.picture('line-wrong-order');
    await scan(app, commandBarcode('SHIP'));
    await said(app, 'The drive in bay 1 was not taken out.');
    await scan(app, '7KX9PQ1');
    await said(app, 'Bay 1 is out, 3 left');
    // The drive of bay 2 is pulled before its machine is scanned: it stays the next one.
    pull(2);
    await app.page.waitForTimeout(4000);
    await next(app, 'Take out bay 2');
    await app.end();
    app = opened = await AppWindow.start(paths);
    await next(app, 'Take out bay 2');
    await scan(app, '7KX9PQ1');
    await said(app, /This machine already has a drive/);
    for (const serial of ['7KX9PQ2', '7KX9PQ3', '7KX9PQ4']) await scan(app, serial);
    await said(app, 'Bay 4 is out. That was the last');
    await scan(app, 'OP-Ada Byron');
    await next(app, 'Scan SHIP');
    await scan(app, commandBarcode('SHIP'));
    await said(app, 'Shipment WO-7 closed: 4 machines');
  });

  it('takes a work order to its end: labels, CANCEL, RETRY, CLEAR, SHIP, and SHIP again', async () => {
    const machines = serials.slice(0, 3);
    // Its own when it is tried again: what came out before is counted.
    const printer = mkdtempSync(join(area, 'printer-'));
    giveToUser(printer);
    const app = await start({
      desk: { lineLabels: true },
      labels: { queue: 'Labels', form: 'zpl' },
      order: machines,
      env: { PATH: `${failingPrinter(printer)}:${process.env['PATH'] ?? ''}` },
    });
    await pairAll(app, machines);
    const helper = await startStopped(app);
    await scan(app, commandBarcode('CANCEL'));
    await next(app, 'Scan the bay to cancel');
    await scan(app, 'BAY 2');
    await said(app, 'Cancelling bay 2');
    helper.goOn();
    await next(app, 'Take out bay 1');
    await tile(app, 2).getByText('Cancelled').waitFor();
    await scan(app, '7KX9PQ1');
    await said(app, 'Bay 1 is out, 1 left');
    await scan(app, '7KX9PQ3');
    const printed = (): string[] =>
      readdirSync(join(printer, 'out'))
        .sort()
        .map((name) => readFileSync(join(printer, 'out', name), 'utf8'));
    await expect.poll(() => printed().length).toBe(2);
    expect(printed()).toMatchObject([
      expect.stringMatching(/^-d Labels .*-o raw\n[^]*\^FD7KX9PQ1\^FS[^]*\^FDPASS /),
      expect.stringMatching(/\^FD7KX9PQ3\^FS/),
    ]);
    await said(app, 'Bay 3 is out. That was the last');
    // What is said of the scan comes first; the notice shows after the next one, and goes with CANCEL. It comes when the
    // printer has failed, which is after what it was given.
    const notices = (): Promise<number> =>
      app.page.evaluate(async () => {
        const state = await window.prestage.call('getState', {});
        return state.ok ? state.value.notices.length : -1;
      });
    await expect.poll(notices).toBe(1);
    await scan(app, commandBarcode('CANCEL'));
    await said(app, 'Notice dismissed');
    await next(app, 'Scan RETRY or CLEAR, then the bay');
    await scan(app, commandBarcode('RETRY'));
    await next(app, 'Scan the bay to retry');
    await scan(app, 'BAY 2');
    await next(app, 'Take out bay 2');
    // Its machine cannot be scanned: the drive is set aside.
    await scan(app, commandBarcode('CLEAR'));
    await next(app, 'Scan the bay to clear');
    await scan(app, 'BAY 2');
    await said(app, 'Bay 2 cleared');
    await next(app, 'Scan SHIP');
    await scan(app, commandBarcode('SHIP'));
    await said(app, 'Shipment WO-7 closed: 2 machines');
    // The one that is left is packed by its drive or machine, and that is the end of the order.
    await app.page.locator('.line-hint').getByText('The drives that are left are packed on Ship').waitFor();
    await app.page.waitForTimeout(1100);
    await scan(app, commandBarcode('SHIP'));
    await app.page.getByRole('heading', { name: 'Ship', level: 1 }).waitFor();
    await scan(app, '7KX9PQ2');
    await app.page.locator('.scan-last').getByText('Machine 7KX9PQ2 ticked, 1 in all').waitFor();
    await scan(app, commandBarcode('SHIP'));
    await said(app, 'Shipment WO-7-2 closed: 1 machine');
    await next(app, 'Scan SHIP to close the work order');
    await app.picture('line-close-order');
    await app.page.waitForTimeout(1100);
    await scan(app, commandBarcode('SHIP'));
    await said(app, 'Work order WO-7 closed');
    await next(app, 'Scan a machine');
    const { stdout } = await runCli(['order', 'list', '--json', '--state', paths.state]);
    expect(stdout).toMatch(/closed/);
  });

  it('is entered and left by barcode, and left by Escape', async () => {
    const app = await start();
    const isFull = async (): Promise<boolean | undefined> =>
      await app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isFullScreen());
    await expect.poll(isFull).toBe(true);
    await scan(app, commandBarcode('CARDS'));
    await app.page.locator('li.card').first().waitFor();
    await expect.poll(isFull).toBe(false);
    await scan(app, commandBarcode('LINE'));
    await next(app, 'Scan your badge');
    await scan(app, 'OP-Ada Byron');
    await next(app, 'Scan the job ticket');
    // A ticket of a media file that this station has never seen: who can help, in one sentence.
    await scan(app, makeTicket({ orderNumber: 'WO-9', mediaSha256: '9'.repeat(64), mediaName: 'Fabrikam' }));
    await next(app, 'Fabrikam is new to this station');
    await app.page.locator('.line-hint').getByText('Call whoever looks after it').waitFor();
    await app.picture('line-media-unknown');
    // Right behind a scan, Escape is what a scanner may end with.
    await app.page.waitForTimeout(700);
    await app.page.keyboard.press('Escape');
    await app.page.locator('li.card').first().waitFor();
    const { desk } = JSON.parse(readFileSync(join(paths.state, 'settings.json'), 'utf8')) as {
      readonly desk: { readonly benchView: string };
    };
    expect(desk.benchView).toBe('cards');
  });
});
