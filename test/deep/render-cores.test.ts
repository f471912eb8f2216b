import { execFileSync } from 'node:child_process';
import { cpSync, linkSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { GiB } from '../../core/base/units';
import { errorOf, onlyDrive, reportOf, runCli } from '../support/cli';
import { extractPartition, hasNoTable } from '../support/drive-check';
import { removeArea, temporaryArea } from '../support/global-setup';
import { present } from '../support/present';
import { makeBench } from '../support/virtual-bench';
import { flipByte, makeMedia } from '../support/wim';

/** By the front door: the drives that all cores made, beside those that wimlib-imagex made alone. */

const root = resolve(import.meta.dirname, '../..');
let area: string;
/** The built programs, without unpack-wim. */
let without: string;

beforeAll(() => {
  area = temporaryArea('render-cores');
  const copy = join(area, 'without');
  mkdirSync(join(copy, 'dist'), { recursive: true });
  mkdirSync(join(copy, 'helper'));
  for (const name of ['node_modules', 'package.json', 'helper/addon']) {
    symlinkSync(join(root, name), join(copy, name));
  }
  for (const { name } of readdirSync(join(root, 'dist'), { withFileTypes: true }).filter((one) =>
    one.isFile(),
  )) {
    const [from, to] = [join(root, 'dist', name), join(copy, 'dist', name)];
    try {
      linkSync(from, to);
    } catch {
      // On another file system.
      cpSync(from, to);
    }
  }
  without = join(copy, 'dist/prestage.cjs');
});
afterAll(() => {
  removeArea(area);
});

interface Written {
  /** Path of the drive. */
  readonly drive: string;
  /** What the log says of the disk image. */
  readonly unpacked: string;
}

let machines = 0;

async function write(
  name: string,
  media: string,
  program?: string,
  more: readonly string[] = [],
): Promise<Written> {
  const bench = join(area, `bench-${name}`);
  const state = join(area, `state-${name}`);
  await makeBench(bench, 1);
  const drive = await onlyDrive(bench);
  const run = await runCli(
    ['apply', '--media', media, '--bench', bench, '--state', state, '--yes', '--json', ...more].concat([
      '--drive',
      `${drive.id}=CORES${String((machines += 1)).padStart(4, '0')}`,
    ]),
    program === undefined ? {} : { program },
  );
  expect(reportOf(run).jobs.map(({ state: end }) => end)).toEqual(['done']);
  return { drive: drive.path, unpacked: unpackedBy(state) };
}

function unpackedBy(state: string): string {
  const lines = readFileSync(join(state, 'log/prestage.jsonl'), 'utf8').trim().split('\n');
  const made = lines
    .map((line) =>
      z.looseObject({ event: z.string(), unpacked: z.string().optional() }).parse(JSON.parse(line)),
    )
    .filter(({ event }) => event === 'disk-image-made');
  return present(present(made.at(-1)).unpacked);
}

/** All that wimlib reads of the Windows partition: names, attributes, times, permissions, streams, links, SHA-1 of all content. */
function listing(drive: string): string {
  const folder = temporaryArea('cores-check');
  const volume = extractPartition(drive, 'windows', folder);
  expect(execFileSync('ntfsfix', ['-n', volume], { encoding: 'utf8' })).toContain('processed successfully');
  const wim = join(folder, 'read-back.wim');
  execFileSync('wimlib-imagex', ['capture', volume, wim, '--compress=none'], { stdio: 'ignore' });
  const told = execFileSync('wimlib-imagex', ['dir', wim, '1', '--detailed'], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  removeArea(folder);
  return told;
}

describe('drives that all cores made hold what wimlib-imagex alone writes', () => {
  it.each([
    ['lzx', { compression: 'LZX' }],
    ['solid', { solid: true }],
    ['split', { compression: 'LZX', splitBytes: 2 * 1024 * 1024, extraBytes: 5 * 1024 * 1024 }],
  ] as const)('%s', async (name, options) => {
    const media = await makeMedia(temporaryArea(`media-${name}`), options);
    const all = await write(`all-${name}`, media.path);
    const alone = await write(`alone-${name}`, media.path, without);
    expect([all.unpacked, alone.unpacked]).toEqual(['on all cores', 'on one core: unpack-wim was not built']);
    expect(listing(all.drive)).toBe(listing(alone.drive));
  });
});

it('a media file that unpack-wim does not handle is applied by wimlib-imagex alone, and the log says why', async () => {
  const media = await makeMedia(temporaryArea('media-large'), { compression: 'LZX' });
  const large = join(area, 'large.esd');
  execFileSync('wimlib-imagex', ['export', media.path, '1', large, '--solid', '--solid-chunk-size=128M']);
  const { drive, unpacked } = await write('large', large);
  expect(unpacked).toBe('on one core: status 241: unpack-wim: its chunks are too large');
  expect(listing(drive)).toContain('Full Path           = "/Windows/System32/ntoskrnl.exe"');
});

it('a flipped bit in a blob is refused as ever, and nothing is written', async () => {
  const media = await makeMedia(temporaryArea('media-flipped'), { compression: 'LZX' });
  const bad = await flipByte(media.path, join(area, 'flipped.wim'), 'data');
  const bench = join(area, 'bench-flipped');
  await makeBench(bench, 1);
  const drive = await onlyDrive(bench);
  const run = await runCli(
    [
      'apply',
      '--media',
      bad,
      '--bench',
      bench,
      '--state',
      join(area, 'state-flipped'),
      '--yes',
      '--json',
    ].concat(['--drive', `${drive.id}=CORESFLIP`]),
  );
  expect(errorOf(run)).toMatchObject({ code: 'media-corrupt' });
  expect(hasNoTable(drive.path, 2 * GiB)).toBe(true);
});
