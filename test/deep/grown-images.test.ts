import { execFileSync, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { chunkMapSchema, type ChunkMap } from '../../core/media/chunk-map';
import { GiB, MiB } from '../../core/base/units';
import { growNtfs, NotGrowable } from '../../helper/disk-image/grow-ntfs';
import { launchHelper } from '../../station/helper-client/launch-helper';
import type { HelperClient } from '../../station/helper-client/helper-client';
import { benchDrives, prestage, reportOf, type ApplyReport } from '../support/cli';
import { runHere } from '../support/command-line';
import { extractPartition, imageHashes, partitionOn, volumeHashes } from '../support/drive-check';
import { removeArea, temporaryArea } from '../support/global-setup';
import { present } from '../support/present';
import { realTool, standIn } from '../support/refusal-run';
import { makeBench } from '../support/virtual-bench';
import { makeMedia, smallWim, type MadeMedia } from '../support/wim';

/** One disk image for all sizes of drives, grown for each; looked at by others' tools. */

let area: string;
let media: MadeMedia;
let machines = 0;

beforeAll(async () => {
  area = temporaryArea('grown');
  media = await makeMedia(join(area, 'media'), {
    compression: 'LZX',
    extraFiles: { 'Windows/System32/Recovery/Winre.wim': await smallWim(45) },
  });
});
afterAll(() => {
  removeArea(area);
});

/** What ntfsfix and ntfsresize find: nothing. ntfsresize compares the bitmap with the clusters of every file. */
function expectFaultless(volume: string): void {
  const fix = spawnSync('ntfsfix', ['-n', volume], { encoding: 'utf8' });
  expect(fix.stdout).toContain('Checking the alternate boot sector... OK');
  expect([fix.status, fix.stdout]).toEqual([0, expect.stringContaining('processed successfully')]);
  // -f: one that is marked dirty would be looked at, too, so that is asked on its own.
  const look = spawnSync('ntfsresize', ['--info', volume], { encoding: 'utf8' });
  expect([look.status, look.stdout + look.stderr]).toEqual([
    0,
    expect.stringContaining('Accounting clusters'),
  ]);
  expect(look.stdout + look.stderr).not.toMatch(
    /error|mismatch|corrupt|inconsisten|dirty|scheduled|bad sector/i,
  );
}

function at(file: string, offset: number, length: number): Buffer {
  const fd = openSync(file, 'r');
  try {
    const bytes = Buffer.alloc(length);
    readSync(fd, bytes, 0, length, offset);
    return bytes;
  } finally {
    closeSync(fd);
  }
}

/** The boot sector says where the partition is and how long, and so does its copy in the last sector. */
function expectBootSectors(drive: string, role: 'windows' | 'recovery', sectorSize: number): void {
  const { offset, length } = partitionOn(drive, role);
  const boot = at(drive, offset, sectorSize);
  expect(boot.readUInt32LE(0x1c)).toBe(offset / sectorSize);
  expect(Number(boot.readBigInt64LE(0x28))).toBe(length / sectorSize - 1);
  expect(at(drive, offset + length - sectorSize, sectorSize)).toEqual(boot);
}

const sizes = [2400, 2560, 4800, 5120].map((megabytes) => megabytes * MiB);

/** Drives in the proportion of 240, 256, 480 and 512 GB. */
async function mixedBench(name: string, sectorSize = 512): Promise<string> {
  const bench = join(temporaryArea(name), 'bench');
  await makeBench(bench, sizes.length, '2G', sectorSize);
  const file = join(bench, 'bench.json');
  const form = z.looseObject({ drives: z.array(z.looseObject({ file: z.string(), size: z.number() })) });
  const told = form.parse(JSON.parse(readFileSync(file, 'utf8')));
  const drives = told.drives.map((drive, index) => ({ ...drive, size: sizes[index] ?? 0 }));
  writeFileSync(file, JSON.stringify({ ...told, drives }));
  for (const drive of drives) truncateSync(join(bench, drive.file), drive.size);
  expect(await benchDrives(bench)).toHaveLength(sizes.length);
  return bench;
}

async function apply(
  bench: string,
  state: string,
  layout: string,
  more: readonly string[] = [],
): Promise<ApplyReport> {
  const drives = await benchDrives(bench);
  const run = await runHere(
    ['apply', '--media', media.path, '--bench', bench, '--state', join(area, state), '--layout', layout]
      .concat(['--yes', '--json', ...more])
      .concat(
        drives.flatMap(({ id }) => ['--drive', `${id}=GROWN${String((machines += 1)).padStart(4, '0')}`]),
      ),
  );
  const report = reportOf(run);
  expect(report.jobs.map(({ state: end, reason }) => reason?.message ?? end)).toEqual(
    drives.map(() => 'done'),
  );
  return report;
}

function renders(state: string): { driveSize: number }[] {
  const form = z.object({ renders: z.array(z.object({ facts: z.object({ driveSize: z.number() }) })) });
  const told = execFileSync(process.execPath, [
    prestage,
    'cache',
    'show',
    '--state',
    join(area, state),
    '--json',
  ]);
  return form.parse(JSON.parse(told.toString())).renders.map(({ facts }) => facts);
}

describe('a batch of four sizes', () => {
  it.each([
    ['uefi', 512],
    ['uefi-recovery', 512],
    ['configmgr-uefi', 4096],
  ] as const)('makes one disk image: %s, sectors of %i bytes', async (layout, sectorSize) => {
    const state = `state-${layout}`;
    const bench = await mixedBench(`bench-${layout}`, sectorSize);
    const report = await apply(bench, state, layout);
    expect(report.render.cached).toBe(false);
    expect(renders(state)).toHaveLength(1);
    expect(present(renders(state)[0]).driveSize).toBeLessThan(Math.min(...sizes));
    // A grown image goes with its batch: what its drives share of their boot stores would be made again in the next.
    const [image] = readdirSync(join(area, state, 'renders'));
    expect(readdirSync(join(area, state, 'renders', present(image)))).toContain('boot-store.json');
    const wanted = imageHashes(media.path);
    for (const [index, { path, id }] of (await benchDrives(bench)).entries()) {
      const folder = temporaryArea('grown-check');
      expectBootSectors(path, 'windows', sectorSize);
      const windows = extractPartition(path, 'windows', folder);
      expectFaultless(windows);
      const recovery = layout === 'uefi' ? null : extractPartition(path, 'recovery', folder);
      if (recovery !== null) {
        expectBootSectors(path, 'recovery', sectorSize);
        expectFaultless(recovery);
      }
      // What takes long: of the largest, which has grown most.
      if (index === sizes.length - 1) {
        expect(volumeHashes(windows, folder)).toEqual(wanted);
        if (recovery !== null) {
          expect([...volumeHashes(recovery, folder).keys()]).toContain('/Recovery/WindowsRE/Winre.wim');
        }
        const verified = await runHere(
          ['verify', '--drive', id, '--bench', bench, '--state', join(area, state)].concat('--json'),
        );
        expect(verified.status).toBe(0);
      }
      removeArea(folder);
    }
    const again = await apply(bench, state, layout, ['--again', 'The same drives, for the test']);
    expect(again.render.cached).toBe(true);
    expect(renders(state)).toHaveLength(1);
  });

  it('a drive too small to share has a disk image of its own', async () => {
    const bench = join(temporaryArea('small'), 'bench');
    await makeBench(bench, 1, '1G');
    await apply(bench, 'state-small', 'uefi');
    expect(renders('state-small')).toEqual([expect.objectContaining({ driveSize: GiB })]);
  });
});

describe('growDiskImage', () => {
  let api: HelperClient;
  const base = 2 * GiB;
  let fingerprint: string;

  beforeAll(async () => {
    api = await another();
    ({ fingerprint } = await make('base', base));
  });
  afterAll(async () => {
    await api.dispose();
  });

  /** A helper that knows no image yet. */
  async function another(...bin: string[]): Promise<HelperClient> {
    const path = `PATH=${[...bin, process.env['PATH'] ?? ''].join(':')}`;
    const program = resolve(prestage, '../helper.cjs');
    return await launchHelper({
      elevation: { kind: 'direct' },
      helper: ['/usr/bin/env', path, process.execPath, program],
      client: 'test',
    });
  }
  /** So that the boot store is made of the partition once more. */
  const forgetStore = (name: string): void => {
    rmSync(join(area, name, 'boot-store.json'), { force: true });
  };

  async function make(name: string, driveSize: number): Promise<{ fingerprint: string; bytes: number }> {
    return await api.call('makeDiskImage', {
      ...{ progressToken: name, path: media.path, imageIndex: 1, layout: 'uefi-recovery', driveSize },
      ...{ sectorSize: 512, directory: join(area, name) },
    });
  }

  const grow = async (name: string, driveSize: number, from = 'base', of = fingerprint): Promise<unknown> =>
    await api.call('growDiskImage', {
      renderDirectory: join(area, from),
      fingerprint: of,
      driveSize,
      directory: join(area, name),
    });

  const mapOf = (name: string): ChunkMap =>
    chunkMapSchema.parse(JSON.parse(readFileSync(join(area, name, 'chunk-map.json'), 'utf8')));

  it('shares nearly all chunks, takes no time, and stays whole when it is checked', async () => {
    const start = performance.now();
    expect(await grow('large', 512_110_190_592)).toMatchObject({ chunks: expect.any(Number) as number });
    expect(performance.now() - start).toBeLessThan(2000);
    const [small, large] = [mapOf('base'), mapOf('large')];
    const had = new Set(small.chunks.map(({ sha256 }) => sha256));
    const shared = large.chunks.filter(({ grown }) => grown === undefined);
    expect(shared.every(({ sha256 }) => had.has(sha256))).toBe(true);
    expect(shared.length).toBeGreaterThan(small.chunks.length - 8);
    expect(
      await api.call('checkDiskImage', { progressToken: 'check', directory: join(area, 'large') }),
    ).toMatchObject({
      chunks: large.chunks.length,
    });
    // Zeros of the bitmap are there once.
    expect(statSync(join(area, 'large/grown-chunks.img')).blocks * 512).toBeLessThan(60 * MiB);
  });

  it('refuses another image than the one that was chosen, and one of another form, and leaves nothing', async () => {
    await expect(grow('other', 4 * GiB, 'base', '0'.repeat(64))).rejects.toMatchObject({
      data: { code: 'render-damaged' },
    });
    expect(await grow('less', 2 * GiB - 64 * MiB)).toEqual({ refused: 'it would not grow' });
    expect(await grow('smaller', GiB)).toEqual({ refused: 'the layout does not fit the drive' });
    const own = await make('changed', base);
    const volume = join(area, 'changed/partition-3.img');
    const boot = at(volume, 0, 512);
    const record = Number(boot.readBigInt64LE(0x30)) * 4096 + 6 * 1024;
    const { length = 0 } = mapOf('changed').partitions.find(({ role }) => role === 'windows') ?? {};
    for (const [place, bytes, why] of [
      [record, Buffer.from('BAAD'), 'a record is not one'],
      [record + 510, Buffer.from([0xff, 0xfe]), 'a record is half-written'],
      [0x28, Buffer.from([1]), 'its length is not that of its partition'],
    ] as const) {
      const was = at(volume, place, bytes.length);
      patch(volume, place, bytes);
      const read = (offset: number, count: number): Promise<Buffer> =>
        Promise.resolve(at(volume, offset, count));
      const form = { length, sectorSize: 512, clusterBytes: 4096, read };
      await expect(growNtfs(form, length + GiB, 0)).rejects.toThrow(why);
      patch(volume, place, was);
    }
    expect(await grow('sound', 4 * GiB, 'changed', own.fingerprint)).toMatchObject({
      bytes: expect.any(Number) as number,
    });
  });

  it('takes nothing over that has changed since the image was checked: it would get a hash of its own', async () => {
    const { fingerprint: own } = await make('flipped', base);
    const [efi, windows] = ['partition-1.img', 'partition-3.img'].map((name) => join(area, 'flipped', name));
    const guids = { diskGuid: randomUUID(), partitionGuids: [1, 2, 3, 4].map(() => randomUUID()) };
    const createDriveImage = async (name: string): Promise<unknown> => {
      const helper = await another();
      try {
        return await helper.call('createDriveImage', {
          ...{ renderDirectory: join(area, 'flipped'), fingerprint: own, directory: join(area, name) },
          ...guids,
        });
      } finally {
        await helper.dispose();
      }
    };
    forgetStore('flipped');
    // Windows' boot code, and the FAT's.
    for (const [file, make_] of [
      [windows, () => grow('grown-flipped', 4 * GiB, 'flipped', own)],
      [efi, () => createDriveImage('drive-flipped')],
    ] as const) {
      const path = present(file);
      const was = at(path, 0x100, 1);
      patch(path, 0x100, Buffer.from([(was[0] ?? 0) ^ 1]));
      await expect(make_()).rejects.toMatchObject({ data: { code: 'render-damaged' } });
      patch(path, 0x100, was);
      await make_();
    }
  });

  it("writes with a drive's own boot store all that the shared image writes, also where zeros become holes", async () => {
    const { fingerprint: own } = await make('zeros', base);
    const bin = join(area, 'holes-bin');
    mkdirSync(bin);
    // As a file system does that stores zeros as holes: the image's EFI partition is mcopy's second argument.
    const dig = `case " $* " in *' -o '*) fallocate --dig-holes "$2" ;; esac`;
    standIn(bin, 'mcopy', `'${realTool('mcopy')}' "$@"\n${dig}`);
    const digging = await another(bin);
    try {
      const guids = { diskGuid: randomUUID(), partitionGuids: [1, 2, 3, 4].map(() => randomUUID()) };
      for (const [name, helper] of [
        ['drive-data', api],
        ['drive-holes', digging],
      ] as const) {
        forgetStore('zeros');
        await helper.call('createDriveImage', {
          ...{ renderDirectory: join(area, 'zeros'), fingerprint: own, directory: join(area, name) },
          ...guids,
        });
      }
    } finally {
      await digging.dispose();
    }
    const places = (name: string): number[][] =>
      mapOf(name).chunks.map(({ offset, length }) => [offset, length]);
    expect(places('drive-holes')).toEqual(places('drive-data'));
    const written = mapOf('drive-holes').chunks;
    for (const { offset, length } of mapOf('zeros').chunks) {
      // In one chunk, or in several that lie one behind the other.
      let end = offset;
      for (const chunk of written) {
        if (chunk.offset <= end && chunk.offset + chunk.length > end) end = chunk.offset + chunk.length;
      }
      expect(end, `${length} bytes at ${offset}`).toBeGreaterThanOrEqual(offset + length);
    }
  });
});

function patch(file: string, place: number, bytes: Buffer): void {
  const fd = openSync(file, 'r+');
  try {
    writeSync(fd, bytes, 0, bytes.length, place);
  } finally {
    closeSync(fd);
  }
}

describe('a volume that is grown', () => {
  async function grown(name: string, from: number, to: number, sectorSize: number): Promise<string> {
    const file = join(area, `${name}.img`);
    writeFileSync(file, '');
    truncateSync(file, from);
    execFileSync(
      'mkntfs',
      ['-F', '-Q', '-q', '-s', String(sectorSize), '-c', '4096', '-p', '2048', '-H', '255', '-S', '63', file],
      { stdio: 'ignore' },
    );
    const read = (offset: number, length: number): Promise<Buffer> =>
      Promise.resolve(at(file, offset, length));
    const edits = await growNtfs({ length: from, sectorSize, clusterBytes: 4096, read }, to, 4096);
    truncateSync(file, to);
    for (const { offset, length, bytes } of edits) patch(file, offset, bytes ?? Buffer.alloc(length));
    return file;
  }

  it.each([
    [512, 600 * MiB, 601 * MiB],
    [512, 600 * MiB, 727 * MiB],
    [512, 1023 * MiB, 1025 * MiB],
    [512, 1024 * MiB, 4095 * MiB],
    [512, 777 * MiB, 60 * GiB],
    [512, GiB, 1000 * GiB],
    [4096, 600 * MiB, 601 * MiB],
    [4096, GiB, 257 * GiB],
  ])('sectors of %i bytes, from %i to %i', async (sectorSize, from, to) => {
    const file = await grown(`volume-${sectorSize}-${from}-${to}`, from, to, sectorSize);
    expectFaultless(file);
    rmSync(file);
  });

  it('has the lengths that ntfsresize gives it', async () => {
    const [from, to] = [700 * MiB, 3000 * MiB];
    const own = await grown('own', from, to, 512);
    const theirs = join(area, 'theirs.img');
    writeFileSync(theirs, '');
    truncateSync(theirs, from);
    execFileSync('mkntfs', ['-F', '-Q', '-q', theirs], { stdio: 'ignore' });
    truncateSync(theirs, to);
    execFileSync('ntfsresize', ['-f', '-f', '-s', String(to), theirs], { stdio: 'ignore' });
    const told = (file: string, inode: string): string[] =>
      execFileSync('ntfsinfo', ['-f', '-v', '-i', inode, file], { encoding: 'utf8' })
        .split('\n')
        .filter((line) => /(Data|Allocated|Initialized) size:\s/.test(line))
        .slice(-3);
    for (const inode of ['6', '8']) expect(told(own, inode)).toEqual(told(theirs, inode));
  });

  it('is refused where it is no volume of the form that is known', async () => {
    const read = (_offset: number, length: number): Promise<Buffer> => Promise.resolve(Buffer.alloc(length));
    const volume = { length: GiB, sectorSize: 512, clusterBytes: 4096, read };
    await expect(growNtfs(volume, 2 * GiB, 0)).rejects.toThrow(NotGrowable);
  });
});
