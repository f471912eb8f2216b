import { createHash, type Hash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { timeouts } from '../../core/base/timeouts';
import type { ListedFile } from '../../core/contents/contents';
import { inTemporaryFolder, noTemporaryFile } from '../tools/disk';
import { runTool } from '../tools/runner';
import { wimlibFailure } from '../tools/wimlib';
import type { ImageSource } from './image-source';

/** A file of an image, whose content is read. */
export interface HashedFile extends ListedFile {
  /** In the image. Its names have been judged: none has a quotation mark or a line end. */
  readonly place: string;
}

/**
 * SHA-256 of the content of files, by the SHA-1 that the media has of it. Each content is unpacked once, in one run, and
 * nothing of it is kept.
 * @param onProgress bytes that were read, and that are to be read
 * @throws PrestageError media-…, state-unavailable, tool-missing, cancelled
 */
export async function hashContent(
  { wim, refs, imageIndex }: ImageSource,
  files: readonly HashedFile[],
  onProgress: (done: number, total: number) => void,
  signal: AbortSignal,
): Promise<Map<string, string>> {
  const one = new Map(files.map((file) => [file.sha1, file]));
  const order = [...one.values()].filter(({ bytes }) => bytes > 0);
  const cutter = new Cutter(order, onProgress);
  if (order.length > 0) {
    await inTemporaryFolder('content', async (folder) => {
      const list = join(folder, 'files');
      const lines = order.map(({ place }) => `"${place}"\n`).join('');
      await writeFile(list, lines, { mode: 0o600 }).catch(noTemporaryFile);
      const { status, stderr } = await runTool(
        'wimlib-imagex',
        ['extract', wim, String(imageIndex), `@${list}`, '--to-stdout', '--no-globs', ...refs],
        {
          signal,
          stream: (piece) => {
            cutter.push(piece);
          },
        },
      );
      if (status !== 0) throw wimlibFailure(status, stderr, wim);
    });
  }
  const hashes = cutter.finish();
  const empty = files.find(({ bytes }) => bytes === 0);
  if (empty !== undefined) hashes.set(empty.sha1, createHash('sha256').digest('hex'));
  return hashes;
}

/** Cuts the content of several files, one behind the other, by their sizes; their SHA-1 says that it was cut right. */
class Cutter {
  readonly #files: readonly HashedFile[];
  readonly #onProgress: (done: number, total: number) => void;
  readonly #total: number;
  readonly #hashes = new Map<string, string>();
  #done = 0;
  #told = 0;
  #at = 0;
  #left: number;
  #sha1: Hash = createHash('sha1');
  #sha256: Hash = createHash('sha256');

  constructor(files: readonly HashedFile[], onProgress: (done: number, total: number) => void) {
    this.#files = files;
    this.#onProgress = onProgress;
    this.#total = files.reduce((sum, { bytes }) => sum + bytes, 0);
    this.#left = files[0]?.bytes ?? 0;
  }

  push(piece: Buffer): void {
    for (let rest = piece; rest.length > 0;) {
      const file = this.#files[this.#at];
      if (file === undefined) throw new Error('wimlib-imagex gave more than the files that were asked for');
      const part = rest.subarray(0, this.#left);
      this.#sha1.update(part);
      this.#sha256.update(part);
      this.#left -= part.length;
      rest = rest.subarray(part.length);
      if (this.#left === 0) this.#next(file);
    }
    this.#done += piece.length;
    if (Date.now() - this.#told < timeouts.progressInterval) return;
    this.#told = Date.now();
    this.#onProgress(this.#done, this.#total);
  }

  #next(file: HashedFile): void {
    if (this.#sha1.digest('hex') !== file.sha1) {
      throw new Error('wimlib-imagex gave the files in another order than they were asked for');
    }
    this.#hashes.set(file.sha1, this.#sha256.digest('hex'));
    this.#sha1 = createHash('sha1');
    this.#sha256 = createHash('sha256');
    this.#at += 1;
    this.#left = this.#files[this.#at]?.bytes ?? 0;
  }

  finish(): Map<string, string> {
    if (this.#at < this.#files.length) throw new Error('wimlib-imagex gave less than was asked for');
    return this.#hashes;
  }
}
