/** Where the content of a file lies on a FAT file system, by mtools' `mshowfat`. */
import { open, type FileHandle } from 'node:fs/promises';
import { timeouts } from '../../core/base/timeouts';
import type { ByteRange } from '../../core/media/chunk-map';
import { runTool } from '../tools/runner';
import { diskImageFailed } from './format-partition';

/** As `mshowfat` prints them: one cluster, or the first and the last of several. */
const clusters = /<(\d+)(?:-(\d+))?>/g;

/**
 * @param image the file system
 * @param path as mtools names it, with `::` in front
 * @param content of the file: read again at the places that are told
 * @returns in the order of the content; bytes from the start of the file system
 * @throws PrestageError render-failed, tool-missing
 */
export async function clusterPlaces(image: string, path: string, content: Buffer): Promise<ByteRange[]> {
  const told = await runTool('mshowfat', ['-i', image, path], { timeout: timeouts.listingTool });
  const text = told.stdout.toString('utf8');
  if (told.status !== 0) throw diskImageFailed('mshowfat did not find the boot store', told);
  const handle = await open(image, 'r');
  try {
    const { start, bytes } = await clustersOf(handle);
    const places: ByteRange[] = [];
    let left = content.length;
    for (const [, first = '', end = first] of text.matchAll(clusters)) {
      const length = Math.min(left, (Number(end) - Number(first) + 1) * bytes);
      if (length > 0) places.push({ offset: start + (Number(first) - 2) * bytes, length });
      left -= length;
    }
    const read = Buffer.alloc(content.length);
    let at = 0;
    for (const { offset, length } of places) {
      await handle.read(read, at, length, offset);
      at += length;
    }
    if (left !== 0 || !read.equals(content)) {
      throw diskImageFailed('the boot store is not where mshowfat says', told);
    }
    return places;
  } finally {
    await handle.close();
  }
}

/**
 * The BIOS parameter block (Microsoft, FAT32 File System Specification 1.03, "Boot Sector and BPB").
 * @returns bytes of a cluster, and from the start of the file system to the first one, which has the number 2
 */
async function clustersOf(handle: FileHandle): Promise<{ readonly start: number; readonly bytes: number }> {
  const boot = Buffer.alloc(512);
  await handle.read(boot, 0, boot.length, 0);
  const sector = boot.readUInt16LE(11);
  const reserved = boot.readUInt16LE(14);
  const tables = boot.readUInt8(16);
  const rootEntries = boot.readUInt16LE(17);
  // FAT32 has zero there.
  const shortTable = boot.readUInt16LE(22);
  const table = shortTable === 0 ? boot.readUInt32LE(36) : shortTable;
  return {
    start: (reserved + tables * table) * sector + rootEntries * 32,
    bytes: boot.readUInt8(13) * sector,
  };
}
