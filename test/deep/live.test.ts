import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { errorOf, type CliResult } from '../support/cli';
import { removeArea, openToOthers, temporaryArea } from '../support/global-setup';
import { liveDisk } from '../support/live-disk';
import { LiveSystem, type LiveOptions } from '../support/live-system';
import { isRoot } from '../support/loop';
import { present } from '../support/present';
import type { Device } from '../support/refusal-lsblk';
import { standIn } from '../support/refusal-run';

/** A station that runs from a stick: what it may not write. */

let area: string;
let system: LiveSystem | null = null;
let count = 0;

beforeAll(() => {
  area = temporaryArea('live');
  openToOthers(area);
});
afterEach(async () => {
  await system?.stop();
  system = null;
});
afterAll(() => {
  removeArea(area);
});

const part = (name: string, number: string, partlabel: string, at: string | null = null): Device =>
  liveDisk(name, number, { type: 'part', partlabel, mountpoints: [at], serial: null });

const stick = liveDisk('sda', '8:0', {
  ...{ tran: 'usb', model: 'Ultra', vendor: 'SanDisk', pttype: 'gpt' },
  children: [
    part('sda1', '8:1', 'EFI system'),
    part('sda2', '8:2', 'PRESTAGE-A', '/run/live/medium'),
    part('sda3', '8:3', 'PRESTAGE-B'),
  ],
});
const own = liveDisk('nvme0n1', '259:0', { tran: 'nvme', subsystems: 'block:nvme:pci' });
const early = liveDisk('sdb', '8:16', { tran: 'usb' });
const bench = liveDisk('sdc', '8:32');
/** As it was there at the start, and came back with another number. */
const returned = liveDisk('sdd', '8:48', { serial: 'SERIAL-own-sata' });
const devices = [stick, early, bench, returned];

const started = {
  ...{ medium: '/dev/sda2', slot: 'a' },
  diskIdentitiesAtStart: [
    { name: 'sda', 'disk-seq': 1, serial: 'SERIAL-sda', wwn: null, size: 1 },
    { name: 'sdb', 'disk-seq': 2, serial: 'SERIAL-sdb', wwn: null, size: 1 },
    { name: 'sdx', 'disk-seq': 3, serial: 'SERIAL-own-sata', wwn: null, size: 1 },
  ],
};
const sequences = { sda: 1, sdb: 2, sdc: 5, sdd: 6 };

async function start(options: Partial<LiveOptions> = {}): Promise<LiveSystem> {
  count += 1;
  system = await LiveSystem.start(join(area, `live-${count}`), {
    ...{ devices, sequences, start: started },
    ...options,
  });
  return system;
}

const listedForm = z.object({
  drives: z.array(
    z.object({
      path: z.string(),
      id: z.string(),
      verdict: z.string(),
      reasons: z.array(z.object({ code: z.string(), message: z.string(), release: z.string().optional() })),
    }),
  ),
  controllers: z.array(z.object({ kind: z.string(), message: z.string() })),
});
const listed = ({ status, stdout, stderr }: CliResult): z.infer<typeof listedForm> => {
  expect(status, stderr).toBe(0);
  return listedForm.parse(JSON.parse(stdout));
};
const verdicts = (run: CliResult): Record<string, string[]> =>
  Object.fromEntries(listed(run).drives.map(({ path, reasons }) => [path, reasons.map(({ code }) => code)]));

describe.skipIf(!isRoot)('a station on a stick', () => {
  it('writes only what was plugged in since it started', async () => {
    const live = await start();
    const run = await live.runAsUser(['drives', '--json']);
    expect(verdicts(run)).toEqual({
      '/dev/sda': ['live-medium', 'system-disk'],
      '/dev/sdb': ['own-disk'],
      '/dev/sdc': [],
      '/dev/sdd': ['own-disk'],
    });
    const text = await live.runAsUser(['drives']);
    expect(text.stdout).toContain('never written');
    expect(text.stdout).toContain("This PC's own disks");
    expect(text.stdout).toContain('connect it again');
  });

  it('writes nothing at all where the start left no word', async () => {
    const live = await start({ start: null });
    expect(verdicts(await live.runAsUser(['drives', '--json']))).toMatchObject({
      '/dev/sda': ['live-medium', 'system-disk'],
      '/dev/sdb': ['own-disk'],
      '/dev/sdc': ['own-disk'],
      '/dev/sdd': ['own-disk'],
    });
  });

  it('lets a disk of the PC be written by naming the PC, until the next start, and the stick never', async () => {
    const live = await start();
    standIn(
      live.bin,
      'dmidecode',
      "printf 'SMBIOS 3.2.0 present.\\n\\nHandle 0x0001, DMI type 1, 27 bytes\\nSystem Information\\n\\tSerial Number: C1GC712\\n\\n'",
    );
    await live.shell('if [ -e /sys/class/dmi ]; then mount -t tmpfs tmpfs /sys/class/dmi; fi');
    const { drives } = listed(await live.runAsUser(['drives', '--json']));
    const id = (path: string): string => present(drives.find((drive) => drive.path === path)).id;
    const unlock = async (path: string, machine: string): Promise<CliResult> =>
      await live.run(['live', 'unlock-disk', id(path), '--machine', machine, '--operator', 'Ada', '--json']);

    expect(errorOf(await unlock('/dev/sdb', 'C1GC713'))).toMatchObject({ code: 'live-machine-unnamed' });
    expect(errorOf(await unlock('/dev/sda', 'C1GC712'))).toMatchObject({ code: 'drive-blocked' });
    expect(errorOf(await unlock('/dev/sdc', 'C1GC712'))).toMatchObject({ code: 'drive-blocked' });
    expect(existsSync(join(live.folder, 'run/prestage/unlocked.json'))).toBe(false);

    const done = await unlock('/dev/sdb', 'c1gc712');
    expect(done.status, done.stdout).toBe(0);
    expect(verdicts(await live.runAsUser(['drives', '--json']))).toMatchObject({
      ...{ '/dev/sda': ['live-medium', 'system-disk'], '/dev/sdb': [], '/dev/sdd': ['own-disk'] },
    });
    expect(JSON.parse(live.read('/run/prestage/unlocked.json'))).toMatchObject({
      disks: [{ machine: 'C1GC712', operator: 'Ada' }],
    });
  });

  it('writes no real drive while nothing would be recorded, and says so before anything else', async () => {
    const live = await start();
    const { drives } = listed(await live.runAsUser(['drives', '--json']));
    const drive = present(drives.find(({ path }) => path === '/dev/sdc')).id;
    const args = ['apply', '--media', '/nowhere.wim', '--drive', `${drive}=5CD4120LQ7`, '--yes', '--json'];
    const run = await live.run([...args, '--state', join(live.folder, 'records')]);
    expect(errorOf(run)).toMatchObject({ code: 'live-no-data' });
  });

  it('as a machine writes its own disks, and never the medium', async () => {
    const live = await start({ commandLine: 'prestage.role=machine prestage.slot=a' });
    expect(verdicts(await live.runAsUser(['drives', '--json']))).toEqual({
      '/dev/sda': ['live-medium', 'system-disk'],
      ...{ '/dev/sdb': [], '/dev/sdc': [], '/dev/sdd': [] },
    });
  });

  it('tells of controllers that hide drives, with the setting to change', async () => {
    const vmd = { vendor: '0x8086', device: '0x467f', class: '0x010400' };
    const live = await start({
      devices: [...devices, own],
      sequences: { ...sequences, nvme0n1: 4 },
      controllers: { '0000:00:0e.0': vmd, '0000:00:1f.2': { ...vmd, device: '0x2822', remapped_nvme: '1' } },
    });
    expect(listed(await live.runAsUser(['drives', '--json'])).controllers.map(({ kind }) => kind)).toEqual([
      ...['hides', 'hides'],
    ]);
    const { stdout } = await live.runAsUser(['drives']);
    expect(stdout).toContain('turn off VMD');
    expect(stdout).toContain('"AHCI"');
  });
});
