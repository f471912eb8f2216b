/** Chunks of a partition with bytes in them that are others than in a disk image that is shared. */
import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import type { ByteRange, Chunk } from '../../core/media/chunk-map';
import { writeWhole } from '../tools/write-whole';

/** Other bytes; bytes from the start of the partition. */
export interface Edit extends ByteRange {
  /** null: zeros. */
  readonly bytes: Buffer | null;
}

/**
 * @param start of the partition, bytes from the start of the drive
 * @param chunks what is shared, in bytes from the start of the drive
 * @param ranges what is written to the partition, in bytes from its start
 * @param edits later ones lie over earlier ones
 * @param read bytes of the shared partition, from its start
 * @param add keeps the bytes of a chunk that is another one
 * @returns the shared chunks where they are as they were, in the order of the ranges
 */
export async function layEdits(
  { start, number }: { readonly start: number; readonly number: number },
  chunks: readonly Chunk[],
  ranges: readonly ByteRange[],
  edits: readonly Edit[],
  read: (offset: number, length: number) => Promise<Buffer>,
  add: (bytes: Buffer) => Promise<Pick<Chunk, 'sha256' | 'own' | 'grown'>>,
): Promise<Chunk[]> {
  const had = new Map(chunks.map((chunk) => [chunk.offset - start, chunk]));
  const result: Chunk[] = [];
  for (const range of ranges) {
    const same = had.get(range.offset);
    const touching = edits.filter((one) => overlaps(one, range));
    if (same?.length === range.length && touching.length === 0) {
      result.push(same);
      continue;
    }
    const bytes = await read(range.offset, range.length);
    for (const one of touching) lay(one, bytes, range.offset);
    const { offset, length } = range;
    result.push({ offset: start + offset, length, partition: number, ...(await add(bytes)) });
  }
  return result;
}

/** Whether two ranges have a byte in common. */
export function overlaps(one: ByteRange, other: ByteRange): boolean {
  return one.offset < other.offset + other.length && other.offset < one.offset + one.length;
}

/** Lays the part of an edit that falls into a range over the range's bytes. */
export function lay({ offset, length, bytes }: Edit, range: Buffer, rangeOffset: number): void {
  const from = Math.max(0, rangeOffset - offset);
  const at = Math.max(0, offset - rangeOffset);
  const count = Math.min(length - from, range.length - at);
  if (bytes === null) range.fill(0, at, at + count);
  else bytes.copy(range, at, from, from + count);
}

/** A file with chunks that the shared image does not have. Those that are alike, as zeros are, lie there once. */
export class ChunkFile {
  readonly #path: string;
  readonly #places = new Map<string, number>();
  #file: FileHandle | null = null;
  #end = 0;

  /** @param path of a file that does not exist; made with the first chunk */
  constructor(path: string) {
    this.#path = path;
  }

  /** @returns where the bytes lie in the file */
  async add(bytes: Buffer): Promise<{ readonly sha256: string; readonly place: number }> {
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const key = `${sha256} ${bytes.length}`;
    const known = this.#places.get(key);
    if (known !== undefined) return { sha256, place: known };
    this.#file ??= await open(this.#path, 'wx', 0o600);
    const place = this.#end;
    await writeWhole(this.#file, bytes, place);
    this.#places.set(key, place);
    this.#end += bytes.length;
    return { sha256, place };
  }

  async close(): Promise<void> {
    await this.#file?.close();
  }
}
