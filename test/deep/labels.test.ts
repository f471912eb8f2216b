import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type * as renderer from 'zpl-renderer-js';
import { layOutLabel, type LabelContent } from '../../core/label/label-layout';
import { labelSizes, type LabelDpi, type LabelSizeName } from '../../core/label/label-settings';
import { labelZpl } from '../../core/label/zpl';
import type { LedgerRecord } from '../../core/ledger/record';
import { Ledger } from '../../station/ledger/ledger';
import { labelPdf } from '../../station/shipment/label-pdf';
import { changeSettings } from '../../station/state/settings';
import { statePaths } from '../../station/state/state-paths';
import { TestApp } from '../support/app-service';
import { benchDrives, errorOf, reportOf, type CliResult } from '../support/cli';
import { runHere } from '../support/command-line';
import { removeArea, temporaryArea } from '../support/global-setup';
import { pdfText } from '../support/pdf-text';
import { present } from '../support/present';
import { noPrintServer, startPrintServer, type PrintServer } from '../support/print-server';
import { codesIn, readCodes } from '../support/read-codes';
import { makeBench } from '../support/virtual-bench';
import { makeMedia } from '../support/wim';
import { codeOfBox, labelOfBox, labelOfMachine } from '../unit/core/label/samples';
import { context, done, foundWrong, sampleJob, started } from '../unit/station/ledger/samples';

/** Labels, as a scanner that is not ours reads them, and on their way through a CUPS of the test's own. */

/** By Node itself: vite would read its nine megabytes, and ask for a source map that is not there. */
const { ready } = createRequire(import.meta.url)('zpl-renderer-js') as typeof renderer;

let area: string;
let state: string;
/** A folder of programs with an `lp` that never ends. */
let hanging: string;

const finished = (machineSerial: string, hash: string): LedgerRecord[] => {
  const drive = { ...sampleJob().drive, serial: `D-${machineSerial}`, bay: 'bay 3' };
  const machine = { computerName: `PC-${hash}`, assetTag: 'C-4711' };
  const replaces = { computerName: `PC-OLD-${hash}`, serial: '4XY' };
  const job = sampleJob({ machineSerial, drive, workOrder: 'WO-1', machine, replaces });
  return [started(job), done(job)];
};

beforeAll(() => {
  area = temporaryArea('labels');
  state = join(area, 'state');
  const ledger = Ledger.open(statePaths(state));
  const records: LedgerRecord[] = [
    ...[...finished('5CD1234XYZ', '1'), ...finished('5CD1234XY2', '2'), ...foundWrong('CCC1')],
  ];
  for (const record of records) ledger.append(record, context);
  ledger.close();
  hanging = join(area, 'hanging');
  mkdirSync(hanging);
  writeFileSync(join(hanging, 'lp'), '#!/bin/sh\nexec /bin/sleep 600\n');
  chmodSync(join(hanging, 'lp'), 0o755);
});
afterAll(() => {
  removeArea(area);
});

/** What ZBar reads on a label that a renderer of ZPL, which is not ours, has drawn. */
async function readZpl(zpl: string, size: LabelSizeName, dpi: LabelDpi): Promise<string[]> {
  const { api } = await ready;
  const { width, height } = labelSizes[size];
  const dotsPerMillimetre = { 203: 8, 300: 12, 600: 24 }[dpi];
  const picture = join(area, `${size}-${dpi}.png`);
  const drawn = await api.zplToBase64Async(zpl, width, height, dotsPerMillimetre);
  writeFileSync(picture, Buffer.from(drawn, 'base64'));
  return codesIn(picture)
    .map(({ text }) => text)
    .sort();
}

describe('a label is read by a scanner', () => {
  const long: LabelContent = { ...labelOfMachine, machineSerial: `${'A'.repeat(31)}${'9'.repeat(32)}Z` };
  const time = '2026-02-03T14:05:00.000Z';

  it.each(['57x32', '100x50', '102x152'] as const)('of %s mm, as PDF', async (size) => {
    const file = join(area, `${size}.pdf`);
    const bytes = await labelPdf('Labels', [labelOfMachine, labelOfBox], size, time);
    writeFileSync(file, bytes);
    const read = readCodes(file, 203);
    const onPage = (wanted: number): string[] =>
      read.filter(({ page }) => page === wanted).map(({ text }) => text);
    expect(onPage(1)).toEqual([labelOfMachine.machineSerial]);
    expect(onPage(2)).toContain(labelOfBox.machineSerial);
    const words = pdfText(bytes);
    for (const word of [labelOfMachine.machineSerial, labelOfMachine.record, '1 of 3']) {
      expect([word, words.some((text) => text.includes(word))]).toEqual([word, true]);
    }
    const found = /\/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]/.exec(Buffer.from(bytes).toString('latin1'));
    const { width, height } = labelSizes[size];
    const points = [width, height].map((length) => Math.round((length / 25.4) * 72));
    expect(found?.slice(1).map((length) => Math.round(Number(length)))).toEqual(points);
  });

  it.each([
    ['57x32', 203],
    ['105x74', 203],
    ['76x51', 300],
  ] as const)('of %s mm, as ZPL for %i dpi', async (size, dpi) => {
    const zpl = (content: LabelContent): string =>
      labelZpl(layOutLabel(content, labelSizes[size]), labelSizes[size], dpi);
    expect(await readZpl(zpl(labelOfMachine), size, dpi)).toEqual([labelOfMachine.machineSerial]);
    const wanted =
      size === '57x32' ? [labelOfBox.machineSerial] : [labelOfBox.machineSerial, 'WO-118', codeOfBox];
    expect(await readZpl(zpl(labelOfBox), size, dpi)).toEqual(wanted.toSorted());
    // Too long for bars: a QR code, for which lines give way.
    if (size === '57x32') expect(await readZpl(zpl(long), size, dpi)).toEqual([long.machineSerial]);
  });

  it('with a serial that is too long for bars, as PDF', async () => {
    const file = join(area, 'long.pdf');
    writeFileSync(file, await labelPdf('Labels', [long], '105x74', time));
    expect(readCodes(file, 203).map(({ text }) => text)).toEqual([long.machineSerial]);
  });
});

async function label(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<CliResult> {
  const command = ['label', 'print', '--state', state, '--json', ...args];
  return await runHere(command, { env: { CUPS_SERVER: join(area, 'nothing.sock'), ...env } });
}

describe('label print', () => {
  it('writes a file, and says PASS only where the ledger does', async () => {
    const file = join(area, 'label.zpl');
    const run = await label([
      '--machine',
      '5cd1234xyz',
      '--form',
      'zpl',
      '--size',
      '100x50',
      '--output',
      file,
    ]);
    expect(run.status, run.stderr).toBe(0);
    const zpl = readFileSync(file, 'ascii');
    expect(zpl).toMatch(/\^FDPASS .* UTC .*bay 3 .*training drive\^FS[^]*\^FDEntry 2_2C [0-9a-f]{16}\^FS/);
    expect(await readZpl(zpl, '100x50', 203)).toEqual(['5CD1234XYZ']);

    const refused = await label(['--machine', 'CCC1', '--output', join(area, 'refused.pdf')]);
    expect(errorOf(refused)).toMatchObject({
      code: 'label-refused',
      message: expect.stringMatching(/^No label was printed\. Machine CCC1 failed when its drive/) as unknown,
    });
    const unknown = await label(['--machine', 'NOBODY1', '--output', join(area, 'refused.pdf')]);
    expect(errorOf(unknown)).toMatchObject({ code: 'record-not-found' });
    const shipment = await label(['--shipment', 'S-404', '--output', join(area, 'refused.pdf')]);
    expect(errorOf(shipment)).toMatchObject({ code: 'record-not-found' });
    for (const args of [[], ['--test', '--machine', 'CCC1'], ['--test', '--queue', '-oraw']]) {
      expect(errorOf(await label(args)).code).toBe('usage');
    }
  });

  it('names what is missing where nothing can print', async () => {
    const bare = join(area, 'bare');
    mkdirSync(bare);
    expect(errorOf(await label(['--test'], { PATH: bare }))).toMatchObject({
      code: 'tool-missing',
      remedy: expect.stringContaining('cups-client') as unknown,
    });
  });
});

describe.skipIf(noPrintServer !== null)(`through a print queue (${noPrintServer ?? 'there is one'})`, () => {
  let server: PrintServer;
  beforeAll(async () => {
    const folder = join(area, 'cups');
    mkdirSync(folder);
    server = await startPrintServer(folder);
  });
  afterAll(async () => {
    await server.end();
  });

  it('a machine and each box of a shipment, and a printer that is off takes them for later', async () => {
    const { environment } = server;
    const queues = await runHere(['label', 'queues', '--json'], { env: environment });
    expect(JSON.parse(queues.stdout)).toEqual({
      queues: [
        { name: 'Labels', state: 'idle', isDefault: true },
        { name: 'Stopped', state: 'stopped', isDefault: false },
      ],
      problem: null,
    });
    const closed = await runHere([
      ...['ship', '--number', 'S-1', '--order', 'WO-1', '--output', join(area, 'S-1.zip')],
      ...['--state', state, '--json'],
    ]);
    expect(closed.status, closed.stderr).toBe(0);

    expect((await label(['--machine', '5CD1234XYZ', '--size', '57x32'], environment)).status).toBe(0);
    const boxes = await label(['--shipment', 'S-1', '--queue', 'Labels', '--form', 'zpl'], environment);
    expect(JSON.parse(boxes.stdout)).toMatchObject({
      labels: 2,
      queue: 'Labels',
      job: expect.stringContaining('Labels-') as unknown,
    });
    expect((await label(['--test', '--queue', 'Stopped'], environment)).status).toBe(0);
    const [pdf, zpl] = await server.arrived(2);
    const file = join(area, 'arrived.pdf');
    writeFileSync(file, present(pdf));
    expect(readCodes(file, 203).map(({ text }) => text)).toEqual(['5CD1234XYZ']);
    const [first = '', second = '', ...more] = present(zpl).toString('ascii').split('^XZ\n');
    expect(more).toEqual(['']);
    const read = await readZpl(`${first}^XZ`, '105x74', 203);
    expect(read).toEqual(expect.arrayContaining(['5CD1234XY2', 'S-1']) as unknown);
    expect(read.find((text) => text.startsWith('prestage:1:S-1:5CD1234XY2:'))).toBeDefined();
    expect(second).toContain('^FDPC-1');
    expect(second).toContain('^FDreplaces PC-OLD-1 _28serial 4XY_29');

    const none = await label(['--machine', '5CD1234XY2', '--queue', 'Nowhere'], environment);
    expect(errorOf(none)).toMatchObject({
      code: 'label-not-printed',
      message: 'The label of machine 5CD1234XY2 was not printed. The print queue Nowhere did not take it.',
    });
    const gone = await label(['--machine', '5CD1234XY2', '--queue', 'Labels']);
    expect(errorOf(gone).message).toContain('The print service (CUPS) of this computer is not running');
  });

  it('each drive that passes, where the setting says so; a queue that does not answer fails no batch and is offered again', async () => {
    const own = join(area, 'batch');
    const bench = join(own, 'bench');
    const ownState = join(own, 'state');
    await makeBench(bench, 2, '1G');
    const media = await makeMedia(join(own, 'media'), { smallFiles: 10 });
    const sha256 = createHash('sha256').update(readFileSync(media.path)).digest('hex');
    const [drive, other] = await benchDrives(bench);
    const labels = { queue: null, form: 'zpl', size: '105x74', dpi: 203, printWhenPassed: true } as const;
    mkdirSync(ownState);
    changeSettings(statePaths(ownState), { labels });
    const run = await runHere(
      [
        ...['apply', '--media', media.path, '--bench', bench, '--state', ownState, '--yes', '--json'],
        ...['--drive', `${present(drive).id}=7KX9PQ1`],
      ],
      { env: server.environment },
    );
    expect(reportOf(run).jobs.map(({ state: end }) => end)).toEqual(['done']);
    const printed = await server.arrived(3);
    expect(await readZpl(present(printed[2]).toString('ascii'), '105x74', 203)).toEqual(['7KX9PQ1']);

    const before = { PATH: process.env['PATH'], CUPS_SERVER: process.env['CUPS_SERVER'] };
    const app = await TestApp.open(ownState, bench);
    try {
      process.env['PATH'] = `${hanging}:${before.PATH ?? ''}`;
      await app.until(({ drives }) => drives.listed, 'a list of drives');
      await app.scan('OP-Ada Byron');
      app.service.media.select(media.path);
      await app.handlers.expectHash({ sha256 });
      await app.until(({ media: { status } }) => status === 'proved', 'a proved media file');
      await app.handlers.pair({ machineSerial: '7KX9PQ2', driveId: present(other).id });
      await app.handlers.arm({ armed: true });
      await app.handlers.start({ driveIds: [present(other).id] });
      await app.until(({ jobs }) => jobs.some((job) => job.state.state === 'done'), 'a PASS');
      const { notices } = await app.until(({ notices: told }) => told.length > 0, 'a notice');
      expect(notices).toMatchObject([
        { error: { code: 'label-not-printed' }, label: { machineSerial: '7KX9PQ2' } },
      ]);
      expect(notices[0]?.error.message).toBe(
        'The label of machine 7KX9PQ2 was not printed. The default printer did not answer.',
      );
      Object.assign(process.env, { PATH: before.PATH, ...server.environment });
      expect((await app.handlers.listLabelQueues({})).queues).toHaveLength(2);
      await app.handlers.printLabels({ of: 'machine', machineSerial: '7KX9PQ2' });
      const again = await server.arrived(4);
      expect(await readZpl(present(again[3]).toString('ascii'), '105x74', 203)).toEqual(['7KX9PQ2']);
    } finally {
      process.env['PATH'] = before.PATH;
      if (before.CUPS_SERVER === undefined) delete process.env['CUPS_SERVER'];
      else process.env['CUPS_SERVER'] = before.CUPS_SERVER;
      await app.service.close();
    }
  });
});
