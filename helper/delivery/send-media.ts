import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { HelperRequest, HelperResponse } from '../../core/contract/helper-api';
import { sanitizeForDisplay } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import type { DiskPlace } from '../../core/base/disk-refusal';
import { partNames } from '../../core/delivery/manifest';
import { openMedia } from '../media/open-media';
import { withMediaFile, type WimFile } from '../media/wim-file';
import { onDisk } from '../tools/disk';
import { EndedEarly, PartWriter, readPieces, requireRoom } from './pieces';

export type TaskReport = (phase: 'copying' | 'checking' | 'hashing', done: number, total: number) => void;

/** The folder that a media file is sent to. */
export function sendingPlace(directory: string, needed: number): DiskPlace {
  return {
    what: 'the folder for the media',
    path: directory,
    holds: 'Nothing was sent.',
    elsewhere: 'choose another folder with --to, or a smaller --part-size',
    needed,
  };
}

/**
 * Copies a media file into parts in a folder that exists, and hashes it on the way. What is begun is left there after a failure:
 * the folder is the caller's.
 * @throws PrestageError media-…, media-changed, disk-unwritable, cancelled
 */
export async function splitMedia(
  request: HelperRequest<'splitMedia'>,
  report: TaskReport,
  signal: AbortSignal,
): Promise<HelperResponse<'splitMedia'>> {
  const { path, directory, partBytes, blockBytes } = request;
  const { bytes, header } = await openWhole(path);
  const place = sendingPlace(directory, bytes);
  await requireRoom(place, bytes);
  return await onDisk(place, async () => {
    const names = partNames(basename(path), Math.ceil(bytes / partBytes));
    const writer = new PartWriter(directory, names, partBytes, blockBytes);
    let done = 0;
    const onBytes = (more: number): void => {
      done += more;
      report('copying', done, bytes);
    };
    try {
      const before = await markOf(path);
      report('copying', 0, bytes);
      await withMediaFile(path, async (file) => {
        const take = async (piece: Buffer): Promise<void> => {
          await writer.write(piece);
        };
        await readPieces(file, { offset: 0, length: bytes }, take, { signal, onBytes });
      }).catch((error: unknown) => {
        throw error instanceof EndedEarly ? changed(path) : error;
      });
      const { parts, sha256 } = await writer.end();
      if ((await markOf(path)) !== before) throw changed(path);
      return { guid: header.guid, bytes, sha256, parts };
    } finally {
      await writer.abandon();
    }
  });
}

/** Opens a media file that is one file. @throws PrestageError media-…, usage when it is a split set */
export async function openWhole(path: string): Promise<WimFile & { readonly solid: boolean }> {
  const { parts, solid } = await openMedia(path);
  const [only, ...more] = parts;
  if (more.length === 0) return { ...only, solid };
  throw new PrestageError({
    code: 'usage',
    message: `${sanitizeForDisplay(basename(path), 200)} is a part of a split set (SWM).`,
    remedy:
      'Nothing was written. Join the set first (wimlib-imagex join), then send the WIM: Prestage makes parts itself, with --part-size.',
  });
}

/** Changes when a file does. */
export async function markOf(path: string): Promise<string> {
  const details = await stat(path, { bigint: true }).catch(() => null);
  if (details === null) return 'gone';
  return `${details.dev} ${details.ino} ${details.size} ${details.mtimeNs} ${details.ctimeNs}`;
}

export function changed(path: string): PrestageError {
  return new PrestageError({
    code: 'media-changed',
    message: `The file ${sanitizeForDisplay(basename(path), 200)} changed while it was being read.`,
    remedy: 'Nothing was sent. Wait until nothing writes to it any more, then send it again.',
  });
}
