import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { driveSchema } from '../../../../core/drive/drive';
import { sanitizeForDisplay } from '../../../../core/base/display';
import { drivesOf, recordedListing, verdictsOf } from './recorded';

const machines = readdirSync(join(import.meta.dirname, '../../../fixtures/recorded/drives'), {
  withFileTypes: true,
})
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

describe('recorded machines', () => {
  it.each(machines)(
    '%s: every drive fits the schema, has its own ID and agrees with its reasons',
    (machine) => {
      const drives = [...drivesOf(recordedListing(machine)).values()];
      expect(drives.length).toBeGreaterThan(0);
      expect(new Set(drives.map((drive) => drive.id)).size).toBe(drives.length);
      for (const drive of drives) {
        expect(driveSchema.parse(drive)).toEqual(drive);
        expect(drive.verdict).toBe(drive.reasons.length === 0 ? 'eligible' : 'blocked');
        expect(drive.id).toMatch(/^[A-Z0-9.-]{1,24}-[0-9a-f]{8}$/);
        for (const text of [drive.model, drive.serial, drive.wwn, drive.path, ...drive.contents]) {
          if (text !== null) expect(sanitizeForDisplay(text, 4096)).toBe(text);
        }
        for (const { message } of drive.reasons) expect(sanitizeForDisplay(message, 500)).toBe(message);
      }
    },
  );

  it('LVM on LUKS on NVMe: the root is found three layers down', () => {
    expect(verdictsOf(recordedListing('lvm-on-luks-nvme'))).toEqual({
      '/dev/nvme0n1': [
        'system-disk: It contains the running system (/boot/efi, /boot, /).',
        'swap: It has swap space in use by this computer (station--vg-swap_1).',
        'lvm: It is part of the LVM volume group station-vg.',
        'encrypted: It contains the open encrypted volume nvme0n1p3_crypt.',
      ],
    });
    const drive = drivesOf(recordedListing('lvm-on-luks-nvme')).get('/dev/nvme0n1');
    expect(drive).toMatchObject({
      kind: 'disk',
      bus: 'nvme',
      serial: 'S4EVNX0R123456A',
      wwn: 'eui.0025385b01412345',
      byPath: '/dev/disk/by-path/pci-0000:01:00.0-nvme-1',
      model: 'Samsung SSD 970 EVO Plus 500GB',
      size: 512110190592,
      rotational: false,
    });
    expect(drive?.contents).toContain('nvme0n1p3: crypto_LUKS, 476.0 GiB');
  });

  it('md RAID1: both members are held, a member of no running array is not', () => {
    const held = ['mounted: It is mounted at /srv.', 'raid: It is part of the RAID array md0 (raid1).'];
    const listing = recordedListing('md-raid1');
    expect(verdictsOf(listing)).toEqual({ '/dev/sda': held, '/dev/sdb': held, '/dev/sdc': [] });
    expect(drivesOf(listing).get('/dev/sdc')?.contents).toEqual([
      'GPT partition table',
      "sdc1: linux_raid_member 'oldbox:0', 931.5 GiB",
    ]);
  });

  it('a swap partition blocks its disk', () => {
    expect(verdictsOf(recordedListing('swap-partition'))).toEqual({
      '/dev/sda': ['swap: It has swap space in use by this computer (sda2).'],
    });
  });

  it('a swap space that only /proc/swaps knows of blocks its disk', () => {
    const listing = recordedListing('md-raid1');
    const swaps = [{ path: '/dev/disk/by-uuid/x', kind: 'partition' as const }];
    const deviceNumbers = new Map([['/dev/disk/by-uuid/x', '8:33']]);
    expect(verdictsOf({ ...listing, swaps, deviceNumbers })['/dev/sdc']).toEqual([
      'swap: It has swap space in use by this computer (sdc1).',
    ]);
  });

  it('a system on a USB stick: the stick is blocked, the internal drive is not', () => {
    const listing = recordedListing('usb-booted');
    expect(verdictsOf(listing)).toEqual({
      '/dev/sda': ['system-disk: It contains the running system (/boot/efi, /).'],
      '/dev/nvme0n1': [],
    });
    const drives = drivesOf(listing);
    expect(drives.get('/dev/sda')).toMatchObject({ removable: true, bus: 'usb', model: 'SanDisk Ultra Fit' });
    expect(drives.get('/dev/nvme0n1')?.contents).toEqual([
      'GPT partition table',
      "nvme0n1p1: vfat 'SYSTEM', 260.0 MiB",
      'nvme0n1p2: Microsoft reserved, 16.0 MiB',
      "nvme0n1p3: ntfs 'Windows', 237.7 GiB",
    ]);
  });

  it('a live system: its medium and its loop device are blocked', () => {
    expect(verdictsOf(recordedListing('live-usb'))).toEqual({
      '/dev/loop0': [
        'system-disk: It contains the running system (/run/live/rootfs/filesystem.squashfs).',
        'read-only: It is read-only.',
        'loop-device: It is a loop device of /run/live/medium/live/filesystem.squashfs. Give the virtual bench that this file belongs to, or detach the device.',
      ],
      '/dev/sda': ['system-disk: It contains the running system (/run/live/medium).'],
    });
  });

  it('zram lives in memory', () => {
    expect(verdictsOf(recordedListing('zram'))).toEqual({
      '/dev/zram0': [
        'swap: It has swap space in use by this computer (zram0).',
        'memory-disk: zram0 is in the memory of this computer.',
      ],
    });
  });

  it('an optical drive', () => {
    expect(verdictsOf(recordedListing('optical'))).toEqual({
      '/dev/sr0': ['optical: It is an optical drive.'],
    });
  });

  it('card readers without a medium', () => {
    const noMedium = ['no-medium: It has no medium: its size is 0.'];
    expect(verdictsOf(recordedListing('card-reader-empty'))).toEqual({
      '/dev/sdb': noMedium,
      '/dev/mmcblk0': noMedium,
    });
  });

  it('eMMC: the disk is a drive, its boot areas are not', () => {
    const boot = (name: string): string[] => [
      'read-only: It is read-only.',
      `not-a-disk: ${name} (disk) is not a type of drive that Prestage writes.`,
    ];
    const listing = recordedListing('emmc');
    expect(verdictsOf(listing)).toEqual({
      '/dev/mmcblk0': [],
      '/dev/mmcblk0boot0': boot('mmcblk0boot0'),
      '/dev/mmcblk0boot1': boot('mmcblk0boot1'),
    });
    expect(drivesOf(listing).get('/dev/mmcblk0')?.bus).toBe('mmc');
  });

  it('multipath: each path is blocked; so is a disk reached over a network', () => {
    const path = ['multipath: It is one path of the multipath device mpatha.'];
    expect(verdictsOf(recordedListing('multipath'))).toEqual({
      '/dev/sda': path,
      '/dev/sdb': path,
      '/dev/sdc': ['not-a-disk: It is connected over a network.'],
    });
  });

  it('4Kn is eligible; 520 bytes a sector and host-managed zones are not', () => {
    const listing = recordedListing('sector-sizes');
    expect(verdictsOf(listing)).toEqual({
      '/dev/sda': [],
      '/dev/sdb': ['sector-size: It has 520-byte sectors; only 512 and 4096 bytes are supported.'],
      '/dev/sdc': ['not-a-disk: It is a host-managed zoned drive, which cannot be overwritten in place.'],
    });
    expect(drivesOf(listing).get('/dev/sda')).toMatchObject({ logicalSectorSize: 4096, rotational: true });
  });

  it('hostile names are shown without escapes, overrides and invisible characters', () => {
    const drives = drivesOf(recordedListing('hostile-names'));
    expect(drives.get('/dev/sdb')).toMatchObject({
      model: ']0;owned[2J[31mSSD gpj.exe',
      serial: 'SERIAL=1',
      wwn: '0x5000c500',
      contents: ['GPT partition table', "sdb1: ntfs 'a[1mbc d', 59.6 GiB"],
      verdict: 'eligible',
    });
    expect(drives.get('/dev/sdb')?.id).toMatch(/^SERIAL-1-[0-9a-f]{8}$/);
    expect(drives.get('/dev/sdc')).toMatchObject({ model: null, serial: null });
    expect(drives.get('/dev/sdc')?.id).toMatch(/^SDC-/);
  });

  it('two blank drives with the same serial have different IDs', () => {
    const listing = recordedListing('blank-sata');
    expect(verdictsOf(listing)).toEqual({ '/dev/sda': [], '/dev/sdb': [] });
    const [first, second] = [...drivesOf(listing).values()];
    expect(first?.serial).toBe(second?.serial);
    expect(first?.id).not.toBe(second?.id);
    expect(first?.contents).toEqual([]);
  });

  it('signatures alone are not use; with ZFS running, a member of a pool may be', () => {
    const listing = recordedListing('old-lvm-and-luks');
    expect(verdictsOf(listing)).toEqual({ '/dev/sda': [], '/dev/sdb': [], '/dev/sdc': [] });
    expect(drivesOf(listing).get('/dev/sdb')?.contents).toEqual(['sdb: crypto_LUKS, 238.5 GiB']);
    expect(verdictsOf({ ...listing, zfsActive: true })).toEqual({
      '/dev/sda': [],
      '/dev/sdb': [],
      '/dev/sdc': ['held: It may belong to a ZFS pool of this computer.'],
    });
  });

  it('virtio: the root is blocked, a blank disk is not', () => {
    const listing = recordedListing('virtio');
    expect(verdictsOf(listing)).toEqual({
      '/dev/vda': ['system-disk: It contains the running system (/).'],
      '/dev/vdb': [],
    });
    expect(drivesOf(listing).get('/dev/vdb')).toMatchObject({
      bus: 'virtio',
      model: null,
      serial: 'blank-01',
    });
  });

  it('a disk without partitions that holds the root', () => {
    expect(verdictsOf(recordedListing('plain-vm'))['/dev/vda']).toEqual([
      'system-disk: It contains the running system (/).',
    ]);
  });

  it('btrfs: the second disk of a mounted file system is blocked like the first', () => {
    const reasons = ['system-disk: It contains the running system (/).', 'mounted: It is mounted at /home.'];
    expect(verdictsOf(recordedListing('btrfs-subvolumes'))).toEqual({
      '/dev/sda': reasons,
      '/dev/sdb': reasons,
    });
  });

  it('btrfs: a member whose mount is not known is held', () => {
    const listing = recordedListing('old-lvm-and-luks');
    expect(verdictsOf({ ...listing, btrfsGroups: [['sdb']] })['/dev/sdb']).toEqual([
      'held: It is part of a btrfs file system that is in use.',
    ]);
  });

  it('an old lsblk: figures as text, a mount point with a space', () => {
    const listing = recordedListing('old-lsblk-mount-with-space');
    expect(verdictsOf(listing)).toEqual({ '/dev/sdb': ['mounted: It is mounted at /media/op/MY STICK.'] });
    expect(drivesOf(listing).get('/dev/sdb')).toMatchObject({ size: 32015679488, removable: true });
  });

  it('loop devices: over a file, and over a disk that it thereby holds', () => {
    const listing = recordedListing('loop');
    const advice = 'Give the virtual bench that this file belongs to, or detach the device.';
    expect(verdictsOf(listing)).toEqual({
      '/dev/loop0': [`loop-device: It is a loop device of /srv/images/some file.img. ${advice}`],
      '/dev/loop1': [`loop-device: It is a loop device of /dev/sda. ${advice}`],
      '/dev/sda': ['held: The loop device loop1 is attached to it.'],
    });
    expect(drivesOf(listing).get('/dev/loop0')).toMatchObject({ kind: 'loop', bus: 'loop' });
  });

  it('what is not understood holds the drive', () => {
    expect(verdictsOf(recordedListing('unknown-holders'))).toEqual({
      '/dev/sda': ['held: It is in use by bcache0 (disk).'],
      '/dev/sdb': ['held: It is in use by thing (dm).'],
      '/dev/sdc': ['held: It is in use by dm-9.'],
      '/dev/nbd0': ['not-a-disk: nbd0 (disk) is not a type of drive that Prestage writes.'],
      '/dev/nvme0n1': ['not-a-disk: It is connected over a network.'],
    });
  });
});
