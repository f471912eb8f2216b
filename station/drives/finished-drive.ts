import { sanitizeForDisplay } from '../../core/base/display';
import { driveLabel, type Drive } from '../../core/drive/drive';
import { PrestageError } from '../../core/base/errors';
import type { JobDetails } from '../../core/ledger/record';
import type { Helpers } from '../helper-client/helpers';
import type { LedgerReader } from '../ledger/ledger-reader';

/** A drive that is there. @throws PrestageError drive-not-found, drive-listing-failed */
export async function requireDrive(
  id: string,
  benchDirectory: string | null,
  helpers: Helpers,
  signal: AbortSignal,
): Promise<Drive> {
  const plain = await helpers.plain();
  const { drives } = await plain.call('listDrives', { benchDirectory, protectedPaths: [] }, { signal });
  const drive = drives.find((one) => one.id === id);
  if (drive !== undefined) return drive;
  throw new PrestageError({
    code: 'drive-not-found',
    message: `There is no drive '${sanitizeForDisplay(id, 60)}'.`,
  });
}

/** The newest finished job of a drive, by this station's ledger. @throws PrestageError record-not-found */
export function requireFinishedJob(drive: Drive, ledger: LedgerReader): JobDetails {
  const record = ledger.findLastDone(drive)?.entry.record;
  if (record?.kind === 'job-ended') return record.job;
  throw new PrestageError({
    code: 'record-not-found',
    message: `The ledger of this station has no finished job for the ${driveLabel(drive)}.`,
    remedy: 'Use the station that wrote it, or write it again.',
  });
}
