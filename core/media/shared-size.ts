/** For which size of drive a disk image is made that larger drives share (docs/adr/0064-one-render-for-all-sizes.md). */
import { GiB, MiB } from '../base/units';
import { planPartitions, type Layout } from '../drive/layout';
import { clusterBytesOf } from '../drive/ntfs';
import { minVolumeBytes, type MediaImage } from './media';
import { recoveryFor, recoveryRoomOf, type Recovery } from './recovery';

/**
 * The Windows partition that an image gets at first: twice what it needs, so that files lie in it as they would in a large one. NTFS
 * keeps an eighth of a volume free for the MFT to grow into.
 */
function roomyBytes(image: MediaImage): number {
  return Math.ceil((2 * minVolumeBytes(image)) / GiB) * GiB;
}

/**
 * @param driveSize of the drive that is to be written, bytes
 * @returns bytes: the drive size to make the disk image for; the drive's own where it is too small to share one, or larger than the
 * clusters of a small volume reach
 */
export function sharedDriveSize(
  layout: Layout,
  media: { readonly recovery?: Recovery | undefined },
  image: MediaImage,
  driveSize: number,
): number {
  const wanted = roomyBytes(image);
  const recovery = recoveryFor(layout, media);
  for (let size = wanted + step; size < driveSize; size += step) {
    const windows = windowsOf(layout, size);
    if (windows === null || windows < wanted) continue;
    if (recovery !== null && (recoveryRoomOf(layout, size) ?? 0) < recovery.bytes) continue;
    const own = windowsOf(layout, driveSize);
    return own !== null && clusterBytesOf(own) === clusterBytesOf(windows) ? size : driveSize;
  }
  return driveSize;
}

/** Bytes between the sizes that are tried. */
const step = 64 * MiB;

function windowsOf(layout: Layout, driveSize: number): number | null {
  return planPartitions(layout, driveSize)?.find(({ role }) => role === 'windows')?.length ?? null;
}
