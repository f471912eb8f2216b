import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { diskFaultOf, diskRefusal, type DiskPlace, type DiskRoom } from '../../core/base/disk-refusal';
import { PrestageError } from '../../core/base/errors';
import { errorCodeOf } from '../../core/base/system-error';

/** What the station's own disks are asked, and what it means when they take no more. The helper has the like. */

/**
 * What the file system has left where a file is, or would be.
 * @returns null when that cannot be found out
 */
export function roomAt(path: string): DiskRoom | null {
  for (let place = path; ; place = dirname(place)) {
    try {
      const { bavail, bsize, files, ffree } = statfsSync(place);
      return { bytes: bavail * bsize, files: files === 0 ? null : ffree };
    } catch (error) {
      if (errorCodeOf(error) !== 'ENOENT' || place === dirname(place)) return null;
    }
  }
}

/**
 * What was thrown while something was written, as a refusal where the disk is the reason.
 * @returns what was thrown, when it is something else
 */
export function asDiskRefusal(thrown: unknown, place: DiskPlace): unknown {
  if (thrown instanceof PrestageError) return thrown;
  const fault = diskFaultOf(errorCodeOf(thrown));
  if (fault === null) return thrown;
  const cause = thrown instanceof Error ? thrown.message : null;
  return new PrestageError(diskRefusal(fault, place, roomAt(place.path), cause));
}

/** Does what writes below a place. @throws PrestageError when its disk takes no more; what the work throws */
export function onDisk<T>(place: DiskPlace, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw asDiskRefusal(error, place);
  }
}

/** The folder of a file of the state. @param holds what still holds, in whole sentences */
export function statePlace(path: string, holds?: string): DiskPlace {
  return {
    what: 'the state folder',
    path,
    code: 'state-unavailable',
    ...(holds === undefined ? {} : { holds }),
  };
}

/** A file that somebody named. */
export function namedPlace(path: string, holds?: string): DiskPlace {
  return {
    ...{ what: 'the file', path, elsewhere: 'choose a file on another disk' },
    ...(holds === undefined ? {} : { holds }),
  };
}

/** An error with what still holds before what is to be done. */
export function stillHolds(thrown: unknown, holds: string): unknown {
  if (!(thrown instanceof PrestageError)) return thrown;
  return new PrestageError({ ...thrown.data, remedy: `${holds} ${thrown.data.remedy}` });
}

/** {@link onDisk} for what takes a while. */
export async function onDiskLater<T>(place: DiskPlace, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw asDiskRefusal(error, place);
  }
}
