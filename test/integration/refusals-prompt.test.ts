import {
  copyFileSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { benchSchema, type Bench } from '../../core/drive/virtual-bench';
import type { ErrorCode } from '../../core/base/errors';
import { GiB } from '../../core/base/units';
import { benchState } from '../support/virtual-bench';
import { hasNoTable } from '../support/drive-check';
import { removeArea, temporaryArea } from '../support/global-setup';
import { isRoot, rootOnly } from '../support/loop';
import { present } from '../support/present';
import { attachDrive, exchangeDrive, undoDisks } from '../support/refusal-disk';
import { runAtTerminal } from '../support/refusal-run';
import {
  apply,
  applyArguments,
  expectRefusal,
  expectRefused,
  ledgerEntries,
  listedOn,
  makeStation,
  nextMachine,
  type Refusal,
  type RefusalStation,
} from '../support/refusal-station';
import { makeMedia, type MadeMedia } from '../support/wim';

let area: string;
let media: MadeMedia;
let counter = 0;

beforeAll(async () => {
  area = temporaryArea('refusals-prompt');
  media = await makeMedia(join(area, 'media'), { smallFiles: 60 });
});
afterEach(undoDisks);
afterAll(() => {
  removeArea(area);
});

const station = async (drives = 1): Promise<RefusalStation> =>
  await makeStation(area, `station${String((counter += 1))}`, { drives });

function changeBench(bench: string, change: (drives: Bench['drives']) => Bench['drives']): void {
  const file = join(bench, 'bench.json');
  const old = benchSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  writeFileSync(file, JSON.stringify({ ...old, drives: change(old.drives) }));
}

/**
 * Starts apply at a terminal, changes something while it asks, types `erase`, and wants the refusal; the
 * drives must then be as they were right after the change.
 */
async function refusesAfter(
  at: RefusalStation,
  change: () => void,
  refusal: Refusal,
  options: { media?: string; drives?: readonly string[] } = {},
): Promise<void> {
  let before = '';
  const run = await runAtTerminal(
    applyArguments(at, { media: media.path, ...options, yes: false }),
    join(at.folder, 'output.json'),
    (screen) => {
      expect(screen).toContain(at.drives[0].serial ?? '');
      change();
      before = benchState(at.bench);
      return Promise.resolve('erase');
    },
    { TMPDIR: at.temporary },
  );
  expectRefusal(run, refusal);
  expect(benchState(at.bench)).toBe(before);
  expect(await ledgerEntries(at.state)).toBe('[]');
}

describe('the question before erasing', () => {
  it('is refused without a terminal and without --yes', async () => {
    const at = await station();
    await expectRefused(at, () => apply(at, { media: media.path, yes: false }), {
      code: 'not-confirmed',
      names: ['There is no terminal'],
      remedy: '--yes',
    });
  });

  it.each(['', 'yes', 'erase it'])(
    'refuses the answer %j, after showing what would be erased',
    async (typed) => {
      const at = await station(2);
      const machines = at.drives.map(() => nextMachine());
      let shown = '';
      const drives = at.drives.map(({ id }, index) => `${id}=${machines[index] ?? ''}`);
      await expectRefused(
        at,
        () =>
          runAtTerminal(
            applyArguments(at, { media: media.path, drives, yes: false }),
            join(at.folder, 'output.json'),
            (screen) => {
              shown = screen;
              return Promise.resolve(typed);
            },
            { TMPDIR: at.temporary },
          ),
        { code: 'not-confirmed', names: ["'erase' was not typed"] },
      );
      for (const [index, { serial }] of at.drives.entries()) {
        for (const part of [serial ?? '?', `bay ${String(index + 1)}`, machines[index] ?? '?']) {
          expect(shown).toContain(part);
        }
      }
    },
  );
});

describe('a drive swapped between listing and writing is refused', () => {
  it('when another serial answers in its place', async () => {
    const at = await station();
    await refusesAfter(
      at,
      () => {
        changeBench(at.bench, (drives) => drives.map((drive) => ({ ...drive, serial: 'ANOTHER-DRIVE' })));
      },
      { code: 'drive-changed', names: ['ANOTHER-DRIVE', 'bay 1', `serial was ${at.drives[0].serial ?? ''}`] },
    );
  });

  it('when two drives changed places', async () => {
    const at = await station(2);
    await refusesAfter(
      at,
      () => {
        changeBench(at.bench, ([one, two]) => [
          { ...present(two), file: present(one).file, bay: present(one).bay },
          { ...present(one), file: present(two).file, bay: present(two).bay },
        ]);
      },
      { code: 'drive-changed', names: ['bay 1', at.drives[0].serial ?? '', at.drives[1]?.serial ?? ''] },
    );
  });

  it('when it was taken out', async () => {
    const at = await station(2);
    await refusesAfter(
      at,
      () => {
        changeBench(at.bench, ([, other]) => [present(other)]);
      },
      {
        code: 'drive-not-found',
        names: [at.drives[0].id, at.drives[0].path],
      },
    );
  });

  it('when its file is gone', async () => {
    const at = await station();
    await refusesAfter(
      at,
      () => {
        rmSync(at.drives[0].path);
      },
      {
        code: 'drive-blocked',
        names: [at.drives[0].serial ?? '', 'bay 1', 'is missing'],
        cause: 'bench-damaged',
      },
    );
  });

  it('when a file of another size has its name', async () => {
    const at = await station();
    const { path } = at.drives[0];
    await refusesAfter(
      at,
      () => {
        writeFileSync(`${path}.other`, '');
        truncateSync(`${path}.other`, GiB / 2);
        renameSync(`${path}.other`, path);
      },
      { code: 'drive-blocked', names: [at.drives[0].serial ?? '', 'bay 1'], cause: 'bench-damaged' },
    );
  });

  it('when another file of the same size has its name', async () => {
    const at = await station();
    const { path, size } = at.drives[0];
    await refusesAfter(
      at,
      () => {
        writeFileSync(`${path}.other`, '');
        truncateSync(`${path}.other`, size);
        renameSync(`${path}.other`, path);
      },
      { code: 'drive-changed', names: [at.drives[0].serial ?? '', 'bay 1', 'replaced'] },
    );
  });

  it('when one of several was swapped: none is written', async () => {
    const at = await station(2);
    await refusesAfter(
      at,
      () => {
        changeBench(at.bench, ([one, two]) => [present(one), { ...present(two), serial: 'ANOTHER-DRIVE' }]);
      },
      { code: 'drive-changed', names: ['bay 2', 'ANOTHER-DRIVE'] },
      { drives: at.drives.map(({ id }) => `${id}=${nextMachine()}`) },
    );
    for (const { path } of at.drives) expect(hasNoTable(path, GiB)).toBe(true);
  });

  it('when another program took it as a loop device', async ({ skip }) => {
    skip(!isRoot, rootOnly);
    const at = await station();
    await refusesAfter(
      at,
      () => {
        attachDrive(at.drives[0].path);
      },
      {
        code: 'drive-not-found',
        names: [at.drives[0].id, at.drives[0].path],
      },
    );
  });

  it('when another drive got the loop device’s name', async ({ skip }) => {
    skip(!isRoot, rootOnly);
    const at = await station(2);
    const files = at.drives.map(({ path }) => path);
    const device = attachDrive(present(files[0]));
    const attached = await listedOn(at, device);
    await refusesAfter(
      { ...at, drives: [attached] },
      () => {
        exchangeDrive(device, present(files[0]), present(files[1]));
      },
      { code: 'drive-changed', names: ['bay 2', attached.serial ?? '', at.drives[1]?.serial ?? ''] },
    );
  });
});

describe('a media file that changed while it was asked is refused', () => {
  it.each<[string, ErrorCode, (file: string) => void]>([
    [
      'when bytes of it changed',
      'media-changed',
      (file) => {
        const bytes = readFileSync(file);
        writeFileSync(file, bytes.fill(0, Math.floor(bytes.length / 2)));
      },
    ],
    [
      'when another has its name',
      'media-changed',
      (file) => {
        copyFileSync(media.path, `${file}.new`);
        renameSync(`${file}.new`, file);
      },
    ],
    [
      'when it is gone',
      'media-not-found',
      (file) => {
        rmSync(file);
      },
    ],
  ])('%s', async (_what, code, change) => {
    const at = await station();
    const copy = join(at.folder, 'copy.wim');
    copyFileSync(media.path, copy);
    await refusesAfter(
      at,
      () => {
        change(copy);
      },
      { code, names: ['copy.wim'] },
      { media: copy },
    );
    // Nothing that was made of it is kept.
    expect(readdirSync(join(at.state, 'renders'))).toEqual([]);
  });
});
