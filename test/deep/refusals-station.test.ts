import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../core/base/errors';
import { benchState } from '../support/virtual-bench';
import { reportOf, runCli } from '../support/cli';
import { runHere } from '../support/command-line';
import { removeArea, temporaryArea } from '../support/global-setup';
import { isRoot } from '../support/loop';
import { mountMemory, undoDisks } from '../support/refusal-disk';
import { realTool, runWithoutTool, standIn } from '../support/refusal-run';
import {
  apply,
  applyArguments,
  expectRefusal,
  expectRefused,
  makeStation,
  type RefusalStation,
} from '../support/refusal-station';
import { makeMedia, type MadeMedia } from '../support/wim';

let area: string;
let media: MadeMedia;
let station: RefusalStation;
let counter = 0;

beforeAll(async () => {
  area = temporaryArea('refusals-station');
  station = await makeStation(area, 'station');
  media = await makeMedia(join(area, 'media'), { smallFiles: 60, extraBytes: 4_000_000 });
});
afterEach(undoDisks);
afterAll(() => {
  removeArea(area);
});

const fresh = (name: string): string => join(area, `${name}${String((counter += 1))}`);

describe('apply refuses when there is no space for the render', () => {
  it('from the start', async ({ skip }) => {
    skip(!isRoot, 'needs root: a small file system to mount');
    const small = fresh('small');
    mountMemory(small, '24M');
    const state = join(small, 'state');
    await expectRefused(
      station,
      () => apply(station, { media: media.path, state }),
      {
        code: 'render-no-space',
        names: [join(state, 'renders'), 'is full', 'needed', 'free', 'missing'],
        remedy: 'prestage cache clear',
      },
      { state },
    );
  });

  it('when others use it up half-way', async ({ skip }) => {
    skip(!isRoot, 'needs root: a small file system to mount');
    const small = fresh('small');
    mountMemory(small, '80M');
    const state = join(small, 'state');
    const tools = fresh('tools');
    mkdirSync(tools);
    // After the look at the free space and before the image is applied: all but 6 MiB is gone.
    const fill = `head -c $(($(stat -f -c '%a * %S' '${small}') - 6291456)) /dev/zero > '${small}/others'`;
    standIn(tools, 'mkntfs', `case "$*" in *-F*) ${fill};; esac\nexec '${realTool('mkntfs')}' "$@"`);
    const env = { PATH: `${tools}:${process.env['PATH'] ?? ''}`, TMPDIR: station.temporary };
    await expectRefused(
      station,
      () => runHere(applyArguments(station, { media: media.path, state }), { env }),
      {
        code: 'render-no-space',
        names: [join(state, 'renders'), 'is full', 'missing'],
        remedy: 'prestage cache clear',
      },
      { state },
    );
    expect(existsSync(join(small, 'others'))).toBe(true);
  });
});

describe('apply refuses without a tool, and names its package', () => {
  it.for([
    ['wimlib-imagex', 'wimtools'],
    ['mkntfs', 'ntfs-3g'],
    ['mkfs.fat', 'dosfstools'],
    ['mcopy', 'mtools'],
    ['hivexml', 'libhivex-bin'],
    ['hivexsh', 'libhivex-bin'],
    ['lsblk', 'util-linux'],
    ['prlimit', 'util-linux'],
  ] as const)('%s', async ([tool, brings], { skip }) => {
    skip(!isRoot, 'needs root: a mount namespace in which the tool is missing');
    const env = { TMPDIR: station.temporary };
    await expectRefused(
      station,
      () => runWithoutTool(tool, applyArguments(station, { media: media.path }), env),
      { code: 'tool-missing', names: [`The tool ${tool} is not installed`], remedy: brings },
    );
  });
});

describe('apply refuses a state folder', () => {
  it('that is a file', async () => {
    const state = fresh('file');
    writeFileSync(state, 'not a folder');
    await expectRefused(
      station,
      () => apply(station, { media: media.path, state }),
      { code: 'state-unavailable', names: [state], remedy: '--state' },
      { state },
    );
  });

  it.each([
    ['that this user may not read', 0o000],
    ['that this user may not write', 0o555],
  ])('%s', async (_what, mode) => {
    const nobody = 65534;
    const state = fresh('closed');
    mkdirSync(state, { mode });
    chmodSync(state, mode);
    // Everything above it is open to all, so that it is this folder that is refused.
    for (const folder of [area, dirname(area)]) chmodSync(folder, 0o755);
    const before = benchState(station.bench);
    const run = await runCli(applyArguments(station, { media: media.path, state }), {
      ...(isRoot ? { uid: nobody } : {}),
    });
    chmodSync(state, 0o755);
    expectRefusal(run, { code: 'state-unavailable', names: [state], remedy: '--state' });
    expect(benchState(station.bench)).toBe(before);
  });

  it.each([
    ['that are no JSON', '{ "stallSeconds": 60', 'is not JSON'],
    ['with a figure that makes no sense', '{ "stallSeconds": -1 }', "'stallSeconds'"],
    ['with a name it does not know', '{ "unsafe": true }', 'unsafe'],
  ])('with settings %s', async (_what, text, named) => {
    const state = fresh('settings');
    mkdirSync(state);
    const file = join(state, 'settings.json');
    writeFileSync(file, text);
    await expectRefused(
      station,
      () => apply(station, { media: media.path, state }),
      { code: 'settings-invalid', names: [file, named], remedy: 'defaults' },
      { state },
    );
    expect(readFileSync(file, 'utf8')).toBe(text);
  });
});

describe('apply refuses a ledger that is not whole, before a drive is touched', () => {
  let shipped: string;

  beforeAll(async () => {
    const shop = await makeStation(area, 'shop');
    expect(reportOf(await apply(shop, { media: media.path })).jobs.map(({ state }) => state)).toEqual([
      'done',
    ]);
    shipped = shop.state;
  });

  const replaceBytes = (file: string, from: string, to: string): void => {
    const bytes = readFileSync(file);
    const at = bytes.indexOf(from);
    expect(at).toBeGreaterThan(0);
    bytes.write(to, at);
    writeFileSync(file, bytes);
  };

  it.each<[string, ErrorCode, string, (state: string) => void]>([
    [
      'overwritten',
      'ledger-broken',
      'ledger.db',
      (state) => {
        writeFileSync(join(state, 'ledger.db'), 'this was a ledger once\n'.repeat(400));
      },
    ],
    [
      'cut off',
      'ledger-broken',
      'ledger',
      (state) => {
        truncateSync(join(state, 'ledger.db'), 5000);
      },
    ],
    [
      'with a changed entry',
      'ledger-broken',
      'Entry 2',
      (state) => {
        replaceBytes(join(state, 'ledger.db'), '"kind":"job-ended"', '"kind":"job-enDed"');
      },
    ],
    [
      'without its head',
      'ledger-broken',
      'ledger-head.json',
      (state) => {
        rmSync(join(state, 'ledger-head.json'));
      },
    ],
    [
      'with a damaged head',
      'ledger-broken',
      'ledger-head.json',
      (state) => {
        appendFileSync(join(state, 'ledger-head.json'), 'x');
      },
    ],
    [
      'without its entries',
      'ledger-broken',
      'it had 2 entries and now has fewer',
      (state) => {
        copyFileSync(join(area, 'empty.db'), join(state, 'ledger.db'));
      },
    ],
    [
      'whose key others can read',
      'ledger-key-unsafe',
      'mode 0644',
      (state) => {
        chmodSync(join(state, 'station-key.pem'), 0o644);
      },
    ],
    [
      'whose key is gone',
      'ledger-key-unsafe',
      'station-key.pem',
      (state) => {
        rmSync(join(state, 'station-key.pem'));
      },
    ],
    [
      'whose key is another',
      'ledger-broken',
      'ledger-head.json',
      (state) => {
        copyFileSync(join(area, 'other-key.pem'), join(state, 'station-key.pem'));
      },
    ],
  ])('%s', async (_what, code, named, damage) => {
    // A state that was used by nobody yet: an empty ledger, and another station's key.
    if (!existsSync(join(area, 'empty.db'))) {
      const unused = fresh('unused');
      expect((await apply(station, { media: join(area, 'nowhere.wim'), state: unused })).status).toBe(3);
      copyFileSync(join(unused, 'ledger.db'), join(area, 'empty.db'));
      copyFileSync(join(unused, 'station-key.pem'), join(area, 'other-key.pem'));
    }
    const state = fresh('ledger');
    const withoutRenders = (file: string): boolean => basename(file) !== 'renders';
    cpSync(shipped, state, { recursive: true, preserveTimestamps: true, filter: withoutRenders });
    for (const name of ['ledger.db-wal', 'ledger.db-shm']) rmSync(join(state, name), { force: true });
    damage(state);
    await expectRefused(
      station,
      () => apply(station, { media: media.path, state }),
      { code, names: [named] },
      { state, ledgerUnreadable: true },
    );
  });
});
