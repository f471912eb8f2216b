import { z } from 'zod';
import { SharedIdentities, type IdentityFact } from '../../core/ledger/shared-identities';
import { text, type LedgerDatabase } from './database';

/**
 * Where the ledger names a disk GUID, and which serials several drives report. Kept in memory and read on from where it
 * ended: entries are only ever added, and the table has no column for it. What is found by a GUID is checked when its entry
 * is read; that a serial is shared only ever makes a statement weaker.
 */

const namedRow = z.object({
  sequence: z.int(),
  kind: text,
  state: text.nullable(),
  jobId: text,
  driveKey: text,
  /** 1 or 0. */
  saysShared: z.int(),
  diskGuid: text.nullable(),
  previousDiskGuid: text.nullable(),
});

const member = (name: string): string =>
  `CAST(json_extract(json, '$.record.job.${name}') AS BLOB) AS ${name}`;

export class DiskGuidIndex {
  readonly #database: LedgerDatabase;
  #upTo = 0;
  /** Disk GUID → newest entry of a job that ended well and put it on a drive. */
  readonly #finished = new Map<string, number>();
  /** Disk GUID → entries of jobs that began on a drive which had it. */
  readonly #erased = new Map<string, number[]>();
  readonly #shared = new SharedIdentities();

  constructor(database: LedgerDatabase) {
    this.#database = database;
  }

  /** Number of the entry that recorded a finished job with this disk GUID; null when there is none. */
  finished(diskGuid: string): number | null {
    this.#readOn();
    return this.#finished.get(diskGuid) ?? null;
  }

  /** Numbers of the entries of jobs that began on a drive with this disk GUID, oldest first. */
  erased(diskGuid: string): readonly number[] {
    this.#readOn();
    return this.#erased.get(diskGuid) ?? [];
  }

  /** Whether several drives are known to report an identity. @param key as the column of the entries has it */
  isShared(key: string): boolean {
    this.#readOn();
    return this.#shared.has(key);
  }

  #readOn(): void {
    const rows = this.#database.all(
      `SELECT sequence, CAST(kind AS BLOB) AS kind, CAST(state AS BLOB) AS state, CAST(job_id AS BLOB) AS jobId,
         CAST(drive_key AS BLOB) AS driveKey, instr(json, '"identityShared":true') > 0 AS saysShared,
         ${member('diskGuid')}, ${member('previousDiskGuid')}
       FROM entries WHERE sequence > ? AND json_valid(json) AND (kind = 'job-started'
         OR kind IN ('drive-verified', 'drive-rehearsed') OR (kind = 'job-ended' AND state = 'done')) ORDER BY sequence`,
      this.#upTo,
    );
    for (const row of rows) {
      const { sequence, kind, state, diskGuid, previousDiskGuid, saysShared, ...named } = namedRow.parse(row);
      this.#upTo = sequence;
      const what = whatOf(kind, state);
      this.#shared.take({
        ...{ sequence, what, jobId: named.jobId, key: named.driveKey, saysShared: saysShared === 1 },
        ...{ diskGuid, previousDiskGuid },
      });
      if (what === 'done') {
        if (diskGuid !== null) this.#finished.set(diskGuid, sequence);
      } else if (what === 'began' && previousDiskGuid !== null) {
        this.#erased.set(previousDiskGuid, [...(this.#erased.get(previousDiskGuid) ?? []), sequence]);
      }
    }
  }
}

function whatOf(kind: string, state: string | null): IdentityFact['what'] {
  if (kind === 'job-started') return 'began';
  if (kind === 'job-ended') return 'done';
  return kind === 'drive-verified' && state === 'done' ? 'read-well' : 'seen';
}
