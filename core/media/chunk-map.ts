/** The chunk map: its form, its limits and its fingerprint. */
import { z } from 'zod';
import { findLayout, planPartitions, plannedPartitionSchema } from '../drive/layout';
import { sectorSizeSchema } from '../drive/sector-size';
import { KiB, MiB } from '../base/units';

/** File of a disk image folder that holds the chunk map; written last. */
export const chunkMapName = 'chunk-map.json';
/** File of a drive's own folder with the chunks that no other drive has. */
export const ownChunksName = 'own-chunks.img';

/** File of the folder of a grown disk image with the chunks that the smaller one does not have. */
export const grownChunksName = 'grown-chunks.img';

/** File of a disk image folder with what its drives share of their boot stores; made again where it is missing. */
export const keptStoreName = 'boot-store.json';

/** Longest chunk. 8 MiB keeps drives streaming and bounds what one failed comparison can hide behind. */
export const maximumChunkBytes = 8 * MiB;
/** Gaps up to this size are written too: one longer request costs less than two. */
export const maximumGapBytes = 64 * KiB;
/** Chunks start and end on this border: a multiple of every sector size we write (512, 4096). */
export const chunkAlignment = 4 * KiB;

export const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/);

/** A half-open byte range. */
export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

export const chunkSchema = z.strictObject({
  /** Bytes from the start of the drive. */
  offset: z.int().nonnegative(),
  /** Bytes. */
  length: z.int().positive().max(maximumChunkBytes),
  /** Number of the partition whose disk image file holds the bytes, at `offset` minus the partition's offset. */
  partition: z.int().positive(),
  sha256: sha256Schema,
  /** The bytes lie in the drive's own file, from here on, and not in that of the partition. Bytes. */
  own: z.int().nonnegative().optional(),
  /** The bytes lie in the file of what this size of drive has of its own, from here on. Bytes. */
  grown: z.int().nonnegative().optional(),
});
export type Chunk = z.infer<typeof chunkSchema>;

/** Where the bytes of a slot lie. */
export const placedSlotSchema = z.strictObject({
  /** On the Windows partition, with backslashes. */
  path: z.string(),
  /** Bytes from the start of the drive. */
  offset: z.int().nonnegative(),
  /** Bytes. */
  length: z.int().positive(),
  partition: z.int().positive(),
});
export type PlacedSlot = z.infer<typeof placedSlotSchema>;

/** Everything a disk image puts on a drive between the partition tables. */
export const chunkMapSchema = z.strictObject({
  version: z.literal(1),
  layout: z.string(),
  /** Bytes. */
  driveSize: z.int().positive(),
  /** Bytes. */
  sectorSize: sectorSizeSchema,
  partitions: z.array(plannedPartitionSchema),
  chunks: z.array(chunkSchema),
  /** Files of the shared image whose bytes each drive gets of its own. Not part of the fingerprint: their blank content is checked. */
  slots: z.array(placedSlotSchema).optional(),
});
export type ChunkMap = z.infer<typeof chunkMapSchema>;

/**
 * Turns the data ranges of one partition file into the ranges to write: aligned outward, gaps of at most
 * {@link maximumGapBytes} merged, cut at multiples of {@link maximumChunkBytes} in the file so that the cut
 * does not depend on what lies before.
 * @param ranges ascending by their start; bytes within the file
 * @param fileLength bytes; a multiple of {@link chunkAlignment}
 */
export function planRanges(ranges: readonly ByteRange[], fileLength: number): ByteRange[] {
  const merged: { start: number; end: number }[] = [];
  for (const range of ranges) {
    const start = Math.floor(range.offset / chunkAlignment) * chunkAlignment;
    const end = Math.min(
      fileLength,
      Math.ceil((range.offset + range.length) / chunkAlignment) * chunkAlignment,
    );
    if (end <= start) continue;
    const last = merged.at(-1);
    if (last !== undefined && start - last.end <= maximumGapBytes) last.end = Math.max(last.end, end);
    else merged.push({ start, end });
  }
  const planned: ByteRange[] = [];
  for (const { start, end } of merged) {
    for (let offset = start; offset < end;) {
      const border = (Math.floor(offset / maximumChunkBytes) + 1) * maximumChunkBytes;
      const length = Math.min(end, border) - offset;
      planned.push({ offset, length });
      offset += length;
    }
  }
  return planned;
}

/** The file of one partition inside a disk image folder. */
export function partitionFileName(number: number): string {
  return `partition-${number}.img`;
}

/** Where each chunk of a map lies in a disk image folder: file, and bytes into it. In the map's order. */
export function chunkPlaces(
  map: Pick<ChunkMap, 'chunks' | 'partitions'>,
): { readonly file: string; readonly offset: number; readonly length: number }[] {
  const starts = new Map(map.partitions.map(({ number, offset }) => [number, offset]));
  return map.chunks.map(({ offset, length, partition, own, grown }) => ({
    file:
      own !== undefined
        ? ownChunksName
        : grown === undefined
          ? partitionFileName(partition)
          : grownChunksName,
    offset: own ?? grown ?? offset - (starts.get(partition) ?? 0),
    length,
  }));
}

/** Sum of the chunks' lengths, in bytes. */
export function bytesOf(map: Pick<ChunkMap, 'chunks'>): number {
  return map.chunks.reduce((sum, chunk) => sum + chunk.length, 0);
}

/**
 * The text whose SHA-256 is the chunk map's fingerprint: what a drive was given, in one hash. One line a
 * fact, so that anyone can compute it again with sha256sum.
 */
export function fingerprintText(map: ChunkMap): string {
  const lines = [`prestage-chunk-map ${map.version}`, `layout ${map.layout}`];
  lines.push(`drive ${map.driveSize} ${map.sectorSize}`);
  for (const partition of map.partitions) {
    lines.push(`partition ${partition.number} ${partition.type} ${partition.offset} ${partition.length}`);
  }
  for (const chunk of map.chunks) lines.push(`chunk ${chunk.offset} ${chunk.length} ${chunk.sha256}`);
  return `${lines.join('\n')}\n`;
}

/**
 * Whether a chunk map may be written to a drive: it must be one that our own layouts give for a drive of
 * this size, with every chunk inside its partition. A map comes from a folder that others can write to.
 * @param drive sizes in bytes
 * @returns what is wrong with it, or null.
 */
export function chunkMapProblem(
  map: ChunkMap,
  drive: { readonly size: number; readonly logicalSectorSize: number },
): string | null {
  if (map.driveSize !== drive.size) return `it is for a drive of ${map.driveSize} bytes`;
  if (map.sectorSize !== drive.logicalSectorSize) return `it is for sectors of ${map.sectorSize} bytes`;
  const layout = findLayout(map.layout);
  if (layout === null) return 'its layout does not exist';
  if (JSON.stringify(planPartitions(layout, map.driveSize)) !== JSON.stringify(map.partitions)) {
    return `its partitions do not match the layout ${layout.name}`;
  }
  let end = 0;
  for (const [index, chunk] of map.chunks.entries()) {
    const partition = map.partitions.find(({ number }) => number === chunk.partition);
    const inside =
      partition !== undefined &&
      partition.fileSystem !== 'none' &&
      chunk.offset >= partition.offset &&
      chunk.offset + chunk.length <= partition.offset + partition.length;
    if (!inside) return `chunk ${index} is outside its partition`;
    if (chunk.offset < end) return `chunk ${index} overlaps the one before`;
    if (chunk.offset % chunkAlignment !== 0 || chunk.length % chunkAlignment !== 0) {
      return `chunk ${index} is not aligned`;
    }
    end = chunk.offset + chunk.length;
  }
  return map.chunks.length === 0 ? 'it has no chunks' : null;
}
