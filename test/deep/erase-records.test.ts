import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { benchDrives, errorOf, reportOf, type CliResult, type ListedDrive } from '../support/cli';
import { TestApp } from '../support/app-service';
import { runHere } from '../support/command-line';
import { hasNoTable } from '../support/drive-check';
import { runUntilCut } from '../support/power-cut';
import { removeArea, temporaryArea } from '../support/global-setup';
import { Hold } from '../support/hold';
import { pdfText } from '../support/pdf-text';
import { present } from '../support/present';
import { helperPresenting } from '../support/presenting';
import { makeBench } from '../support/virtual-bench';
import { makeMedia, type MadeMedia } from '../support/wim';

/** What is told of erased drives beside their own report: orders, shipments, audits, certificates of erases that never ended. */

let area: string;
let media: MadeMedia;
let scenes = 0;
beforeAll(async () => {
  area = temporaryArea('erase-records');
  media = await makeMedia(join(area, 'media'), { smallFiles: 3 });
});
afterAll(() => {
  removeArea(area);
});

interface Scene {
  readonly drives: readonly ListedDrive[];
  readonly bench: string;
  readonly state: string;
  /** Runs a command that looks at the bench. */
  readonly run: (...args: string[]) => Promise<CliResult>;
  /** Runs one that only looks at the state. */
  readonly told: (...args: string[]) => Promise<CliResult>;
}

async function scene(drives: number, size = '1G'): Promise<Scene> {
  const number = (scenes += 1);
  const [bench, state] = [join(area, `bench-${number}`), join(area, `state-${number}`)];
  await makeBench(bench, drives, size);
  const at = ['--state', state, '--json'];
  return {
    ...{ bench, state, drives: await benchDrives(bench) },
    run: (...args) => runHere([...args, '--bench', bench, ...at]),
    told: (...args) => runHere([...args, ...at]),
  };
}

const applying = (drive: ListedDrive, machine: string): string[] => [
  ...['apply', '--media', media.path, '--layout', 'uefi', '--sanitise', '--yes'],
  ...['--drive', `${drive.id}=${machine}`],
];
const pages = (pdf: Uint8Array): string => pdfText(pdf).join(' ');

describe('erases in a shipment', () => {
  it('stand on the certificate of the job that they began, pass the audit; a drive alone is in none', async () => {
    const at = await scene(3);
    const [first, alone, sentBack] = at.drives.map((drive) => present(drive));
    const erased = await at.run('sanitise', '--drive', present(alone).id, '--yes');
    expect(JSON.parse(erased.stdout)).toMatchObject({ outcome: 'erased' });
    for (const [drive, machine] of [
      [first, 'RECORD001'],
      [sentBack, 'RECORD002'],
    ] as const) {
      expect(reportOf(await at.run(...applying(present(drive), machine))).jobs).toMatchObject([
        { state: 'done' },
      ]);
    }
    const again = ['--again', 'Sent back', '--yes'];
    const gone = await at.run('sanitise', '--drive', present(sentBack).id, ...again);
    expect(JSON.parse(gone.stdout)).toMatchObject({ outcome: 'erased' });

    const bundle = join(area, 'shipment.zip');
    const shipped = await at.told('ship', '--number', 'E-1', '--output', bundle);
    const form = z.looseObject({
      machines: z.array(z.looseObject({ machineSerial: z.string() })),
      leftOut: z.array(z.looseObject({ machineSerial: z.string(), reason: z.string() })),
    });
    const report = form.parse(JSON.parse(shipped.stdout));
    expect(report.machines.map(({ machineSerial }) => machineSerial)).toEqual(['RECORD001']);
    expect(report.leftOut).toMatchObject([
      {
        machineSerial: 'RECORD002',
        reason: expect.stringContaining('erased on purpose: Sent back') as string,
      },
    ]);

    const files = unzipSync(readFileSync(bundle));
    const names = Object.keys(files).filter((name) => name.startsWith('certificates/'));
    expect(names).toEqual(['certificates/0001-RECORD001.pdf']);
    const paper = pages(present(files['certificates/0001-RECORD001.pdf']));
    expect(paper).toMatch(/Erased: Overwrite with zeros \(clear, NIST SP 800-88r2\)/);
    expect(paper).toMatch(/All of it was read back/);
    expect(paper).toMatch(/no partition table/);
    // Neither drive that was erased alone goes with the shipment, and nothing of what they are is in it.
    const whole = Object.values(files).map((bytes) => Buffer.from(bytes).toString('latin1'));
    for (const drive of [alone, sentBack]) {
      expect(whole.some((text) => text.includes(present(present(drive).serial)))).toBe(false);
    }

    const key = join(at.state, 'station-key.pub.pem');
    const sha256 = createHash('sha256').update(readFileSync(media.path)).digest('hex');
    const trusting = ['--training', '--trust', key, '--expect-sha256', sha256];
    const audited = await runHere(['audit', bundle, ...trusting, '--json']);
    expect(audited.status, audited.stdout).toBe(0);
    expect(JSON.parse(audited.stdout)).toMatchObject({ doubts: [] });
    const verified = await at.told('ledger', 'verify');
    expect(verified.status, verified.stdout).toBe(0);
  });
});

describe('an open order', () => {
  it('does not count a drive that is erased alone, and counts one that is erased in its job', async () => {
    const at = await scene(2);
    const [first, second] = at.drives.map((drive) => present(drive));
    const sha256 = createHash('sha256').update(readFileSync(media.path)).digest('hex');
    const file = join(area, 'order.csv');
    writeFileSync(file, `serial,sha256\n7KX9PQ1,${sha256}\n7KX9PQ2,\n`);
    const operator = ['--operator', 'Ada Byron'];
    const opened = await at.told('order', 'open', file, '--number', 'WO-9', ...operator);
    expect(opened.status, opened.stdout).toBe(0);
    const shown = async (): Promise<unknown> => JSON.parse((await at.told('order', 'show')).stdout);

    const alone = await at.run('sanitise', '--drive', present(second).id, '--yes');
    expect(JSON.parse(alone.stdout)).toMatchObject({ outcome: 'erased' });
    expect(await shown()).toMatchObject({ open: 2, unexpected: 0, counts: { expected: 2 } });
    const run = await at.run(...applying(present(first), '7KX9PQ1'));
    expect(reportOf(run).jobs).toMatchObject([{ state: 'done' }]);
    expect(await shown()).toMatchObject({ open: 1, counts: { done: 1, expected: 1 } });
    const csv = await runHere(['ledger', 'export', '--format', 'csv', '--state', at.state]);
    const [head = '', ...lines] = csv.stdout.split('\r\n').map((line) => line.split(','));
    const column = (name: string): string[] => lines.map((cells) => cells[head.indexOf(name)] ?? '');
    expect(column('result')).toEqual(['erase-begun', 'erased', 'done', '']);
    // A demand of the settings holds in an order, too.
    writeFileSync(join(at.state, 'settings.json'), JSON.stringify({ sanitiseLevel: 'purge' }));
    const weak = await at.run(...applying(present(second), '7KX9PQ2'));
    expect([weak.status, errorOf(weak).code]).toEqual([3, 'sanitise-too-weak']);
    expect(await shown()).toMatchObject({ open: 1, counts: { done: 1, expected: 1 } });
  });
});

describe('an erase that began and never ended', () => {
  it('has a certificate that says that it is not known, until its end is recorded', async () => {
    const at = await scene(1, '64M');
    const drive = present(at.drives[0]);
    const hold = await Hold.at('sanitising', join(area, 'never-ended'));
    const erase = [
      'sanitise',
      '--drive',
      drive.id,
      '--yes',
      '--bench',
      at.bench,
      '--state',
      at.state,
      '--json',
    ];
    const run = await runUntilCut(erase, hold);
    expect(run.status).toBe(137);

    const certificate = async (name: string): Promise<string> => {
      const output = join(area, name);
      const made = await at.told('ledger', 'certificate', '--entry', '1', '--output', output);
      expect(made.status, made.stdout + made.stderr).toBe(0);
      return pages(readFileSync(output));
    };
    const never = await certificate('never.pdf');
    expect(never).toMatch(/NOT KNOWN/);
    expect(never).toMatch(/no entry of this ledger says\s+how it ended/);
    expect(never).not.toMatch(/ERTIFICATE FOR AN ERASED|Erased:/);
    expect(JSON.parse((await at.run('sanitise', '--drive', drive.id, '--yes')).stdout)).toMatchObject({
      outcome: 'erased',
    });
    // The erase after it is another one: what this one came to stays open.
    expect(await certificate('still.pdf')).toMatch(/NOT KNOWN/);
  });
});

describe('a drive whose list does not tell that it holds a finished image', () => {
  it('is not erased in the app before somebody says why', async () => {
    const at = await scene(1);
    const drive = present(at.drives[0]);
    expect(reportOf(await at.run(...applying(drive, 'UNTOLD001'))).jobs).toMatchObject([{ state: 'done' }]);
    const app = await TestApp.open(at.state, at.bench, helperPresenting({ diskGuid: null }));
    try {
      const { drives, pasts } = await app.until(
        (state) => state.drives.drives.length === 1 && state.erasePlans.length === 1,
        'the drive',
      );
      expect(pasts).toEqual([]);
      await app.handlers.setBatch({ operator: 'Mia' });
      const { attachment } = present(drives.drives[0]);
      const wish = { driveId: drive.id, attachment, shown: { method: 'overwrite', nist: 'clear' } as const };
      await app.handlers.eraseDrives({ drives: [wish], reason: null });
      const { erasures } = await app.until(
        (state) => state.erasures.some(({ status }) => status === 'failed'),
        'a refusal',
      );
      expect(erasures).toMatchObject([{ error: { code: 'drive-holds-finished' } }]);
      expect(hasNoTable(drive.path, 1024 ** 3)).toBe(false);
      await app.handlers.eraseDrives({ drives: [wish], reason: 'Sent back' });
      await app.until((state) => state.erasures.some(({ status }) => status === 'ended'), 'an erase');
    } finally {
      await app.service.close();
    }
    const listed = await at.told('ledger', 'list');
    expect(listed.stdout).toContain('erased on purpose: Sent back');
    expect(existsSync(drive.path) && hasNoTable(drive.path, 1024 ** 3)).toBe(true);
  });
});
