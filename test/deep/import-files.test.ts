import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeBench } from '../support/virtual-bench';
import { benchDrives, type CliResult } from '../support/cli';
import { runHere } from '../support/command-line';
import { removeArea, temporaryArea } from '../support/global-setup';
import { pdfText } from '../support/pdf-text';
import { present } from '../support/present';
import { makeMedia } from '../support/wim';

/**
 * An order as PowerShell exports it, in UTF-16, written by somebody whose name is in another script: what of it is in the
 * files that the enterprise imports, and on the papers.
 */

const operator = '王小明';
const [lan, wifi] = ['00:1B:44:11:3A:01', '00:1B:44:11:3A:02'];
const head =
  '"Serial Number","Name","Wi-Fi MAC","Ethernet MAC","Hardware Hash","Group Tag","Assigned User","Replaces","Old serial","Firmware trust"';
const text = [
  '#TYPE Selected.System.Management.Automation.PSCustomObject',
  head,
  `"7KX9PQ1","PC-1","${wifi}","${lan}","T0FB0001","Sales EU","ada@contoso.com","O'NEIL-PC","5CG0000001","only 2023"`,
  '"R9.0ABCD","PC-2","","00:1B:44:11:3A:03","T0FB0002","","","","",""',
  '',
  '',
].join('\r\n');

let area: string;
let order: string;
let shipped: CliResult;
let files: Record<string, Uint8Array>;
let bundle: string;
let state: string;

beforeAll(async () => {
  area = temporaryArea('import-files');
  state = join(area, 'state');
  const bench = join(area, 'bench');
  const media = await makeMedia(join(area, 'media'), { smallFiles: 20 });
  order = join(area, 'order.csv');
  writeFileSync(order, Buffer.from(`\uFEFF${text}`, 'utf16le'));
  await makeBench(bench, 2);
  const [one, two] = await benchDrives(bench);
  const rest = ['--state', state, '--operator', operator];
  const opened = await runHere(['order', 'open', order, '--number', 'WO-1', ...rest, '--json']);
  expect(opened.status, opened.stderr).toBe(0);
  expect(JSON.parse(opened.stdout)).toMatchObject({ machines: 2, warnings: [] });
  const applied = await runHere([
    ...['apply', '--media', media.path, '--bench', bench, '--yes', '--json', ...rest],
    ...['--expect-sha256', createHash('sha256').update(readFileSync(media.path)).digest('hex')],
    ...['--drive', `${present(one).id}=7KX9PQ1`, '--drive', `${present(two).id}=R9.0ABCD`],
  ]);
  expect(applied.status, applied.stderr).toBe(0);
  bundle = join(area, 'S-1.zip');
  shipped = await runHere(['ship', '--order', 'WO-1', '--number', 'S-1', '--output', bundle, ...rest]);
  expect(shipped.status, shipped.stderr).toBe(0);
  files = unzipSync(readFileSync(bundle));
});
afterAll(() => {
  removeArea(area);
});

const file = (name: string): Uint8Array => present(files[name]);
const words = (name: string): string => Buffer.from(file(name)).toString();

describe('the files for import', () => {
  it('hold the Group Tag and the user, and no machine for which Intune would refuse the file', () => {
    expect(words('autopilot.csv')).toBe(
      'Device Serial Number,Windows Product ID,Hardware Hash,Group Tag,Assigned User\r\n7KX9PQ1,,T0FB0001,Sales EU,ada@contoso.com\r\n',
    );
  });
  it('name the machine that was left out: in the answer, the README and the summary', () => {
    const said = 'has a serial with a dot, because of which Intune would refuse the whole file';
    expect(shipped.stderr).toContain(`note: autopilot.csv does not contain machine R9.0ABCD: it ${said}`);
    expect(words('README.txt')).toContain(`- autopilot.csv: machine R9.0ABCD ${said}`);
    const summary = pdfText(file('summary.pdf'));
    expect(summary).toContain('NOT IN THE IMPORT FILES');
    expect(summary.join(' ')).toContain('has a serial with a dot');
  });
  it('find a machine by its Ethernet MAC, although the column of its Wi-Fi comes first', () => {
    expect(words('configmgr-import.csv')).toBe(`PC-1,,${lan}\r\nPC-2,,00:1B:44:11:3A:03\r\n`);
  });
  it('pair each machine with the computer that it replaces, in a script and a table', () => {
    const script = words('import-computers.ps1');
    expect(script).toContain(
      `Import-CMComputerInformation -ComputerName 'PC-1' -MacAddress '${lan}' -SourceComputerName 'O''NEIL-PC' @more`,
    );
    expect(script).toContain("-ComputerName 'PC-2' -MacAddress '00:1B:44:11:3A:03' @more");
    expect(words('replaced-computers.csv')).toBe(
      "shipment,order,machineSerial,computerName,replacesComputer,replacesSerial\r\nS-1,WO-1,7KX9PQ1,PC-1,O'NEIL-PC,5CG0000001\r\n",
    );
    expect(words('manifest.csv').split('\r\n')[0]).toMatch(
      /,certificate,replacesComputer,replacesSerial,loader,firmwareTrust$/,
    );
    expect(words('manifest.csv')).toMatch(/as on the media; \\EFI\\.*,2023\r\n/);
    expect(words('README.txt')).toContain('import-computers.ps1');
    expect(pdfText(file('certificates/0001-7KX9PQ1.pdf'))).toContain("O'NEIL-PC (serial 5CG0000001)");
    expect(pdfText(file('packing-list.pdf'))).toContain("O'NEIL-PC");
    expect(pdfText(file('labels.pdf')).join('')).toContain("Replaces O'NEIL-PC (serial 5CG0000001)");
  });
  it('pass the audit with the order as it was sent', async () => {
    const key = join(state, 'station-key.pub.pem');
    const run = await runHere(['audit', bundle, '--training', '--trust', key, '--order', order, '--json']);
    const loader = { choice: 'as-is', firmwareTrust: '2023' };
    const machines = [
      { replaces: { computerName: "O'NEIL-PC", serial: '5CG0000001' }, loader },
      { loader: { choice: 'as-is' } },
    ];
    expect(JSON.parse(run.stdout)).toMatchObject({ ok: true, doubts: [], machines });
    expect(run.status).toBe(0);
    const shown = await runHere(['audit', bundle, '--training', '--trust', key, '--order', order]);
    expect(shown.stdout).toMatch(
      /boot loader +1 machine: as on the media; the machine trusts only Microsoft's 2023/,
    );
    const exported = await runHere(['ledger', 'export', '--format', 'csv', '--state', state]);
    expect(exported.stdout).toMatch(
      /,loader,firmwareTrust,eraseHidden,atEnd\r\n[\s\S]*as on the media; [^\n]*,2023,,\r\n/,
    );
  });
});

describe('the computer that was replaced', () => {
  const returned = async (...args: readonly string[]): Promise<CliResult> =>
    await runHere(['machine', 'returned', ...args, '--state', state, '--operator', operator]);

  it('comes back once, by its serial or its name, and the order says so', async () => {
    const wrong = await returned('7KX9PQ1');
    expect(wrong.stderr).toContain('is a new machine of work order WO-1');
    const nothing = await returned(' ', '--note', 'a scan of nothing');
    expect(nothing.stderr).toContain('No serial or name was given.');
    const unknown = await returned('5CG0000009');
    expect([wrong.status, unknown.status]).toEqual([3, 3]);
    expect(unknown.stderr).toContain('No work order of this station says that 5CG0000009 is replaced.');
    const back = await returned("o'neil-pc", '--json');
    expect(back.status, back.stderr).toBe(0);
    expect(JSON.parse(back.stdout)).toMatchObject({
      ...{ machineSerial: '5CG0000001', computerName: "O'NEIL-PC", replacedBy: '7KX9PQ1', note: null },
    });
    const again = await returned('5CG0000001');
    expect(again.stderr).toContain('is recorded already');
    const noted = await returned('5CG0000009', '--note', 'from another depot');
    expect(noted.stdout).toContain('Serial 5CG0000009 came back. No work order names it.');
    const shown = await runHere(['order', 'show', '--state', state]);
    expect(shown.stdout).toMatch(/returned\s+1 of 1 replaced computers/);
    expect(shown.stdout).toContain("O'NEIL-PC (serial 5CG0000001), returned");
    const closed = await runHere(['order', 'close', '--state', state, '--operator', operator, '--json']);
    expect(JSON.parse(closed.stdout)).toMatchObject({ returns: { expected: 1, returned: 1 } });
    const listed = await runHere(['order', 'list', '--state', state]);
    expect(listed.stdout).toContain('1 of 1');
    const verified = await runHere(['ledger', 'verify', '--state', state]);
    expect(verified.status, verified.stderr).toBe(0);
  });

  it('is refused while two orders name it, each with another machine, until somebody says which', async () => {
    const later = join(area, 'later.csv');
    for (const [number, serial] of [
      ['WO-2', '7KX9PQ8'],
      ['WO-3', '7KX9PQ9'],
    ] as const) {
      writeFileSync(later, `serial,replaces,old serial\n${serial},PC-OLD-9,5CG0000005\n`);
      for (const step of [
        ['open', later, '--number', number],
        ['except', serial, '--reason', 'Not delivered'],
        ['close'],
      ]) {
        const run = await runHere(['order', ...step, '--state', state, '--operator', operator]);
        expect(run.status, run.stderr).toBe(0);
      }
    }
    const unclear = await returned('5CG0000005');
    expect(unclear.status).toBe(3);
    expect(unclear.stderr).toContain(
      '5CG0000005 is replaced by several machines: machine 7KX9PQ9 of work order WO-3, machine 7KX9PQ8 of work order WO-2.',
    );
    const other = await returned('5CG0000005', '--replaced-by', '7KX9PQ1');
    expect(other.stderr).toContain('is replaced by machine 7KX9PQ1');
    const said = await returned('pc-old-9', '--replaced-by', '7kx9pq8', '--json');
    expect(JSON.parse(said.stdout)).toMatchObject({ replacedBy: '7KX9PQ8', machineSerial: '5CG0000005' });
    for (const again of [['5CG0000005'], ['5CG0000005', '--replaced-by', '7KX9PQ9']]) {
      expect((await returned(...again)).stderr).toContain('is recorded already');
    }
  });
});

describe('the papers', () => {
  it('name who did it, in their own letters', () => {
    expect(pdfText(file('certificates/0001-7KX9PQ1.pdf'))).toContain(operator);
    for (const name of ['packing-list.pdf', 'summary.pdf']) {
      expect(pdfText(file(name)).join(''), name).toContain(operator);
    }
    for (const name of Object.keys(files).filter((one) => one.endsWith('.pdf'))) {
      expect(pdfText(file(name)).join(''), name).not.toContain('?');
    }
  });
});
