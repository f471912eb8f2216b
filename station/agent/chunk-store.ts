import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';

/** Chunks that this machine can give to others: the newest from memory, the others from the drive that they were written to. */

/** Chunks that are kept in memory: 24 of at most 8 MiB. By the time that one is dropped, the drive has it. */
const kept = 24;

interface Place {
  readonly path: string;
  /** Bytes. */
  readonly offset: number;
  /** Bytes. */
  readonly length: number;
}

export class ChunkStore {
  readonly #memory = new Map<string, Buffer>();
  readonly #places = new Map<string, Place>();

  /** A chunk that has arrived, and where it is going to be. */
  add(sha256: string, place: Place, bytes: Buffer | null): void {
    this.#places.set(sha256, place);
    if (bytes === null) return;
    this.#memory.set(sha256, bytes);
    for (const oldest of this.#memory.keys()) {
      if (this.#memory.size <= kept) break;
      this.#memory.delete(oldest);
    }
  }

  /**
   * The bytes of a chunk; null: it is not here. What lies at its place may be another job's by now, with files that are one machine's
   * own: bytes that are not the chunk go to nobody.
   */
  async read(sha256: string): Promise<Buffer | null> {
    const remembered = this.#memory.get(sha256);
    if (remembered !== undefined) return remembered;
    const place = this.#places.get(sha256);
    if (place === undefined) return null;
    const handle = await open(place.path, 'r');
    try {
      const bytes = Buffer.alloc(place.length);
      const { bytesRead } = await handle.read(bytes, 0, place.length, place.offset);
      const isChunk =
        bytesRead === place.length && createHash('sha256').update(bytes).digest('hex') === sha256;
      if (!isChunk) this.#places.delete(sha256);
      return isChunk ? bytes : null;
    } finally {
      await handle.close();
    }
  }
}
