import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open, readdir, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { cancelled } from '../../core/base/errors';
import { foldedName } from '../../core/delivery/file-names';
import { pieceBytes } from './pieces';

/** A file that may hold a part of a delivery, whole or in pieces. */
export class PartSource {
  readonly #file: FileHandle | null;
  readonly #start: number;
  /** Bytes of the file, from where the part begins. */
  readonly bytes: number;
  #failed: boolean;

  /** @param file null for one that is there and cannot be opened */
  constructor(file: FileHandle | null, bytes: number, start = 0) {
    this.#file = file;
    this.#start = start;
    this.bytes = Math.max(0, bytes);
    this.#failed = file === null;
  }

  /** Its disk or its permissions did not let it be read. */
  get failed(): boolean {
    return this.#failed;
  }

  /**
   * Reads a block, and hashes it.
   * @returns SHA-256; null when the file ends before, or cannot be read there
   * @throws PrestageError cancelled
   */
  async readBlock(target: Buffer, offset: number, signal: AbortSignal): Promise<string | null> {
    if (this.#file === null || offset + target.length > this.bytes) return null;
    const hash = createHash('sha256');
    try {
      for (let done = 0; done < target.length;) {
        if (signal.aborted) throw cancelled('Receiving the media');
        const wanted = Math.min(pieceBytes, target.length - done);
        const { bytesRead } = await this.#file.read(target, done, wanted, this.#start + offset + done);
        if (bytesRead === 0) return null;
        hash.update(target.subarray(done, done + bytesRead));
        done += bytesRead;
      }
    } catch (error) {
      if (signal.aborted) throw error;
      this.#failed = true;
      return null;
    }
    return hash.digest('hex');
  }

  /** SHA-256 of the first block, or of the whole file where it is shorter; null when it cannot be read. */
  async hashOfStart(blockBytes: number): Promise<string | null> {
    const length = Math.min(blockBytes, this.bytes);
    return await this.readBlock(Buffer.allocUnsafe(length), 0, new AbortController().signal);
  }

  async close(): Promise<void> {
    await this.#file?.close();
  }
}

/** The files of a part in some folders, in their order: by the exact name, else by one that differs in upper and lower case. */
export async function sourcesOf(folders: readonly string[], fileName: string): Promise<PartSource[]> {
  const sources: PartSource[] = [];
  for (const folder of folders) {
    const names = await readdir(folder).catch((): string[] => []);
    const name = names.includes(fileName)
      ? fileName
      : names.find((one) => foldedName(one) === foldedName(fileName));
    if (name === undefined) continue;
    sources.push(await openSource(join(folder, name)));
  }
  return sources;
}

async function openSource(path: string): Promise<PartSource> {
  try {
    // Not blocking: opening a named pipe would wait for somebody to write.
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    const details = await file.stat();
    if (details.isFile()) return new PartSource(file, details.size);
    await file.close();
  } catch {
    // Told as a file that cannot be read.
  }
  return new PartSource(null, 0);
}
