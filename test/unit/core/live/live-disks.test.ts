import { describe, expect, it } from 'vitest';
import { assessDrive, type BlockNode, type DriveDetails } from '../../../../core/drive/drive-safety';
import type { KnownDisk } from '../../../../core/drive/drive-details';
import { isSystemImage, ownDiskNotes, ownDiskOf, ownDiskWords } from '../../../../core/drive/live-disks';
import { releasesOf } from '../../../../core/drive/release';
import { liveSystemOf, type LiveSystem } from '../../../../core/live/live-system';

const boot = '1b9b0d0c-5d6e-4f6a-9c7b-0d8e6f5a4b3c';
const attachment = (number: string, sequence: number | string): string =>
  `device ${number} sequence ${sequence} boot ${boot}`;

const image = JSON.stringify({ version: '0.6.0', built: '2026-11-20', commit: 'abc1234' });
const start = (disks: readonly object[], medium: string | null = '/dev/sda2'): string =>
  JSON.stringify({ medium, slot: 'a', diskIdentitiesAtStart: disks });
const stick = { name: 'sda', 'disk-seq': 3, serial: '4C530001', wwn: null, size: 15_931_539_456 };
const windows = {
  name: 'nvme0n1',
  'disk-seq': 2,
  serial: 'S4EVNX0R1',
  wwn: 'eui.0025385b01412345',
  size: 5e11,
};

function live(
  changes: Partial<Record<'start' | 'commandLine' | 'unlocked', string | null>> = {},
): LiveSystem {
  const found = liveSystemOf({
    image,
    start: start([stick, windows]),
    unlocked: null,
    commandLine: 'boot=live prestage.role=station prestage.slot=a quiet',
    ...(changes as object),
  });
  if (found === null) throw new Error('it is not live');
  return found;
}

const node = (details: Partial<BlockNode> = {}): BlockNode => ({
  ...{ name: 'sdb', title: 'sdb', type: 'disk', deviceNumber: '8:16', fileSystem: null, mountPoints: [] },
  ...{ swap: false, holders: [], otherUses: [], children: [], ...details },
});
const known: KnownDisk = { serial: 'WD-1', wwn: null, bus: 'sata', attachment: attachment('8:16', 9) };
function disk(details: Partial<DriveDetails> = {}): DriveDetails {
  return {
    ...{ kind: 'disk', size: 500_107_862_016, logicalSectorSize: 512, readOnly: false, transport: 'sata' },
    ...{ subsystems: 'block:scsi:pci', nvmeTransports: [], zoned: 'none', node: node(), loop: null },
    ...{ fileKey: null, damage: null, missing: [], known },
    ...details,
  };
}
const codes = (details: DriveDetails, system: LiveSystem | null): string[] =>
  assessDrive(details, { benchDirectory: null, protectedPaths: [], live: system }).map(({ code }) => code);

const part = (name: string, label: string | null, more: Partial<BlockNode> = {}): BlockNode =>
  node({ name, title: name, type: 'part', deviceNumber: '8:2', partitionLabel: label, ...more });

describe('the live medium', () => {
  const asBenchDrive = { known: { ...known, attachment: attachment('8:0', 99) } };

  it('is blocked by its partitions, its mounts, or what the start says, whatever the rest looks like', () => {
    for (const children of [
      [part('sdb2', 'PRESTAGE-A')],
      [part('sdb4', 'PRESTAGE-DATA')],
      [part('sdb2', null, { mountPoints: ['/run/live/medium'] })],
      [
        part('sdb4', null, {
          children: [node({ name: 'dm-0', type: 'crypt', mountPoints: ['/var/lib/prestage'] })],
        }),
      ],
    ]) {
      expect(codes(disk({ ...asBenchDrive, node: node({ children }) }), live())[0]).toBe('live-medium');
    }
    const named = live({ start: start([stick, windows], '/dev/sdb1') });
    expect(codes(disk({ ...asBenchDrive, node: node({ children: [part('sdb1', null)] }) }), named)).toEqual([
      'live-medium',
    ]);
  });

  it('is blocked in every role, also when it is unlocked as a disk of the PC, and nobody is told how to unmount it', () => {
    const system = live({
      commandLine: 'prestage.role=machine',
      unlocked: JSON.stringify({
        disks: [
          { attachment: attachment('8:0', 3), machine: 'X', operator: 'Ada', at: '2026-11-29T09:00:00.000Z' },
        ],
      }),
    });
    const medium = disk({
      known: { ...known, attachment: attachment('8:0', 3) },
      node: node({ children: [part('sda2', 'PRESTAGE-A', { mountPoints: ['/run/live/medium', '/mnt'] })] }),
    });
    const reasons = assessDrive(medium, { benchDirectory: null, protectedPaths: [], live: system });
    expect(reasons.map(({ code }) => code)).toEqual(['live-medium', 'system-disk', 'mounted']);
    expect(releasesOf(reasons)).toEqual([]);
  });

  it('of another station is blocked on any station: it holds records', () => {
    const data = disk({ node: node({ children: [part('sdb4', 'PRESTAGE-DATA')] }) });
    expect(codes(data, null)).toEqual(['live-medium']);
    expect(codes(disk({ node: node({ children: [part('sdb2', 'PRESTAGE-A')] }) }), null)).toEqual([]);
  });
});

describe("the PC's own disks", () => {
  const own: KnownDisk = {
    ...{ serial: windows.serial, wwn: windows.wwn, bus: 'nvme' },
    attachment: attachment('259:0', 2),
  };

  it('are blocked on a station, with how to unlock them; what came later is a bench drive', () => {
    expect(codes(disk({ known: own }), live())).toEqual(['own-disk']);
    expect(codes(disk({ known }), live())).toEqual([]);
    const [reason] = assessDrive(disk({ known: own }), {
      benchDirectory: null,
      protectedPaths: [],
      live: live(),
    });
    expect(reason?.message).toContain('own disk');
    expect(reason?.release).toContain('Settings');
    expect(reason?.release).not.toContain('connect it again');
  });

  it('stay so when they come back with another number, by what the disk itself tells', () => {
    const back = { ...own, attachment: attachment('259:0', 12) };
    expect(codes(disk({ known: back }), live())).toEqual(['own-disk']);
    expect(codes(disk({ known: { ...back, serial: null } }), live())).toEqual(['own-disk']);
    // A USB bridge gives every drive its own serial: there only the number counts, and the words say so.
    const usb = { ...known, serial: '4C530001', bus: 'usb' };
    expect(codes(disk({ known: usb }), live())).toEqual([]);
    const early = disk({ known: { ...usb, attachment: attachment('8:16', 1) } });
    expect(
      assessDrive(early, { benchDirectory: null, protectedPaths: [], live: live() })[0]?.release,
    ).toContain('connect it again');
  });

  it('are what a disk counts as when the start is not known, or the disk has no number', () => {
    for (const system of [
      live({ start: null }),
      live({ start: '{}' }),
      live({ start: 'broken' }),
      live({ start: start([]) }),
      live({ start: start([{ ...stick, 'disk-seq': null }]) }),
      live({ start: start([{ name: 'sda' }, windows]) }),
    ]) {
      expect(codes(disk(), system)).toEqual(['own-disk']);
    }
    for (const unknown of [null, 'device 8:16 sequence unknown boot x', 'something else']) {
      expect(codes(disk({ known: { ...known, attachment: unknown } }), live())).toEqual(['own-disk']);
    }
    expect(codes(disk({ known: undefined }), live())).toEqual(['own-disk']);
  });

  it('can be unlocked for this attachment alone', () => {
    const unlocked = (one: string): string =>
      JSON.stringify({
        disks: [{ attachment: one, machine: 'X', operator: 'Ada', at: '2026-11-29T09:00:00.000Z' }],
      });
    expect(codes(disk({ known: own }), live({ unlocked: unlocked(own.attachment ?? '') }))).toEqual([]);
    for (const other of [attachment('259:0', 3), attachment('259:1', 2), 'x']) {
      expect(codes(disk({ known: own }), live({ unlocked: unlocked(other) }))).toEqual(['own-disk']);
    }
    expect(codes(disk({ known: own }), live({ unlocked: '{"disks":[{}]}' }))).toEqual(['own-disk']);
  });

  it('are what a machine is started for, and mean nothing elsewhere', () => {
    for (const role of ['machine', 'agent']) {
      expect(codes(disk({ known: own }), live({ commandLine: `prestage.role=${role}` }))).toEqual([]);
    }
    expect(codes(disk({ known: own }), null)).toEqual([]);
    expect(codes(disk({ kind: 'virtual', node: node({ type: 'file' }), known: own }), live())).toEqual([]);
  });
});

describe('the record of what became of a disk of the PC', () => {
  const own: KnownDisk = { ...known, bus: 'nvme', attachment: attachment('259:0', 2) };
  const at = '2026-11-29T09:00:00.000Z';
  const unlocked = JSON.stringify({
    disks: [{ attachment: own.attachment, machine: '5CD4120LQ7', operator: 'Ada', at }],
  });

  it('says that the machine imaged itself, or who unlocked the disk and when', () => {
    const machine = live({ commandLine: 'prestage.role=machine', unlocked });
    expect(ownDiskOf(disk({ known: own }), machine)).toEqual({ as: 'machine' });
    const told = ownDiskOf(disk({ known: own }), live({ unlocked }));
    expect(told).toEqual({ as: 'station', computer: '5CD4120LQ7', unlockedBy: 'Ada', unlockedAt: at });
    expect(ownDiskNotes(told).map(({ code }) => code)).toEqual(['own-disk']);
    expect(ownDiskNotes({ as: 'machine' })).toEqual([]);
    expect(ownDiskWords({ as: 'machine' })).toContain('by the machine itself');
    expect(told === null ? '' : ownDiskWords(told)).toBe(
      'in the PC 5CD4120LQ7 itself, a station on a stick: unlocked by Ada on 2026-11-29',
    );
  });

  it('says nothing of bench drives, of a disk that is locked, and elsewhere', () => {
    expect(ownDiskOf(disk({ known }), live({ unlocked }))).toBeNull();
    expect(ownDiskOf(disk({ known: own }), live())).toBeNull();
    expect(ownDiskOf(disk({ known: own }), null)).toBeNull();
    expect(ownDiskNotes(null)).toEqual([]);
  });
});

describe('the image of the live system', () => {
  const loop = (at: string): BlockNode => node({ name: 'loop0', type: 'loop', mountPoints: [at] });

  it('is no drive anybody looks for', () => {
    expect(isSystemImage(loop('/run/live/rootfs/filesystem.squashfs'), live())).toBe(true);
    expect(isSystemImage(loop('/run/live/rootfs/filesystem.squashfs'), null)).toBe(false);
    for (const at of ['/run/live/medium', '/run/live/rootfs2', '/', '/mnt']) {
      expect(isSystemImage(loop(at), live()), at).toBe(false);
    }
    const stickWithIt = node({ mountPoints: ['/run/live/rootfs/filesystem.squashfs'] });
    expect(isSystemImage(stickWithIt, live())).toBe(false);
  });
});

describe('what is a live system', () => {
  const texts = { image, start: start([stick]), unlocked: null };

  it('needs the image’s file and a role; what is broken takes nothing away', () => {
    expect(liveSystemOf({ ...texts, image: null, commandLine: 'prestage.role=station' })).toBeNull();
    expect(liveSystemOf({ ...texts, commandLine: 'boot=live xprestage.role=station' })).toBeNull();
    expect(liveSystemOf({ ...texts, image: '', commandLine: 'prestage.role=x' })).toMatchObject({
      ...{ role: 'station', image: null },
    });
  });

  it('is a machine, or one of a rack, only when nothing else is said', () => {
    const role = (commandLine: string): string | undefined => liveSystemOf({ ...texts, commandLine })?.role;
    expect(role('prestage.role=machine')).toBe('machine');
    expect(role('prestage.role=machine prestage.role=station')).toBe('station');
    expect(role('prestage.role=MACHINE')).toBe('station');
    expect(role('prestage.role=agent')).toBe('agent');
    for (const other of ['station', 'machine']) {
      expect(role(`prestage.role=agent prestage.role=${other}`)).toBe('station');
    }
  });

  it('has a slot by its command line, else by its start, and none where it is said twice', () => {
    const slot = (commandLine: string): string | null | undefined =>
      liveSystemOf({ ...texts, commandLine: `prestage.role=station ${commandLine}` })?.slot;
    expect(slot('prestage.slot=b')).toBe('b');
    expect(slot('')).toBe('a');
    expect(slot('prestage.slot=a prestage.slot=b')).toBeNull();
    expect(slot('prestage.slot=c')).toBeNull();
  });
});
