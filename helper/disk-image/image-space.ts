/** The room that a disk image needs, and what is said where it is missing. */
import { dirname } from 'node:path';
import { diskRefusal } from '../../core/base/disk-refusal';
import { formatBytes } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import { MiB } from '../../core/base/units';
import { minVolumeBytes, type MediaImage } from '../../core/media/media';
import { cachePlace, roomAt } from '../tools/disk';

/** Bytes; what cannot be found out does not stop anything. */
export async function freeBytes(directory: string): Promise<number> {
  return (await roomAt(directory))?.bytes ?? Infinity;
}

/**
 * @param further bytes that lie beside the Windows partition
 * @throws PrestageError render-no-space
 */
export async function requireSpace(directory: string, image: MediaImage, further: number): Promise<void> {
  // The image's data, and the file systems' own structures.
  const needed = minVolumeBytes(image) + further + 32 * MiB;
  const free = await freeBytes(directory);
  if (free < needed) throw noSpace(dirname(directory), needed, free);
}

/** @param cache folder of the image cache */
export function noSpace(cache: string, needed: number, free: number): PrestageError {
  const place = { ...cachePlace(cache), needed };
  return new PrestageError(diskRefusal('full', place, { bytes: free, files: null }, null));
}

export function tooSmall(image: MediaImage, driveSize: number): PrestageError {
  return new PrestageError({
    code: 'drive-too-small',
    message: `Image ${image.index} (${formatBytes(image.bytes)} of files) does not fit on a drive of ${formatBytes(driveSize)} with this layout.`,
  });
}
