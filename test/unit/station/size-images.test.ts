import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GiB } from '../../../core/base/units';
import { PrestageError } from '../../../core/base/errors';
import { findLayout } from '../../../core/drive/layout';
import type { Media, MediaHash } from '../../../core/media/media';
import { sharedDriveSize } from '../../../core/media/shared-size';
import type { HelperClient } from '../../../station/helper-client/helper-client';
import { openImageCache, type ImageCache } from '../../../station/image-cache/image-cache';
import type { DiskImage, ImageRequest } from '../../../station/image-cache/get-or-create-image';
import { SizeImages } from '../../../station/image-cache/size-images';
import { present } from '../../support/present';

/** A disk image that is grown while it is read in the cache. The helper is not real: it only puts files where it is told to. */

const layout = present(findLayout('uefi'));
const media = {
  ...{ path: '/media.wim', bytes: 1, imageIndex: 1, files: ['/media.wim'] },
  images: [{ index: 1, name: '', bytes: 10 * GiB, files: 100_000, directories: 25_000 }],
} as unknown as Media;
const driveSize = 256_060_514_304;
const shared = sharedDriveSize(layout, media, present(media.images[0]), driveSize);
const hashOf = (digit: string): MediaHash => ({ sha256: digit.repeat(64) }) as MediaHash;

let folder: string;
let cache: ImageCache;
let called: string[];
/** What reading finds. */
let check: () => { fingerprint: string };
let folders: string[];
let holders: string[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'prestage-test-sizes-'));
  cache = await openImageCache(folder, 100 * GiB);
  [called, folders, holders] = [[], [], []];
  check = () => ({ fingerprint: 'a'.repeat(64) });
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** Each folder holds what it was made of: `old`, which lay in the cache, or `new`. */
const client = {
  call: async (
    method: string,
    request: { directory: string; renderDirectory?: string },
  ): Promise<unknown> => {
    called.push(method);
    await Promise.resolve();
    const { directory, renderDirectory } = request;
    if (method === 'checkDiskImage') return { ...check(), bytes: 1, chunks: 1 };
    const content =
      method === 'makeDiskImage'
        ? 'new'
        : readFileSync(join(renderDirectory ?? '', 'partition-1.img'), 'utf8');
    mkdirSync(directory);
    writeFileSync(join(directory, 'partition-1.img'), content);
    return { fingerprint: (method === 'makeDiskImage' ? 'a' : 'b').repeat(64), bytes: 1, chunks: 1 };
  },
} as unknown as HelperClient;

const details = {
  mediaBytes: 1,
  imageIndex: 1,
  layout: 'uefi',
  driveSize: shared,
  sectorSize: 512,
  versions: {},
};

async function putOld(fingerprint = 'a'): Promise<void> {
  const making = cache.newMaking();
  mkdirSync(making);
  writeFileSync(join(making, 'partition-1.img'), 'old');
  await cache.commit(making, { ...details, mediaSha256: '1'.repeat(64) }, fingerprint.repeat(64));
}

async function imageFor(hash = '1', drivesAreHeld = Promise.resolve()): Promise<DiskImage> {
  const { signal } = new AbortController();
  const sizes = new SizeImages({ client, cache, signal, onProgress: () => undefined }, folders, holders);
  const request: ImageRequest = {
    ...{ media, layout, driveSize, sectorSize: 512, versions: {}, loader: null, slots: [], drivesAreHeld },
    ...{ hash: Promise.resolve(hashOf(hash)), requireUnchanged: () => Promise.resolve() },
  };
  return await sizes.imageFor(request);
}
const contentOf = ({ directory }: DiskImage): string =>
  readFileSync(join(directory, 'partition-1.img'), 'utf8');

describe('a disk image in the cache', () => {
  it('is grown once, beside its check', async () => {
    await putOld();
    const image = await imageFor();
    expect(contentOf(image)).toBe('old');
    expect(called.toSorted()).toEqual(['checkDiskImage', 'growDiskImage']);
  });

  it.each<[string, () => void, string, string]>([
    [
      'is damaged',
      () => {
        check = () => {
          throw new PrestageError({ code: 'render-damaged', message: 'The disk image is damaged.' });
        };
      },
      '1',
      'a',
    ],
    ['is of another media file', () => undefined, '2', 'a'],
    ['is not the one that was made', () => undefined, '1', 'c'],
  ])('that %s leaves nothing that was grown of it', async (_, prepare, hash, fingerprint) => {
    await putOld(fingerprint);
    prepare();
    const image = await imageFor(hash);
    expect(contentOf(image)).toBe('new');
    expect(called.filter((method) => method === 'growDiskImage')).toHaveLength(2);
    expect(folders.filter((one) => existsSync(one))).toEqual([image.directory]);
  });

  it('that is not there is made when the drives are held, and not before', async () => {
    let hold: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (hold = resolve));
    const image = imageFor('1', held);
    await new Promise((done) => setTimeout(done, 50));
    expect(called).toEqual([]);
    hold();
    expect(contentOf(await image)).toBe('new');
  });
});
