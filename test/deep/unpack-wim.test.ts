import { execFileSync, spawnSync } from 'node:child_process';
import {
  closeSync,
  copyFileSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mutateWim } from '../support/mutate-wim';
import { richWim } from '../support/rich-wim';
import { flipByte, makeMedia, type MadeMedia, type MediaOptions } from '../support/wim';
import { removeArea, temporaryArea } from '../support/global-setup';

/**
 * unpack-wim beside wimlib-imagex alone: the same volume, to the byte. The clock stands still for both; what differs then are NTFS's
 * own counters of how often a record was written.
 */

const program = resolve(import.meta.dirname, '../../helper/unpack-wim/build/unpack-wim');
const imagex = '/usr/bin/wimlib-imagex';
let area: string;
let clock: NodeJS.ProcessEnv;
let number = 0;

/** Of helper/unpack-wim/unpack-wim.h. */
const own = { failed: 240, notHandled: 241, damaged: 242 } as const;
/** By hand: `PRESTAGE_FUZZ=5000:1 npx vitest run test/deep/unpack-wim.test.ts -t mutated`, cases and first seed. */
const [fuzzCases = 40, firstSeed = 1] = (process.env['PRESTAGE_FUZZ'] ?? '40:1').split(':').map(Number);
/** Another program, such as one with AddressSanitizer. */
const fuzzed = process.env['PRESTAGE_FUZZ_PROGRAM'] ?? program;

beforeAll(() => {
  area = temporaryArea('unpack');
  const library = join(area, 'still-clock.so');
  execFileSync('cc', [
    '-shared',
    '-fPIC',
    '-o',
    library,
    resolve(import.meta.dirname, '../support/still-clock.c'),
  ]);
  clock = { ...process.env, LD_PRELOAD: library };
  writeFileSync(join(area, 'empty.img'), '');
  truncateSync(join(area, 'empty.img'), 96 * 1024 * 1024);
  execFileSync('mkntfs', ['-F', '-Q', '-q', join(area, 'empty.img')], { stdio: 'ignore' });
});
afterAll(() => {
  removeArea(area);
});

function emptyVolume(): string {
  const volume = join(area, `volume-${String((number += 1))}.img`);
  execFileSync('cp', ['--sparse=always', join(area, 'empty.img'), volume]);
  return volume;
}

interface Applied {
  readonly status: number | null;
  readonly stderr: string;
  readonly volume: string;
}

function applyAlone(wim: string, image = 1, refs: readonly string[] = []): Applied {
  const volume = emptyVolume();
  const args = ['apply', wim, String(image), volume, ...refs.map((ref) => `--ref=${ref}`)];
  const { status, stderr } = spawnSync(imagex, args, { env: clock, encoding: 'utf8' });
  return { status, stderr, volume };
}

function applyWithAll(wim: string, image = 1, refs: readonly string[] = []): Applied {
  const volume = emptyVolume();
  const args = [wim, String(image), ...refs, '--', imagex, 'apply', '-', '1', volume];
  const { status, stderr } = spawnSync(program, args, { env: clock, encoding: 'utf8' });
  return { status, stderr, volume };
}

/** Bytes 0x30, 0x1fe and 0x3fe of an MFT record, and the same of an index block: its update sequence number, twice each. */
function isUpdateCount(bytes: Buffer, at: number): boolean {
  const start = [at & ~1023, at & ~4095].find((place) =>
    ['FILE', 'INDX'].includes(bytes.toString('latin1', place, place + 4)),
  );
  if (start === undefined) return false;
  const counter = start + bytes.readUInt16LE(start + 4);
  return at === counter || at === counter + 1 || at % 512 >= 510;
}

/** Most that is compared at once, in bytes: most of a volume is nothing, and the same nothing. */
const compared = 4 * 1024 * 1024;

/** Places at which two volumes differ, NTFS's counters left out. */
function differences(one: string, other: string): number[] {
  expect(statSync(one).size).toBe(statSync(other).size);
  const files = [one, other].map((file) => openSync(file, 'r'));
  const [left, right] = [Buffer.alloc(compared), Buffer.alloc(compared)];
  const found: number[] = [];
  for (let start = 0; ; start += compared) {
    const [count = 0] = files.map((fd, index) =>
      readSync(fd, index === 0 ? left : right, 0, compared, start),
    );
    if (count === 0) break;
    if (left.compare(right, 0, count, 0, count) === 0) continue;
    for (let at = 0; at < count; at += 1) {
      if (left[at] !== right[at] && !isUpdateCount(left, at)) found.push(start + at);
    }
  }
  for (const fd of files) closeSync(fd);
  rmSync(one);
  rmSync(other);
  return found;
}

function expectSame(wim: string, image = 1, refs: readonly string[] = []): void {
  const alone = applyAlone(wim, image, refs);
  const all = applyWithAll(wim, image, refs);
  expect([alone.status, all.status, all.stderr]).toEqual([0, 0, expect.not.stringContaining('unpack-wim')]);
  expect(differences(alone.volume, all.volume)).toEqual([]);
}

/** All that wimlib reads of a volume: names, attributes, times, permissions, streams with the SHA-1 of their content, links. */
function listing(volume: string): string {
  const wim = join(area, 'read-back.wim');
  rmSync(wim, { force: true });
  execFileSync(imagex, ['capture', volume, wim, '--compress=none'], { stdio: 'ignore' });
  return execFileSync(imagex, ['dir', wim, '1', '--detailed'], { encoding: 'utf8', maxBuffer: 1 << 28 });
}

async function made(name: string, options: MediaOptions): Promise<MadeMedia> {
  // A folder of its own, also for a second try.
  return await makeMedia(join(area, `${name}-${String((number += 1))}`), { name, ...options });
}

const twice = Object.fromEntries(
  Array.from({ length: 40 }, (_, index) => [`Windows/same/${index}.bin`, Buffer.alloc(90_000, index % 7)]),
);

describe('the volume is the one that wimlib-imagex writes alone', () => {
  it.each([
    ['without compression', { compression: 'none' }],
    ['XPRESS', { compression: 'XPRESS' }],
    ['LZX, with an integrity table', { compression: 'LZX', integrity: true }],
    ['LZMS', { compression: 'LZMS' }],
    ['solid', { compression: 'LZX', solid: true }],
    ['the same content under many names', { compression: 'LZX', extraFiles: twice }],
    ['a large file that does not compress', { compression: 'LZX', extraBytes: 20 * 1024 * 1024 }],
  ] as const)('%s', async (name, options) => {
    expectSame((await made(name.replaceAll(/\W/g, '-'), options)).path);
  });

  it('each image of several', async () => {
    const { path } = await made('several', { compression: 'LZX', images: 3 });
    for (const image of [1, 2, 3]) expectSame(path, image);
  });

  it('a split set, also where two parts hold the same content', async () => {
    const { path, files } = await made('split', {
      compression: 'LZX',
      splitBytes: 2 * 1024 * 1024,
      extraBytes: 6 * 1024 * 1024,
    });
    expect(files.length).toBeGreaterThan(2);
    expectSame(path, 1, files.slice(1));
    // What is sent twice would be counted twice by the reader, and something else left out.
    expectSame(path, 1, [...files.slice(1), ...files]);
  });

  it('solid resources of several chunks, with each compression', async () => {
    const { path } = await made('chunks', { compression: 'LZX', extraBytes: 6 * 1024 * 1024 });
    for (const [compression, chunk] of [
      ['LZMS', '1M'],
      ['LZX', '64K'],
      ['XPRESS', '32K'],
    ] as const) {
      const solid = join(area, `solid-${compression}.esd`);
      const how = [`--solid-compress=${compression}`, `--solid-chunk-size=${chunk}`];
      execFileSync(imagex, ['export', path, '1', solid, '--solid', ...how]);
      expectSame(solid);
    }
  });

  it('permissions, streams, short names, links, reparse points, times and sparse files', () => {
    const rich = join(area, 'rich.wim');
    writeFileSync(rich, richWim());
    expectSame(rich);
    const packed = join(area, 'rich-packed.wim');
    execFileSync(imagex, ['export', rich, '1', packed, '--compress=LZX']);
    expectSame(packed);
    // Where a hole begins in a sparse file follows from the pieces in which its content comes: there may be one more, of the same zeros.
    const solid = join(area, 'rich-solid.esd');
    execFileSync(imagex, ['export', rich, '1', solid, '--solid', '--solid-chunk-size=32K']);
    const told = [applyAlone(solid), applyWithAll(solid)].map(({ status, volume }) => [
      status,
      listing(volume),
    ]);
    expect(told[1]).toEqual(told[0]);
    expect(told[0]?.[1]).toContain('Reparse Tag         = 0xa000000c');
    expect(told[0]?.[1]).toContain('Short Name          = "LONGFI~1.TXT"');
  });
});

describe('what is wrong is found', () => {
  it.each(['none', 'XPRESS', 'LZX', 'LZMS', 'solid'] as const)(
    'a flipped bit in a blob: %s',
    async (kind) => {
      const options: MediaOptions = kind === 'solid' ? { solid: true } : { compression: kind };
      const { path } = await made(`flipped-${kind}`, options);
      const bad = await flipByte(path, join(area, `bad-${kind}.wim`), 'data');
      const { status } = applyWithAll(bad);
      // 28: wimlib compares the SHA-1.
      expect(kind === 'none' ? [28] : [28, own.damaged]).toContain(status);
    },
  );

  it('a flipped bit in the list of files', async () => {
    const { path } = await made('flipped-list', {});
    const bad = await flipByte(path, join(area, 'bad-list.wim'), 'metadata');
    expect([21, 28]).toContain(applyWithAll(bad).status);
  });

  it('a part that is missing', async () => {
    const { path, files } = await made('part', {
      compression: 'LZX',
      splitBytes: 2 * 1024 * 1024,
      extraBytes: 6 * 1024 * 1024,
    });
    expect(applyWithAll(path, 1, files.slice(1, -1)).status).toBe(65);
  });

  it('what it does not handle is left to wimlib-imagex, before anything is written', async () => {
    const { path } = await made('other', { compression: 'LZX' });
    const pipable = join(area, 'pipable.wim');
    execFileSync(imagex, ['export', path, '1', pipable, '--pipable']);
    const large = join(area, 'large.esd');
    execFileSync(imagex, ['export', path, '1', large, '--solid', '--solid-chunk-size=128M']);
    const cut = join(area, 'cut.wim');
    copyFileSync(path, cut);
    truncateSync(cut, 100);
    for (const [wim, image, why] of [
      [pipable, 1, 'it is pipable already'],
      [large, 1, 'its chunks are too large'],
      [cut, 1, 'libwim does not open it'],
      [path, 2, 'it has no such image'],
    ] as const) {
      const { status, stderr, volume } = applyWithAll(wim, image);
      expect([status, stderr]).toEqual([own.notHandled, `unpack-wim: ${why}\n`]);
      expect(differences(volume, emptyVolume())).toEqual([]);
    }
  });

  it('ends with the status of a reader that ends', async () => {
    const { path } = await made('reader', { compression: 'LZX', extraBytes: 20 * 1024 * 1024 });
    const { status } = spawnSync(program, [path, '1', '--', '/bin/sh', '-c', 'exit 46']);
    expect(status).toBe(46);
    const killed = spawnSync(program, [path, '1', '--', '/bin/sh', '-c', 'kill -9 $$']);
    expect(killed.status).toBe(137);
    expect(spawnSync(program, [path, '1', '--', '/nowhere']).status).toBe(own.failed);
  });

  it(
    `ends in good order on ${fuzzCases} mutated files, and never has a volume that wimlib-imagex alone would not write`,
    async () => {
      const sound: Buffer[] = [];
      const files: string[] = [];
      for (const [index, options] of (
        [
          {},
          { compression: 'LZX' },
          { compression: 'XPRESS', images: 2 },
          { compression: 'LZX', solid: true },
        ] as const
      ).entries()) {
        const { path } = await made(`fuzz-${index}`, options);
        files.push(path);
        sound.push(readFileSync(path));
      }
      const chunks = join(area, `fuzz-chunks-${String((number += 1))}.esd`);
      execFileSync(imagex, ['export', files[1] ?? '', '1', chunks, '--solid', '--solid-chunk-size=32K']);
      sound.push(readFileSync(chunks));
      const outcomes = new Map<number | null, number>();
      for (let seed = firstSeed; seed < firstSeed + fuzzCases; seed += 1) {
        const bad = join(area, 'mutated.wim');
        writeFileSync(bad, mutateWim(sound[seed % sound.length] as Buffer, seed));
        const stream = spawnSync(fuzzed, [bad, '1'], {
          stdio: ['ignore', 'ignore', 'pipe'],
          encoding: 'utf8',
          timeout: 60_000,
        });
        expect([seed, stream.signal, stream.stderr]).toEqual([
          seed,
          null,
          expect.stringMatching(/^$|(^|\n)unpack-wim: .*\n$/),
        ]);
        expect([0, ...Object.values(own)]).toContain(stream.status);
        outcomes.set(stream.status, (outcomes.get(stream.status) ?? 0) + 1);
        if (stream.status !== 0 || seed % 5 !== 0) continue;
        const all = applyWithAll(bad);
        if (all.status !== 0) continue;
        const alone = applyAlone(bad);
        expect([seed, alone.status]).toEqual([seed, 0]);
        expect([seed, differences(alone.volume, all.volume)]).toEqual([seed, []]);
      }
      // Neither so damaged that nothing is read, nor so little that all is.
      const fewest = Math.min(outcomes.get(0) ?? 0, outcomes.get(own.damaged) ?? 0);
      if (fuzzCases >= 40) expect(fewest).toBeGreaterThan(2);
    },
    Math.max(120_000, fuzzCases * 1000),
  );
});
