import { open } from 'node:fs/promises';
import { planRanges, type ByteRange, type Chunk } from '../../core/media/chunk-map';
import type { PlannedPartition } from '../../core/drive/layout';
import { dataExtents } from '../drives/block-device';
import { hashPieces } from '../hash/hash';

/**
 * Lists what was written to a partition's sparse file, and hashes it.
 * @param onProgress bytes of this partition that are hashed, and all of them
 * @throws PrestageError cancelled
 */
export async function mapPartition(
  path: string,
  partition: PlannedPartition,
  onProgress: (done: number, total: number) => void,
  signal: AbortSignal,
): Promise<Chunk[]> {
  const ranges = await rangesOf(path, partition);
  const total = ranges.reduce((sum, { length }) => sum + length, 0);
  const hashed = await hashPieces(
    ranges.map((range) => ({ path, ...range })),
    (done) => {
      onProgress(done, total);
    },
    signal,
  );
  return ranges.map(({ offset, length }, index) => {
    const piece = hashed[index];
    if (piece?.length !== length) throw new Error('a disk image file shrank while it was hashed');
    return { offset: partition.offset + offset, length, partition: partition.number, sha256: piece.sha256 };
  });
}

/** The ranges to write, in bytes from the start of the file. */
export async function rangesOf(path: string, { length }: PlannedPartition): Promise<ByteRange[]> {
  const handle = await open(path, 'r');
  try {
    return planRanges(dataExtents(handle.fd, length), length);
  } finally {
    await handle.close();
  }
}
