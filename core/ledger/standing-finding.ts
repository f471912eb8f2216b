import type { ErrorCode } from '../base/errors';
import { isSameDrive } from '../drive/drive-identity';
import type { JobDetails, LedgerRecord } from './record';

/** What a later reading of a finished drive means for it (docs/adr/0025). */

type Reading = Extract<LedgerRecord, { kind: 'drive-verified' }>;
/** What a job put on which drive. */
export type WrittenDrive = Pick<JobDetails, 'diskGuid' | 'drive' | 'attachment'>;
type FailedReading = Reading & { readonly end: Extract<Reading['end'], { state: 'failed' }> };

/** Findings that a drive gave back other bytes than were written. Nothing that is read later explains them away. */
const wrongContent: ReadonlySet<ErrorCode> = new Set(['verify-mismatch', 'table-mismatch']);

/**
 * Whether a later good reading lifts a finding. A good reading compared the partition table, and so the disk GUID, and
 * every written byte: it is certainly about this drive. A finding stays only when it is as certain (the job's disk GUID was
 * read on the drive, and the drive is known to be the job's) and says that the content is wrong. One without the GUID may be
 * another drive's with the same serial; the GUID alone may be on a copy behind a USB bridge, also on one attachment, which a
 * dock may keep while the drive in it is changed; a drive that did not answer may have had a loose cable; and one that was
 * presented in other sectors was not compared.
 * @param written null when the job is not known
 */
export function liftsWithGoodReading(finding: FailedReading, written: WrittenDrive | null): boolean {
  if (written === null || finding.diskGuid !== written.diskGuid) return true;
  if (!wrongContent.has(finding.end.reason.code)) return true;
  if (finding.drive.logicalSectorSize !== written.drive.logicalSectorSize) return true;
  return !isSameDrive(
    { ...finding.drive, attachment: finding.attachment },
    { ...written.drive, attachment: written.attachment },
  );
}

/** Whether a boot test was one of what the job wrote. Older entries do not say what was on the drive. */
export function isOfWritten(
  bootTest: { readonly diskGuid?: string | null | undefined },
  { diskGuid }: Pick<JobDetails, 'diskGuid'>,
): boolean {
  return bootTest.diskGuid === undefined || bootTest.diskGuid === diskGuid;
}

export function isFailedReading(record: LedgerRecord): record is FailedReading {
  return record.kind === 'drive-verified' && record.end.state === 'failed';
}

/** A reading that found the drive as it was written. */
export function isGoodReading(record: LedgerRecord): boolean {
  return record.kind === 'drive-verified' && record.end.state === 'done';
}

/**
 * The finding that speaks against a finished drive, or null.
 * @param later records since the job ended, oldest first; those of other jobs do not count
 */
export function standingFinding(
  job: WrittenDrive & Pick<JobDetails, 'jobId'>,
  later: Iterable<LedgerRecord>,
): FailedReading | null {
  let standing: FailedReading | null = null;
  for (const record of later) {
    if (record.kind !== 'drive-verified' || record.jobId !== job.jobId) continue;
    if (isFailedReading(record)) {
      if (standing === null || liftsWithGoodReading(standing, job)) standing = record;
    } else if (standing !== null && liftsWithGoodReading(standing, job)) standing = null;
  }
  return standing;
}

/** A job that erased the drive of a finished one, or may have. */
export interface Erasure {
  readonly machineSerial: string;
  /** False: the drives have the same serial, which is not their own, and nobody looked at the disk GUID. */
  readonly certain: boolean;
}
