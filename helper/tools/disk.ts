import { mkdtemp, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  diskFaultIn,
  diskFaultOf,
  diskRefusal,
  type DiskFault,
  type DiskPlace,
  type DiskRoom,
} from '../../core/base/disk-refusal';
import { sanitizeForDisplay } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import { errorCodeOf } from '../../core/base/system-error';

/** What the disks are asked that the helper writes to beside the drives: image cache, temporary folder. */

/** Where temporary files go. */
export function temporaryPlace(): DiskPlace {
  return {
    what: 'the temporary folder',
    path: tmpdir(),
    holds: 'No drive was touched.',
    elsewhere: 'set TMPDIR to a folder on another disk',
    code: 'state-unavailable',
  };
}

/** Folders of disk images, in the cache. */
export function cachePlace(path: string): DiskPlace {
  return {
    what: 'the image cache',
    path,
    holds: 'No drive was touched.',
    elsewhere: "clear the image cache with 'prestage cache clear'",
    // A full image cache has a code of its own; what else its disk can do has not.
    fullCode: 'render-no-space',
  };
}

/** @returns null when the file system cannot be asked */
export async function roomAt(folder: string): Promise<DiskRoom | null> {
  const found = await statfs(folder).catch(() => null);
  if (found === null) return null;
  return { bytes: found.bavail * found.bsize, files: found.files === 0 ? null : found.ffree };
}

async function refusal(fault: DiskFault, place: DiskPlace, cause: string | null): Promise<PrestageError> {
  return new PrestageError(diskRefusal(fault, place, await roomAt(place.path), cause));
}

/** Does what writes below a place. @throws PrestageError when its disk takes no more; what the work throws */
export async function onDisk<T>(place: DiskPlace, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const fault = error instanceof PrestageError ? null : diskFaultOf(errorCodeOf(error));
    if (fault === null) throw error;
    throw await refusal(fault, place, error instanceof Error ? error.message : null);
  }
}

/** Less than this, and a tool that fails at writing failed because of it. Bytes. */
const asGoodAsFull = 256 * 1024;

/**
 * The refusal of a tool that failed while it wrote below a place.
 * @param failed what its failure means when the disk is not the reason
 */
export async function toolOnDisk(
  stderr: string,
  place: DiskPlace,
  failed: PrestageError,
): Promise<PrestageError> {
  const fault = diskFaultIn(stderr);
  // Some tools report only that they could not write.
  const room = fault === null ? await roomAt(place.path) : null;
  const full = room !== null && (room.bytes < asGoodAsFull || room.files === 0);
  if (fault === null && !full) return failed;
  return await refusal(fault ?? 'full', place, failed.data.cause);
}

/** Gives work a temporary folder of its own, and takes it away again. @throws PrestageError state-unavailable */
export async function inTemporaryFolder<T>(name: string, work: (folder: string) => Promise<T>): Promise<T> {
  const place = temporaryPlace();
  return await onDisk(place, async () => {
    const folder = await mkdtemp(join(tmpdir(), `prestage-${name}-`)).catch(noTemporaryFile);
    try {
      // Here too: what a disk that is full has left is asked while the files that filled it are there.
      return await onDisk(place, () => work(folder));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
}

/**
 * The refusal of a temporary file that cannot be made or written, for work {@link inTemporaryFolder}: the folder is missing
 * or not ours. Where its disk takes no more, the error is left as it is, for the refusal is made there.
 * @throws PrestageError state-unavailable
 */
export function noTemporaryFile(error: unknown): never {
  if (diskFaultOf(errorCodeOf(error)) !== null) throw error;
  throw new PrestageError({
    code: 'state-unavailable',
    message: `No temporary file can be written to ${sanitizeForDisplay(tmpdir(), 300)}.`,
    cause: error instanceof Error ? error.message : String(error),
    remedy:
      'No drive was touched. Check that the folder exists and that you can write to it, or set TMPDIR to another. Then try again.',
  });
}
