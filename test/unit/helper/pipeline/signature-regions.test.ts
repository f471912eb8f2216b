import { expect, it } from 'vitest';
import { KiB, MiB } from '../../../../core/base/units';
import { signatureRegions, withoutChunks } from '../../../../helper/pipeline/signature-regions';

it('covers both ends of a partition, and nothing outside of it', () => {
  const partition = { offset: 10 * MiB, length: 100 * MiB };
  const regions = signatureRegions(partition);
  expect(regions[0]).toEqual({ offset: 10 * MiB, length: MiB });
  expect(regions.at(-1)).toEqual({ offset: 109 * MiB, length: MiB });
  expect(regions).toHaveLength(5);
  expect(signatureRegions({ offset: MiB, length: MiB })).toEqual([{ offset: MiB, length: MiB }]);
  // An MSR of 16 MiB, and one of 3: the later places do not reach into the last MiB.
  for (const length of [16 * MiB, 3 * MiB]) {
    const ends = signatureRegions({ offset: 0, length }).map((region) => region.offset + region.length);
    expect(ends).toEqual(ends.toSorted((a, b) => a - b));
    expect(ends.at(-1)).toBe(length);
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
