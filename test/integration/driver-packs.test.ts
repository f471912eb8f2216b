import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { temporaryArea } from '../support/global-setup';
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
  rmSync(area, { recursive: true, force: true });
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
