/** Whether the file system of the image cache tells what was written to a file from what was not. */
import { open, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { PrestageError } from '../../core/base/errors';
import { MiB } from '../../core/base/units';
import { dataExtents } from '../drives/block-device';
import { writeWhole } from '../tools/write-whole';

/** ext2 to ext4, XFS and tmpfs, as statfs(2) calls them (linux/magic.h): what was written there is told as written. */
const knownTruthful: ReadonlySet<number> = new Set([0xef53, 0x58465342, 0x01021994]);

/** File systems that told the truth in this process, by their device numbers. */
const truthful = new Set<bigint>();

/**
 * A file system that stores blocks of zeros as holes (ZFS with compression does) would hide from the chunk map
 * that they were written, and a drive would keep what it held there.
 * @param extents what the file system tells of an open file
 * @throws PrestageError render-failed
 */
export async function requireTrueHoles(directory: string, extents = dataExtents): Promise<void> {
  const { dev } = await stat(directory, { bigint: true });
  truthful.delete(dev);
  const file = join(directory, 'zeros');
  const handle = await open(file, 'wx', 0o600);
  try {
    await writeWhole(handle, Buffer.alloc(MiB), 0);
    await handle.sync();
    const told = extents(handle.fd, MiB).reduce((sum, { length }) => sum + length, 0);
    if (told === MiB) {
      truthful.add(dev);
      return;
    }
  } finally {
    await handle.close();
    await rm(file, { force: true });
  }
  throw new PrestageError({
    code: 'render-failed',
    message: 'The file system of the image cache does not store zeros that were written.',
    remedy:
      'No drive was touched. Put the image cache on ext4, XFS or Btrfs without compression (--state DIR, or XDG_CACHE_HOME).',
  });
}

/**
 * As {@link requireTrueHoles}, once for each file system, and not where its kind is known: the disk is waited for, and so is the
 * first byte on a drive.
 * @param typeOf what statfs(2) calls the file system's kind
 * @throws PrestageError render-failed
 */
export async function requireTrueHolesOnce(
  directory: string,
  extents = dataExtents,
  typeOf = async (folder: string): Promise<number> => (await statfs(folder)).type,
): Promise<void> {
  const { dev } = await stat(directory, { bigint: true });
  if (truthful.has(dev) || knownTruthful.has(await typeOf(directory))) return;
  await requireTrueHoles(directory, extents);
}
