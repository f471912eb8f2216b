import { randomUUID } from 'node:crypto';
import type { TaskProgress } from '../../core/contract/helper-api';
import { PrestageError } from '../../core/base/errors';
import type { Media, MediaHash } from '../../core/media/media';
import type { EngineClient } from '../helper-client/helper-client';
import { renderKey, type RenderCache, type RenderFacts } from './image-cache';

/** A render that was checked or made just now, held until it is let go. */
export interface Render {
  readonly directory: string;
  /** For RenderCache.letGo. */
  readonly holder: string;
  readonly fingerprint: string;
  /** Bytes it puts on a drive. */
  readonly bytes: number;
  readonly cached: boolean;
  /** What making it, or checking it, took. */
  readonly seconds: number;
}

export interface RenderRequest {
  readonly media: Media;
  /** The media's hash, still being computed; rejects when it is not the expected one. */
  readonly hash: Promise<MediaHash>;
  /** Rejects when the media is not the file any more that it was before it was hashed. */
  readonly requireUnchanged: () => Promise<void>;
  readonly layout: string;
  readonly driveSize: number;
  readonly sectorSize: number;
  readonly versions: Readonly<Record<string, string>>;
}

export interface RenderDependencies {
  readonly engine: EngineClient;
  readonly cache: RenderCache;
  readonly onProgress: (progress: TaskProgress) => void;
  readonly signal: AbortSignal;
}

/**
 * Finds a render in the cache and reads all of it again, or makes it. While the media's hash is not known
 * yet and nothing in the cache could fit, making starts at once, beside the hashing.
 * @throws PrestageError as makeRender, as the media's hash, and as `requireUnchanged`
 */
export async function obtainRender(
  request: RenderRequest,
  dependencies: RenderDependencies,
): Promise<Render> {
  const { media, hash } = request;
  const factsWith = (mediaSha256: string): RenderFacts => ({
    mediaSha256,
    mediaBytes: media.bytes,
    imageIndex: media.imageIndex,
    layout: request.layout,
    driveSize: request.driveSize,
    sectorSize: request.sectorSize,
    // Only what shapes the result: a newer kernel does not.
    versions: Object.fromEntries(
      Object.entries(request.versions).filter(([name]) =>
        ['prestage', 'wimlib-imagex', 'mkntfs'].includes(name),
      ),
    ),
  });
  const unknownHash = '0'.repeat(64);
  const wanted = renderKey(factsWith(unknownHash));
  const candidates = (await dependencies.cache.entries()).filter(
    ({ facts }) => renderKey({ ...facts, mediaSha256: unknownHash }) === wanted,
  );
  if (candidates.length > 0) {
    const found = await findWhole(factsWith((await hash).sha256), dependencies);
    if (found !== null) return found;
  }
  return await makeNew(request, factsWith, dependencies);
}

async function findWhole(facts: RenderFacts, dependencies: RenderDependencies): Promise<Render | null> {
  const { cache, engine, onProgress, signal } = dependencies;
  const found = await cache.find(facts);
  if (found === null) return null;
  const start = performance.now();
  try {
    const holder = await cache.hold(found.directory);
    const checked = await engine.call(
      'checkRender',
      { progressToken: randomUUID(), directory: found.directory },
      { signal, onTaskProgress: onProgress },
    );
    if (checked.fingerprint === found.fingerprint) {
      const seconds = (performance.now() - start) / 1000;
      return { ...found, holder, bytes: checked.bytes, cached: true, seconds };
    }
  } catch (error) {
    const damaged = error instanceof PrestageError && error.code === 'render-damaged';
    if (!damaged) throw error;
  }
  await cache.remove(found.directory);
  return null;
}

async function makeNew(
  request: RenderRequest,
  factsWith: (mediaSha256: string) => RenderFacts,
  dependencies: RenderDependencies,
): Promise<Render> {
  const { media, hash } = request;
  const { cache, engine, onProgress } = dependencies;
  const image = media.images.find(({ index }) => index === media.imageIndex);
  await cache.makeRoom(image?.bytes ?? 0);
  const directory = cache.newMaking();
  const start = performance.now();
  // A media that turns out to be another than expected ends the work on it at once.
  const stop = new AbortController();
  const signal = AbortSignal.any([dependencies.signal, stop.signal]);
  const making = engine.call(
    'makeRender',
    {
      progressToken: randomUUID(),
      path: media.path,
      imageIndex: media.imageIndex,
      layout: request.layout,
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
    // A wrong hash, or a file that changed, explains a failed render better than the render can.
    if (hashResult.status === 'rejected') throw hashResult.reason;
    await request.requireUnchanged();
    throw (madeResult as PromiseRejectedResult).reason;
  }
  const { made, seconds } = madeResult.value;
  try {
    // Kept under the hash of one file and made from another, it would be written as what it is not.
    await request.requireUnchanged();
  } catch (error) {
    await cache.remove(directory);
    throw error;
  }
  const place = await cache.commit(directory, factsWith(hashResult.value.sha256), made.fingerprint);
  const holder = await cache.hold(place);
  return {
    directory: place,
    holder,
    fingerprint: made.fingerprint,
    bytes: made.bytes,
    cached: false,
    seconds,
  };
}
