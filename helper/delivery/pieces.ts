import { createHash, type Hash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { cancelled, PrestageError } from '../../core/base/errors';
import { diskRefusal, type DiskPlace } from '../../core/base/disk-refusal';
import { MiB } from '../../core/base/units';
import type { DeliveredPart } from '../../core/delivery/manifest';
import { roomAt } from '../tools/disk';
import { writeWhole } from '../tools/write-whole';

/** How the bytes of a delivery are read, hashed and written: in pieces, the next one read while one is written. */

/** Bytes read at a time. */
export const pieceBytes = 4 * MiB;

export interface Work {
  readonly signal: AbortSignal;
  /** @param bytes more than before */
  readonly onBytes: (bytes: number) => void;
}

/** Reads a range of a file piece by piece. @throws whatever `take` throws; cancelled; Error when the file ends before */
export async function readPieces(
  file: FileHandle,
  range: { readonly offset: number; readonly length: number },
  take: (piece: Buffer) => Promise<void> | void,
  { signal, onBytes }: Work,
): Promise<void> {
  const size = Math.min(pieceBytes, range.length);
  const buffers = [Buffer.allocUnsafe(size), Buffer.allocUnsafe(size)] as const;
  const end = range.offset + range.length;
  const next = async (index: number, at: number): Promise<Buffer> => {
    const buffer = buffers[index % 2 === 0 ? 0 : 1].subarray(0, Math.min(size, end - at));
    for (let done = 0; done < buffer.length;) {
      const { bytesRead } = await file.read(buffer, done, buffer.length - done, at + done);
      if (bytesRead === 0) throw new EndedEarly();
      done += bytesRead;
    }
    return buffer;
  };
  let pending = size === 0 ? null : next(0, range.offset);
  for (let index = 0, at = range.offset; pending !== null; index += 1) {
    const piece: Buffer = await pending;
    if (signal.aborted) throw cancelled('The work');
    at += piece.length;
    pending = at < end ? next(index + 1, at) : null;
    // Looked at in the next turn; until then it may fail unseen.
    pending?.catch(() => undefined);
    await take(piece);
    onBytes(piece.length);
  }
}

/** A file that is shorter than it was said to be. */
export class EndedEarly extends Error {
  constructor() {
    super('the file ended before');
  }
}

/** Waits until the disk has a folder's own entries. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** @throws PrestageError as the place says, when its disk has not this much left */
export async function requireRoom(place: DiskPlace, needed: number): Promise<void> {
  const room = await roomAt(place.path);
  if (room === null || room.bytes >= needed) return;
  throw new PrestageError(diskRefusal('full', { ...place, needed }, room, null));
}

/**
 * Writes a stream of bytes into parts, and hashes the whole, every part and every block on the way. A part is on the disk
 * before the next is begun.
 */
export class PartWriter {
  readonly #directory: string;
  readonly #names: readonly string[];
  readonly #partBytes: number;
  readonly #blockBytes: number;
  readonly #whole: Hash;
  readonly #parts: DeliveredPart[] = [];
  #file: FileHandle | null = null;
  #part: Hash = createHash('sha256');
  #block: Hash = createHash('sha256');
  #blocks: string[] = [];
  /** Bytes of the part, and of the block, so far. */
  #inPart = 0;
  #inBlock = 0;
  #bytes = 0;

  /** @param names of the parts, as many as there will be */
  constructor(directory: string, names: readonly string[], partBytes: number, blockBytes: number) {
    this.#directory = directory;
    this.#names = names;
    this.#partBytes = partBytes;
    this.#blockBytes = blockBytes;
    this.#whole = createHash('sha256');
  }

  async write(bytes: Buffer): Promise<void> {
    for (let at = 0; at < bytes.length;) {
      const room = Math.min(this.#partBytes - this.#inPart, this.#blockBytes - this.#inBlock);
      const piece = bytes.subarray(at, at + room);
      this.#file ??= await open(join(this.#directory, this.#name()), 'wx', 0o644);
      this.#hash(piece);
      await writeWhole(this.#file, piece, this.#inPart);
      this.#inPart += piece.length;
      this.#inBlock += piece.length;
      this.#bytes += piece.length;
      at += piece.length;
      if (this.#inBlock === this.#blockBytes) this.#endBlock();
      if (this.#inPart === this.#partBytes) await this.#endPart();
    }
  }

  /** Ends the last part. */
  async end(): Promise<{ parts: DeliveredPart[]; bytes: number; sha256: string }> {
    if (this.#file !== null) await this.#endPart();
    await syncFolder(this.#directory);
    const [only] = this.#parts;
    const sha256 = this.#alone && only !== undefined ? only.sha256 : this.#whole.digest('hex');
    return { parts: this.#parts, bytes: this.#bytes, sha256 };
  }

  /** Closes what is open, after a failure. */
  async abandon(): Promise<void> {
    await this.#file?.close();
    this.#file = null;
  }

  /** The only part is the whole, and is not hashed twice. */
  get #alone(): boolean {
    return this.#names.length === 1;
  }

  /** A part of one block is that block. */
  get #oneBlock(): boolean {
    return this.#partBytes <= this.#blockBytes;
  }

  #hash(piece: Buffer): void {
    if (!this.#alone) this.#whole.update(piece);
    if (!this.#oneBlock) this.#part.update(piece);
    this.#block.update(piece);
  }

  #endBlock(): void {
    this.#blocks.push(this.#block.digest('hex'));
    this.#block = createHash('sha256');
    this.#inBlock = 0;
  }

  async #endPart(): Promise<void> {
    if (this.#inBlock > 0) this.#endBlock();
    await this.#file?.sync();
    await this.#file?.close();
    this.#file = null;
    const sha256 = this.#oneBlock ? (this.#blocks[0] ?? '') : this.#part.digest('hex');
    this.#parts.push({ fileName: this.#name(), bytes: this.#inPart, sha256, blocks: this.#blocks });
    this.#part = createHash('sha256');
    this.#blocks = [];
    this.#inPart = 0;
  }

  #name(): string {
    const name = this.#names[this.#parts.length];
    if (name === undefined) throw new Error('there are more parts than were foreseen');
    return name;
  }
}
