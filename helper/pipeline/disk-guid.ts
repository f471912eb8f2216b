import { timeouts } from '../../core/base/timeouts';
import { findTable } from '../../core/drive/gpt';
import { withinTime } from '../tools/within-time';
import { alignedBuffer, readFully } from './aligned-io';
import type { OpenedDrive } from './open-drive';

/** The disk GUID that is read from an open drive itself. */

/**
 * Reads any bytes of a drive: direct I/O gives whole sectors only.
 * @throws Error of the system, ShortTransfer
 */
async function readAt({ fd, drive }: OpenedDrive, offset: number, length: number): Promise<Buffer> {
  const { logicalSectorSize: sector } = drive;
  const start = Math.floor(offset / sector) * sector;
  const whole = Math.ceil((offset + length) / sector) * sector - start;
  const buffer = alignedBuffer(whole);
  await readFully(fd, buffer, whole, start);
  return buffer.subarray(offset - start, offset - start + length);
}

/** Did not answer. Its descriptor cannot be closed: that would hang as well. */
export class Unanswered extends Error {}

/**
 * The disk GUID on an open drive, lower case; null when it has none.
 * @throws Unanswered when the drive does not answer in time; Error of the system when it cannot be read
 */
export async function diskGuidOn(opened: OpenedDrive): Promise<string | null> {
  const { size, logicalSectorSize } = opened.drive;
  const reading = findTable(size, logicalSectorSize, (offset, length) => readAt(opened, offset, length));
  const { diskGuid } = await withinTime(
    reading,
    timeouts.listingTool,
    () => new Unanswered('it did not respond'),
  );
  return diskGuid;
}

/** What {@link diskGuidOn} tells, or undefined when the drive cannot be read: nobody knows then what it holds. */
export async function diskGuidIfReadable(opened: OpenedDrive): Promise<string | null | undefined> {
  return await diskGuidOn(opened).catch(() => undefined);
}
