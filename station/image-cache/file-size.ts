import { randomUUID } from 'node:crypto';
import { mkdir, open, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { formatBytes, sanitizeForDisplay } from '../../core/base/display';
import { errorCodeOf } from '../../core/base/system-error';
import { driveLabel, type Drive } from '../../core/drive/drive';
import { PrestageError } from '../../core/base/errors';
import { planPartitions, type Layout } from '../../core/drive/layout';

/**
 * A disk image has one sparse file for each partition, as long as the partition: the file system of the image cache must
 * allow such a file. ext4 ends at 16 TiB, FAT32 at 4 GiB; XFS and Btrfs hold all that a drive can have. Only a try tells.
 * @throws PrestageError drive-too-large
 */
export async function requireCacheFile(drive: Drive, layout: Layout, folder: string): Promise<void> {
  const longest = Math.max(0, ...(planPartitions(layout, drive.size) ?? []).map(({ length }) => length));
  const file = join(folder, `size-${randomUUID()}.tmp`);
  let handle: FileHandle;
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    handle = await open(file, 'wx', 0o600);
  } catch {
    // Whoever makes the disk image says why the folder cannot be written.
    return;
  }
  try {
    await handle.truncate(longest);
  } catch (error) {
    if (!['EFBIG', 'EINVAL'].includes(errorCodeOf(error) ?? '')) throw error;
    throw new PrestageError({
      code: 'drive-too-large',
      message: `The ${driveLabel(drive)} has ${formatBytes(drive.size)}. Its disk image needs a file of ${formatBytes(longest)}, which the file system of the image cache (${sanitizeForDisplay(folder, 300)}) does not allow.`,
      cause: errorCodeOf(error),
      remedy:
        'No drive was touched. Put the state folder on a file system with larger files, such as XFS or Btrfs (--state), or use a smaller drive: ext4 allows 16 TiB.',
    });
  } finally {
    await handle.close();
    await rm(file, { force: true });
  }
}
