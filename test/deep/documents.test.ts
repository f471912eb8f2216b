import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { copyFileSync, linkSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readArguments } from '../../electron/command-line';
import { loadSettings } from '../../station/state/settings';
import { makeBench } from '../support/virtual-bench';
import { benchDrives, runCli, type CliResult } from '../support/cli';
import { commandsOf, documentFiles, documentText, fencedBlocks, isGenerated } from '../support/documents';
import { removeArea, temporaryArea } from '../support/global-setup';
import { present } from '../support/present';
import { makeMedia } from '../support/wim';

/**
 * Every command and every settings snippet of the documents, run. The pages tell one story on one station, in this
 * order: what one of them makes, a later one uses. Virtual drives stand for real ones.
 */
const story = [
  'README.md',
  'docs/guide/desktop-app.md',
  'docs/guide/virtual-drives.md',
  'docs/guide/writing-drives.md',
  'docs/guide/boot-test.md',
  'docs/guide/work-orders.md',
  'docs/guide/shipping-and-audit.md',
  'docs/guide/label-printer.md',
  'docs/guide/sending-media.md',
  'docs/guide/enterprise.md',
  'docs/guide/making-media.md',
  'docs/guide/machine-labels.md',
  'docs/guide/plant.md',
  'docs/security.md',
  'docs/rack.md',
  'docs/live.md',
  'docs/guide/live-stick.md',
  'docs/performance.md',
  'docs/guide/when-something-goes-wrong.md',
] as const;

/** What does not run here, by the words it begins with. Names and options of prestage commands are checked all the same. */
const notRun: readonly (readonly [command: string, reason: string])[] = [
  ['npm run demo', 'sets up the machine first; it does what the story does'],
  ['npm start', 'needs a display: test/e2e'],
  ['npm run package', 'packs for minutes: test/e2e runs the package'],
  ['sudo npm run package:live', 'makes a whole Debian: test/live'],
  ['sudo dd', 'overwrites a disk'],
  ['sudo npm run bench', 'takes 20 minutes and 60 GB'],
  ['sudo apt install', 'changes the machine'],
  ['sudo -u postgres', 'needs a PostgreSQL: test/fleet'],
  ['psql', 'needs a PostgreSQL: test/fleet'],
  ['pg_dump', 'needs a PostgreSQL: test/fleet'],
  ['pg_dumpall', 'needs a PostgreSQL: test/fleet'],
  ['prestage fleet', 'needs a PostgreSQL: test/fleet'],
  ['prestage media create', 'needs images as Microsoft delivers them: test/deep/media-create.test.ts'],
  ['prestage key create', 'asks for a password: test/deep/delivery.test.ts'],
  ['minisign', 'test/deep/delivery.test.ts runs it'],
  ['openssl cms', 'test/deep/delivery.test.ts runs it'],
  ['prestage rehearse', 'starts virtual machines for minutes: test/boot'],
  ['prestage drives check', 'erases a drive for as long as it takes: test/deep/real-size.test.ts'],
  ['prestage live setup', 'needs a stick: test/deep/live-setup.test.ts'],
  ['prestage live station', 'needs a stick: test/deep/live-setup.test.ts'],
  ['prestage live unlock-disk', 'needs a stick: test/deep/live.test.ts'],
  ['prestage live image-disk', 'needs a stick: test/deep/live-image-disk.test.ts'],
  ['prestage live open-disk', 'needs a stick: test/deep/live-disk.test.ts'],
  ['prestage live close-disk', 'needs a stick: test/deep/live-disk.test.ts'],
  ['prestage live machine', 'needs a machine on a stick: test/deep/live-machine.test.ts'],
  ['prestage apply --media contoso --drive', 'needs a machine on a stick: test/deep/live-machine.test.ts'],
  ['prestage live update', 'needs a stick: test/deep/live-setup.test.ts'],
  ['prestage state', 'asks for a password: test/deep/state-backup.test.ts'],
  [
    'prestage rack',
    'goes on until it is stopped, and needs machines: test/rack/rack.test.ts, netboot.test.ts',
  ],
  ['sudo ip', 'changes the network of this computer'],
  ['prestage agent', 'goes on until it is stopped: test/rack/rack.test.ts'],
  ['sudo prestage agent', 'needs a machine of a rack: test/rack/rack.test.ts'],
  ['prestage apply --media contoso.wim --rack', 'needs machines: test/rack/rack.test.ts'],
  ['prestage apply --media contoso.wim --machine', 'needs machines: test/rack/rack.test.ts'],
  [
    'prestage apply --media contoso.wim --drive S5GXNX0T100001-1a2b3c4d@0f3a9c7e21b4',
    'needs a machine of a rack: test/rack/rack.test.ts',
  ],
  ...['verify', 'sanitise'].map((command): [string, string] => [
    `prestage ${command} --drive S5GXNX0T100001-1a2b3c4d@0f3a9c7e21b4`,
    'needs a machine of a rack: test/rack/rack.test.ts',
  ]),
  ['prestage machine', 'asks for an administrator’s password: test/deep/machine.test.ts'],
  [
    'prestage apply --media contoso.wim --drive S5GXNX0T100001-1a2b3c4d --this-machine',
    'depends on the firmware: test/deep/machine.test.ts',
  ],
];

let area: string;
/** Where the reader stands. */
let work: string;
let rack: string;
/** What the documents' examples stand for here. */
const examples = new Map<string, string>();
const used = new Set<string>();
let homes: NodeJS.ProcessEnv;

const mediaHash = '5f2d8a6c0e1b4f7390d2a5c8e7b61f3409ad7c5e2b8f6d1a3c4e5f60718293a4';
const ownFingerprint = '2b1f9c4e7d8a06535e4f7a1c9b2d8e60f1a3c5d7e9b0426481a3c5e7f9b1d305';
const southFingerprint = '7e3a5c1d9f0b2846a1c3e5f7092b4d6880e2c4a6f8193b5d7f9a1c3e5b7d9f02';
const rackIds = [
  'S5GXNX0T100001-1a2b3c4d',
  'S5GXNX0T100002-5e6f7a8b',
  'S5GXNX0T100003-9c0d1e2f',
  'S5GXNX0T100004-0b1c2d3e',
  'S5GXNX0T100005-4f5a6b7c',
  'S5GXNX0T100006-8d9e0f1a',
];
const trainingId = 'VD-1E59BC2B-01-285a64bf';

beforeAll(async () => {
  area = temporaryArea('documents');
  work = join(area, 'work');
  rack = join(area, 'rack');
  mkdirSync(work);
  // No variable of whoever runs the tests may lead out of the area.
  homes = {
    HOME: area,
    XDG_STATE_HOME: undefined,
    XDG_CONFIG_HOME: undefined,
    XDG_CACHE_HOME: undefined,
  };
  const media = await makeMedia(join(area, 'media'));
  linkSync(media.path, join(work, 'contoso.wim'));
  examples.set(mediaHash, createHash('sha256').update(readFileSync(media.path)).digest('hex'));
  await makeBench(rack, rackIds.length);
  for (const [index, drive] of (await benchDrives(rack)).entries()) {
    examples.set(present(rackIds[index]), drive.id);
  }
});
afterAll(() => {
  removeArea(area);
});

/** A text of a document with the examples in it exchanged for what is here. */
function realised(text: string): string {
  let real = text;
  for (const [example, value] of examples) real = real.replaceAll(example, value);
  return real;
}

async function run(args: readonly string[]): Promise<CliResult> {
  return await runCli(args, { cwd: work, env: homes });
}

async function fingerprintOf(...state: string[]): Promise<string> {
  const { stdout, stderr, status } = await run(['ledger', 'verify', '--json', ...state]);
  expect(status, stderr).toBe(0);
  return z.object({ keyFingerprint: z.string() }).parse(JSON.parse(stdout)).keyFingerprint;
}

/** What must be there before a page's commands, and does not come from the pages before it. */
const preparations: Readonly<Partial<Record<(typeof story)[number], () => Promise<void>>>> = {
  'docs/guide/sending-media.md': async () => {
    examples.set(ownFingerprint, await fingerprintOf());
    // A key without the password that the page's asks for, and a revised media file.
    expect((await run(['key', 'create', 'contoso.key', '--plain'])).status).toBe(0);
    const revised = join(work, 'contoso-2.wim');
    copyFileSync(join(work, 'contoso.wim'), revised);
    const command = `add '${join(work, 'contoso.key.pub')}' /new.txt`;
    const { status, stderr } = spawnSync('wimlib-imagex', ['update', revised, '1', `--command=${command}`]);
    expect(status, String(stderr)).toBe(0);
  },
  'docs/guide/enterprise.md': async () => {
    examples.set(ownFingerprint, await fingerprintOf());
    // Another station, with an entry in its ledger.
    writeFileSync(join(work, 'south.txt'), '5CD1234XY9\n');
    for (const command of [
      ['order', 'open', 'south.txt', '--number', 'WO-2025-119'],
      ['ledger', 'export', '--format', 'json', '--output', 'south.json'],
    ]) {
      const { status, stderr } = await run([...command, '--state', 'south']);
      expect(status, stderr).toBe(0);
    }
    examples.set(southFingerprint, await fingerprintOf('--state', 'south'));
  },
};

/** What the test adds to a command: it has no real drives, and nobody types `erase`. */
function additions([command = '', ...args]: readonly string[]): string[] {
  const bench = args.includes('--bench') ? [] : ['--bench', rack];
  switch (command) {
    case 'drives':
    case 'verify':
      return bench;
    case 'apply':
      return [...bench, '--yes'];
    case 'audit':
      return ['--training'];
    case 'media':
      return args[1] === 'forget' ? ['--yes'] : [];
    default:
      return [];
  }
}

/** By a command's name; each is asked once. */
const helps = new Map<string, ReadonlySet<string>>();

/** Options that a command's own help names. */
async function readOptions(command: readonly string[]): Promise<ReadonlySet<string>> {
  const { status, stdout, stderr } = await run([...command, '--help']);
  expect(status, stderr).toBe(0);
  // A group's help would answer for a command that is not there.
  expect(stdout.startsWith(`Usage: prestage ${command.join(' ')} `), stdout).toBe(true);
  expect(command.join(' ') === 'drives' || !stdout.includes('\nCommands:\n'), stdout).toBe(true);
  return new Set(stdout.match(/(?<=^\s+(?:-\w, )?)--[a-z0-9-]+/gm));
}

const groups = [
  'media',
  'order',
  'ledger',
  'fleet',
  'cache',
  'bench',
  'support',
  'key',
  'label',
  'live',
  'state',
  'rack',
];

/** Whether the second word is a command, too. */
function isOfGroup([first = '', second = '']: readonly string[]): boolean {
  return (
    groups.includes(first) ||
    (first === 'drives' && second === 'check') ||
    (first === 'machine' && second === 'returned')
  );
}

/** For a prestage command that does not run: it is there, and has the options that it is given. */
async function checkCommand(args: readonly string[]): Promise<void> {
  const names = args.slice(0, isOfGroup(args) ? 2 : 1);
  // Without a command of its own, it shows.
  if (names.join(' ') === 'machine') names.push('show');
  const known = helps.get(names.join(' ')) ?? (await readOptions(names));
  helps.set(names.join(' '), known);
  const given = args.filter((arg) => arg.startsWith('--'));
  expect(given.filter((option) => !known.has(option))).toEqual([]);
}

/** For an npm script that does not run: it is there, and the app understands what it is given. */
function checkScript(args: readonly string[]): void {
  const { scripts } = z
    .object({ scripts: z.record(z.string(), z.string()) })
    .parse(JSON.parse(documentText('package.json')));
  const [name = '', ...rest] = args[0] === 'run' ? args.slice(1) : args;
  expect(Object.keys(scripts)).toContain(name);
  if (rest.length === 0) return;
  expect([name, rest[0]]).toEqual(['start', '--']);
  const { bench, state } = readArguments(rest, work);
  expect({ bench, state }).toEqual({ bench: join(work, 'bench'), state: join(work, 'state') });
}

async function check(command: readonly string[]): Promise<void> {
  const text = command.filter((word, index) => index > 0 || word !== 'npx').join(' ');
  const exception = notRun.find(([words]) => text === words || text.startsWith(`${words} `));
  const [program = '', ...args] = command.slice(
    command[0] === 'npx' || text.startsWith('sudo npm') ? 1 : text.startsWith('sudo -u') ? 3 : 0,
  );
  if (exception !== undefined) {
    used.add(exception[0]);
    if (program === 'prestage') await checkCommand(args);
    if (program === 'npm') checkScript(args);
    return;
  }
  expect(
    program,
    `${text}: is no prestage command. If it cannot run here, name it in notRun with the reason`,
  ).toBe('prestage');
  const { status, stdout, stderr } = await run([...args, ...additions(args)].map(realised));
  expect(
    status,
    `This command of the document fails: correct one of the two.\n${text}\n${stdout}\n${stderr}`,
  ).toBe(0);
  if (args[0] === 'bench' && args[1] === 'create' && args[2] === './bench') {
    examples.set(trainingId, present((await benchDrives(join(work, 'bench')))[0]).id);
  }
}

describe('the commands of the documents', () => {
  it.each(story)('%s', async (page) => {
    await preparations[page]?.();
    for (const { language, file, text } of fencedBlocks(documentText(page))) {
      if (language === 'sh') for (const command of commandsOf(text)) await check(command);
      else if (file !== null && language !== 'json') writeFileSync(join(work, file), realised(text));
    }
  });

  it('stand only on pages of the story', () => {
    const pages = documentFiles().filter(
      (file) => (file === 'README.md' || file.startsWith('docs/')) && !isGenerated(file),
    );
    const withCommands = pages.filter((file) =>
      fencedBlocks(documentText(file)).some(({ language }) => /^(?:sh|bash|console|shell)$/.test(language)),
    );
    expect(withCommands.filter((file) => !(story as readonly string[]).includes(file))).toEqual([]);
  });

  it('are excused only where it is so', () => {
    expect(notRun.map(([words]) => words).filter((words) => !used.has(words))).toEqual([]);
  });
});

describe('the settings of the documents', () => {
  const pages = documentFiles().filter(
    (file) => (file === 'README.md' || file.startsWith('docs/')) && !isGenerated(file),
  );
  const snippets = pages.flatMap((page) =>
    fencedBlocks(documentText(page))
      .filter(({ language }) => language === 'json')
      .map((block) => ({ name: `${page}:${block.line}`, ...block })),
  );

  it('are found', () => {
    expect(snippets.length).toBeGreaterThanOrEqual(4);
    expect(snippets.filter(({ file }) => file !== 'settings.json')).toEqual([]);
  });

  it.each(snippets)('$name', ({ text }) => {
    const settingsFile = join(area, 'settings.json');
    writeFileSync(settingsFile, text);
    const settings = loadSettings({ settingsFile });
    // What is written is what is meant: nothing falls to a default.
    expect(settings).toMatchObject(z.looseObject({}).parse(JSON.parse(text)));
  });
});
