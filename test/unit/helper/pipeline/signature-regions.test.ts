import { expect, it } from 'vitest';
import { KiB, MiB } from '../../../../core/base/units';
import { signatureRegionsOf, withoutChunks } from '../../../../helper/pipeline/signature-regions';

const ends = (regions: readonly { offset: number; length: number }[]): number[] =>
  regions.map(({ offset, length }) => offset + length);
const covers = (size: number, partitions: { offset: number; length: number }[]) => {
  const regions = signatureRegionsOf(size, partitions);
  return (at: number): boolean => regions.some(({ offset, length }) => at >= offset && at < offset + length);
};

it('covers both ends of a partition and the places where more is looked for', () => {
  const covered = covers(200 * MiB, [{ offset: 10 * MiB, length: 100 * MiB }]);
  const places = [0, 512 * KiB, MiB - 1, MiB, 2 * MiB, 4 * MiB, 99 * MiB, 100 * MiB - 1];
  expect(places.filter((place) => !covered(10 * MiB + place))).toEqual([]);
  expect([9.5 * MiB, 11 * MiB + 4 * KiB, 108.5 * MiB, 110 * MiB].filter(covered)).toEqual([]);
});

it('covers what a drive without partitions had, and what no partition reaches to', () => {
  // As drives are: no whole number of MiB.
  const size = 500_107_862_016;
  const end = Math.floor(size / MiB - 1) * MiB;
  const covered = covers(size, [{ offset: MiB, length: end - MiB }]);
  // LUKS2's second header, VMFS, Promise RAID's 3087 sectors before the end, the gap behind the last partition.
  expect([2 * MiB, 4 * MiB, size - 3087 * 512, end, size - MiB - 512].filter((at) => !covered(at))).toEqual(
    [],
  );
  // The tables' own regions are not these.
  expect([0, MiB - 1, size - MiB, size - 1].filter(covered)).toEqual([]);
});

it('names no byte twice and none outside, in ascending order, however small the partitions are', () => {
  for (const length of [MiB, 3 * MiB, 16 * MiB, 100 * MiB]) {
    const partitions = [MiB, MiB + length].map((offset) => ({ offset, length }));
    const size = 2 * length + 2 * MiB + 4096;
    const regions = signatureRegionsOf(size, partitions);
    const [starts, stops] = [regions.map(({ offset }) => offset), ends(regions)];
    expect(starts.slice(1).every((start, index) => start >= (stops[index] ?? 0))).toBe(true);
    expect([Math.min(...starts), Math.max(...stops)]).toEqual([MiB, size - MiB]);
    expect(regions.every((region) => region.length <= 2 * MiB && region.length % 512 === 0)).toBe(true);
  }
});

it('leaves what chunks cover to the chunks', () => {
  const region = { offset: 0, length: MiB };
  const chunks = [
    { offset: 4 * KiB, length: 4 * KiB },
    { offset: MiB - 4 * KiB, length: 8 * MiB },
  ];
  expect(withoutChunks([region], chunks)).toEqual([
    { offset: 0, length: 4 * KiB },
    { offset: 8 * KiB, length: MiB - 12 * KiB },
  ]);
  expect(withoutChunks([region], [{ offset: 0, length: MiB }])).toEqual([]);
  expect(withoutChunks([region], [])).toEqual([region]);
});
