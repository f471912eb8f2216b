import type { DriveIdentity } from '../../core/drive/drive';
import { tellsOwnIdentity } from '../../core/drive/drive-identity';
import { erasureBy } from '../../core/ledger/erasure';
import type { JobDetails, LedgerRecord } from '../../core/ledger/record';
import { isGoodReading, type Erasure } from '../../core/ledger/standing-finding';
import { stillHeld, type DoneJob } from '../../core/ledger/still-held';
import type { DiskGuidIndex } from './disk-guid-index';
import { driveKey, type LedgerRow } from './entry';
import type { LedgerQuery } from './queries';

/** What became of finished drives: which jobs they still hold, and what erased them. */

export type LocatedRecord = LedgerRecord & { readonly sequence: number };

/** The entries of a ledger, each checked when it is read. */
interface Entries {
  readonly guids: DiskGuidIndex | null;
  readonly find: (query: LedgerQuery) => LedgerRow[];
  readonly at: (sequence: number) => LedgerRow | null;
  /** Entries of finished jobs whose drives had this serial, WWN and size; oldest first. */
  readonly doneOn: (drive: DriveIdentity) => LedgerRow[];
}

export class DriveHistory {
  readonly #entries: Entries;

  constructor(entries: Entries) {
    this.#entries = entries;
  }

  /** Everything that was recorded about one job after a place, oldest first. */
  recordsOf(jobId: string, after = 0): LocatedRecord[] {
    return this.#entries
      .find({ by: 'job', jobId })
      .flatMap(({ sequence, entry: { record } }) => (sequence > after ? [{ ...record, sequence }] : []));
  }

  /** Whether several drives are known to report this serial, WWN and size. */
  isShared(drive: DriveIdentity): boolean {
    return this.#entries.guids?.isShared(driveKey(drive)) ?? false;
  }

  findDoneOn(drive: DriveIdentity): JobDetails[] {
    const done = this.#entries.doneOn(drive).flatMap(({ sequence: ended, entry }): DoneJob[] => {
      if (entry.record.kind !== 'job-ended') return [];
      const { job } = entry.record;
      const began = tellsOwnIdentity(job.drive) ? this.#beginning(job.jobId) : null;
      const erased = this.#foundBy(job).find((place) => {
        const record = place > ended ? this.#entries.at(place)?.entry.record : undefined;
        return record?.kind === 'job-started' && !this.#leftUntouched(record.job.jobId);
      });
      return [{ job, began, ended, erased: erased ?? null }];
    });
    return stillHeld(done, this.isShared(drive)).toReversed();
  }

  findErasure(job: JobDetails, sequence: number): Erasure | null {
    const records = this.recordsOf(job.jobId);
    // While a job holds its drive no other can be on it, and what was read well was not erased before.
    const clear = records.findLast((record) => record.kind === 'job-ended' || isGoodReading(record));
    const after = Math.max(sequence, clear?.sequence ?? 0);
    const byGuid = this.#foundBy(job).filter((place) => place > after);
    const bySerial = this.#entries.find({
      by: 'drive-started-after',
      drive: job.drive,
      sequence: after,
      // No attachment is empty: then none is the same.
      attachment: tellsOwnIdentity(job.drive) ? null : (job.attachment ?? ''),
    });
    const shared = this.isShared(job.drive);
    let perhaps: Erasure | null = null;
    for (const { entry } of [...byGuid.flatMap((place) => this.#entries.at(place) ?? []), ...bySerial]) {
      const { record } = entry;
      if (record.kind !== 'job-started') continue;
      const erased = erasureBy(record.job, job, shared);
      if (erased === 'none' || this.#leftUntouched(record.job.jobId)) continue;
      const { machineSerial } = record.job;
      if (erased === 'certain') return { machineSerial, certain: true };
      perhaps ??= { machineSerial, certain: false };
    }
    return perhaps;
  }

  /** Places of jobs that began on a drive with the disk GUID that a job put on it. */
  #foundBy({ diskGuid }: JobDetails): readonly number[] {
    return this.#entries.guids?.erased(diskGuid) ?? [];
  }

  /** Number of the entry that began a job. */
  #beginning(jobId: string): number | null {
    return this.recordsOf(jobId).find(({ kind }) => kind === 'job-started')?.sequence ?? null;
  }

  /** Whether a job is recorded to have ended before its first destructive write. */
  #leftUntouched(jobId: string): boolean {
    return this.recordsOf(jobId).some((record) => record.kind === 'job-ended' && record.untouched === true);
  }
}
