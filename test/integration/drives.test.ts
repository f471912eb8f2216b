import { execFileSync } from 'node:child_process';
import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { driveSchema, type Drive } from '../../core/drive/drive';
import { PrestageError } from '../../core/base/errors';
import { listDrives } from '../../helper/drives/list-drives';
import { createBench, removeBench } from '../../station/drives/virtual-bench-files';
import { systemDisks } from '../support/refusal-disk';

const MiB = 1024 * 1024;
const isRoot = process.getuid?.() === 0;

let folder: string;
let bench: string;
let attached: string[];

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'prestage-drives-')));
  bench = join(folder, 'bench');
  attached = [];
});
afterEach(() => {
  for (const device of attached) {
    // Only what this test attached: a number that someone else has by now stays.
    const backing = join('/sys/block', device.replace('/dev/', ''), 'loop/backing_file');
    try {
      if (readFileSync(backing, 'utf8').startsWith(folder)) execFileSync('losetup', ['--detach', device]);
    } catch {
      continue;
    }
  }
  rmSync(folder, { recursive: true, force: true });
});

async function codeOf(work: Promise<unknown>): Promise<string> {
  return await work.then(
    () => 'nothing thrown',
    (error: unknown) => (error instanceof PrestageError ? error.code : String(error)),
  );
}

const list = async (benchDirectory: string | null, protectedPaths: string[] = []): Promise<Drive[]> =>
  await listDrives({ benchDirectory, protectedPaths });
const reasonsOf = (drive: Drive | undefined): string[] => drive?.reasons.map(({ code }) => code) ?? ['none'];

describe('this machine', () => {
  it('every drive listed keeps to the contract, and a blocked one says why', async ({ skip }) => {
    const drives = await list(null);
    if (drives.length === 0) skip('no drive of this machine can be seen: a container');
    for (const drive of drives) {
      expect(driveSchema.parse(drive)).toEqual(drive);
      expect(drive.verdict).toBe(drive.reasons.length === 0 ? 'eligible' : 'blocked');
    }
  });

  it('its own disk is listed and blocked as the system disk', async ({ skip }) => {
    const disks = systemDisks();
    if (disks.length === 0) skip('the root of this system is on no disk that can be seen: a container');
    const drives = await list(null);
    for (const disk of disks) {
      const listed = drives.find(({ path }) => path === disk);
      expect(listed?.verdict, disk).toBe('blocked');
      expect(reasonsOf(listed)).toContain('system-disk');
    }
  });

  it('with a bench, none of its drives is eligible', async () => {
    await createBench(bench, { drives: 1, sizeBytes: 64 * MiB, sectorSize: 4096 });
    const eligible = (await list(bench)).filter((drive) => drive.verdict === 'eligible');
    expect(eligible).toMatchObject([{ kind: 'virtual', logicalSectorSize: 4096, bay: 'bay 1' }]);
  });

  it('a listing without lsblk is an error, not an empty list', async () => {
    const path = process.env['PATH'];
    const fake = join(folder, 'bin');
    mkdirSync(fake);
    writeFileSync(join(fake, 'lsblk'), '#!/bin/sh\necho "lsblk: broken" >&2\nexit 1\n', { mode: 0o755 });
    try {
      process.env['PATH'] = `${fake}:${path ?? ''}`;
      expect(await codeOf(list(null))).toBe('drive-listing-failed');
    } finally {
      process.env['PATH'] = path;
    }
  });
});

describe('a bench', () => {
  it('is made, listed and removed', async () => {
    await createBench(bench, { drives: 4, sizeBytes: 8 * 1024 * MiB, sectorSize: 512 });
    const drives = (await list(bench)).slice(0, 4);
    expect(drives.map(reasonsOf)).toEqual([[], [], [], []]);
    expect(drives.map((drive) => drive.path)).toContain(join(bench, 'drive-03.img'));
    await removeBench(bench);
    expect(await codeOf(list(bench))).toBe('bench-invalid');
  });

  it('a drive file that is a symbolic link, or has a second name, is refused', async () => {
    await createBench(bench, { drives: 2, sizeBytes: 64 * MiB, sectorSize: 512 });
    const target = join(folder, 'target');
    writeFileSync(target, '');
    truncateSync(target, 64 * MiB);
    rmSync(join(bench, 'drive-01.img'));
    symlinkSync(target, join(bench, 'drive-01.img'));
    linkSync(join(bench, 'drive-02.img'), join(folder, 'second-name'));
    const drives = await list(bench);
    expect(reasonsOf(drives[0])).toEqual(['bench-damaged']);
    expect(reasonsOf(drives[1])).toEqual(['bench-damaged']);
  });

  it('a drive file that is the media, under whichever name, is refused', async () => {
    await createBench(bench, { drives: 2, sizeBytes: 64 * MiB, sectorSize: 512 });
    symlinkSync(join(bench, 'drive-02.img'), join(folder, 'media.wim'));
    const drives = await list(bench, [join(folder, 'media.wim'), join(folder, 'not', 'there', 'yet')]);
    expect(drives.slice(0, 2).map(reasonsOf)).toEqual([[], ['media-on-drive']]);
  });
});

describe.runIf(isRoot)('loop devices', () => {
  function attach(file: string, ...options: string[]): string {
    const output = execFileSync('losetup', ['--find', '--show', ...options, file], { encoding: 'utf8' });
    const device = output.trim();
    attached.push(device);
    return device;
  }
  const at = (drives: readonly Drive[], path: string): Drive | undefined =>
    drives.find((drive) => drive.path === path);

  it('over a bench file: listed once, eligible with the bench, blocked without', async () => {
    const made = await createBench(bench, { drives: 2, sizeBytes: 64 * MiB, sectorSize: 512 });
    const device = attach(join(bench, 'drive-01.img'), '--direct-io=on');
    const drives = await list(bench);
    expect(drives.filter((drive) => drive.bay === 'bay 1')).toMatchObject([
      { kind: 'loop', path: device, serial: made.drives[0]?.serial, size: 64 * MiB, verdict: 'eligible' },
    ]);
    expect(drives[1]).toMatchObject({ kind: 'virtual', bay: 'bay 2', verdict: 'eligible' });
    expect(reasonsOf(at(await list(null), device))).toEqual(['loop-device']);
    expect(await codeOf(removeBench(bench))).toBe('bench-in-use');
  });

  it('over another file: blocked', async () => {
    await createBench(bench, { drives: 1, sizeBytes: 64 * MiB, sectorSize: 512 });
    const other = join(folder, 'other.img');
    writeFileSync(other, '');
    truncateSync(other, 64 * MiB);
    const device = attach(other);
    expect(reasonsOf(at(await list(bench), device))).toEqual(['loop-device', 'not-on-bench']);
  });

  it('over a part of a bench file, twice, or with another sector size: blocked', async () => {
    await createBench(bench, { drives: 3, sizeBytes: 64 * MiB, sectorSize: 4096 });
    const part = attach(join(bench, 'drive-01.img'), '--offset', String(MiB), '--sector-size', '4096');
    const once = attach(join(bench, 'drive-02.img'), '--sector-size', '4096');
    const twice = attach(join(bench, 'drive-02.img'), '--sector-size', '4096');
    const small = attach(join(bench, 'drive-03.img'));
    const drives = await list(bench);
    expect(reasonsOf(at(drives, part))).toEqual(['loop-device']);
    expect(reasonsOf(at(drives, once))).toEqual(['held']);
    expect(reasonsOf(at(drives, twice))).toEqual(['held']);
    expect(reasonsOf(at(drives, small))).toEqual(['sector-size']);
  });

  it('read-only: blocked', async () => {
    await createBench(bench, { drives: 1, sizeBytes: 64 * MiB, sectorSize: 512 });
    const device = attach(join(bench, 'drive-01.img'), '--read-only');
    expect(reasonsOf(at(await list(bench), device))).toEqual(['read-only']);
  });
});
