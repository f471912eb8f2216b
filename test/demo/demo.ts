/**
 * The demo: makes a virtual bench of four drives and the training media, goes the way from recipe to receipt with it, and does the main job
 * with it, with the same program that enterprise and technician run. Needs no root and no display.
 */
import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { makeTrainingMedia } from '../../helper/media/training-media';

const program = resolve(import.meta.dirname, '../../dist/prestage.cjs');
const listSchema = z.object({ drives: z.array(z.object({ id: z.string(), verdict: z.string() })) });

/** Shows a command as a technician would type it, runs it, and stops the demo when it fails. */
function show(title: string, args: readonly string[], area: string): void {
  const quoted = args.map((arg) => (arg.includes(' ') ? `'${arg}'` : arg));
  const shown = quoted.map((arg) => arg.replaceAll(area, '.')).join(' ');
  const broken = args[0] === 'apply' ? shown.replaceAll(' --drive ', ' \\\n    --drive ') : shown;
  console.log(`\n# ${title}\n$ prestage ${broken}\n`);
  const run = spawnSync(process.execPath, [program, ...args], { stdio: ['ignore', 'inherit', 'inherit'] });
  if (run.status !== 0) {
    throw new Error(`prestage ${args[0] ?? ''} ended with ${run.status ?? run.signal ?? ''}`);
  }
}

function driveIds(bench: string): string[] {
  const run = spawnSync(process.execPath, [program, 'drives', '--bench', bench, '--json'], {
    encoding: 'utf8',
  });
  const { drives } = listSchema.parse(JSON.parse(run.stdout));
  return drives.filter(({ verdict }) => verdict === 'eligible').map(({ id }) => id);
}

/** What each machine gets of its own: a template, a table of drivers, and an order with names and a replaced computer. */
function machineParts(area: string, recipe: string, machines: readonly string[]): void {
  writeFileSync(
    join(area, 'unattend.xml'),
    '<unattend><component name="Microsoft-Windows-Shell-Setup"><ComputerName>{{computerName}}</ComputerName></component></unattend>\n',
  );
  const files = ["  - path: '\\Windows\\Panther\\unattend.xml'", '    template: unattend.xml'];
  const packs = [
    '  - pack: Latitude-5440',
    `    folder: '${area}'`,
    '    models: [{ model: Latitude 5440 }]',
  ];
  appendFileSync(recipe, ['', 'machineFiles:', ...files, 'driverPacks:', ...packs, ''].join('\n'));
  const lines = machines.map(
    (serial, index) =>
      `${serial},PC-000${index + 1},Dell Inc.,Latitude 5440,${index === 0 ? 'PC-OLD-1' : ''}`,
  );
  writeFileSync(
    join(area, 'order.csv'),
    ['serial,computer name,maker,model,replaces,order', ...lines.map((line) => `${line},WO-118`), ''].join(
      '\n',
    ),
  );
}

async function demo(area: string): Promise<void> {
  const bench = join(area, 'bench');
  const state = join(area, 'state');
  const media = await makeTrainingMedia(join(area, 'media'), new AbortController().signal);
  const machines = ['5CD1234XY1', '5CD1234XY2', '5CD1234XY3', '5CD1234XY4'];

  show('A bench of four blank drives', ['bench', 'create', bench, '--drives', '4', '--size', '8G'], area);
  show('Which drives may be written?', ['drives', '--bench', bench], area);
  show('What is in the media?', ['media', 'inspect', media.path], area);
  const recipe = join(area, 'contoso.yaml');
  show(
    'The enterprise begins with a recipe of the media and its deployment',
    ['media', 'recipe', recipe],
    area,
  );
  machineParts(area, recipe, machines);
  show(
    'A site makes the media with the script; here the training media stands for it',
    ['media', 'plan', recipe, '--output', join(area, 'contoso.ps1')],
    area,
  );
  const sent = join(area, 'sent');
  const key = join(area, 'contoso.key');
  // The name in the recipe.
  const name = 'Contoso Windows 11';
  show('The enterprise makes a key', ['key', 'create', key, '--plain'], area);
  show(
    'It sends the media in parts, with a signed manifest that has the recipe’s settings and dates',
    [
      ...['media', 'send', media.path, '--to', sent, '--part-size', '256K', '--key', key],
      ...['--recipe', recipe],
    ],
    area,
  );
  show(
    'The depot trusts the key',
    ['key', 'trust', 'Contoso', '--public-key', `${key}.pub`, '--state', state],
    area,
  );
  const receipt = join(area, 'receipt.json');
  show(
    'It proves every block, files the media, and signs a receipt',
    ['media', 'receive', sent, '--state', state, '--operator', 'demo', '--receipt', receipt],
    area,
  );
  show(
    'The enterprise checks the receipt',
    [
      ...['media', 'check-receipt', receipt, '--manifest', join(sent, `${name}.media.json`)],
      ...['--trust', join(state, 'station-key.pub.pem')],
    ],
    area,
  );
  const order = join(area, 'order.csv');
  show(
    'Names, drivers and replaced computers come with the work order: would a batch refuse any of it?',
    ['order', 'check', order, '--media', name, '--state', state],
    area,
  );
  show('It is open now', ['order', 'open', order, '--state', state, '--operator', 'demo'], area);
  const drives = driveIds(bench).flatMap((id, index) => ['--drive', `${id}=${machines[index] ?? ''}`]);
  const apply = ['apply', '--media', name, '--bench', bench, '--state', state, '--operator', 'demo', '--yes'];
  show('Write, verify, seal and record them, side by side', [...apply, ...drives], area);
  show(
    'Read one of them again',
    ['verify', '--drive', driveIds(bench)[0] ?? '', '--bench', bench, '--state', state],
    area,
  );
  show(
    'The old computer of the first one came back',
    ['machine', 'returned', 'PC-OLD-1', '--state', state, '--operator', 'demo'],
    area,
  );
  show('How far is the order?', ['order', 'show', '--state', state], area);
  show('The record', ['ledger', 'list', '--state', state], area);
  show('Is the record whole?', ['ledger', 'verify', '--state', state], area);
}

const area = mkdtempSync(join(tmpdir(), 'prestage-demo-'));
try {
  await demo(area);
  console.log('\nDone. Everything the demo made is removed again.');
} finally {
  rmSync(area, { recursive: true, force: true });
}
