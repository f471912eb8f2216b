import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { removeArea, temporaryArea } from '../support/global-setup';
import { benchDrives, type CliResult } from '../support/cli';
import { runHere } from '../support/command-line';
import { present } from '../support/present';
import { makeBench } from '../support/virtual-bench';
import { makeMedia } from '../support/wim';

/** Drivers by model, from the recipe to the record: what is in the media is judged by wimlib. */

let area: string;
let media: string;
let created: CliResult;
let state: string;

beforeAll(async () => {
  area = temporaryArea('driver-packs');
  state = join(area, 'state');
  const base = await makeMedia(join(area, 'base'), { smallFiles: 10 });
  for (const pack of ['latitude', 'thinkpad']) {
    mkdirSync(join(area, pack, 'net'), { recursive: true });
    writeFileSync(join(area, pack, 'net', `${pack}.inf`), `; ${pack}\n`);
  }
  const recipe = join(area, 'recipe.yaml');
  writeFileSync(
    recipe,
    [
      'name: Contoso',
      "version: '1'",
      `operatingSystem: { media: '${base.path}' }`,
      'driverPacks:',
      `  - pack: Latitude-5440\n    folder: '${join(area, 'latitude')}'`,
      "    models: [{ maker: Dell, model: Latitude 5440, dellSystemId: '0C0A' }]",
      `  - pack: T14\n    folder: '${join(area, 'thinkpad')}'`,
      "    models: [{ lenovoType: '21HD' }]",
      '',
    ].join('\n'),
  );
  media = join(area, 'contoso.wim');
  created = await runHere(['media', 'create', recipe, '--output', media, '--json']);
});
afterAll(() => {
  removeArea(area);
});

it('lays each pack into the media once, with the table, and lists them', async () => {
  expect(created.status, created.stderr).toBe(0);
  expect(JSON.parse(created.stdout)).toMatchObject({ driverPacks: ['Latitude-5440', 'T14'], files: 2 });
  const names = execFileSync('wimlib-imagex', ['dir', media, '1'], { encoding: 'utf8' }).split('\n');
  expect(names.filter((name) => name.startsWith('/Drivers/')).sort()).toEqual([
    ...['/Drivers/Latitude-5440', '/Drivers/Latitude-5440/net', '/Drivers/Latitude-5440/net/latitude.inf'],
    ...['/Drivers/T14', '/Drivers/T14/net', '/Drivers/T14/net/thinkpad.inf', '/Drivers/packs.json'],
  ]);
  const listed = await runHere(['media', 'contents', media]);
  expect(listed.stdout).toMatch(/Latitude-5440 +Dell Latitude 5440, system ID 0C0A/);
});

it('says which pack each machine gets before anything is erased, and records it', async () => {
  const order = join(area, 'order.csv');
  writeFileSync(
    order,
    'Serial,Manufacturer,Model,SKU\n7KX9PQ1,Dell Inc.,Latitude 5440,\nPF0ABCDE,LENOVO,ThinkPad T14 Gen 4 (21HDCTO1WW),\n5CG1000003,HP,EliteBook 840 G8,\n',
  );
  const rest = ['--state', state, '--operator', 'Ada'];
  const opened = await runHere(['order', 'open', order, '--number', 'WO-1', ...rest, '--json']);
  expect(opened.status, opened.stderr).toBe(0);
  const bench = join(area, 'bench');
  await makeBench(bench, 3);
  const serials = ['7KX9PQ1', 'PF0ABCDE', '5CG1000003'];
  const drives = (await benchDrives(bench)).map(({ id }, index) => `${id}=${present(serials[index])}`);
  const apply = [
    ...['apply', '--media', media, '--bench', bench, '--yes', '--json', ...rest],
    ...['--expect-sha256', createHash('sha256').update(readFileSync(media)).digest('hex')],
    ...drives.flatMap((drive) => ['--drive', drive]),
  ];
  const refused = await runHere([...apply, '--require-drivers']);
  expect(refused.status).toBe(3);
  expect(refused.stderr).toContain('Machine 5CG1000003 (EliteBook 840 G8) gets no driver pack');
  const none = await runHere(['ledger', 'list', '--state', state, '--json']);
  expect(none.stdout).not.toContain('job-started');
  const applied = await runHere(apply);
  expect(applied.status, applied.stderr).toBe(0);
  expect(applied.stderr).toContain('machine 7KX9PQ1 gets the driver pack Latitude-5440');
  expect(applied.stderr).toContain('Machine 5CG1000003 (EliteBook 840 G8) gets no driver pack');
  expect(JSON.parse(applied.stdout)).toMatchObject({
    jobs: [{ driverPack: 'Latitude-5440' }, { driverPack: 'T14' }, { driverPack: null }],
  });
  const bundle = join(area, 'S-1.zip');
  const shipped = await runHere(['ship', '--order', 'WO-1', '--number', 'S-1', '--output', bundle, ...rest]);
  expect(shipped.status, shipped.stderr).toBe(0);
  const key = join(state, 'station-key.pub.pem');
  const audited = await runHere(['audit', bundle, '--training', '--trust', key, '--order', order]);
  expect(audited.stdout).toMatch(/7KX9PQ1 .*Latitude-5440/);
  expect(audited.stdout).toContain('The shipment passed the audit');
});

it('checks an order without a drive: what would be refused, with the machine and its exit code', async () => {
  const order = join(area, 'check.csv');
  writeFileSync(
    order,
    'Serial,Name,Manufacturer,Model,Firmware trust\n7KX9PQ1,PC-1,Dell Inc.,Latitude 5440,2023\nPF0ABCDE,PC-2,HP,EliteBook 840 G8,\n',
  );
  writeFileSync(join(area, 'name.tpl'), '<u><n>{{computerName}}</n><t>{{assetTag}}</t></u>');
  const files = join(area, 'files.yaml');
  writeFileSync(files, "machineFiles:\n  - { path: '\\u.xml', template: name.tpl }\n");
  const check = async (...more: string[]): Promise<CliResult> =>
    await runHere(['order', 'check', order, '--number', 'WO-9', '--state', join(area, 'none'), ...more]);
  const good = await check('--media', media, '--json');
  expect(good.status, good.stderr).toBe(0);
  const machineSerial = 'PF0ABCDE';
  expect(JSON.parse(good.stdout)).toMatchObject({
    ...{ ok: true, machines: 2, looked: { media: 'contoso.wim', machineFiles: null, driverPacks: true } },
    findings: [
      { code: 'loader-not-trusted', refused: false },
      { code: 'driver-pack-missing', machineSerial, refused: false },
    ],
  });
  const strict = ['--require-drivers', '--require-loader', '--machine-files', files];
  const bad = await check('--media', media, '--json', ...strict);
  expect(bad.status).toBe(4);
  expect(JSON.parse(bad.stdout)).toMatchObject({
    ok: false,
    findings: [
      { code: 'firmware-trust-unknown', machineSerial: null, refused: true },
      { code: 'driver-pack-missing', machineSerial, refused: true },
      { code: 'machine-file-unfilled', machineSerial: '7KX9PQ1', refused: true },
      { code: 'machine-file-unfilled', machineSerial, refused: true },
    ],
  });
  // Before there is a media file the recipe says what it will hold.
  const early = await check('--recipe', join(area, 'recipe.yaml'));
  expect(early.status, early.stderr).toBe(0);
  expect(early.stdout).toContain('Machine PF0ABCDE (EliteBook 840 G8) gets no driver pack');
  expect(early.stdout).toContain('No problems found: a batch would refuse nothing.');
});
