import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { basename } from 'node:path';
import { formatBytes, sanitizeForDisplay } from '../../core/base/display';
import type { HelperRequest, HelperResponse } from '../../core/contract/helper-api';
import { PrestageError } from '../../core/base/errors';
import { partNames } from '../../core/delivery/manifest';
import { hashMedia } from '../media/hash-media';
import { withMediaFile } from '../media/wim-file';
import { onDisk } from '../tools/disk';
import { addStep, candidateSteps, differenceHead, sizesOf, type Step } from './difference';
import { EndedEarly, PartWriter, readPieces, requireRoom, type Work } from './pieces';
import { changed, markOf, openWhole, sendingPlace, type TaskReport } from './send-media';
import { readBlobs } from './wim-blobs';

/** A difference that is larger than this part of the file is not worth its trouble. */
const mostWorth = 0.9;

/** Bytes that are compared at a time: so much is sent where one byte differs. */
const compareBytes = 64 * 1024;

/**
 * Writes into parts what a media file does not share with an older one. Both are read whole: the new one to be hashed and
 * compared, the old one to be hashed.
 * @throws PrestageError difference-useless, difference-too-long, media-…, media-changed, disk-unwritable, cancelled
 */
export async function diffMedia(
  request: HelperRequest<'diffMedia'>,
  report: TaskReport,
  signal: AbortSignal,
): Promise<HelperResponse<'diffMedia'>> {
  const { path, since, directory, partBytes, blockBytes } = request;
  const [media, old] = [await openWhole(path), await openWhole(since)];
  for (const one of [media, old]) if (one.solid) throw solid(one.path);
  const marks = [await markOf(path), await markOf(since)];
  const candidates = candidateSteps(await readBlobs(media), await readBlobs(old), media.bytes);

  const { sha256, steps } = await withMediaFile(path, (file) =>
    withMediaFile(since, (oldFile) => compare(file, oldFile, candidates, media.bytes, report, signal)),
  ).catch((error: unknown) => {
    throw error instanceof EndedEarly ? changed(path) : error;
  });
  const head = differenceHead(steps);
  const total = head.length + sizesOf(steps).data;
  if (total > media.bytes * mostWorth) throw littleShared(path, since, total, media.bytes);

  const base = await hashMedia(
    [since],
    (done, of) => {
      report('hashing', done, of);
    },
    signal,
  );
  const place = sendingPlace(directory, total);
  await requireRoom(place, total);
  const sent = await onDisk(place, async () => {
    const names = partNames(`${basename(path)}.diff`, Math.ceil(total / partBytes));
    const writer = new PartWriter(directory, names, partBytes, blockBytes);
    try {
      await writer.write(head);
      await withMediaFile(path, (file) => writeData(file, steps, writer, total, report, signal));
      return await writer.end();
    } finally {
      await writer.abandon();
    }
  });
  if ((await markOf(path)) !== marks[0]) throw changed(path);
  if ((await markOf(since)) !== marks[1]) throw changed(since);
  return {
    guid: media.header.guid,
    bytes: media.bytes,
    sha256,
    parts: sent.parts,
    difference: {
      base: { fileName: basename(since), bytes: old.bytes, sha256: base.sha256 },
      bytes: sent.bytes,
      sha256: sent.sha256,
    },
  };
}

/** Hashes the new file, and keeps of the candidates what is the same in the old one, byte for byte. */
async function compare(
  file: FileHandle,
  oldFile: FileHandle,
  candidates: readonly Step[],
  total: number,
  report: TaskReport,
  signal: AbortSignal,
): Promise<{ sha256: string; steps: Step[] }> {
  const hash = createHash('sha256');
  const steps: Step[] = [];
  let at = 0;
  const work: Work = {
    signal,
    onBytes: (bytes) => {
      at += bytes;
      report('checking', at, total);
    },
  };
  for (const [length, offset] of candidates) {
    let from = offset;
    const take = async (piece: Buffer): Promise<void> => {
      hash.update(piece);
      if (from === undefined) {
        addStep(steps, [piece.length]);
        return;
      }
      const there = Buffer.allocUnsafe(piece.length);
      const { bytesRead } = await oldFile.read(there, 0, there.length, from);
      for (let start = 0; start < piece.length; start += compareBytes) {
        const here = piece.subarray(start, start + compareBytes);
        const same =
          start + here.length <= bytesRead && there.subarray(start, start + here.length).equals(here);
        addStep(steps, same ? [here.length, from + start] : [here.length]);
      }
      from += piece.length;
    };
    await readPieces(file, { offset: at, length }, take, work);
  }
  return { sha256: hash.digest('hex'), steps };
}

async function writeData(
  file: FileHandle,
  steps: readonly Step[],
  writer: PartWriter,
  total: number,
  report: TaskReport,
  signal: AbortSignal,
): Promise<void> {
  let at = 0;
  let done = 0;
  for (const [length, offset] of steps) {
    if (offset === undefined) {
      const onBytes = (bytes: number): void => {
        done += bytes;
        report('copying', done, total);
      };
      const take = async (piece: Buffer): Promise<void> => {
        await writer.write(piece);
      };
      await readPieces(file, { offset: at, length }, take, { signal, onBytes });
    }
    at += length;
  }
}

function solid(path: string): PrestageError {
  return new PrestageError({
    code: 'difference-useless',
    message: `${sanitizeForDisplay(basename(path), 200)} is solid: all its files are compressed as one piece, so a small change changes all that follows. A difference would save nothing.`,
    remedy:
      'Nothing was written. Send the media whole: leave out --since. To send differences later, make media that are not solid.',
  });
}

function littleShared(path: string, since: string, total: number, bytes: number): PrestageError {
  const [name, old] = [path, since].map((one) => sanitizeForDisplay(basename(one), 200));
  return new PrestageError({
    code: 'difference-useless',
    message: `${name ?? ''} shares too little with ${old ?? ''}: ${formatBytes(total)} of ${formatBytes(bytes)} would have to be sent. Media that different programs or settings compressed share nothing.`,
  });
}
