import { randomUUID } from 'node:crypto';
import type { TaskProgress } from '../../core/contract/helper-api';
import type { CertificateYear } from '../../core/boot/loader-trust';
import { PrestageError } from '../../core/base/errors';
import type { Media, MediaHash } from '../../core/media/media';
import type { ImageSource } from '../../core/media/image-source';
import { recoveryFor } from '../../core/media/recovery';
import type { Layout } from '../../core/drive/layout';
import type { Slot } from '../../core/machine-files/machine-file';
import type { HelperClient } from '../helper-client/helper-client';
import { logEvent } from '../state/log-file';
import { imageKey, type CacheEntry, type ImageCache, type ImageDetails } from './image-cache';

/** A disk image that was checked or made just now, held until it is let go. */
export interface DiskImage {
  readonly directory: string;
  /** For ImageCache.release. */
  readonly holder: string;
  readonly fingerprint: string;
  /** Bytes it puts on a drive. */
  readonly bytes: number;
  readonly cached: boolean;
  /** The station that it came from; null: it was made on this one. */
  readonly from: ImageSource | null;
  /** What making it, or checking it, took. */
  readonly seconds: number;
}

export interface ImageRequest {
  readonly media: Media;
  /** The media's hash, still being computed; rejects when it is not the expected one. */
  readonly hash: Promise<MediaHash>;
  /** Rejects when the media is not the file any more that it was before it was hashed. */
  readonly requireUnchanged: () => Promise<void>;
  readonly layout: Layout;
  /** Certificates that the boot loader must be for; null: the media's own. */
  readonly loader: CertificateYear | null;
  /** Files whose bytes each drive gets of its own. */
  readonly slots: readonly Slot[];
  readonly driveSize: number;
  readonly sectorSize: number;
  readonly versions: Readonly<Record<string, string>>;
  /**
   * Told of what is read in the cache while it is not known yet whether it is whole, and the media's.
   * @returns a function that takes away what was made of it, for an image that is not used
   */
  readonly onReading?: (image: Pick<DiskImage, 'directory' | 'fingerprint'>) => () => Promise<void>;
  /** Until then nothing is made, and nothing taken out of the cache for it. */
  readonly drivesAreHeld: Promise<unknown>;
}

export interface ImageDependencies {
  readonly client: HelperClient;
  readonly cache: ImageCache;
  readonly onProgress: (progress: TaskProgress) => void;
  readonly signal: AbortSignal;
}

/**
 * Finds a disk image in the cache and reads all of it again, or makes it. Both begin while the media's hash is not known yet,
 * beside the hashing: making where nothing in the cache could fit, reading where one could.
 * @throws PrestageError as makeDiskImage, as the media's hash, and as `requireUnchanged`
 */
export async function getOrCreateImage(
  request: ImageRequest,
  dependencies: ImageDependencies,
): Promise<DiskImage> {
  const { media } = request;
  const recovery = recoveryFor(request.layout, media);
  const detailsWith = (mediaSha256: string): ImageDetails => ({
    mediaSha256,
    mediaBytes: media.bytes,
    imageIndex: media.imageIndex,
    layout: request.layout.name,
    ...(request.loader === null ? {} : { loader: request.loader }),
    driveSize: request.driveSize,
    sectorSize: request.sectorSize,
    ...(recovery === null ? {} : { recovery: recovery.sha1 }),
    ...slotsMember(request),
    // Only what shapes the result: a newer kernel does not.
    versions: Object.fromEntries(
      Object.entries(request.versions).filter(([name]) =>
        ['prestage', 'wimlib-imagex', 'mkntfs'].includes(name),
      ),
    ),
  });
  const unknownHash = '0'.repeat(64);
  const wanted = imageKey(detailsWith(unknownHash));
  const candidates = (await dependencies.cache.entries()).filter(
    ({ facts: details }) => imageKey({ ...details, mediaSha256: unknownHash }) === wanted,
  );
  const found = await findWhole(candidates, request, detailsWith, dependencies);
  if (found !== null) return found;
  return await makeNew(request, detailsWith, dependencies);
}

function slotsMember({ slots }: ImageRequest): { slots?: Slot[] } {
  return slots.length === 0 ? {} : { slots: [...slots] };
}

/**
 * Reads the one disk image that may be the media's beside the media's hash. Whether it is the media's, and whether it is what
 * was made of it, is decided when both are known.
 * @param candidates all that the cache has for a media file of that size
 */
async function findWhole(
  candidates: readonly CacheEntry[],
  { hash, onReading }: ImageRequest,
  detailsWith: (mediaSha256: string) => ImageDetails,
  dependencies: ImageDependencies,
): Promise<DiskImage | null> {
  const { cache, signal } = dependencies;
  if (candidates.length === 0) return null;
  const only = candidates.length === 1 ? candidates[0] : undefined;
  const likely = only?.directory;
  const stop = new AbortController();
  const early =
    likely === undefined
      ? null
      : readWhole(likely, { ...dependencies, signal: AbortSignal.any([signal, stop.signal]) });
  // Awaited below; a rejection before that is not unhandled.
  early?.catch(() => undefined);
  const drop = only === undefined ? undefined : onReading?.(only);
  const stopEarly = async (): Promise<void> => {
    stop.abort();
    const ended = await early?.catch(() => null);
    if (ended !== null && ended !== undefined) await cache.release(ended.holder);
    await drop?.();
  };
  let found: Awaited<ReturnType<ImageCache['find']>>;
  try {
    found = await cache.find(detailsWith((await hash).sha256));
  } catch (error) {
    await stopEarly();
    throw error;
  }
  const isLikely = early !== null && found?.directory === likely;
  if (!isLikely) await stopEarly();
  if (found === null) return null;
  try {
    const { fingerprint, ...whole } = await (isLikely ? early : readWhole(found.directory, dependencies));
    if (fingerprint === found.fingerprint) return { ...found, ...whole, cached: true };
  } catch (error) {
    const damaged = error instanceof PrestageError && error.code === 'render-damaged';
    if (!damaged) throw error;
  }
  await drop?.();
  await cache.remove(found.directory);
  return null;
}

/** Holds a disk image of the cache, and reads all of it. @throws PrestageError render-damaged, cancelled, …; it is not held then */
async function readWhole(
  directory: string,
  { cache, client, onProgress, signal }: ImageDependencies,
): Promise<Pick<DiskImage, 'holder' | 'fingerprint' | 'bytes' | 'seconds'>> {
  const start = performance.now();
  const holder = await cache.hold(directory);
  try {
    const { fingerprint, bytes } = await client.call(
      'checkDiskImage',
      { progressToken: randomUUID(), directory },
      { signal, onTaskProgress: onProgress },
    );
    return { holder, fingerprint, bytes, seconds: (performance.now() - start) / 1000 };
  } catch (error) {
    await cache.release(holder);
    throw error;
  }
}

async function makeNew(
  request: ImageRequest,
  detailsWith: (mediaSha256: string) => ImageDetails,
  dependencies: ImageDependencies,
): Promise<DiskImage> {
  const { media, hash } = request;
  const { cache, client, onProgress } = dependencies;
  const image = media.images.find(({ index }) => index === media.imageIndex);
  await request.drivesAreHeld;
  await cache.evict(image?.bytes ?? 0);
  const directory = cache.newMaking();
  const start = performance.now();
  // A media file that turns out to be another than expected ends the work on it at once.
  const stop = new AbortController();
  const signal = AbortSignal.any([dependencies.signal, stop.signal]);
  const making = client.call(
    'makeDiskImage',
    {
      progressToken: randomUUID(),
      path: media.path,
      imageIndex: media.imageIndex,
      layout: request.layout.name,
      ...(request.loader === null ? {} : { loader: request.loader }),
      ...slotsMember(request),
      driveSize: request.driveSize,
      sectorSize: request.sectorSize,
      directory,
    },
    { signal, onTaskProgress: onProgress },
  );
  const timed = making.then((made) => ({ made, seconds: (performance.now() - start) / 1000 }));
  const [madeResult, hashResult] = await Promise.allSettled([
    timed,
    hash.catch((error: unknown) => {
      stop.abort();
      throw error;
    }),
  ]);
  if (hashResult.status === 'rejected' || madeResult.status === 'rejected') {
    await cache.remove(directory);
    // A wrong hash, or a file that changed, explains a failed disk image better than the disk image can.
    if (hashResult.status === 'rejected') throw hashResult.reason;
    await request.requireUnchanged();
    throw (madeResult as PromiseRejectedResult).reason;
  }
  const { made, seconds } = madeResult.value;
  logEvent('info', 'disk-image-made', {
    ...{ layout: request.layout.name, driveSize: request.driveSize, bytes: made.bytes, seconds },
    unpacked: made.appliedAlone === undefined ? 'on all cores' : `on one core: ${made.appliedAlone}`,
  });
  try {
    // Kept under the hash of one file and made from another, it would be written as what it is not.
    await request.requireUnchanged();
  } catch (error) {
    await cache.remove(directory);
    throw error;
  }
  const place = await cache.commit(directory, detailsWith(hashResult.value.sha256), made.fingerprint);
  const holder = await cache.hold(place);
  return {
    directory: place,
    holder,
    fingerprint: made.fingerprint,
    bytes: made.bytes,
    cached: false,
    from: null,
    seconds,
  };
}
