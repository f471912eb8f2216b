/** Whether the file system of the image cache tells what was written to a file from what was not. */
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PrestageError } from '../../core/base/errors';
import { MiB } from '../../core/base/units';
import { dataExtents } from '../drives/block-device';
import { writeWhole } from '../tools/write-whole';

/**
 * A file system that stores blocks of zeros as holes (ZFS with compression does) would hide from the chunk map
 * that they were written, and a drive would keep what it held there.
 * @param extents what the file system tells of an open file
 * @throws PrestageError render-failed
 */
export async function requireTrueHoles(directory: string, extents = dataExtents): Promise<void> {
  const file = join(directory, 'zeros');
  const handle = await open(file, 'wx', 0o600);
  try {
    await writeWhole(handle, Buffer.alloc(MiB), 0);
    await handle.sync();
    const told = extents(handle.fd, MiB).reduce((sum, { length }) => sum + length, 0);
    if (told === MiB) return;
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
