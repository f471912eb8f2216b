import { isKnownBySerial } from '../../core/drive/drive-identity';
import type { DriveIdentity } from '../../core/drive/drive';
import {
  drivePast,
  type CareDone,
  type DrivePast,
  type EndedJob,
  type PastDrive,
} from '../../core/ledger/drive-past';
import { isCareRecord, type JobDetails } from '../../core/ledger/record';
import { standingFinding } from '../../core/ledger/standing-finding';
import { careOutcome } from './care-outcome';
import type { DiskGuidIndex } from './disk-guid-index';
import type { LocatedRecord } from './drive-history';
import { driveKey, type LedgerRow } from './entry';
import type { ShippedJobs } from './shipped-jobs';

/** The entries of a ledger, each checked when it is read. */
interface Entries {
  readonly guids: DiskGuidIndex | null;
  readonly shipments: ShippedJobs | null;
  readonly at: (sequence: number) => LedgerRow | null;
  /** Ends of jobs on drives with this serial, WWN and size. */
  readonly endedOn: (drive: DriveIdentity) => LedgerRow[];
  /** Erases and checks of the size, for no machine, of drives with this serial, WWN and size. */
  readonly careOf: (drive: DriveIdentity) => LedgerRow[];
  /** Everything that was recorded about one job, oldest first. */
  readonly recordsOf: (jobId: string) => LocatedRecord[];
}

/** Tells the past of attached drives. What counts as a drive's past is decided in core/ledger/drive-past.ts. */
export class DrivePasts {
  readonly #entries: Entries;

  constructor(entries: Entries) {
    this.#entries = entries;
  }

  of(drive: PastDrive): DrivePast {
    const { guids } = this.#entries;
    const shared = guids?.isShared(driveKey(drive)) ?? false;
    const care = this.#entries.careOf(drive);
    return drivePast(drive, this.#endedJobs(drive, shared), {
      cared: care.flatMap((row) => careDone(row) ?? []),
      shared,
      shipmentOf: (jobId) => this.#shipmentOf(jobId),
      findingOf: (job) => this.#findingOf(job),
    });
  }

  /** Ends of jobs that may have been on the drive, oldest first. */
  #endedJobs(drive: PastDrive, shared: boolean): EndedJob[] {
    const { guids, at, endedOn } = this.#entries;
    const rows = new Map<number, LedgerRow>();
    for (const name of [drive.diskGuid, drive.attachment]) {
      for (const sequence of name === null ? [] : (guids?.ended(name) ?? [])) {
        const row = rows.has(sequence) ? null : at(sequence);
        if (row !== null) rows.set(sequence, row);
      }
    }
    // Where the serial is not the drive's own, it may be that of thousands behind one dock, and shows nothing.
    if (!shared && isKnownBySerial(drive)) for (const row of endedOn(drive)) rows.set(row.sequence, row);
    return [...rows.values()].sort((a, b) => a.sequence - b.sequence).flatMap((row) => endedJob(row) ?? []);
  }

  #shipmentOf(jobId: string): { readonly number: string; readonly time: string } | null {
    const sequence = this.#entries.shipments?.closedBy(jobId) ?? null;
    const entry = sequence === null ? undefined : this.#entries.at(sequence)?.entry;
    return entry?.record.kind === 'shipment-closed'
      ? { number: entry.record.number, time: entry.time }
      : null;
  }

  #findingOf(job: JobDetails): ReturnType<Parameters<typeof drivePast>[2]['findingOf']> {
    const records = this.#entries.recordsOf(job.jobId);
    const finding = standingFinding(job, records);
    const found = finding === null ? undefined : records.find((record) => record === finding);
    const row = found === undefined ? null : this.#entries.at(found.sequence);
    return finding === null || row === null ? null : { entry: row.sequence, time: row.entry.time, finding };
  }
}

function endedJob({ sequence: entry, entry: { time, record } }: LedgerRow): EndedJob | null {
  if (record.kind !== 'job-ended') return null;
  const { job, end, untouched, sanitised } = record;
  return { job, entry, time, end, touched: untouched !== true, sanitised };
}

function careDone({ sequence: entry, entry: { time, record } }: LedgerRow): CareDone | null {
  if (!isCareRecord(record)) return null;
  return { record, entry, time, result: careOutcome(record).result };
}
