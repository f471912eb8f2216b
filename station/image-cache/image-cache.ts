import { createHash, randomBytes } from 'node:crypto';
import { lstat, mkdir, readdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { DiskPlace } from '../../core/base/disk-refusal';
import { certificateYears } from '../../core/boot/loader-trust';
import { sha256Schema } from '../../core/media/chunk-map';
import { imageSourceSchema, type ImageSource } from '../../core/media/image-source';
import { recoverySchema } from '../../core/media/recovery';
import { slotSchema } from '../../core/machine-files/machine-file';
import { errorCodeOf } from '../../core/base/system-error';
import { PrestageError } from '../../core/base/errors';
import { claimFolder, isClaimed } from '../state/busy-mark';
import { asDiskRefusal, onDiskLater } from '../state/disk';
import { isRunning, processMark } from '../state/process-mark';

/** What a disk image was made from. Any difference makes it another disk image. */
export const imageDetailsSchema = z.strictObject({
  mediaSha256: sha256Schema,
  /** Bytes of all the media's files. */
  mediaBytes: z.int().positive(),
  imageIndex: z.int().positive(),
  layout: z.string(),
  /** Certificates that the boot loader is for; missing: the media's own loader. */
  loader: z.enum(certificateYears).optional(),
  /** Bytes. Larger drives may get it grown (core/media/shared-size.ts). */
  driveSize: z.int().positive(),
  /** Bytes. */
  sectorSize: z.int().positive(),
  /** SHA-1 of what was laid on the Recovery partition; missing when nothing was. */
  recovery: recoverySchema.shape.sha1.optional(),
  /** Files whose bytes each drive gets of its own; missing: none. */
  slots: z.array(slotSchema).min(1).optional(),
  /** Versions of the programs that made it: prestage, wimlib-imagex, mkntfs. */
  versions: z.record(z.string(), z.string()),
});
export type ImageDetails = z.infer<typeof imageDetailsSchema>;

const entryFileSchema = z.strictObject({
  facts: imageDetailsSchema,
  fingerprint: sha256Schema,
  /** The station that it came from; missing: it was made on this one. */
  from: imageSourceSchema.optional(),
});

/** A disk image in the cache. */
export interface CacheEntry {
  readonly key: string;
  readonly directory: string;
  /** Bytes it uses on the disk. */
  readonly bytes: number;
  readonly lastUsed: Date;
  readonly facts: ImageDetails;
  /** As it was when the disk image was made. */
  readonly fingerprint: string;
  /** The station that it came from; null: it was made on this one. */
  readonly from: ImageSource | null;
}

const entryFile = 'render.json';
const making = '.making-';
const fetching = '.fetching-';
const inUse = '.in-use-';
/** Characters of `-` and eight random hexadecimal digits behind a process's mark. */
const randomSuffix = 9;

/** The SHA-256 of the details: the folder's name. */
export function imageKey(details: ImageDetails): string {
  const versions = Object.entries(details.versions).sort(([left], [right]) => (left < right ? -1 : 1));
  const { mediaSha256, mediaBytes, imageIndex, layout, driveSize, sectorSize, recovery, loader, slots } =
    details;
  const text = JSON.stringify([
    ...[mediaSha256, mediaBytes, imageIndex, layout, driveSize, sectorSize, versions],
    ...(recovery === undefined ? [] : [recovery]),
    ...(loader === undefined ? [] : [{ loader }]),
    ...(slots === undefined ? [] : [{ slots: slots.map(({ path, bytes }) => [path, bytes]) }]),
  ]);
  return createHash('sha256').update(text).digest('hex');
}

/**
 * The disk images that are kept: a folder each, named by what it was made from. Several processes may use the
 * cache at once. A process marks what it uses; what is marked is not removed.
 */
export class ImageCache {
  constructor(
    private readonly directory: string,
    private readonly limitBytes: number,
  ) {}

  directoryOf(key: string): string {
    return join(this.directory, key);
  }

  /**
   * The folder into which a disk image comes from another station; made when it is missing, and claimed. What lies in it is taken up.
   * @throws PrestageError delivery-busy, render-no-space
   */
  async beginFetching(key: string): Promise<string> {
    const directory = join(this.directory, `${fetching}${key}`);
    await onDiskLater(cachePlace(this.directory), () => mkdir(directory, { recursive: true, mode: 0o700 }));
    if (claimFolder(directory)) return directory;
    throw new PrestageError({
      code: 'delivery-busy',
      message: 'This disk image is being fetched by another Prestage on this computer.',
    });
  }

  /** Does what writes into the cache. @throws PrestageError render-no-space; what the work throws */
  async writing<T>(work: () => Promise<T>): Promise<T> {
    return await onDiskLater(cachePlace(this.directory), work);
  }

  /** A folder to make a disk image in; it does not exist yet. */
  newMaking(): string {
    return join(this.directory, `${making}${ownMark()}-${randomBytes(4).toString('hex')}`);
  }

  /** Every whole entry, least recently used first. What is not an entry is not listed. */
  async entries(): Promise<CacheEntry[]> {
    const found: CacheEntry[] = [];
    for (const key of await namesIn(this.directory)) {
      // One that lost its place to another process lies under another name, and is nobody's but its maker's.
      if (!isKey(key)) continue;
      const directory = this.directoryOf(key);
      const parsed = await readEntry(directory);
      if (parsed === null) continue;
      const { mtime } = await lstat(join(directory, entryFile));
      found.push({
        key,
        directory,
        bytes: await bytesOnDisk(directory),
        lastUsed: mtime,
        facts: parsed.facts,
        fingerprint: parsed.fingerprint,
        from: parsed.from ?? null,
      });
    }
    return found.sort((left, right) => left.lastUsed.getTime() - right.lastUsed.getTime());
  }

  /** Bytes that the whole cache takes on the disk, half-made and damaged disk images included. */
  async bytes(): Promise<number> {
    return await bytesOnDisk(this.directory);
  }

  /** The fingerprint that a disk image had when it was made, or null when there is none for these details. */
  async find(
    details: ImageDetails,
  ): Promise<{ directory: string; fingerprint: string; from: ImageSource | null } | null> {
    const directory = this.directoryOf(imageKey(details));
    const parsed = await readEntry(directory);
    return parsed !== null && imageKey(parsed.facts) === imageKey(details)
      ? { directory, fingerprint: parsed.fingerprint, from: parsed.from ?? null }
      : null;
  }

  /** Moves a finished disk image to its place. One that another process put there first stays. */
  async commit(
    directory: string,
    details: ImageDetails,
    fingerprint: string,
    from: ImageSource | null = null,
  ): Promise<string> {
    const content = JSON.stringify({ facts: details, fingerprint, ...(from === null ? {} : { from }) });
    await onDiskLater(cachePlace(this.directory), () =>
      writeFile(join(directory, entryFile), content, { mode: 0o600 }),
    );
    const place = this.directoryOf(imageKey(details));
    try {
      await rename(directory, place);
      return place;
    } catch (error) {
      if (!['ENOTEMPTY', 'EEXIST'].includes(errorCodeOf(error) ?? '')) {
        throw asDiskRefusal(error, cachePlace(this.directory));
      }
      // Used from where it was made, and removed with the other left-overs.
      return directory;
    }
  }

  /**
   * Marks a disk image as used by this process, and as used just now.
   * @returns what {@link ImageCache.release} wants; several holders of one process do not know of each other
   */
  async hold(directory: string): Promise<string> {
    const holder = join(directory, `${inUse}${ownMark()}-${randomBytes(4).toString('hex')}`);
    await onDiskLater(cachePlace(this.directory), () => writeFile(holder, ''));
    const now = new Date();
    await utimes(join(directory, entryFile), now, now).catch(() => undefined);
    return holder;
  }

  async release(holder: string): Promise<void> {
    await rm(holder, { force: true });
  }

  async remove(directory: string): Promise<void> {
    await rm(directory, { recursive: true, force: true });
  }

  /** Removes what processes left half-made that do not run any more. */
  async sweep(): Promise<void> {
    for (const name of await namesIn(this.directory)) {
      const directory = join(this.directory, name);
      if (name.startsWith(making)) {
        if (!isRunning(name.slice(making.length, -randomSuffix))) await this.remove(directory);
      } else if (isKey(name) && (await readEntry(directory)) === null && !(await this.isHeld(directory))) {
        await this.remove(directory);
      }
    }
  }

  /**
   * Makes room: removes the least recently used disk images until the rest and `wanted` more bytes stay within
   * the limit.
   */
  async evict(wanted: number): Promise<void> {
    await this.sweep();
    let total = (await this.bytes()) + wanted;
    if (total > this.limitBytes) {
      await this.#dropFetched();
      total = (await this.bytes()) + wanted;
    }
    for (const entry of await this.entries()) {
      if (total <= this.limitBytes) return;
      if (await this.isHeld(entry.directory)) continue;
      await this.remove(entry.directory);
      total -= entry.bytes;
    }
  }

  /** Removes every disk image that no running process uses. */
  async clear(): Promise<void> {
    await this.sweep();
    await this.#dropFetched();
    for (const { directory } of await this.entries()) {
      if (!(await this.isHeld(directory))) await this.remove(directory);
    }
  }

  /** What came of disk images of other stations, and nobody fetches any more. */
  async #dropFetched(): Promise<void> {
    for (const name of await namesIn(this.directory)) {
      const directory = join(this.directory, name);
      if (name.startsWith(fetching) && isClaimed(directory) !== true) await this.remove(directory);
    }
  }

  private async isHeld(directory: string): Promise<boolean> {
    const names = await namesIn(directory);
    return names.some((name) => name.startsWith(inUse) && isRunning(name.slice(inUse.length, -randomSuffix)));
  }
}

/** A folder's name: see {@link imageKey}. */
function isKey(name: string): boolean {
  return /^[0-9a-f]{64}$/.test(name);
}

/** Before it was written to a drive, an image is only made. */
function cachePlace(path: string): DiskPlace {
  return {
    ...{ what: 'the image cache', path, holds: 'No drive was touched.', code: 'render-no-space' },
    elsewhere: "clear the image cache with 'prestage cache clear'",
  };
}

function ownMark(): string {
  const mark = processMark(process.pid);
  if (mark === null) throw new Error('/proc does not list this process');
  return mark;
}

async function namesIn(directory: string): Promise<string[]> {
  return await readdir(directory).catch((error: unknown) => {
    if (['ENOENT', 'ENOTDIR'].includes(errorCodeOf(error) ?? '')) return [];
    throw error;
  });
}

async function readEntry(directory: string): Promise<z.infer<typeof entryFileSchema> | null> {
  try {
    return entryFileSchema.parse(JSON.parse(await readFile(join(directory, entryFile), 'utf8')));
  } catch {
    return null;
  }
}

/**
 * Bytes that a folder's files take; sparse files count by what is allocated (512-byte blocks, stat(2)), and a file
 * with several names counts once.
 */
async function bytesOnDisk(directory: string, counted = new Set<string>()): Promise<number> {
  let sum = 0;
  for (const name of await namesIn(directory)) {
    const path = join(directory, name);
    const details = await lstat(path).catch(() => null);
    if (
      details === null ||
      (details.nlink > 1 && !details.isDirectory() && counted.has(`${details.dev} ${details.ino}`))
    ) {
      continue;
    }
    counted.add(`${details.dev} ${details.ino}`);
    sum += details.isDirectory() ? await bytesOnDisk(path, counted) : details.blocks * 512;
  }
  return sum;
}

/** Makes the cache's folder when it is missing. */
export async function openImageCache(directory: string, limitBytes: number): Promise<ImageCache> {
  await onDiskLater(cachePlace(directory), () => mkdir(directory, { recursive: true, mode: 0o700 }));
  return new ImageCache(directory, limitBytes);
}
