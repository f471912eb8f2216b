import { z } from 'zod';
import { text, type LedgerDatabase } from './database';

/**
 * Where the ledger names a disk GUID. Kept in memory and read on from where it ended: entries are only ever added, and
 * the table has no column for it. What is found here is checked when its entry is read.
 */

const namedRow = z.object({
  sequence: z.int(),
  kind: text,
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

  #readOn(): void {
    const rows = this.#database.all(
      `SELECT sequence, CAST(kind AS BLOB) AS kind, ${member('diskGuid')}, ${member('previousDiskGuid')}
       FROM entries WHERE sequence > ? AND json_valid(json)
         AND (kind = 'job-started' OR (kind = 'job-ended' AND state = 'done')) ORDER BY sequence`,
      this.#upTo,
    );
    for (const row of rows) {
      const { sequence, kind, diskGuid, previousDiskGuid } = namedRow.parse(row);
      this.#upTo = sequence;
      if (kind === 'job-ended') {
        if (diskGuid !== null) this.#finished.set(diskGuid, sequence);
      } else if (previousDiskGuid !== null) {
        this.#erased.set(previousDiskGuid, [...(this.#erased.get(previousDiskGuid) ?? []), sequence]);
      }
    }
  }
}
