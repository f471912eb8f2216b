import { createHash } from 'node:crypto';
import { lstat, open, readdir, rm, writeFile, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { formatBytes, sanitizeForDisplay } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import type { Task } from '../../core/base/task';
import {
  bytesOf,
  chunkMapName,
  chunkMapProblem,
  chunkMapSchema,
  chunkPlaces,
  fingerprintText,
  partitionFileName,
  type ChunkMap,
} from '../../core/media/chunk-map';
import type { ImageSource } from '../../core/media/image-source';
import { sideBySide } from '../../core/base/side-by-side';
import { imageKey, type ImageCache } from '../image-cache/image-cache';
import type { HeldImage } from '../rack/holdings-form';
import { releaseFolder } from '../state/busy-mark';
import { fetchPiece, hasPiece } from './fetch-piece';
import type { OtherStation } from './other-station';

/** Chunks on their way at a time: enough to keep a link full while others are hashed and written. */
const atOnce = 4;
/** Longest chunk map, bytes: a 2 TiB drive filled to the brim has 262,144 chunks of about 110 characters. */
const longestMap = 64 * 1024 * 1024;

export interface FetchImageOptions {
  readonly station: OtherStation;
  /** What the disk image will be recorded to be from. */
  readonly from: Omit<ImageSource, 'time'>;
  readonly cache: ImageCache;
  /** Of the programs that make disk images here. */
  readonly versions: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Task) => void;
}

/**
 * Fetches a disk image into the cache, where it is used as one that was made here. Each chunk's SHA-256 is compared before it is written;
 * all of them together must be the fingerprint that the other station states. What has come stays when it is broken off, and is not fetched again.
 * @returns `here`: it was in the cache already, and nothing was fetched
 * @throws PrestageError mirror-…, render-no-space, delivery-busy, rack-…, cancelled
 */
export async function fetchImage(held: HeldImage, options: FetchImageOptions): Promise<'here' | 'got'> {
  const { station, cache, from } = options;
  const problem = problemOf(held, station.name, options.versions);
  if (problem !== null) throw problem;
  if (imageKey(held.facts) !== held.key) {
    throw contradicts(station.name, 'its name is not that of what it was made from');
  }
  if ((await cache.find(held.facts)) !== null) return 'here';
  const directory = await cache.beginFetching(held.key);
  try {
    await cache.evict(held.bytes);
    const text = await station.get(`images/${held.key}/map`, longestMap);
    const map = readMap(text, held, station.name);
    await cache.writing(() => fetchChunks(map, directory, held, options));
    // What an earlier try left of another chunk map, and the mark of this process, are no part of it.
    await cache.writing(() => writeFile(join(directory, chunkMapName), text, { mode: 0o600 }));
    await removeOthers(directory, map);
    const source = { ...from, time: new Date().toISOString() };
    const place = await cache.commit(directory, held.facts, held.fingerprint, source);
    if (place !== directory) return 'got';
    // Another Prestage of this station was first: its own is the one that is used, and recorded.
    await cache.remove(directory);
    return 'here';
  } finally {
    releaseFolder(directory);
  }
}

/** Why this station would not use a disk image: its key holds the tools that it was made with. Null: it would. */
export function problemOf(
  { facts }: HeldImage,
  station: string,
  versions: Readonly<Record<string, string>>,
): PrestageError | null {
  const other = Object.entries(facts.versions).find(([name, version]) => versions[name] !== version);
  if (other === undefined) return null;
  const [name, version] = other.map((text) => sanitizeForDisplay(text, 60));
  return new PrestageError({
    code: 'mirror-other-tools',
    message: `The disk image of station ${station} was made with ${name} ${version}. This station has ${versions[other[0]] ?? 'none'}, and would not use it.`,
  });
}

/** @throws PrestageError mirror-contradicts */
function readMap(text: Buffer, { facts, fingerprint }: HeldImage, station: string): ChunkMap {
  let map: ChunkMap;
  try {
    map = chunkMapSchema.parse(JSON.parse(text.toString('utf8')));
  } catch {
    throw contradicts(station, 'its chunk map cannot be read');
  }
  const found = createHash('sha256').update(fingerprintText(map)).digest('hex');
  if (found !== fingerprint) throw contradicts(station, 'its chunk map has another SHA-256 than was stated');
  const problem = chunkMapProblem(map, { size: facts.driveSize, logicalSectorSize: facts.sectorSize });
  if (problem !== null) throw contradicts(station, problem);
  if (map.layout !== facts.layout) throw contradicts(station, `it has the layout ${map.layout}`);
  if ((map.slots ?? []).length !== (facts.slots ?? []).length) {
    throw contradicts(station, "it has other places for machines' own files than was stated");
  }
  if (map.chunks.some(({ own, grown }) => own !== undefined || grown !== undefined)) {
    throw contradicts(station, 'chunks of it are one drive’s own');
  }
  return map;
}

async function fetchChunks(
  map: ChunkMap,
  directory: string,
  held: HeldImage,
  { station, signal, onProgress }: FetchImageOptions,
): Promise<void> {
  const places = chunkPlaces(map);
  const files = new Map<string, FileHandle>();
  const total = bytesOf(map);
  let done = 0;
  try {
    for (const { number, length, fileSystem } of map.partitions) {
      if (fileSystem === 'none') continue;
      const name = partitionFileName(number);
      const file = await open(join(directory, name), 'r+').catch(() =>
        open(join(directory, name), 'wx+', 0o600),
      );
      files.set(name, file);
      await file.truncate(length);
    }
    onProgress({ phase: 'copying', done, total });
    await sideBySide([...map.chunks.entries()], atOnce, async ([index, chunk]) => {
      signal.throwIfAborted();
      const place = places[index];
      const file = files.get(place?.file ?? '');
      if (place === undefined || file === undefined) throw new Error('a chunk without a place');
      if (!(await hasPiece(file, place.offset, chunk))) {
        const { sha256, length, offset } = chunk;
        const bytes = await fetchPiece(station, `images/${held.key}/chunks/${sha256}`, {
          ...{ length, sha256 },
          what: `chunk ${index} of the disk image (${formatBytes(length)} at byte ${offset})`,
        });
        await file.write(bytes, 0, bytes.length, place.offset);
      }
      done += chunk.length;
      onProgress({ phase: 'copying', done, total });
    });
    for (const file of files.values()) await file.sync();
  } finally {
    for (const file of files.values()) await file.close();
  }
}

function contradicts(station: string, what: string): PrestageError {
  return new PrestageError({
    code: 'mirror-contradicts',
    message: `The disk image of station ${station} is not what it states: ${what}.`,
  });
}

async function removeOthers(directory: string, map: ChunkMap): Promise<void> {
  const own = new Set([chunkMapName, ...map.partitions.map(({ number }) => partitionFileName(number))]);
  for (const name of await readdir(directory)) {
    const path = join(directory, name);
    if (!own.has(name) && !(await lstat(path)).isDirectory()) await rm(path, { force: true });
  }
}
