import { createHash } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { sanitizeForDisplay } from '../../core/base/display';
import type { HelperRequest, HelperResponse } from '../../core/contract/helper-api';
import { PrestageError } from '../../core/base/errors';
import { hashMedia } from '../media/hash-media';
import { withMediaFile } from '../media/wim-file';
import { onDisk } from '../tools/disk';
import { writeWhole } from '../tools/write-whole';
import { headBytes, listBytes, readSteps, sizesOf, type Step } from './difference';
import { libraryPlace } from './gather-parts';
import { EndedEarly, readPieces, requireRoom, syncFolder, type Work } from './pieces';
import type { TaskReport } from './send-media';

const workName = 'rebuilding.part';

/**
 * Makes a media file of an old one and a difference that was proved. The file gets its name when its SHA-256 is the manifest's.
 * @throws PrestageError delivery-base-missing, delivery-contradicts, difference-too-long, disk-unwritable, cancelled
 */
export async function rebuildMedia(
  { base, difference, directory, media }: HelperRequest<'rebuildMedia'>,
  report: TaskReport,
  signal: AbortSignal,
): Promise<HelperResponse<'rebuildMedia'>> {
  const place = libraryPlace(directory);
  const target = join(directory, workName);
  await rm(target, { force: true });
  await requireRoom(place, media.bytes);
  const found = await onDisk(place, () =>
    withMediaFile(difference, async (diff, diffBytes) =>
      withMediaFile(base.path, async (old, oldBytes) => {
        if (oldBytes !== base.bytes) throw otherBase(base, `has ${oldBytes} bytes, not ${base.bytes}`);
        const { steps, dataAt } = await readList(diff, diffBytes, media.bytes, base.bytes);
        const file = await open(target, 'wx', 0o600);
        try {
          const hash = createHash('sha256');
          let at = 0;
          let data = dataAt;
          const work: Work = {
            signal,
            onBytes: () => {
              report('copying', at, media.bytes);
            },
          };
          const take = async (piece: Buffer): Promise<void> => {
            hash.update(piece);
            await writeWhole(file, piece, at);
            at += piece.length;
          };
          for (const [length, offset] of steps) {
            if (offset === undefined) {
              await readPieces(diff, { offset: data, length }, take, work);
              data += length;
            } else await readPieces(old, { offset, length }, take, work);
          }
          await file.sync();
          return hash.digest('hex');
        } finally {
          await file.close();
        }
      }),
    ).catch((error: unknown) => {
      throw error instanceof EndedEarly ? contradicts() : error;
    }),
  );
  if (found !== media.sha256) {
    await rm(target, { force: true });
    // Only now: who has the right media does not wait for it to be read twice.
    const { sha256 } = await hashMedia([base.path], () => undefined, signal);
    throw sha256 === base.sha256 ? contradicts() : otherBase(base, `has the SHA-256 ${sha256}`);
  }
  await rename(target, join(directory, media.fileName));
  await syncFolder(directory);
  return {};
}

async function readList(
  diff: {
    read: (
      buffer: Buffer,
      offset: number,
      length: number,
      position: number,
    ) => Promise<{ bytesRead: number }>;
  },
  diffBytes: number,
  made: number,
  oldBytes: number,
): Promise<{ steps: Step[]; dataAt: number }> {
  const head = Buffer.alloc(headBytes);
  await diff.read(head, 0, headBytes, 0);
  const length = listBytes(head, diffBytes);
  if (length === null) throw contradicts();
  const list = Buffer.alloc(length);
  for (let done = 0; done < length;) {
    const { bytesRead } = await diff.read(list, done, length - done, headBytes + done);
    if (bytesRead === 0) throw contradicts();
    done += bytesRead;
  }
  const steps = readSteps(list);
  if (steps === null) throw contradicts();
  const sizes = sizesOf(steps);
  const dataAt = headBytes + length;
  const fits = sizes.made === made && sizes.oldEnd <= oldBytes && dataAt + sizes.data === diffBytes;
  if (!fits) throw contradicts();
  return { steps, dataAt };
}

function contradicts(): PrestageError {
  return new PrestageError({
    code: 'delivery-contradicts',
    message: 'The difference is as the manifest says, but does not make the media that the manifest names.',
  });
}

function otherBase({ path, sha256 }: HelperRequest<'rebuildMedia'>['base'], what: string): PrestageError {
  return new PrestageError({
    code: 'delivery-base-missing',
    message: `${sanitizeForDisplay(basename(path), 200)} is not the media that the difference needs: it ${what}.`,
    cause: `needed SHA-256 ${sha256}`,
  });
}
