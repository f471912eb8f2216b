import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ledgerExportSchema } from '../../station/ledger/export';
import { benchDrives, errorOf, reportOf, type CliResult, type ListedDrive } from '../support/cli';
import { runHere } from '../support/command-line';
import { extractPartition, hasNoTable } from '../support/drive-check';
import { removeArea, temporaryArea } from '../support/global-setup';
import { present } from '../support/present';
import { makeBench } from '../support/virtual-bench';
import { makeMedia, type MadeMedia } from '../support/wim';

const unattend = '\\Windows\\Panther\\Unattend.xml';
const autopilot = '\\Windows\\Provisioning\\Autopilot\\AutopilotConfigurationFile.json';
const machine = '\\Prestage\\machine.json';

let area: string;
let media: MadeMedia;
let bench: string;
let drives: ListedDrive[];
let list: string;

function write(name: string, text: string): string {
  const file = join(area, name);
  writeFileSync(file, text);
  return file;
}

function listOf(files: readonly (readonly [path: string, template: string])[]): string {
  const items = files.map(([path, template]) =>
    template === 'machine-json'
      ? `  - path: '${path}'\n    kind: machine-json\n    bytes: 4096\n`
      : `  - path: '${path}'\n    template: ${template}\n`,
  );
  return `machineFiles:\n${items.join('')}`;
}

beforeAll(async () => {
  area = temporaryArea('machine-files');
  media = await makeMedia(join(area, 'media'), {
    compression: 'LZX',
    // One that the image brings is replaced, whatever its case; its neighbour stays.
    extraFiles: { 'Windows/Panther/unattend.xml': '<old/>', 'Windows/Panther/other.txt': 'stays' },
  });
  bench = join(area, 'bench');
  await makeBench(bench, 2);
  drives = await benchDrives(bench);
  write(
    'unattend.tpl',
    '<?xml version="1.0" encoding="utf-8"?>\n<unattend><ComputerName>{{computerName}}</ComputerName><Tag>{{assetTag}}</Tag></unattend>\n',
  );
  write('autopilot.tpl', '{"CloudAssignedDeviceName": "{{computerName}}", "Serial": "{{serial}}"}\n');
  list = write(
    'files.yaml',
    listOf([
      [unattend, 'unattend.tpl'],
      [autopilot, 'autopilot.tpl'],
      [machine, 'machine-json'],
    ]),
  );
});
afterAll(() => {
  removeArea(area);
});

async function apply(state: string, file: string): Promise<CliResult> {
  const serials = ['SN0001', 'SN0002'];
  return await runHere([
    ...['apply', '--media', media.path, '--bench', bench, '--state', state, '--yes', '--json'],
    ...['--machine-files', file, '--again', 'Again, for the test'],
    ...drives.flatMap(({ id }, index) => ['--drive', `${id}=${present(serials[index])}`]),
  ]);
}

async function openOrder(state: string, csv: string): Promise<CliResult> {
  const order = write('order.csv', csv);
  const reading = ['order', 'open', order, '--number', 'WO-7', '--state', state, '--json'];
  return await runHere(reading);
}

describe('files that each machine gets of its own', () => {
  it('lie on each drive with its own values, are proved by verify, closed to users, and in the record', async () => {
    const state = join(area, 'state');
    const opened = await openOrder(
      state,
      'SerialNumber,ComputerName,AssetTag\nSN0001,PC-ONE,A & B\nSN0002,PC-TWO,<2>\n',
    );
    expect(opened.status, opened.stderr).toBe(0);
    const run = await apply(state, list);
    expect(run.status, run.stderr).toBe(0);
    expect(run.stderr).toContain(`each drive gets its machine's own ${unattend}`);
    const report = reportOf(run);
    expect(report.jobs.map(({ state: end }) => end)).toEqual(['done', 'done']);

    const exported = await runHere(['ledger', 'export', '--state', state, '--format', 'json']);
    const { entries } = ledgerExportSchema.parse(JSON.parse(exported.stdout));
    const names = ['PC-ONE', 'PC-TWO'];
    const tags = ['A &amp; B', '&lt;2&gt;'];
    for (const [index, { path, id }] of drives.entries()) {
      const folder = temporaryArea('slots');
      const volume = extractPartition(path, 'windows', folder);
      const fileOf = (file: string): Buffer =>
        execFileSync('ntfscat', [volume, file.replaceAll('\\', '/')], { maxBuffer: 1 << 24 });
      expect(execFileSync('ntfsfix', ['-n', volume], { encoding: 'utf8' })).toContain(
        'processed successfully',
      );
      const xml = fileOf(unattend);
      expect(xml).toHaveLength(64 * 1024);
      expect(xml.toString().trimEnd()).toContain(
        `<ComputerName>${present(names[index])}</ComputerName><Tag>${present(tags[index])}</Tag>`,
      );
      expect(JSON.parse(fileOf(autopilot).toString())).toEqual({
        CloudAssignedDeviceName: names[index],
        Serial: `SN000${index + 1}`,
      });
      expect(JSON.parse(fileOf(machine).toString())).toMatchObject({
        OSDComputerName: names[index],
        order: 'WO-7',
      });
      expect(fileOf('\\Windows\\Panther\\other.txt').toString()).toBe('stays');
      // The image's own file of this name is gone, and nobody but administrators and the system may read the new one.
      const rights = execFileSync('ntfssecaudit', ['-v', volume, unattend.replaceAll('\\', '/')], {
        encoding: 'utf8',
      });
      expect(rights).toMatch(/S-1-5-32-544|S-1-5-18/);
      expect(rights).not.toMatch(/S-1-1-0|S-1-5-32-545|S-1-5-11/);
      const own = entries
        .map(({ json }) => json.record)
        .flatMap((record) => (record.kind === 'job-ended' && record.job.drive.id === id ? [record.job] : []));
      expect(own[0]?.machineFiles).toEqual(
        [unattend, autopilot, machine].map((file) => ({
          path: file,
          bytes: fileOf(file).length,
          sha256: createHash('sha256').update(fileOf(file)).digest('hex'),
        })),
      );
      removeArea(folder);
    }

    // One render for both; a second batch finds it.
    const again = await apply(state, list);
    expect(again.status, again.stderr).toBe(0);
    expect(reportOf(again).render.cached).toBe(true);

    const one = present(drives[0]);
    const verified = await runHere([
      'verify',
      '--drive',
      one.id,
      '--bench',
      bench,
      '--state',
      state,
      '--json',
    ]);
    expect(verified.status, verified.stderr).toBe(0);
    const found = execFileSync('grep', ['-aboF', '<ComputerName>PC-ONE', one.path], { encoding: 'utf8' });
    const at = Number(present(found.split(':')[0]));
    expect(at).toBeGreaterThan(0);
    execFileSync('dd', [`of=${one.path}`, 'bs=1', `seek=${at + 14}`, 'conv=notrunc', 'status=none'], {
      input: 'XX',
    });
    const changed = await runHere([
      'verify',
      '--drive',
      one.id,
      '--bench',
      bench,
      '--state',
      state,
      '--json',
    ]);
    expect(changed.status).toBe(4);
  });

  it('come with the media: the recipe names them, and the signed manifest carries their templates', async () => {
    const state = join(area, 'received');
    const key = join(area, 'contoso.key');
    const sent = join(area, 'sent');
    const recipe = write(
      'recipe.yaml',
      `name: Contoso\nversion: '1'\noperatingSystem:\n  file: media.wim\n${listOf([['\\Prestage\\name.txt', 'plain.tpl']])}`,
    );
    write('plain.tpl', 'This is {{serial}}');
    const one = present(drives[0]);
    const steps = [
      ['key', 'create', key, '--plain'],
      ['media', 'send', media.path, '--to', sent, '--key', key, '--recipe', recipe],
      ['key', 'trust', 'Contoso', '--public-key', `${key}.pub`, '--state', state],
      ['media', 'receive', sent, '--state', state],
      ['apply', '--media', 'Contoso', '--bench', bench, '--state', state, '--yes'].concat(
        ...['--drive', `${one.id}=SN0009`],
      ),
    ];
    let said = '';
    for (const step of steps) {
      const run = await runHere(step);
      expect(run.status, run.stderr).toBe(0);
      said = run.stderr;
    }
    expect(said).toContain("machine's own \\Prestage\\name.txt (the media's signed manifest)");
    const folder = temporaryArea('slots');
    const volume = extractPartition(one.path, 'windows', folder);
    const text = execFileSync('ntfscat', [volume, '/Prestage/name.txt'], { encoding: 'utf8' });
    expect(text.trimEnd()).toBe('This is SN0009');
    removeArea(folder);
  });

  it('refuses before anything is touched', async () => {
    for (const { path } of drives) execFileSync('sgdisk', ['--zap-all', path], { stdio: 'ignore' });
    const refusals: [csv: string, files: string, code: string, words: RegExp][] = [
      [
        'serial,name\nSN0001,12345\nSN0002,PC-2\n',
        list,
        'computer-name-invalid',
        /12345 of machine SN0001 has digits only/,
      ],
      [
        'serial,name\nSN0001,PC-1\nSN0002,PC-2\n',
        list,
        'machine-file-unfilled',
        /SN0001.*nothing is known for \{\{assetTag\}\}/,
      ],
      [
        'serial,name\nSN0001,PC-1\nSN0002,PC-2\n',
        write('bad.yaml', listOf([['\\a.xml', 'bad.tpl']])),
        'machine-files-invalid',
        /\{\{host\}\} is not known/,
      ],
      [
        'serial,name\nSN0001,PC-1\nSN0002,PC-2\n',
        write('folder.yaml', listOf([['\\Windows\\panther', 'plain.tpl']])),
        'slot-unusable',
        /the image has a folder of this name/,
      ],
    ];
    write('bad.tpl', '<a>{{host}}</b>');
    write('plain.tpl', '{{serial}}');
    for (const [index, [csv, files, code, words]] of refusals.entries()) {
      const state = join(area, `refusal-${String(index)}`);
      const opened = await openOrder(state, csv);
      expect(opened.status, opened.stderr).toBe(0);
      const run = await apply(state, files);
      expect(run.status, run.stderr).toBe(3);
      const error = errorOf(run);
      expect(error.code).toBe(code);
      expect(`${error.message}\n${error.cause ?? ''}`).toMatch(words);
    }
    for (const { path, size } of drives) expect(hasNoTable(path, size)).toBe(true);
  });
});
