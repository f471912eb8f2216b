import { sanitizeForDisplay } from '../../core/base/display';
import { PrestageError, toErrorData } from '../../core/base/errors';
import { confirmationOf, type Drive } from '../../core/drive/drive';
import { driveAgainOf, needsReason } from '../../core/job/drive-again';
import { driveBefore } from '../../core/ledger/drive-before';
import type { LedgerRecord } from '../../core/ledger/record';
import { withoutReason } from '../drives/drive-before';
import { attachedPast, attachmentMember, recordedDrive } from '../drives/finished-drive';
import type { Helpers } from '../helper-client/helpers';
import { takeBack } from '../jobs/take-back';
import type { AppendContext, Ledger } from '../ledger/ledger';
import type { MediaLibrary } from '../library/media-library';

export interface ImageDiskDependencies {
  readonly helpers: Helpers;
  readonly ledger: Ledger;
  readonly append: AppendContext;
}

/**
 * Erases a disk and has disk images and new media on it from now on. The ledger says so before the disk is touched, and what came of it; of a drive
 * that held a finished image also that its machine has none any more.
 * @param drive as it was confirmed
 * @param reason why it is taken although it holds a finished image or its last job failed; null refuses such a drive
 * @throws PrestageError live-…, drive-…, ledger-…, privilege-…
 */
export async function makeImageDisk(
  drive: Drive,
  reason: string | null,
  { helpers, ledger, append }: ImageDiskDependencies,
): Promise<void> {
  const request = { driveId: drive.id, confirmed: confirmationOf(drive) };
  const client = await helpers.privileged();
  // What is on it is asked of the open drive: the listing may tell of what was there before.
  const { diskGuid } = await client.call('lookAtImageDisk', request);
  const before = driveBefore(attachedPast({ ...drive, diskGuid }, ledger));
  if (needsReason(before) && reason === null) throw withoutReason(drive, before);
  const again = driveAgainOf(before, reason);
  const startedAt = new Date().toISOString();
  const record = (end: Extract<LedgerRecord, { kind: 'station-disk' }>['end']): void => {
    ledger.append(
      {
        ...({ kind: 'station-disk', drive: recordedDrive(drive), previousDiskGuid: diskGuid } as const),
        ...attachmentMember(drive),
        ...(again === null ? {} : { driveAgain: again }),
        ...{ startedAt, end },
      },
      append,
    );
  };
  record({ state: 'begun' });
  takeBack(
    drive,
    diskGuid,
    reason === null ? null : `was made a disk of this station: ${reason}`,
    ledger,
    append,
  );
  try {
    await client.call('makeImageDisk', request);
  } catch (error) {
    record({ state: 'failed', reason: toErrorData(error) });
    throw error;
  }
  record({ state: 'done' });
}

/**
 * Has disk images and media on the stick again. What lies on the disk cannot be read by anybody afterwards.
 * @param shown SHA-256 of the media that were shown to lie on it
 * @throws PrestageError live-…, privilege-…; live-image-disk-refused where other media lie on it than were shown
 */
export async function forgetImageDisk(
  shown: readonly string[],
  library: MediaLibrary,
  helpers: Helpers,
): Promise<void> {
  const lost = library.onDisk().map(({ entry }) => entry.sha256);
  if (lost.some((sha256) => !shown.includes(sha256))) {
    throw new PrestageError({
      code: 'live-image-disk-refused',
      message: `Media lie on the disk that nobody was asked about: ${mediaNames(library)}.`,
      remedy: 'Nothing was changed. Look at the media on it, and confirm again.',
    });
  }
  const client = await helpers.privileged();
  await client.call('forgetImageDisk', {});
  library.forgetDisk();
}

/** Names of the media that lie on the disk, as a sentence has them. */
export function mediaNames(library: MediaLibrary): string {
  return library
    .onDisk()
    .map(({ entry }) => `${sanitizeForDisplay(entry.name)} ${sanitizeForDisplay(entry.version)}`)
    .join(', ');
}
