/** Reads a partition of a disk image by its chunks, each compared with its hash before a byte of it is used for anything else. */
import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import type { Chunk } from '../../core/media/chunk-map';
import { diskImageDamaged } from './chunk-map-file';

/**
 * What is made from bytes of a disk image gets a hash of its own, and nothing behind it could tell any more that they had changed.
 * @throws PrestageError render-damaged
 */
function requireChunk(bytes: Buffer, { offset, sha256 }: Pick<Chunk, 'offset' | 'sha256'>): void {
  if (createHash('sha256').update(bytes).digest('hex') === sha256) return;
  throw diskImageDamaged(`the chunk at byte ${offset} has changed`);
}

/** @throws PrestageError render-damaged; the system's errors */
export async function readChunk(file: FileHandle, at: number, chunk: Chunk): Promise<Buffer> {
  const bytes = Buffer.alloc(chunk.length);
  // What the file is too short for stays zero, and is found.
  await file.read(bytes, 0, chunk.length, at);
  requireChunk(bytes, chunk);
  return bytes;
}

/**
 * @param start of the partition on the drive, bytes
 * @param chunks of the partition
 * @returns reads bytes of the partition: what no chunk has is zero
 */
export function checkedReader(
  file: FileHandle,
  start: number,
  chunks: readonly Chunk[],
): (offset: number, length: number) => Promise<Buffer> {
  const known = new Map<Chunk, Buffer>();
  return async (offset, length) => {
    const bytes = Buffer.alloc(length);
    for (const chunk of chunks) {
      const at = chunk.offset - start;
      if (at >= offset + length || at + chunk.length <= offset) continue;
      const content = known.get(chunk) ?? (await readChunk(file, at, chunk));
      known.set(chunk, content);
      content.copy(bytes, Math.max(0, at - offset), Math.max(0, offset - at));
    }
    return bytes;
  };
}
