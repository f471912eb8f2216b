import { expect, it } from 'vitest';
import { clusterBytesOf, hiddenSectors, largestVolumeBytes } from '../../../../core/drive/ntfs';
import { GiB, KiB } from '../../../../core/base/units';

const TiB = 1024 * GiB;

it.each([
  ['4 KiB up to 16 TiB', 16 * TiB - 4 * KiB, 4 * KiB],
  ['8 KiB from 16 TiB on', 16 * TiB, 8 * KiB],
  ['8 KiB for a drive of 20 TiB', 20 * TiB, 8 * KiB],
  ['64 KiB at last', 200 * TiB, 64 * KiB],
  ['none beyond 256 TiB', 256 * TiB, null],
])('an NTFS cluster is %s', (_, volume, cluster) => {
  expect(clusterBytesOf(volume)).toBe(cluster);
  if (cluster !== null) expect(volume).toBeLessThanOrEqual(largestVolumeBytes);
});

it('a start that 32 bits do not hold is left out of the boot sector', () => {
  expect([2048, 2 ** 32 - 1, 2 ** 32, (3 * TiB) / 512].map(hiddenSectors)).toEqual([2048, 2 ** 32 - 1, 0, 0]);
});
