import { attachmentProves, isSameAttachment, isSameKey, tellsOwnIdentity } from '../drive/drive-identity';
import type { JobDetails } from './record';
import type { WrittenDrive } from './standing-finding';

/** What a job that began later means for a finished drive: one rule for ledger, shipments and orders (docs/adr/0030). */

/** What a job says of the drive it began on. */
export type BegunOn = Pick<JobDetails, 'drive' | 'attachment' | 'previousDiskGuid'>;

/**
 * Whether a job took the finished image of a drive away.
 *
 * Certainly: it found the drive's disk GUID, or has its attachment where that proves it; or the serial is the drive's own and
 * the job does not say what it found, as older entries never do. Perhaps: it may have been this drive, whose table
 * was gone by then, or another one. Where several drives are known to share the serial, one that was read and held something
 * else is another one: else each of them would hold back all the others.
 * @param shared several drives are known to report this serial, WWN and size
 */
export function erasureBy(
  begun: BegunOn,
  written: WrittenDrive,
  shared: boolean,
): 'certain' | 'perhaps' | 'none' {
  if (begun.previousDiskGuid === written.diskGuid) return 'certain';
  if (isSameAttachment(begun, written)) {
    return attachmentProves(begun.drive) && attachmentProves(written.drive) ? 'certain' : 'perhaps';
  }
  if (!isSameKey(begun.drive, written.drive)) return 'none';
  const several = shared || begun.drive.identityShared === true || written.drive.identityShared === true;
  const own = !several && tellsOwnIdentity(begun.drive) && tellsOwnIdentity(written.drive);
  if (begun.previousDiskGuid === undefined) return own ? 'certain' : 'perhaps';
  return own ? 'perhaps' : 'none';
}
