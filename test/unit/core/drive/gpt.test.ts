import { execFileSync } from 'node:child_process';
import { mkdtempSync, openSync, closeSync, ftruncateSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { crc32 } from '../../../../core/base/crc32';
import { diskGuidOf, encodeGuid, encodePartitionTable, findTable } from '../../../../core/drive/gpt';
import { layouts, planPartitions } from '../../../../core/drive/layout';
import { GiB } from '../../../../core/base/units';
import { present } from '../../../support/present';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const disk = '11223344-5566-7788-99AA-BBCCDDEEFF00';
const guids = {
  disk,
  partitions: [1, 2, 3, 4].map((number) => `0000000${number}-0000-4000-8000-000000000000`),
};

describe('crc32', () => {
  it('gives the check value of the CRC-32 catalogue', () => {
    expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926);
  });
});

describe('encodeGuid', () => {
  it('puts the first three fields in little endian order', () => {
    expect(Buffer.from(encodeGuid(disk)).toString('hex')).toBe('443322116655887799aabbccddeeff00');
  });
  it.each(['', '1234', `${disk}0`, 'g1223344-5566-7788-99AA-BBCCDDEEFF00'])('refuses %j', (text) => {
    expect(() => encodeGuid(text)).toThrow(RangeError);
  });
});

describe('diskGuidOf', () => {
  const layout = present(layouts[0]);
  const size = 2 * GiB;

  it.each([512, 4096])('finds the GUID in both headers of a drive with sectors of %i bytes', (sectorSize) => {
    const partitions = present(planPartitions(layout, size));
    const table = encodePartitionTable(size, sectorSize, partitions, guids);
    // A Buffer's own slice shares its memory: what was read must not change.
    const first = Buffer.from(table.primary.subarray(sectorSize, 2 * sectorSize));
    const before = first.toString('hex');
    expect(diskGuidOf(first, 1)).toBe(disk.toLowerCase());
    expect(diskGuidOf(first, 1)).toBe(disk.toLowerCase());
    expect(first.toString('hex')).toBe(before);
    const last = size / sectorSize - 1;
    expect(diskGuidOf(table.backup.subarray(-sectorSize), last)).toBe(disk.toLowerCase());
    // At another place, with a changed byte, or none at all.
    expect(diskGuidOf(first, last)).toBeNull();
    first[60] = (first[60] ?? 0) ^ 1;
    expect(diskGuidOf(first, 1)).toBeNull();
    expect(diskGuidOf(Buffer.alloc(sectorSize), 1)).toBeNull();
  });
});

describe('findTable', () => {
  const layout = present(layouts[0]);
  const size = 2 * GiB;
  const other = '99999999-5566-7788-99aa-bbccddeeff00';

  /** A drive of which only both ends hold something. */
  function drive(sectorSize: number, disk: string): { primary: Buffer; end: Buffer } {
    const table = encodePartitionTable(size, sectorSize, present(planPartitions(layout, size)), {
      ...guids,
      disk,
    });
    const end = Buffer.alloc(1024 * 1024);
    end.set(table.backup, table.backupOffset - (size - end.length));
    return { primary: Buffer.concat([table.primary, Buffer.alloc(64 * 1024)]), end };
  }
  const reader =
    ({ primary, end }: { primary: Buffer; end: Buffer }) =>
    (offset: number, length: number): Promise<Buffer> => {
      const at = offset - (size - end.length);
      return Promise.resolve(
        at >= 0 ? end.subarray(at, at + length) : primary.subarray(offset, offset + length),
      );
    };

  it.each([
    [512, 512],
    [512, 4096],
    [4096, 512],
    [4096, 4096],
  ])('finds what was written with %i bytes on a drive that shows %i', async (written, shown) => {
    const made = drive(written, disk);
    const found = { hasTable: true, diskGuid: disk.toLowerCase() };
    expect(await findTable(size, shown, reader(made))).toEqual(found);
    // The first is damaged, so that the backup tells.
    made.primary.fill(0xa5, written + 60, written + 61);
    expect(await findTable(size, shown, reader(made))).toEqual(found);
    made.primary.fill(0, written, 2 * written);
    expect(await findTable(size, shown, reader(made))).toEqual(found);
    made.end.fill(0);
    expect(await findTable(size, shown, reader(made))).toEqual({ hasTable: false, diskGuid: null });
  });

  it.each([512, 4096])('reads on where one place of %i bytes cannot be read', async (written) => {
    const made = drive(written, disk);
    const failing = (bad: (offset: number) => boolean) => (offset: number, length: number) =>
      bad(offset) ? Promise.reject(new Error(`EIO at ${offset}`)) : reader(made)(offset, length);
    const beginning = failing((offset) => offset < size / 2);
    expect((await findTable(size, 512, beginning)).diskGuid).toBe(disk.toLowerCase());
    // With no sound header left, it is not known that there is none.
    made.end.fill(0);
    await expect(findTable(size, 512, beginning)).rejects.toThrow('EIO at 512');
    await expect(
      findTable(
        size,
        512,
        failing(() => true),
      ),
    ).rejects.toThrow('EIO at 512');
  });

  it('believes the table at the sectors of today first', async () => {
    const made = drive(512, disk);
    // The header of an older table, which the newer one did not cover.
    made.primary.set(drive(4096, other).primary.subarray(4096, 8192), 4096);
    expect((await findTable(size, 512, reader(made))).diskGuid).toBe(disk.toLowerCase());
    expect((await findTable(size, 4096, reader(made))).diskGuid).toBe(other);
  });
});

describe('encodePartitionTable', () => {
  for (const layout of layouts) {
    it(`is read by sfdisk and sgdisk as the layout ${layout.name}`, () => {
      const size = 16 * GiB;
      const partitions = planPartitions(layout, size) ?? [];
      const table = encodePartitionTable(size, 512, partitions, guids);
      const folder = mkdtempSync(join(tmpdir(), 'prestage-test-gpt-'));
      folders.push(folder);
      const file = join(folder, 'drive.img');
      const fd = openSync(file, 'w');
      ftruncateSync(fd, size);
      writeSync(fd, table.primary, 0, table.primary.length, 0);
      writeSync(fd, table.backup, 0, table.backup.length, table.backupOffset);
      closeSync(fd);

      const read = JSON.parse(execFileSync('sfdisk', ['--json', file], { encoding: 'utf8' })) as {
        partitiontable: {
          id: string;
          partitions: {
            start: number;
            size: number;
            type: string;
            uuid: string;
            name: string;
            attrs?: string;
          }[];
        };
      };
      expect(read.partitiontable.id).toBe(disk);
      expect(
        read.partitiontable.partitions.map(({ start, size: sectors }) => [start * 512, sectors * 512]),
      ).toEqual(partitions.map(({ offset, length }) => [offset, length]));
      expect(read.partitiontable.partitions.map(({ uuid }) => uuid)).toEqual(
        guids.partitions.slice(0, partitions.length),
      );
      expect(read.partitiontable.partitions.map(({ name }) => name)).toEqual(
        partitions.map(({ name }) => name),
      );
      const recovery = read.partitiontable.partitions.find(({ type }) => type.startsWith('DE94BBA4'));
      if (layout.name === 'uefi') expect(recovery).toBeUndefined();
      else expect(recovery?.attrs).toBe('RequiredPartition GUID:63');
      expect(execFileSync('sgdisk', ['-v', file], { encoding: 'utf8' })).toContain('No problems found');
    });
  }

  it('places headers by the sector size of a 4Kn drive', () => {
    const size = 8 * GiB;
    const layout = present(layouts[0]);
    const table = encodePartitionTable(size, 4096, planPartitions(layout, size) ?? [], guids);
    expect(Buffer.from(table.primary.subarray(4096, 4104)).toString()).toBe('EFI PART');
    expect(table.primary.length).toBe(6 * 4096);
    expect(table.backupOffset).toBe(size - 5 * 4096);
    expect(Buffer.from(table.backup.subarray(4 * 4096, 4 * 4096 + 8)).toString()).toBe('EFI PART');
  });

  it('says 0xFFFFFFFF in the protective MBR when the drive has more sectors than fit', () => {
    const size = 4096 * GiB;
    const layout = present(layouts[0]);
    const table = encodePartitionTable(size, 512, planPartitions(layout, size) ?? [], guids);
    expect(new DataView(table.primary.buffer).getUint32(458, true)).toBe(0xffffffff);
  });

  it('refuses to make up a GUID', () => {
    const size = 8 * GiB;
    const layout = present(layouts[0]);
    const plan = planPartitions(layout, size) ?? [];
    expect(() => encodePartitionTable(size, 512, plan, { disk, partitions: [] })).toThrow(RangeError);
  });
});
