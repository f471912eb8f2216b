import type { HelperRequest } from '../../core/contract/helper-api';
import { PrestageError } from '../../core/base/errors';
import { errorCodeOf } from '../../core/base/system-error';
import { driveLabel } from '../../core/drive/drive';
import { diskGuidOn, Unanswered } from './disk-guid';
import { closeDescriptor, openDrive } from './open-drive';
import { findToRead } from './reservation';

/**
 * Reads which disk GUID is on an attached drive.
 * @returns null when there is none
 * @throws PrestageError drive-changed, drive-not-found, drive-busy, drive-read-failed
 */
export async function readDiskGuid(request: HelperRequest<'readDiskGuid'>): Promise<string | null> {
  const drive = await findToRead(request);
  const opened = await openDrive(drive, 'read');
  let hangs = false;
  try {
    return await diskGuidOn(opened);
  } catch (error) {
    hangs = error instanceof Unanswered;
    throw new PrestageError({
      code: 'drive-read-failed',
      message: `The partition table of the ${driveLabel(drive)} cannot be read.`,
      cause: errorCodeOf(error) ?? (error instanceof Error ? error.message : String(error)),
    });
  } finally {
    if (!hangs) await closeDescriptor(opened.fd);
  }
}
