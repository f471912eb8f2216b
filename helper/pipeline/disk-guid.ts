import { timeouts } from '../../core/base/timeouts';
import { diskGuidOf } from '../../core/drive/gpt';
import { alignedBuffer, readFully } from './aligned-io';
import type { OpenedDrive } from './open-drive';

/**
 * The disk GUID on an open drive, lower case: of its first GPT header, or of the backup where the first is damaged.
 * @returns null when the drive has neither
 */
async function readHeaders({ fd, drive }: OpenedDrive): Promise<string | null> {
  const { logicalSectorSize: bytes, size } = drive;
  const buffer = alignedBuffer(bytes);
  const last = Math.floor(size / bytes) - 1;
  for (const lba of [1, last]) {
    await readFully(fd, buffer, bytes, lba * bytes);
    const guid = diskGuidOf(buffer.subarray(0, bytes), lba);
    if (guid !== null) return guid;
  }
  return null;
}

/** Did not answer. Its descriptor cannot be closed: that would hang as well. */
export class Unanswered extends Error {}

async function withinTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Unanswered('it did not respond'));
    }, timeouts.listingTool);
  });
  // A read that ends after the time is of no interest.
  work.catch(() => undefined);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * The disk GUID on an open drive, as {@link readHeaders} tells it.
 * @throws Unanswered when the drive does not answer in time; Error of the system when it cannot be read
 */
export async function diskGuidOn(opened: OpenedDrive): Promise<string | null> {
  return await withinTime(readHeaders(opened));
}

/** What {@link diskGuidOn} tells, or undefined when the drive cannot be read: what is written next will say why. */
export async function diskGuidIfReadable(opened: OpenedDrive): Promise<string | null | undefined> {
  return await diskGuidOn(opened).catch(() => undefined);
}
