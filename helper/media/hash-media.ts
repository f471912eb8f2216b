import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { PrestageError } from '../../core/base/errors';
import type { MediaHash } from '../../core/media/media';
import { hashPieces } from '../hash/hash';
import { mediaFileError } from './wim-file';

/**
 * SHA-256 of every file of a media file, and of the media as a whole: the file's own for one file, the SHA-256 of
 * the parts' manifest in sha256sum form for a split set.
 * @param onProgress bytes done and bytes in all
 * @throws PrestageError media-changed when a file changed while it was read; media-not-found,
 * media-unreadable; cancelled
 */
export async function hashMedia(
  files: readonly string[],
  onProgress: (done: number, total: number) => void,
  signal: AbortSignal,
): Promise<MediaHash> {
  const before = await Promise.all(files.map(stateOf));
  const total = before.reduce((sum, { size }) => sum + size, 0);
  const pieces = files.map((path, index) => ({ path, offset: 0, length: before[index]?.size ?? 0 }));
  const hashed = await hashPieces(
    pieces,
    (done) => {
      onProgress(done, total);
    },
    signal,
  ).catch((error: unknown) => {
    throw mediaFileError(error, pathIn(error) ?? files[0] ?? '');
  });
  const after = await Promise.all(files.map(stateOf));
  const sums = files.map((path, index) => {
    const [was, is, sum] = [before[index], after[index], hashed[index]];
    if (was === undefined || sum === undefined || was.mark !== is?.mark || sum.length !== was.size) {
      throw new PrestageError({
        code: 'media-changed',
        message: `The file ${basename(path)} changed while it was being read.`,
      });
    }
    return { path, sha256: sum.sha256, bytes: was.size };
  });
  const [first] = sums;
  const manifest = sums.map(({ path, sha256 }) => `${sha256}  ${basename(path)}\n`).join('');
  const sha256 =
    sums.length === 1 && first !== undefined
      ? first.sha256
      : createHash('sha256').update(manifest).digest('hex');
  return { sha256, files: sums };
}

async function stateOf(path: string): Promise<{ size: number; mark: string }> {
  const details = await stat(path, { bigint: true }).catch((error: unknown) => {
    throw mediaFileError(error, path);
  });
  return {
    size: Number(details.size),
    mark: `${details.dev} ${details.ino} ${details.size} ${details.mtimeNs}`,
  };
}

/** The file that a system error is about, when it says so. */
function pathIn(error: unknown): string | null {
  return error instanceof Error && 'path' in error && typeof error.path === 'string' ? error.path : null;
}
