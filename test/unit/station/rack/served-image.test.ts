import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { GiB, MiB } from '../../../../core/base/units';
import { defaultLayoutName, findLayout, planPartitions } from '../../../../core/drive/layout';
import {
  chunkMapName,
  chunkSchema,
  ownChunksName,
  partitionFileName,
} from '../../../../core/media/chunk-map';
import { ServedImages } from '../../../../station/rack/served-image';
import { present } from '../../../support/present';

const folder = mkdtempSync(join(tmpdir(), 'prestage-served-image-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});
afterEach(() => {
  vi.restoreAllMocks();
});

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** A drive's disk image: chunks of the names, of which those that begin with its own name are its own. @returns its folder */
function imageOf(
  drive: string,
  names: readonly string[],
  more: Readonly<Record<string, unknown>> = {},
  size = 64 * GiB,
): string {
  const directory = join(folder, `${drive}-${String(Math.random())}`);
  mkdirSync(directory);
  const partitions = present(planPartitions(present(findLayout(defaultLayoutName)), size));
  const { number } = present(partitions.find(({ fileSystem }) => fileSystem === 'ntfs'));
  const { offset } = present(partitions.find((partition) => partition.number === number));
  const chunks = names.map((name, index) => ({
    ...{ offset: offset + index * MiB, length: MiB, partition: number, sha256: sha256(name) },
    ...(name.startsWith(drive) ? { own: index * MiB } : {}),
    ...(name === 'odd' ? more : {}),
  }));
  const map = { version: 1, layout: defaultLayoutName, driveSize: size, sectorSize: 512, partitions, chunks };
  writeFileSync(join(directory, chunkMapName), JSON.stringify(map));
  return directory;
}

const windows = partitionFileName(
  present(
    present(planPartitions(present(findLayout(defaultLayoutName)), 64 * GiB)).find(
      ({ fileSystem }) => fileSystem === 'ntfs',
    ),
  ).number,
);

describe('the disk images of a batch', () => {
  it('are looked at once where they are alike, and each gives its own chunks from its own folder', async () => {
    const look = vi.spyOn(chunkSchema, 'parse');
    const images = new ServedImages();
    const [one, two] = [
      imageOf('one', ['a', 'one-1', 'b', 'c']),
      imageOf('two', ['a', 'two-1', 'b', 'c', 'two-2']),
    ];
    const first = await images.open(one);
    expect(look).toHaveBeenCalledTimes(4);
    const second = await images.open(two);
    expect(look).toHaveBeenCalledTimes(6);
    expect(second.list).toEqual(['a', 'two-1', 'b', 'c', 'two-2'].map(sha256));
    expect(second.list.filter(second.isOwn)).toEqual(['two-1', 'two-2'].map(sha256));
    expect(second.chunk(sha256('c'))).toEqual({ path: join(two, windows), offset: 3 * MiB, length: MiB });
    expect(second.chunk(sha256('two-2'))).toEqual({
      ...{ path: join(two, ownChunksName), offset: 4 * MiB, length: MiB },
    });
    expect(first.chunk(sha256('b'))).toEqual({ path: join(one, windows), offset: 2 * MiB, length: MiB });
    for (const own of ['two-1', 'two-2']) expect(first.chunk(sha256(own))).toBeNull();
    expect(first.isOwn(sha256('b'))).toBe(false);
  });

  it('are each what stands in them where they are not alike', async () => {
    const images = new ServedImages();
    await images.open(imageOf('one', ['a', 'b', 'c']));
    const other = await images.open(imageOf('two', ['a', 'x', 'c', 'd']));
    expect(other.list).toEqual(['a', 'x', 'c', 'd'].map(sha256));
    expect(other.chunk(sha256('b'))).toBeNull();
    expect(other.chunk(sha256('d'))).toMatchObject({ offset: 3 * MiB });
    const shorter = await images.open(imageOf('three', ['a', 'b']));
    expect(shorter.chunk(sha256('c'))).toBeNull();
    const larger = await images.open(imageOf('four', ['a', 'b', 'c'], {}, 128 * GiB));
    expect(larger.chunk(sha256('c'))).toMatchObject({ offset: 2 * MiB });
  });

  it.each([
    { length: 0 },
    { length: 9 * MiB },
    { sha256: 'no hash' },
    { own: -1 },
    { anything: 'else' },
    { __proto__: { a: 1 }, partition: 0 },
  ])('are refused with a chunk that is none, also after one that is alike: %j', async (more) => {
    const images = new ServedImages();
    await images.open(imageOf('one', ['a', 'odd', 'c']));
    await expect(images.open(imageOf('two', ['a', 'odd', 'c'], more))).rejects.toMatchObject({
      code: 'render-damaged',
    });
  });

  it('give their chunk map, and where that is all there is, no chunk', async () => {
    const images = new ServedImages();
    const place = join(imageOf('one', ['a', 'one-1']), chunkMapName);
    const alone = await images.open(place);
    expect(alone.map).toMatchObject({ path: place, offset: 0 });
    expect([alone.chunk(sha256('a')), alone.chunk(sha256('one-1'))]).toEqual([null, null]);
  });
});
