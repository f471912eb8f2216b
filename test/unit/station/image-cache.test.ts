import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MiB } from '../../../core/base/units';
import { isRunning, processMark } from '../../../station/state/process-mark';
import {
  openImageCache,
  imageKey,
  type ImageCache,
  type ImageDetails,
} from '../../../station/image-cache/image-cache';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'prestage-test-cache-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const details = (digit: string): ImageDetails => ({
  mediaSha256: digit.repeat(64),
  mediaBytes: 1,
  imageIndex: 1,
  layout: 'uefi',
  driveSize: 8 * 2 ** 30,
  sectorSize: 512,
  versions: { prestage: '1', 'wimlib-imagex': '1.13' },
});
const fingerprint = 'f'.repeat(64);

async function put(cache: ImageCache, digit: string, day: number): Promise<string> {
  const making = cache.newMaking();
  mkdirSync(making);
  writeFileSync(join(making, 'partition-1.img'), Buffer.alloc(MiB, 1));
  const place = await cache.commit(making, details(digit), fingerprint);
  const time = new Date(2026, 0, day);
  utimesSync(join(place, 'render.json'), time, time);
  return place;
}

describe('renderKey', () => {
  it('changes with every fact, and not with the order of the versions', () => {
    const base = details('a');
    const others: ImageDetails[] = [
      { ...base, mediaSha256: 'b'.repeat(64) },
      { ...base, mediaBytes: 2 },
      { ...base, imageIndex: 2 },
      { ...base, layout: 'configmgr-uefi' },
      { ...base, driveSize: 1 },
      { ...base, sectorSize: 4096 },
      { ...base, versions: { prestage: '1', 'wimlib-imagex': '1.14' } },
    ];
    expect(new Set([base, ...others].map(imageKey)).size).toBe(8);
    expect(imageKey({ ...base, versions: { 'wimlib-imagex': '1.13', prestage: '1' } })).toBe(imageKey(base));
  });
});

describe('RenderCache', () => {
  it('finds what was put in, and nothing else', async () => {
    const cache = await openImageCache(folder, 100 * MiB);
    const place = await put(cache, 'a', 1);
    expect(await cache.find(details('a'))).toEqual({ directory: place, fingerprint, from: null });
    expect(await cache.find(details('b'))).toBeNull();
    expect(await cache.bytes()).toBeGreaterThanOrEqual(MiB);
    expect((await cache.entries()).map(({ key }) => key)).toEqual([imageKey(details('a'))]);
  });

  it('does not take a disk image whose details were changed for another', async () => {
    const cache = await openImageCache(folder, 100 * MiB);
    const place = await put(cache, 'a', 1);
    writeFileSync(join(place, 'render.json'), JSON.stringify({ facts: details('b'), fingerprint }));
    expect(await cache.find(details('a'))).toBeNull();
  });

  it('removes the least recently used ones to stay within the limit, but none in use', async () => {
    const cache = await openImageCache(folder, 3.5 * MiB);
    const oldest = await put(cache, 'a', 1);
    await put(cache, 'b', 2);
    await put(cache, 'c', 3);
    await cache.evict(0);
    expect((await cache.entries()).length).toBe(3);
    const holder = await cache.hold(oldest);
    utimesSync(join(oldest, 'render.json'), new Date(2026, 0, 1), new Date(2026, 0, 1));
    await cache.evict(MiB);
    const left = (await cache.entries()).map(({ facts: { mediaSha256 } }) => mediaSha256[0]);
    expect(left).toEqual(['a', 'c']);
    await cache.release(holder);
    await cache.evict(2 * MiB);
    expect((await cache.entries()).map(({ facts: { mediaSha256 } }) => mediaSha256[0])).toEqual(['c']);
  });

  it('sweeps away what a dead process left half-made, and leaves what a living one is making', async () => {
    const cache = await openImageCache(folder, 100 * MiB);
    const mine = cache.newMaking();
    mkdirSync(mine);
    const dead = join(folder, '.making-999999999-1-00000000-0000-0000-0000-000000000000-deadbeef');
    mkdirSync(dead);
    mkdirSync(join(folder, 'd'.repeat(64)));
    mkdirSync(join(folder, 'not-ours'));
    await cache.sweep();
    expect(readdirSync(folder).sort()).toEqual([mine.slice(folder.length + 1), 'not-ours'].sort());
  });

  it('clears everything that is not in use', async () => {
    const cache = await openImageCache(folder, 100 * MiB);
    const held = await put(cache, 'a', 1);
    await put(cache, 'b', 2);
    const holder = await cache.hold(held);
    const second = await cache.hold(held);
    await cache.clear();
    expect((await cache.entries()).length).toBe(1);
    await cache.release(holder);
    await cache.clear();
    expect((await cache.entries()).length).toBe(1);
    await cache.release(second);
    await cache.clear();
    expect(await cache.entries()).toEqual([]);
  });

  it('keeps the render that was there first when two processes made the same', async () => {
    const cache = await openImageCache(folder, 100 * MiB);
    const first = await put(cache, 'a', 1);
    const making = cache.newMaking();
    mkdirSync(making);
    const place = await cache.commit(making, details('a'), fingerprint);
    expect(place).toBe(making);
    expect((await cache.find(details('a')))?.directory).toBe(first);
    // What lost its place is no entry: its folder's name would be no key to whoever asks for a list.
    expect((await cache.entries()).map(({ key }) => key)).toEqual([imageKey(details('a'))]);
  });
});

describe('process marks', () => {
  it('knows a running process, and is not fooled by its number alone', () => {
    const own = processMark(process.pid) ?? '';
    expect(isRunning(own)).toBe(true);
    expect(isRunning(own.replace(/-\d+-/, '-1-'))).toBe(false);
    expect(isRunning('')).toBe(false);
    expect(isRunning('-1-1-1')).toBe(false);
    expect(processMark(2 ** 22 + 1)).toBeNull();
  });
});
