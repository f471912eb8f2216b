import { execFileSync } from 'node:child_process';
import {
  closeSync,
  copyFileSync,
  mkdirSync,
  openSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { GiB, MiB } from '../../core/base/units';
import { drivesForm } from '../../station/cli/drives-command';
import { onlyDrive, reportOf, runCli } from '../support/cli';
import { DebianParts } from '../support/debian-parts';
import { temporaryArea } from '../support/global-setup';
import { makeBench } from '../support/virtual-bench';
import { makeMedia } from '../support/wim';
import { Guest, type GuestParts } from './guest';

/**
 * The built programs as root on drives of a kernel: NVMe, SATA, USB and virtio of QEMU. Nothing of the product is changed, and nothing
 * but QEMU stands for the hardware. What the drives tell is asked for; nothing is
 * erased or written here yet. Not a part of .ci/run: it takes minutes on two quiet cores, and far more beside other work.
 */

/** The drives, by what they are in QEMU: bytes. */
const sizes = {
  whole: GiB,
  first: 32 * MiB,
  second: 32 * MiB,
  sata: 96 * MiB,
  usb: GiB,
  virtio: GiB,
  wrapped: 32 * MiB,
} as const;
type DriveName = keyof typeof sizes;

const modules = [
  ...['virtio_pci', 'virtio_blk', '9pnet_virtio', '9p', 'crc32c_generic', 'ext4'],
  ...['nvme', 'ahci', 'sd_mod', 'xhci_pci', 'usb_storage', 'dm_mod', 'target_core_iblock', 'tcm_loop'],
];

const old = Buffer.from('what the last owner kept');
let area: string;
let parts: Omit<GuestParts, 'share'>;
let guest: Guest;
const image = (name: DriveName): string => join(area, `${name}.img`);

beforeAll(async () => {
  area = temporaryArea('guest');
  const debian = DebianParts.unpack(area);
  const initramfs = join(area, 'initramfs.cpio');
  writeFileSync(initramfs, debian.makeInitramfs(area, join(import.meta.dirname, 'init.sh'), modules));
  for (const [name, size] of Object.entries(sizes)) {
    writeFileSync(image(name as DriveName), '');
    truncateSync(image(name as DriveName), size);
    const fd = openSync(image(name as DriveName), 'r+');
    for (let at = 0; at < size; at += MiB) writeSync(fd, old, 0, old.length, at);
    closeSync(fd);
  }
  // The disk image is made here, where it takes a tenth of the time.
  const media = await makeMedia(join(area, 'media'), { smallFiles: 3 });
  const [bench, state] = [join(area, 'bench'), join(area, 'state')];
  await makeBench(bench, 1, '1G');
  const { id } = await onlyDrive(bench);
  const made = await runCli(
    ['apply', '--media', media.path, '--drive', `${id}=GUEST0000`, '--yes', '--json'].concat([
      '--bench',
      bench,
      '--state',
      state,
    ]),
  );
  expect(reportOf(made).jobs.map((job) => job.state)).toEqual(['done']);
  const stateImage = join(area, 'state.img');
  execFileSync('truncate', ['--size=1G', stateImage]);
  execFileSync('mkfs.ext4', ['-q', '-d', state, stateImage]);
  mkdirSync(join(area, 'first-start'));
  copyFileSync(media.path, join(area, 'first-start/media.wim'));
  parts = {
    ...{ kernel: debian.kernel, initramfs, stateImage, checkout: resolve(import.meta.dirname, '../..') },
    drives: [
      ...drive('whole', 'nvme,serial=GUEST-WHOLE'),
      ...['-device', 'nvme-subsys,id=shelf', '-device', 'nvme,id=shared,serial=GUEST-SHARED,subsys=shelf'],
      ...drive('first', 'nvme-ns,bus=shared,nsid=1'),
      ...drive('second', 'nvme-ns,bus=shared,nsid=2'),
      ...drive('sata', 'ide-hd,bus=ide.0,serial=GUEST-SATA,wwn=0x5000c50000000001'),
      ...['-device', 'qemu-xhci,id=xhci'],
      ...drive('usb', 'usb-storage,bus=xhci.0,serial=GUEST-USB,removable=on'),
      ...drive('virtio', 'virtio-blk-pci,serial=GUEST-VIRTIO'),
      ...drive('wrapped', 'virtio-blk-pci,serial=GUEST-WRAPPED'),
    ],
  };
  guest = await Guest.start({ ...parts, share: join(area, 'first-start') });
}, 400_000);
afterAll(async () => {
  await guest.cutPower();
  rmSync(area, { recursive: true, force: true });
});

function drive(name: DriveName, device: string): string[] {
  return [
    ...['-drive', `if=none,id=${name},format=raw,discard=unmap,file=${image(name)}`],
    ...['-device', `${device},drive=${name}${device.includes('id=') ? '' : `,id=${name}-device`}`],
  ];
}

type Listed = z.infer<typeof drivesForm>['drives'][number];

async function listed(...more: readonly string[]): Promise<(path: string) => Listed> {
  const run = await guest.prestage(['drives', '--json', ...more]);
  expect(run.status, run.stderr).toBe(0);
  const { drives } = drivesForm.parse(JSON.parse(run.stdout));
  return (path) => {
    const found = drives.find((one) => one.path === path);
    if (found === undefined) throw new Error(`the guest has no ${path}`);
    return found;
  };
}

describe('drives of a kernel', () => {
  it('tell their health, how they can be erased, and what they hide; what USB does not tell is said', async () => {
    const at = await listed('--health', '--erase');
    const [whole, second] = [at('/dev/nvme0n1'), at('/dev/nvme1n2')];
    const [sata, usb, virtio] = [at('/dev/sda'), at('/dev/sdb'), at('/dev/vdb')];
    expect(whole).toMatchObject({
      ...{ bus: 'nvme', serial: 'GUEST-WHOLE', verdict: 'eligible' },
      health: { word: 'good', reading: { known: true, protocol: 'nvme', percentageUsed: 0, mediaErrors: 0 } },
      erase: { methods: ['nvme-format-user', 'overwrite'], obstacles: [], hidden: [], notKnown: [] },
    });
    expect(second.erase).toMatchObject({
      methods: ['nvme-format-user', 'overwrite'],
      obstacles: ['other-namespaces'],
    });
    expect(sata).toMatchObject({
      bus: 'sata',
      health: { word: 'good', reading: { known: true, protocol: 'ata', overall: 'passed', reallocated: 0 } },
      erase: { methods: ['overwrite'], hidden: [], notKnown: [] },
    });
    expect(usb).toMatchObject({
      bus: 'usb',
      health: {
        word: 'not-known',
        reading: { known: false, reason: expect.stringContaining('USB bridge') as string },
      },
      erase: {
        methods: ['overwrite'],
        notKnown: [expect.stringContaining('behind a USB adapter') as string],
      },
    });
    expect(virtio.health).toMatchObject({ word: 'not-known', reading: { known: false } });
    expect(at('/dev/vda')).toMatchObject({ verdict: 'blocked' });
  });
});
