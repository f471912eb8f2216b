import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { GiB, MiB } from '../../core/base/units';
import { makeBench } from '../support/virtual-bench';
import { benchDrives, errorOf, listDrives, reportOf, runCli, type ListedDrive } from '../support/cli';
import { runHere } from '../support/command-line';
import { extractPartition, hasNoTable, imageHashes, volumeHashes } from '../support/drive-check';
import { removeArea, temporaryArea } from '../support/global-setup';
import { attachLoop, detachAllLoops, isRoot, rootOnly } from '../support/loop';
import { present } from '../support/present';
import { makeMedia, type MadeMedia } from '../support/wim';

/** Real block devices: loop devices over the files of benches that these tests made. */

/** As small as a drive for this media can be: nothing of a device is a hole, so all of it is read when it is checked. */
const size = GiB;
let area: string;
let media: MadeMedia;
let machines = 0;
const mounts: string[] = [];

beforeAll(async () => {
  area = temporaryArea('loop');
  media = await makeMedia(join(area, 'media'), { compression: 'LZX', extraBytes: 32 * MiB });
});
afterEach(() => {
  detachAllLoops();
  // The last mounted first.
  for (const mount of mounts.splice(0)) execFileSync('umount', [mount]);
});
afterAll(() => {
  removeArea(area);
});

async function loopBench(
  name: string,
  drives: number,
  sectorSize = 512,
): Promise<{ bench: string; drives: ListedDrive[] }> {
  const bench = join(area, name);
  await makeBench(bench, drives, '1G', sectorSize);
  for (const { path } of await benchDrives(bench)) attachLoop(path, sectorSize);
  const listed = await benchDrives(bench);
  expect(listed.map(({ kind }) => kind)).toEqual(Array.from({ length: drives }, () => 'loop'));
  return { bench, drives: listed };
}

function applyArguments(bench: string, drives: readonly ListedDrive[]): string[] {
  return [
    'apply',
    '--media',
    media.path,
    '--bench',
    bench,
    '--state',
    join(area, 'state'),
    '--yes',
    '--json',
  ].concat(drives.flatMap(({ id }) => ['--drive', `${id}=LOOP${String((machines += 1)).padStart(5, '0')}`]));
}

describe.skipIf(!isRoot)('apply on block devices', () => {
  it.each([512, 4096])(
    'writes and seals drives with %i-byte sectors, and the kernel sees their partitions',
    async (sectorSize) => {
      const { bench, drives } = await loopBench(`bench-${sectorSize}`, 2, sectorSize);
      const run = await runHere(applyArguments(bench, drives));
      expect(reportOf(run).jobs.map(({ state, reason }) => reason?.message ?? state)).toEqual([
        'done',
        'done',
      ]);
      expect(run.status).toBe(0);
      for (const { path } of drives) {
        expect(execFileSync('sgdisk', ['-v', path], { encoding: 'utf8' })).toContain('No problems found');
        const folder = temporaryArea('loop-check');
        const efi = extractPartition(path, 'efi', folder);
        expect(execFileSync('fsck.fat', ['-n', efi], { encoding: 'utf8' })).not.toMatch(
          /differ|bad|lost|error/i,
        );
        const windows = extractPartition(path, 'windows', folder);
        expect(execFileSync('ntfsfix', ['-n', windows], { encoding: 'utf8' })).toContain(
          'processed successfully',
        );
        expect(volumeHashes(windows, folder)).toEqual(imageHashes(media.path));
        removeArea(folder);
      }
      const verify = await runHere([
        'verify',
        '--drive',
        present(drives[0]).id,
        '--bench',
        bench,
        '--state',
        join(area, 'state'),
      ]);
      expect(verify.status).toBe(0);
    },
  );

  it('ends a drive alone that fails half-way, naming offset and chunk, while the others finish', async () => {
    // The file behind bay 2 lies on a small file system that fills up: writes then fail.
    const bench = join(area, 'bench-mixed');
    await makeBench(bench, 3, '1G');
    const [, second] = await benchDrives(bench);
    const small = join(area, 'small');
    mkdirSync(small);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', small]);
    mounts.push(small);
    const file = join(small, 'drive.img');
    writeFileSync(file, '');
    truncateSync(file, size);
    execFileSync('mount', ['--bind', file, present(second).path]);
    mounts.unshift(present(second).path);
    for (const { path } of await benchDrives(bench)) attachLoop(path);
    const drives = await benchDrives(bench);

    const run = await runHere(applyArguments(bench, drives));
    const { jobs } = reportOf(run);
    expect(jobs.map(({ state }) => state)).toEqual(['done', 'failed', 'done']);
    expect(run.status).toBe(4);
    const failed = present(jobs[1]);
    expect(failed.reason?.code).toBe('drive-write-failed');
    expect(failed.reason?.offset).toBeGreaterThan(MiB);
    expect(failed.reason?.chunk).toBeGreaterThanOrEqual(0);
    expect(failed.reason?.message).toContain(present(second).serial);
    expect(failed.reason?.message).toContain('bay 2');
    expect(failed.reason?.remedy).not.toBe('');
    expect(failed.bytesWritten).toBeGreaterThan(0);
    expect(failed.ledgerEntry).not.toBeNull();
    expect(hasNoTable(present(drives[1]).path, size)).toBe(true);
    for (const { path } of [present(drives[0]), present(drives[2])]) {
      expect(execFileSync('sgdisk', ['-v', path], { encoding: 'utf8' })).toContain('No problems found');
    }
  });

  it('refuses a drive that another batch is writing', async () => {
    const { bench, drives } = await loopBench('bench-held', 1);
    const runs = await Promise.all([
      runHere(applyArguments(bench, drives)),
      runHere(applyArguments(bench, drives)),
    ]);
    const [first, second] = runs.sort((left, right) => left.status - right.status);
    expect(first.status).toBe(0);
    expect(second.status).toBe(3);
    expect(errorOf(second).code).toBe('drive-busy');
    expect(errorOf(second).message).toContain('bay 1');
  });

  it('refuses a drive that another program has open, though it is not mounted', async () => {
    const { bench, drives } = await loopBench('bench-open', 1);
    const [drive] = drives;
    const fd = openSync(drive?.path ?? '', 'r');
    const other = spawn('sleep', ['60'], { stdio: [fd, 'ignore', 'ignore'] });
    closeSync(fd);
    try {
      const run = await runHere(applyArguments(bench, drives));
      expect(run.status).toBe(3);
      expect(errorOf(run).code).toBe('drive-busy');
      expect(errorOf(run).message).toContain(`sleep (${String(other.pid)})`);
      expect(errorOf(run).message).toContain('bay 1');
    } finally {
      // Gone before the loop device is detached.
      await new Promise((resolve) => other.once('exit', resolve).kill());
    }
  });

  it('ends a drive as stalled that stops answering, while the others finish', async ({ skip }) => {
    const throttle = '/sys/fs/cgroup/blkio/prestage-test-stall';
    const supported = spawnSync('mkdir', [throttle]).status === 0;
    if (!supported) skip('needs cgroup v1 with blkio.throttle, to make a drive hang');
    try {
      const { bench, drives } = await loopBench('bench-stall', 2);
      mkdirSync(join(area, 'state'), { recursive: true });
      writeFileSync(join(area, 'state', 'settings.json'), JSON.stringify({ stallSeconds: 2 }));
      const device = execFileSync('lsblk', ['-ndo', 'MAJ:MIN', present(drives[0]).path], {
        encoding: 'utf8',
      }).trim();
      // One byte a second: the first write never ends within the test.
      writeFileSync(join(throttle, 'blkio.throttle.write_bps_device'), `${device} 1`);
      const run = await runCli(applyArguments(bench, drives), {
        onStart: (child) => {
          writeFileSync(join(throttle, 'cgroup.procs'), String(child.pid));
        },
        onStderr: (text) => {
          // Once it is given up, let the drive go, so that the hanging request ends and the device can be detached.
          if (text.includes('FAILED')) {
            writeFileSync(join(throttle, 'blkio.throttle.write_bps_device'), `${device} 0`);
          }
        },
      });
      const [stalled, other] = reportOf(run).jobs;
      expect(stalled).toMatchObject({ state: 'failed', reason: { code: 'drive-stalled' } });
      expect(other).toMatchObject({ state: 'done' });
      expect(run.status).toBe(4);
      expect(hasNoTable(present(drives[0]).path, size)).toBe(true);
    } finally {
      rmSync(join(area, 'state', 'settings.json'), { force: true });
      for (const pid of readFileSync(join(throttle, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean)) {
        writeFileSync('/sys/fs/cgroup/blkio/cgroup.procs', pid);
      }
      execFileSync('rmdir', [throttle]);
    }
  });
});

describe('the machine itself', () => {
  it('has its own disk listed and refused', async () => {
    const root = execFileSync('findmnt', ['--noheadings', '--output', 'SOURCE', '/'], {
      encoding: 'utf8',
    }).trim();
    const blocked = (await listDrives(null)).filter(({ reasons }) =>
      reasons.some(({ code }) => code === 'system-disk'),
    );
    expect(blocked.length).toBeGreaterThan(0);
    expect(blocked.some(({ path }) => root.startsWith(path))).toBe(true);
    for (const drive of blocked) {
      for (const name of [drive.id, drive.path]) {
        const run = await runHere([
          ...['apply', '--media', media.path, '--state', join(area, 'state'), '--yes', '--json'],
          ...['--drive', `${name}=OWNDISK001`],
        ]);
        expect(run.status).toBe(3);
        expect(errorOf(run).code).toBe('drive-blocked');
        expect(errorOf(run).message).toMatch(/running system/);
      }
    }
  });

  it.skipIf(!isRoot)('refuses a loop device that is not over a file of the bench', async ({ skip }) => {
    if (!isRoot) skip(rootOnly);
    const file = join(area, 'stray.img');
    writeFileSync(file, '');
    truncateSync(file, size);
    const device = attachLoop(file);
    const bench = join(area, 'bench-stray');
    await makeBench(bench, 1, '1G');
    for (const options of [[], ['--bench', bench]]) {
      const drives = await runHere(['drives', '--json', ...options]);
      const stray = z
        .object({ drives: z.array(z.object({ id: z.string(), path: z.string(), verdict: z.string() })) })
        .parse(JSON.parse(drives.stdout))
        .drives.find(({ path }) => path === device);
      expect(stray?.verdict).toBe('blocked');
      const run = await runHere([
        ...['apply', '--media', media.path, '--state', join(area, 'state'), '--yes', '--json'],
        ...['--drive', `${stray?.id ?? ''}=STRAY00001`, ...options],
      ]);
      expect(run.status).toBe(3);
      expect(errorOf(run).code).toBe('drive-blocked');
    }
  });
});
