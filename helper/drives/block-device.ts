import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { ByteRange } from '../../core/media/chunk-map';

/** What an open block device says of itself. Sizes in bytes. */
export interface DeviceInfo {
  readonly size: number;
  readonly logicalSectorSize: number;
  readonly physicalSectorSize: number;
  readonly readOnly: boolean;
}

/** The addon's functions. Each throws an Error whose `code` is the errno's name. */
interface Addon {
  deviceInfo(fd: number): DeviceInfo;
  rereadPartitions(fd: number): void;
  flushBuffers(fd: number): void;
  dropFileCache(fd: number): void;
  lockExclusive(fd: number): void;
  dataExtents(fd: number, length: number): number[];
  opalStatus(fd: number): number;
}

let loaded: Addon | undefined;

/** Loaded at first use, so that what needs no device also runs where the addon was not built. */
function addon(): Addon {
  // Both the bundles (dist/) and this file's folder are one step below the checkout's root.
  loaded ??= createRequire(join(__dirname, 'index.cjs'))(
    '../helper/addon/build/Release/block_device.node',
  ) as Addon;
  return loaded;
}

/** Size, sector sizes and write protection of an open block device. */
export function deviceInfo(fd: number): DeviceInfo {
  return addon().deviceInfo(fd);
}

/** Asks the kernel to read the partition table again (BLKRRPART). Throws EBUSY, or EINVAL where there are no partitions. */
export function rereadPartitions(fd: number): void {
  addon().rereadPartitions(fd);
}

/** Makes the kernel write back and forget what it cached of a block device (BLKFLSBUF). */
export function flushBuffers(fd: number): void {
  addon().flushBuffers(fd);
}

/** Makes the page cache forget a file's clean pages. */
export function dropFileCache(fd: number): void {
  addon().dropFileCache(fd);
}

/** Takes the exclusive flock of a file or device, or throws EAGAIN. Freed with the descriptor. */
export function lockExclusive(fd: number): void {
  addon().lockExclusive(fd);
}

/** The ranges of a sparse file that hold data, in bytes. */
export function dataExtents(fd: number, length: number): ByteRange[] {
  const flat = addon().dataExtents(fd, length);
  const ranges: ByteRange[] = [];
  for (let index = 0; index + 1 < flat.length; index += 2) {
    const start = flat[index] ?? 0;
    ranges.push({ offset: start, length: (flat[index + 1] ?? start) - start });
  }
  return ranges;
}

/**
 * Whether a drive that encrypts itself (TCG Opal) keeps everybody out now, by the kernel's word on the open descriptor; null: the
 * kernel does not tell, or the drive does not encrypt itself.
 */
export function isOpalLocked(fd: number): boolean | null {
  const locked = 0x8;
  try {
    return (addon().opalStatus(fd) & locked) !== 0;
  } catch {
    // EOPNOTSUPP, ENOTTY: no Opal, or a kernel that does not know the question.
    return null;
  }
}
