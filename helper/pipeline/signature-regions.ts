import { KiB, MiB } from '../../core/base/units';
import type { ByteRange } from '../../core/media/chunk-map';

/**
 * Where old file systems, volume managers and arrays leave what they are known by, in a partition that lies where one of
 * theirs lay. A drive that is written in ranges keeps what is between them, and `blkid` would go on calling the new
 * partition by its old name. Places as libblkid 2.38 looks for them:
 *
 * - the first MiB: file systems, LVM and bcache in the first sectors, md 1.1 and 1.2, LUKS and BitLocker headers, btrfs
 *   and ReiserFS at 64 KiB, two ZFS labels of 256 KiB, LUKS2's second header from 16 KiB to 512 KiB;
 * - 4 KiB at 1, 2 and 4 MiB: LUKS2's second header where the first is longer, VMFS;
 * - the last MiB: md 0.90 and 1.0, the other two ZFS labels, NILFS2's second superblock, DRBD, a backup GPT inside.
 */
const laterPlaces = [MiB, 2 * MiB, 4 * MiB];
const laterBytes = 4 * KiB;
/** The partition tables' regions: the first and the last MiB, which are zeroed on their own. */
const tableRegion = MiB;

/**
 * The ranges of a partition to overwrite before its own content, bytes from the start of the drive, ascending.
 * @param partition bytes, whole MiB as a layout places it
 */
function signatureRegions({ offset, length }: ByteRange): ByteRange[] {
  const end = offset + length;
  if (length <= 2 * MiB) return [{ offset, length }];
  const later = laterPlaces
    .filter((place) => place + laterBytes <= length - MiB)
    .map((place) => ({ offset: offset + place, length: laterBytes }));
  return [{ offset, length: MiB }, ...later, { offset: end - MiB, length: MiB }];
}

/**
 * The same of a drive as a whole, which may have been one volume without partitions: beside a partition table `blkid` goes
 * on naming the old one. Its first and last MiB hold the tables. The MiB before the last has what stands further from the
 * end (Promise RAID, 3087 sectors), and what no partition reaches to where a drive is no whole number of MiB.
 */
function driveRegions(size: number): ByteRange[] {
  const later = laterPlaces
    .filter((place) => place + laterBytes <= size - 2 * tableRegion)
    .map((place) => ({ offset: place, length: laterBytes }));
  return [...later, { offset: size - 2 * tableRegion, length: tableRegion }];
}

/**
 * All ranges of a drive to overwrite before its partitions' content, bytes, ascending and not overlapping.
 * @param size of the drive, bytes
 */
export function signatureRegionsOf(size: number, partitions: readonly ByteRange[]): ByteRange[] {
  const all = [...partitions.flatMap(signatureRegions), ...driveRegions(size)];
  let covered = 0;
  return all
    .toSorted((a, b) => a.offset - b.offset)
    .flatMap(({ offset, length }) => {
      const from = Math.max(offset, covered);
      const end = offset + length;
      covered = Math.max(covered, end);
      return end > from ? [{ offset: from, length: end - from }] : [];
    });
}

/**
 * What of the regions no chunk covers: it must hold the zeros that were written first.
 * @param regions ascending, not overlapping
 * @param chunks ascending, not overlapping
 */
export function withoutChunks(regions: readonly ByteRange[], chunks: readonly ByteRange[]): ByteRange[] {
  return regions.flatMap((region) => {
    const left: ByteRange[] = [];
    const regionEnd = region.offset + region.length;
    let at = region.offset;
    for (const chunk of chunks) {
      const chunkEnd = chunk.offset + chunk.length;
      if (chunkEnd <= at) continue;
      if (chunk.offset >= regionEnd) break;
      if (chunk.offset > at) left.push({ offset: at, length: chunk.offset - at });
      at = chunkEnd;
    }
    if (at < regionEnd) left.push({ offset: at, length: regionEnd - at });
    return left;
  });
}
