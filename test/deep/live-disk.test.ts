import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { errorOf, runCli, type CliResult } from '../support/cli';
import { removeArea, openToOthers, temporaryArea } from '../support/global-setup';
import { liveDisk } from '../support/live-disk';
import { LiveSystem, type LiveOptions } from '../support/live-system';
import { detachAllLoops, isRoot } from '../support/loop';
import { present } from '../support/present';
import type { Device } from '../support/refusal-lsblk';

/** A disk with files beside a stick: a FAT file system of mkfs.fat on a loop device, which lsblk calls a USB disk. */

const MiB = 1024 * 1024;
let area: string;
let system: LiveSystem | null = null;
let count = 0;
const loops: string[] = [];

beforeAll(() => {
  area = temporaryArea('live-disk');
  openToOthers(area);
});
afterEach(async () => {
  await system?.stop();
  system = null;
  for (const device of loops.splice(0)) execFileSync('losetup', ['--detach', device]);
  detachAllLoops();
});
afterAll(() => {
  removeArea(area);
});

const stick = liveDisk('sda', '8:0', {
  ...{ tran: 'usb', pttype: 'gpt' },
  children: [
    liveDisk('sda2', '8:2', {
      ...{ type: 'part', partlabel: 'PRESTAGE-A', mountpoints: ['/run/live/medium'], serial: null },
    }),
  ],
});
const own = liveDisk('sdc', '8:32', { tran: 'sata', fstype: 'ntfs' });

/** An ext4 file system with one file in it, on a loop device. */
function ext4(name: string): string {
  const folder = join(area, `${name}-files`);
  mkdirSync(folder);
  writeFileSync(join(folder, 'contoso.txt'), 'a media file');
  const file = join(area, `${name}.img`);
  writeFileSync(file, '');
  truncateSync(file, 16 * MiB);
  execFileSync('mkfs.ext4', ['-q', '-d', folder, file]);
  return attach(file);
}

function attach(file: string): string {
  const device = execFileSync('losetup', ['--find', '--show', file], { encoding: 'utf8' }).trim();
  loops.push(device);
  return device;
}

/** A FAT file system on a loop device. */
function fat(name: string): string {
  const file = join(area, `${name}.img`);
  writeFileSync(file, '');
  truncateSync(file, 8 * MiB);
  execFileSync('mkfs.fat', [file]);
  return attach(file);
}

async function start(devices: readonly Device[], options: Partial<LiveOptions> = {}): Promise<LiveSystem> {
  count += 1;
  system = await LiveSystem.start(join(area, `live-${count}`), {
    devices,
    sequences: Object.fromEntries(devices.map(({ kname }, index) => [kname, index + 1])),
    start: {
      ...{ medium: '/dev/sda2', slot: 'a' },
      diskIdentitiesAtStart: [
        { name: 'sda', 'disk-seq': 1, serial: 'SERIAL-sda', wwn: null },
        { name: 'sdc', 'disk-seq': 2, serial: 'SERIAL-sdc', wwn: null },
      ],
    },
    ...options,
  });
  return system;
}

const run = async (live: LiveSystem, ...args: string[]): Promise<CliResult> =>
  await live.run(['live', ...args, '--json', '--state', join(area, 'state')]);
async function idOf(live: LiveSystem, path: string): Promise<string> {
  const { stdout } = await live.runAsUser(['drives', '--json']);
  const { drives } = JSON.parse(stdout) as { drives: { id: string; path: string }[] };
  return present(drives.find((drive) => drive.path === path)).id;
}
const opened = ({ status, stdout, stderr }: CliResult): unknown => {
  expect(status, stdout + stderr).toBe(0);
  return (JSON.parse(stdout) as { live: { disk: unknown } }).live.disk;
};

function kernelHas(name: string): boolean {
  return readFileSync('/proc/filesystems', 'utf8').includes(`\t${name}\n`);
}

describe.skipIf(!isRoot)('a disk with files beside a stick', () => {
  it('is opened to be read, and closed', async () => {
    const device = ext4('usb');
    const usb = liveDisk('sdq', '65:0', { path: device, tran: 'usb', fstype: 'ext4' });
    const live = await start([stick, own, usb]);
    const id = await idOf(live, device);
    expect(opened(await run(live, 'open-disk', id))).toEqual({ device, write: false });
    expect(await live.shell('cat /run/prestage/disk/contoso.txt')).toBe('a media file');
    await expect(live.shell('touch /run/prestage/disk/new')).rejects.toThrow(/[Rr]ead-only/);
    const options = await live.shell('grep " /run/prestage/disk " /proc/self/mounts');
    for (const option of ['nosuid', 'nodev', 'noexec']) expect(options).toContain(option);
    // One at a time; and a file system with owners is none that a user puts files on.
    expect(errorOf(await run(live, 'open-disk', id)).code).toBe('live-disk-refused');
    expect(opened(await run(live, 'close-disk'))).toBeNull();
    expect(errorOf(await run(live, 'open-disk', id, '--write')).message).toContain('exFAT');
    expect(existsSync('/run/prestage/disk')).toBe(false);
  });

  it('gets files, where its file system knows no owners', async ({ skip }) => {
    if (!kernelHas('vfat')) skip('needs a kernel with FAT');
    const device = fat('save');
    const usb = liveDisk('sdq', '65:0', { path: device, tran: 'usb', fstype: 'vfat' });
    const live = await start([stick, own, usb]);
    const id = await idOf(live, device);
    expect(opened(await run(live, 'open-disk', id, '--write'))).toEqual({ device, write: true });
    await live.shell('echo saved >/run/prestage/disk/new');
    expect(opened(await run(live, 'close-disk'))).toBeNull();
    expect(execFileSync('mtype', ['-i', device, '::new'], { encoding: 'utf8' })).toBe('saved\n');
  });

  it('is never the stick, a disk of the PC, or one without files', async () => {
    const empty = liveDisk('sdq', '65:0', { tran: 'usb' });
    const live = await start([stick, own, empty]);
    for (const path of ['/dev/sda', '/dev/sdc', '/dev/sdq']) {
      const refused = await run(live, 'open-disk', await idOf(live, path));
      expect(errorOf(refused).code, path).toBe('live-disk-refused');
    }
    // A machine that images itself has its own disks for that alone.
    await live.stop();
    const machine = await start([stick, own, empty], { commandLine: 'prestage.role=machine' });
    const refused = await run(machine, 'open-disk', await idOf(machine, '/dev/sdc'));
    expect(errorOf(refused).code).toBe('live-disk-refused');
  });

  it('is nothing that any other station opens', async () => {
    expect(errorOf(await runCli(['live', 'open-disk', 'x', '--json'])).code).toBe('live-only');
    expect(errorOf(await runCli(['live', 'close-disk', '--json'])).code).toBe('live-only');
  });
});
