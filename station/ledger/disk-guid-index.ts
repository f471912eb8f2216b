import { z } from 'zod';
import { SharedIdentities, type IdentityFact } from '../../core/ledger/shared-identities';
import { text, type LedgerDatabase } from './database';

/**
 * Where the ledger names a disk GUID or an attachment, and which serials several drives report. Kept in memory and read on
 * from where it ended: entries are only ever added, and the table has no column for it. What is found by a GUID or an
 * attachment is checked when its entry is read; that a serial is shared only ever makes a statement weaker.
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
  attachment: text.nullable(),
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
  /** Disk GUID or attachment → entries of ended jobs that put the GUID on their drive or found it there, or had the attachment. */
  readonly #ended = new Map<string, number[]>();
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

  /** Numbers of the entries of ended jobs, however they ended, that name a disk GUID or an attachment. Oldest first. */
  ended(name: string): readonly number[] {
    this.#readOn();
    return this.#ended.get(name) ?? [];
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
         ${member('diskGuid')}, ${member('previousDiskGuid')}, ${member('attachment')}
       FROM entries WHERE sequence > ? AND json_valid(json) 
         AND kind IN ('job-started', 'job-ended', 'drive-verified', 'drive-rehearsed') ORDER BY sequence`,
      this.#upTo,
    );
    for (const row of rows) {
      const { sequence, kind, state, diskGuid, previousDiskGuid, attachment, saysShared, ...named } =
        namedRow.parse(row);
      this.#upTo = sequence;
      if (kind === 'job-ended') {
        for (const name of new Set([diskGuid, previousDiskGuid, attachment])) {
          if (name !== null) this.#ended.set(name, [...(this.#ended.get(name) ?? []), sequence]);
        }
        // A job that did not end well tells nothing that its beginning did not tell.
        if (state !== 'done') continue;
      }
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
