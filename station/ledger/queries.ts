import type { DriveIdentity } from '../../core/drive/drive';
import { careKinds, type OrderRecord } from '../../core/ledger/record';
import type { SqlValue } from './database';
import { driveKey } from './entry';

/** Which entries are asked for; each is answered from an index, not from the whole ledger. */
export type LedgerQuery =
  /** Everything about one job. */
  | { readonly by: 'job'; readonly jobId: string }
  /** Everything about the drives of one machine. */
  | { readonly by: 'machine'; readonly machineSerial: string }
  /** Orders or shipments. */
  | { readonly by: 'kind'; readonly kind: OrderRecord['kind'] }
  /** Ends of jobs on a drive with this serial, WWN and size; or path and size. */
  | { readonly by: 'drive-ended'; readonly drive: DriveIdentity }
  /** Erases and checks of the size, for no machine, of a drive with this serial, WWN and size. */
  | { readonly by: 'drive-care'; readonly drive: DriveIdentity }
  /** Jobs that were begun on a drive after an entry. */
  | {
      readonly by: 'drive-started-after';
      readonly drive: DriveIdentity;
      readonly sequence: number;
      /**
       * A USB dock has one serial for all its drives: only those on this attachment, and those that do not say which disk GUID
       * was on the drive. null: all.
       */
      readonly attachment: string | null;
    };

export interface SqlPart {
  readonly where: string;
  readonly values: readonly SqlValue[];
}

export function queryOf(query: LedgerQuery): SqlPart {
  switch (query.by) {
    case 'job':
      return { where: 'WHERE job_id = ?', values: [query.jobId] };
    case 'machine':
      return {
        where: `WHERE machine_serial = ? AND kind IN ('job-started', 'job-ended', 'drive-verified', 'drive-rehearsed')`,
        values: [query.machineSerial],
      };
    case 'kind':
      // The places first, from the index entries_by_machine alone: the rows themselves are the whole ledger.
      return {
        where: 'WHERE sequence IN (SELECT sequence FROM entries WHERE kind = ?)',
        values: [query.kind],
      };
    case 'drive-ended':
      return { where: `WHERE drive_key = ? AND kind = 'job-ended'`, values: [driveKey(query.drive)] };
    case 'drive-care':
      return {
        where: `WHERE drive_key = ? AND kind IN (${careKinds.map((kind) => `'${kind}'`).join(', ')})`,
        values: [driveKey(query.drive)],
      };
    case 'drive-started-after':
      return {
        // json_type tells a null from a member that is not there.
        where: `WHERE drive_key = ? AND kind = 'job-started' AND sequence > ?${
          query.attachment === null
            ? ''
            : ` AND (json_type(json, '$.record.job.previousDiskGuid') IS NULL
                 OR json_extract(json, '$.record.job.attachment') = ?)`
        }`,
        values: [
          ...[driveKey(query.drive), query.sequence],
          ...(query.attachment === null ? [] : [query.attachment]),
        ],
      };
  }
}

/** Machines that belong together. */
export type MachineGroup =
  | { readonly of: 'batch'; readonly batchId: string }
  /** By the enterprise's number. */
  | { readonly of: 'order'; readonly number: string }
  /** Those of which some job ended well. */
  | { readonly of: 'finished' };

/** The places of entries that name a group's machines. What the rows say is checked when they are read. */
export function groupQuery(group: MachineGroup): SqlPart {
  switch (group.of) {
    case 'batch':
      return {
        where: `WHERE kind = 'job-started' AND json_extract(json, '$.record.job.batchId') = ?`,
        values: [group.batchId],
      };
    case 'order':
      return {
        where: `WHERE kind = 'job-started' AND json_extract(json, '$.record.job.workOrder') = ?`,
        values: [group.number],
      };
    case 'finished':
      return { where: `WHERE kind = 'job-ended' AND state = 'done'`, values: [] };
  }
}
