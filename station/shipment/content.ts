import {
  isDriveRecord,
  type EndRecord,
  type JobDetails,
  type LedgerEntry,
  type LedgerRecord,
} from '../../core/ledger/record';
import { isGoodReading, isOfWritten } from '../../core/ledger/standing-finding';
import { assessMachine, driveStateOf, type FinishedJob } from '../../core/shipment/shipment-rules';
import type { LedgerRow } from '../ledger/entry';

/** What a bundle is made from: nothing but entries, so that it can be made again, and checked, from them alone. */
export interface ShipmentContent {
  /** The shipment-closed entry. */
  readonly closed: ClosedRow;
  /** What the ledger says of the machines' order, oldest first. */
  readonly order: readonly LedgerRow[];
  /** In the order of the shipment-closed entry. */
  readonly machines: readonly MachineContent[];
}

type ShipmentRecord = Extract<LedgerRecord, { kind: 'shipment-closed' }>;
export interface ClosedRow extends LedgerRow {
  readonly record: ShipmentRecord;
}

export interface MachineContent {
  readonly machineSerial: string;
  readonly jobId: string;
  /** All entries of that job, oldest first. */
  readonly rows: readonly LedgerRow[];
  /** The entry that recorded the finished job. */
  readonly ended: LedgerRow;
  readonly finished: FinishedJob;
  /** What the machine of a rack was told at its end; null where none was, or it is not recorded. */
  readonly atEnd: EndRecord | null;
  /** What was found later that speaks against the drive, a sentence; null as it must be. */
  readonly withdrawn: string | null;
}

/** @returns null when the row is no shipment */
export function closedRow(row: LedgerRow): ClosedRow | null {
  const { record } = row.entry;
  return record.kind === 'shipment-closed' ? { ...row, record } : null;
}

/**
 * Puts together what is known of a machine in a shipment.
 * @param rows everything about its job
 * @returns null when they do not hold a job that ended well
 */
export function machineContent(
  { machineSerial, jobId }: { readonly machineSerial: string; readonly jobId: string },
  rows: readonly LedgerRow[],
): MachineContent | null {
  const ended = rows.findLast(({ entry }) => endedWell(entry));
  if (ended?.entry.record.kind !== 'job-ended' || ended.entry.record.end.state !== 'done') return null;
  const { job, startedAt, end, sanitised } = ended.entry.record;
  const records = rows.flatMap(({ sequence, entry: { record } }) =>
    isDriveRecord(record) ? [{ sequence, record }] : [],
  );
  const fitness = assessMachine({ machineSerial, records, erasure: null, shipment: null });
  const told = rows.map(({ entry }) => entry.record).findLast((record) => record.kind === 'machine-ended');
  const known = { machineSerial, jobId, rows, ended, atEnd: told ?? null };
  if (fitness.fit) return { ...known, finished: fitness.finished, withdrawn: null };
  const finished: FinishedJob = {
    ...{ machineSerial, sequence: ended.sequence, job, startedAt, result: end.result },
    bootTest: newestVerdict(records, job),
    ...driveStateOf(ended.entry.record),
    verifiedAgain: records.filter(({ record }) => isGoodReading(record)).length,
    ...(sanitised === undefined ? {} : { sanitised }),
  };
  return { ...known, finished, withdrawn: fitness.reason };
}

function newestVerdict(
  records: readonly { readonly record: LedgerRecord }[],
  job: JobDetails,
): FinishedJob['bootTest'] {
  const newest = records.findLast(
    ({ record }) => record.kind === 'drive-rehearsed' && isOfWritten(record, job),
  )?.record;
  return newest?.kind === 'drive-rehearsed' ? newest.verdict : null;
}

function endedWell({ record }: LedgerEntry): boolean {
  return record.kind === 'job-ended' && record.end.state === 'done';
}
