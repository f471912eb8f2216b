import { KiB } from '../base/units';

/**
 * NTFS counts clusters with 32 bits. Up to 16 TiB its default of 4 KiB is enough; beyond, a larger cluster is needed.
 * Source: Microsoft, "NTFS overview" (Support for large volumes): 8 KiB up to 32 TiB, 16 KiB up to 64, 32 KiB up to 128,
 * 64 KiB up to 256. Windows before Windows 10 1709 reads no larger ones, so none is made. Windows starts from all of these:
 * the firmware reads the FAT32 partition only. NTFS compression does not exist above 4 KiB; an image may ask for it, and its
 * files are then stored as they are.
 */

/** Bytes. */
export const defaultClusterBytes = 4 * KiB;
const largestClusterBytes = 64 * KiB;
const mostClusters = 2 ** 32 - 1;

/** Bytes of the largest NTFS volume that is made. */
export const largestVolumeBytes = mostClusters * largestClusterBytes;

/**
 * The cluster size of a volume, bytes.
 * @param volumeBytes length of its partition
 * @returns null when no cluster size fits
 */
export function clusterBytesOf(volumeBytes: number): number | null {
  for (let bytes = defaultClusterBytes; bytes <= largestClusterBytes; bytes *= 2) {
    if (Math.ceil(volumeBytes / bytes) <= mostClusters) return bytes;
  }
  return null;
}

/**
 * What goes into the boot sector's field for the partition's start, which has 32 bits. Boot code of a BIOS alone reads it, and a
 * BIOS starts from no drive where it would not fit: a Recovery partition behind the first 2 TiB, with 512-byte sectors.
 * @param startSector first sector of the partition
 */
export function hiddenSectors(startSector: number): number {
  return startSector < 2 ** 32 ? startSector : 0;
}
