import { z } from 'zod';
import { text, type LedgerDatabase } from './database';

/**
 * Which entry closed the shipment of a job. Kept in memory and read on from where it ended, like the disk GUIDs: only to
 * find the entry, which is checked when it is read.
 */

const namedRow = z.object({ sequence: z.int(), jobId: text });

export class ShippedJobs {
  readonly #database: LedgerDatabase;
  #upTo = 0;
  readonly #closed = new Map<string, number>();

  constructor(database: LedgerDatabase) {
    this.#database = database;
  }

  /** Number of the newest entry that closed a shipment with this job; null when there is none. */
  closedBy(jobId: string): number | null {
    // The places first, from the index entries_by_machine alone: the rows themselves are the whole ledger.
    const rows = this.#database.all(
      `SELECT sequence, CAST(json_extract(machine.value, '$.jobId') AS BLOB) AS jobId
       FROM entries, json_each(entries.json, '$.record.machines') AS machine
       WHERE sequence IN (SELECT sequence FROM entries
         WHERE machine_serial = '' AND kind = 'shipment-closed' AND sequence > ?) AND json_valid(entries.json)
       ORDER BY sequence`,
      this.#upTo,
    );
    for (const row of rows) {
      const named = namedRow.parse(row);
      this.#upTo = named.sequence;
      this.#closed.set(named.jobId, named.sequence);
    }
    return this.#closed.get(jobId) ?? null;
  }
}
