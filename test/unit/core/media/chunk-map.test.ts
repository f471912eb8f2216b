import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bytesOf,
  chunkAlignment,
  chunkMapProblem,
  fingerprintText,
  maximumChunkBytes,
  maximumGapBytes,
  planRanges,
  type ChunkMap,
} from '../../../../core/media/chunk-map';
import { layouts, planPartitions } from '../../../../core/drive/layout';
import { GiB, KiB, MiB } from '../../../../core/base/units';
import { present } from '../../../support/present';

describe('planRanges', () => {
  it('merges small gaps, keeps large ones, and cuts at 8 MiB borders', () => {
    const file = 64 * MiB;
    const planned = planRanges(
      [
        { offset: 0, length: 4 * KiB },
        { offset: 40 * KiB, length: 4 * KiB },
        { offset: MiB, length: 12 * MiB },
      ],
      file,
    );
    expect(planned).toEqual([
      { offset: 0, length: 44 * KiB },
      { offset: MiB, length: 7 * MiB },
      { offset: 8 * MiB, length: 5 * MiB },
    ]);
  });

  it('covers every byte of data, in order, aligned, and never past the file', () => {
    const fileBlocks = 20_000;
    const range = fc.tuple(fc.nat(fileBlocks * 4 * KiB - 1), fc.integer({ min: 1, max: 20 * MiB }));
    fc.assert(
      fc.property(fc.array(range, { maxLength: 30 }), (raw) => {
        const length = fileBlocks * chunkAlignment;
        const sorted = raw
          .map(([offset, bytes]) => ({ offset, end: Math.min(length, offset + bytes) }))
          .sort((left, right) => left.offset - right.offset);
        const ranges: { offset: number; length: number }[] = [];
        let last = 0;
        for (const { offset, end } of sorted) {
          const start = Math.max(offset, last);
          if (end > start) ranges.push({ offset: start, length: end - start });
          last = Math.max(last, end);
        }
        const planned = planRanges(ranges, length);
        let previous = 0;
        for (const chunk of planned) {
          expect(chunk.offset).toBeGreaterThanOrEqual(previous);
          expect(chunk.offset % chunkAlignment).toBe(0);
          expect(chunk.length % chunkAlignment).toBe(0);
          expect(chunk.length).toBeGreaterThan(0);
          expect(chunk.length).toBeLessThanOrEqual(maximumChunkBytes);
          previous = chunk.offset + chunk.length;
        }
        expect(previous).toBeLessThanOrEqual(length);
        for (const { offset, length: bytes } of ranges) {
          let at = offset;
          while (at < offset + bytes) {
            const holder = planned.find((chunk) => chunk.offset <= at && at < chunk.offset + chunk.length);
            expect(holder).toBeDefined();
            at = (holder?.offset ?? 0) + (holder?.length ?? Infinity);
          }
        }
        // Nothing is written that is not near data.
        const data = ranges.reduce((sum, { length: bytes }) => sum + bytes, 0);
        const slack = ranges.length * (2 * chunkAlignment + maximumGapBytes);
        expect(planned.reduce((sum, chunk) => sum + chunk.length, 0)).toBeLessThanOrEqual(data + slack);
      }),
    );
  });
});

function soundMap(): ChunkMap {
  const layout = present(layouts[0]);
  const driveSize = 8 * GiB;
  const partitions = planPartitions(layout, driveSize) ?? [];
  return {
    version: 1,
    layout: layout.name,
    driveSize,
    sectorSize: 512,
    partitions,
    chunks: [
      { offset: MiB, length: 4096, partition: 1, sha256: 'a'.repeat(64) },
      { offset: 277 * MiB, length: MiB, partition: 3, sha256: 'b'.repeat(64) },
    ],
  };
}
const drive = { size: 8 * GiB, logicalSectorSize: 512 };

describe('chunkMapProblem', () => {
  it('accepts a map of one of our layouts', () => {
    expect(chunkMapProblem(soundMap(), drive)).toBeNull();
    expect(bytesOf(soundMap())).toBe(4096 + MiB);
  });

  const chunk = (change: Partial<ChunkMap['chunks'][number]>): Partial<ChunkMap> => ({
    chunks: [{ offset: MiB, length: 4096, partition: 1, sha256: 'a'.repeat(64), ...change }],
  });
  const cases: [string, Partial<ChunkMap>, RegExp][] = [
    ['for a drive of another size', { driveSize: 9 * GiB }, /drive of/],
    ['for other sectors', { sectorSize: 4096 }, /sectors/],
    ['of an unknown layout', { layout: 'mine' }, /layout/],
    ['with partitions of its own', { partitions: [] }, /partitions do not match/],
    ['without chunks', { chunks: [] }, /no chunks/],
    ['that writes over the partition table', chunk({ offset: 0 }), /outside/],
    ['that writes past its partition', chunk({ offset: 261 * MiB - 2048, length: 4096 }), /outside/],
    ['that writes into the unformatted partition', chunk({ offset: 261 * MiB, partition: 2 }), /outside/],
    ['that names a partition that is not there', chunk({ partition: 9 }), /outside/],
    ['that writes past the drive', chunk({ offset: 8 * GiB, partition: 3 }), /outside/],
    ['that is not aligned', chunk({ offset: MiB + 512 }), /not aligned/],
    [
      'whose chunks overlap',
      {
        chunks: [
          { offset: MiB, length: 8192, partition: 1, sha256: 'a'.repeat(64) },
          { offset: MiB + 4096, length: 4096, partition: 1, sha256: 'a'.repeat(64) },
        ],
      },
      /overlaps/,
    ],
  ];
  it.each(cases)('refuses a map %s', (_name, change, words) => {
    expect(chunkMapProblem({ ...soundMap(), ...change }, drive)).toMatch(words);
  });
});

describe('fingerprintText', () => {
  it('changes with every fact that ends up on the drive', () => {
    const texts = new Set<string>();
    const sound = soundMap();
    const first = present(sound.chunks[0]);
    for (const map of [
      sound,
      { ...sound, layout: 'other' },
      { ...sound, driveSize: 1 },
      { ...sound, sectorSize: 4096 as const },
      { ...sound, partitions: sound.partitions.slice(1) },
      { ...sound, chunks: sound.chunks.slice(1) },
      { ...sound, chunks: [...sound.chunks].reverse() },
      { ...sound, chunks: [{ ...first, sha256: 'c'.repeat(64) }] },
      { ...sound, chunks: [{ ...first, length: 8192 }] },
    ]) {
      texts.add(fingerprintText(map));
    }
    expect(texts.size).toBe(9);
  });
});
