/** Makes the disk image of one drive size from one that was made for a smaller drive (docs/adr/0064-one-render-for-all-sizes.md). */
import { link, mkdir, open, rm, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { HelperRequest, HelperResponse } from '../../core/contract/helper-api';
import { planPartitions, type PlannedPartition } from '../../core/drive/layout';
import { hiddenSectors } from '../../core/drive/ntfs';
import { requireLayout } from '../../core/job/batch-rules';
import {
  bytesOf,
  chunkMapName,
  grownChunksName,
  partitionFileName,
  planRanges,
  type Chunk,
  type ChunkMap,
} from '../../core/media/chunk-map';
import { cachePlace, onDisk } from '../tools/disk';
import { checkedReader } from './checked-chunks';
import { fingerprintOf, readChunkMap, diskImageDamaged, writeChunkMap } from './chunk-map-file';
import { clusterBytes } from './format-partition';
import { growNtfs, NotGrowable } from './grow-ntfs';
import { ChunkFile, layEdits } from './lay-edits';

/**
 * The files of the smaller image, under a second name, and one more with the chunks that are others on the larger drive. Nothing of
 * the smaller image is changed. On any failure nothing is left behind.
 * @returns what it puts on a drive; or why this image is made for its own size only
 * @throws PrestageError render-damaged, render-no-space, disk-unwritable
 */
export async function growDiskImage(
  request: HelperRequest<'growDiskImage'>,
): Promise<HelperResponse<'growDiskImage'>> {
  const { map, fingerprint } = await readChunkMap(join(request.renderDirectory, chunkMapName));
  if (fingerprint !== request.fingerprint) throw diskImageDamaged('it is not the one that was chosen');
  return await onDisk(cachePlace(dirname(request.directory)), () => fillFolder(request, map));
}

async function fillFolder(
  { renderDirectory, directory, driveSize }: HelperRequest<'growDiskImage'>,
  map: ChunkMap,
): Promise<HelperResponse<'growDiskImage'>> {
  const partitions = planPartitions(requireLayout(map.layout), driveSize);
  await mkdir(directory, { mode: 0o700 });
  try {
    if (partitions === null) throw new NotGrowable('the layout does not fit the drive');
    const grown = new ChunkFile(join(directory, grownChunksName));
    const chunks: Chunk[] = [];
    try {
      for (const partition of partitions.filter(({ fileSystem }) => fileSystem !== 'none')) {
        const name = partitionFileName(partition.number);
        const from = map.partitions.find(({ number }) => number === partition.number);
        if (from === undefined) throw diskImageDamaged('its partitions are not those of its layout');
        await link(join(renderDirectory, name), join(directory, name));
        const own = map.chunks.filter((chunk) => chunk.partition === partition.number);
        const file = await open(join(directory, name), 'r');
        try {
          chunks.push(...(await growPartition(file, from, partition, map, own, grown)));
        } finally {
          await file.close();
        }
      }
    } finally {
      await grown.close();
    }
    const larger: ChunkMap = { ...map, driveSize, partitions, chunks };
    await writeChunkMap(join(directory, chunkMapName), larger);
    return { fingerprint: fingerprintOf(larger), bytes: bytesOf(larger), chunks: chunks.length };
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    if (error instanceof NotGrowable) return { refused: error.message };
    throw error;
  }
}

/** @returns the partition's chunks, at their places on the larger drive */
async function growPartition(
  file: FileHandle,
  from: PlannedPartition,
  to: PlannedPartition,
  { sectorSize }: ChunkMap,
  chunks: readonly Chunk[],
  grown: ChunkFile,
): Promise<Chunk[]> {
  const moved = chunks.map((chunk) => ({ ...chunk, offset: chunk.offset - from.offset + to.offset }));
  if (from.offset === to.offset && from.length === to.length) return moved;
  if (to.fileSystem !== 'ntfs') throw new NotGrowable('its EFI partition has another place');
  if (clusterBytes(from) !== clusterBytes(to)) throw new NotGrowable('its clusters would be too small');
  const read = checkedReader(file, from.offset, chunks);
  const volume = { length: from.length, sectorSize, clusterBytes: clusterBytes(from), read };
  const edits = await growNtfs(volume, to.length, hiddenSectors(to.offset / sectorSize));
  const ranges = moved.map(({ offset, length }) => ({ offset: offset - to.offset, length }));
  const all = [...ranges, ...edits].sort((left, right) => left.offset - right.offset);
  const place = { start: to.offset, number: to.number };
  return await layEdits(place, moved, planRanges(all, to.length), edits, read, async (bytes) => {
    const { sha256, place: at } = await grown.add(bytes);
    return { sha256, grown: at };
  });
}
