import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { formatBytes, sanitizeForDisplay } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import type { HeldMedia } from '../../core/media/held-media';
import type { Task } from '../../core/base/task';
import {
  blockRange,
  largestManifest,
  manifestEnding,
  readManifest,
  type MediaManifest,
} from '../../core/delivery/manifest';
import { receiveMedia, type Receiving, type ReceiveResult } from '../delivery/receive';
import { heldSignatureSchema } from '../rack/holdings-form';
import { readSignedManifest } from '../signing/signed-manifest';
import { onDiskLater, statePlace } from '../state/disk';
import { fetchPiece, hasPiece, wrongBytes } from './fetch-piece';
import type { OtherStation } from './other-station';

/** Longest signature of a manifest as it is told, bytes. */
const longestSignature = 256 * 1024;

export interface FetchMediaOptions {
  readonly station: OtherStation;
  readonly receiving: Receiving;
  readonly operator: string;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Task) => void;
}

/**
 * Fetches a media file into the library. It is received as any delivery is: by its signed manifest, whose key must be trusted here. So a media file is as good as
 * its enterprise's signature, whoever it came from. Blocks that have come stay when it is broken off.
 * @throws PrestageError mirror-…, delivery-…, library-…, rack-…, cancelled
 */
export async function fetchMedia(
  held: HeldMedia,
  options: FetchMediaOptions,
): Promise<Exclude<ReceiveResult, { result: 'incomplete' }>> {
  const { station, receiving, operator, signal } = options;
  const { library } = receiving;
  const manifest = await station.get(`media/${held.sha256}/manifest`, largestManifest);
  const read = readMatching(manifest, held, station.name);
  mkdirSync(library.folder, { recursive: true, mode: 0o700 });
  const delivery = mkdtempSync(join(library.folder, '.manifest-'));
  try {
    const signature = heldSignatureSchema.parse(
      JSON.parse((await station.get(`media/${held.sha256}/signature`, longestSignature)).toString('utf8')),
    );
    const path = join(delivery, `media${manifestEnding}`);
    writeFileSync(path, manifest, { mode: 0o600 });
    writeFileSync(`${path}${signature.ending}`, Buffer.from(signature.content, 'base64'), { mode: 0o600 });
    // Who signed it, before gigabytes come.
    await readSignedManifest(path, receiving.paths, () => Promise.resolve(receiving.client), signal);
    const here = library
      .list()
      .some(({ entry, problem }) => entry.sha256 === held.sha256 && problem === null);
    if (!here) await fetchBlocks(read, options);
    const received = await receiveMedia(
      { path, others: [], base: null, olderReason: null, keepParts: false, operator },
      receiving,
    );
    if (received.result !== 'incomplete') return received;
    throw wrongBytes(
      station.name,
      `the media ${sanitizeForDisplay(held.name)}`,
      held.sha256,
      'blocks are missing',
    );
  } finally {
    rmSync(delivery, { recursive: true, force: true });
  }
}

/** @throws PrestageError mirror-contradicts */
function readMatching(bytes: Buffer, { sha256, name }: HeldMedia, station: string): MediaManifest {
  let what: string;
  try {
    const { manifest, problem } = readManifest(JSON.parse(bytes.toString('utf8')));
    const isIt = manifest?.media.sha256 === sha256 && manifest.difference === undefined;
    if (isIt) return manifest;
    what = problem ?? 'is for another file';
  } catch {
    what = 'is not JSON';
  }
  throw new PrestageError({
    code: 'mirror-contradicts',
    message: `The manifest of ${sanitizeForDisplay(name)} from station ${station} ${what}.`,
  });
}

async function fetchBlocks(
  { media, parts, blockBytes }: MediaManifest,
  { station, receiving, signal, onProgress }: FetchMediaOptions,
): Promise<void> {
  const folder = receiving.library.begin(media.sha256);
  const place = { ...statePlace(folder, 'What was received so far is kept.'), what: 'the media library' };
  try {
    await onDiskLater(place, async () => {
      const path = join(folder, media.fileName);
      const file = await open(path, 'r+').catch(() => open(path, 'wx+', 0o600));
      try {
        let start = 0;
        for (const [part, { fileName, bytes, blocks }] of parts.entries()) {
          for (const [block, sha256] of blocks.entries()) {
            signal.throwIfAborted();
            const { offset, length } = blockRange({ bytes }, blockBytes, block);
            onProgress({ phase: 'copying', done: start + offset, total: media.bytes });
            if (await hasPiece(file, start + offset, { length, sha256 })) continue;
            const what = `block ${block + 1} of ${fileName} (${formatBytes(length)} at byte ${offset})`;
            const content = await fetchPiece(station, `media/${media.sha256}/blocks/${part}/${block}`, {
              length,
              sha256,
              what,
            });
            await file.write(content, 0, length, start + offset);
          }
          start += bytes;
        }
        await file.sync();
      } finally {
        await file.close();
      }
    });
  } finally {
    receiving.library.end(folder);
  }
}
