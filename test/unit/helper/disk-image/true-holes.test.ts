import { readdirSync, rmSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { KiB, MiB } from '../../../../core/base/units';
import type { ByteRange } from '../../../../core/media/chunk-map';
import { withKnown } from '../../../../helper/disk-image/map-partition';
import { requireTrueHoles, requireTrueHolesOnce } from '../../../../helper/disk-image/true-holes';
import { temporaryArea } from '../../../support/global-setup';

/** Zeros that were written, on a file system that stores them as holes. */

const asHoles = (): ByteRange[] => [];
/** As ZFS is called (the magic number of its Linux port). */
const zfs = (): Promise<number> => Promise.resolve(0x2fc12fc1);
const ext4 = (): Promise<number> => Promise.resolve(0xef53);
const asData = (_fd: number, length: number): ByteRange[] => [{ offset: 0, length }];

describe('a file system that stores zeros as holes', () => {
  it('is refused, and left as it was; also where another said the truth once, and where it did so itself before', async () => {
    const folder = temporaryArea('true-holes');
    const refused = { data: { code: 'render-failed' } };
    await expect(requireTrueHolesOnce(folder, asHoles, zfs)).rejects.toMatchObject(refused);
    await expect(requireTrueHolesOnce(folder, asHoles, zfs)).rejects.toMatchObject(refused);
    await requireTrueHolesOnce(folder, asData, zfs);
    // Asked once.
    await requireTrueHolesOnce(folder, asHoles, zfs);
    await expect(requireTrueHoles(folder, asHoles)).rejects.toMatchObject(refused);
    await expect(requireTrueHolesOnce(folder, asHoles, zfs)).rejects.toMatchObject(refused);
    // Where the kind is known, nobody waits for the disk.
    await requireTrueHolesOnce(folder, asHoles, ext4);
    expect(readdirSync(folder)).toEqual([]);
    rmSync(folder, { recursive: true });
  });
});

describe('the ranges of a file', () => {
  const length = 16 * MiB;
  const shared = [
    { offset: 0, length: 256 * KiB },
    { offset: 4 * MiB, length: 4 * MiB },
    { offset: 8 * MiB, length: 512 * KiB },
  ];

  it('lose none that is known to have been written, though the file system tells a hole in it', () => {
    const told = [
      { offset: 0, length: 4 * KiB },
      { offset: 252 * KiB, length: 4 * KiB },
      { offset: 5 * MiB, length: MiB },
      // A boot store of the drive's own.
      { offset: 12 * MiB, length: 32 * KiB },
    ];
    expect(withKnown(told, shared, length)).toEqual([...shared, { offset: 12 * MiB, length: 32 * KiB }]);
  });

  it('are the same as before where it tells the truth', () => {
    const told = [
      { offset: 0, length: 256 * KiB },
      { offset: 4 * MiB, length: 4 * MiB + 512 * KiB },
    ];
    expect(withKnown(told, shared, length)).toEqual(withKnown(told, [], length));
  });
});
