import { z } from 'zod';
import type { DriveIdentity } from '../../core/drive/drive';
import type { DrivePast, PastDrive } from '../../core/ledger/drive-past';
import type { JobDetails, OrderRecord, StoredEntry } from '../../core/ledger/record';
import { standingFinding, type Erasure } from '../../core/ledger/standing-finding';
import type { StatePaths } from '../state/state-paths';
import { checkEntry, type CheckedEntry } from './check-entry';
import { CheckedRows } from './checked-rows';
import { LedgerDatabase, rowColumns, text, type RawRow, type SqlValue } from './database';
import { DiskGuidIndex } from './disk-guid-index';
import { DriveHistory } from './drive-history';
import { DrivePasts } from './drive-past';
import { driveKey, type LedgerRow } from './entry';
import { loadPublicKey, type VerifyingKey } from './keys';
import { ledgerBroken } from './ledger-errors';
import { packedRows } from './packed-rows';
import { groupQuery, queryOf, type LedgerQuery, type MachineGroup } from './queries';
import { toRawRow, toStored } from './raw-row';
import { ShippedJobs } from './shipped-jobs';
import { verifyLedger, type LedgerReport, type VerifyOptions } from './verify-ledger';

/** Reads a station's ledger: single entries, searches, and what became of a drive or a machine. */

export type LedgerPaths = Pick<StatePaths, 'ledgerFile' | 'headFile' | 'keyFile' | 'publicKeyFile'>;

/** Only what a ledger is opened with: what goes to a thread is cloned, and StatePaths may have more than can be. */
export function ledgerPathsOf({ ledgerFile, headFile, keyFile, publicKeyFile }: LedgerPaths): LedgerPaths {
  return { ledgerFile, headFile, keyFile, publicKeyFile };
}

/** A job that began and of whose end nothing is written. */
export interface OpenJob {
  readonly sequence: number;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly job: JobDetails;
}

/** Kinds of entries that name no machine of their own. */
type PlainKind = Exclude<OrderRecord['kind'], 'order-exception' | 'machine-returned'>;

/** Rows read at once. Bounds memory, and how long a reader holds the database. */
const pageRows = 500;

const serialRow = z.object({ sequence: z.int(), machineSerial: text });

/**
 * Answers questions about a station's ledger (ledger.ts). Makes nothing, and needs no private key. Any number of
 * processes may read while others append.
 */
export class LedgerReader {
  readonly #paths: LedgerPaths;
  /** null: nothing has been written yet. */
  readonly #database: LedgerDatabase | null;
  readonly #verifying: VerifyingKey | null;
  readonly #guids: DiskGuidIndex | null;
  readonly #drives: DriveHistory;
  readonly #pasts: DrivePasts;
  readonly #known = new CheckedRows();

  protected constructor(paths: LedgerPaths, database: LedgerDatabase | null, verifying: VerifyingKey | null) {
    this.#paths = paths;
    this.#database = database;
    this.#verifying = verifying;
    this.#guids = database === null ? null : new DiskGuidIndex(database);
    this.#drives = new DriveHistory({
      guids: this.#guids,
      find: (query) => this.find(query),
      at: (sequence) => this.#at(sequence),
      doneOn: (drive) => this.#doneOn(drive, 'ORDER BY sequence'),
    });
    this.#pasts = new DrivePasts({
      guids: this.#guids,
      shipments: database === null ? null : new ShippedJobs(database),
      at: (sequence) => this.#at(sequence),
      endedOn: (drive) => this.find({ by: 'drive-ended', drive }),
      careOf: (drive) => this.find({ by: 'drive-care', drive }),
      recordsOf: (jobId) => this.#drives.recordsOf(jobId),
    });
  }

  /**
   * Opens a ledger for reading only; one that does not exist is empty.
   * @throws PrestageError ledger-broken, ledger-unavailable
   */
  static openForReading(paths: LedgerPaths): LedgerReader {
    return new LedgerReader(paths, LedgerDatabase.openForReading(paths.ledgerFile), loadPublicKey(paths));
  }

  /** Public half of the station's key; null when there is none yet. */
  get publicKey(): VerifyingKey | null {
    return this.#verifying;
  }

  /**
   * Every entry, oldest first, as it is stored; nothing about it has been checked.
   * @throws PrestageError ledger-broken when an entry is not even text
   */
  *entries(): IterableIterator<StoredEntry> {
    for (let after: number | null = null; ;) {
      const rows: RawRow[] = this.#pageAfter(after);
      for (const row of rows) yield toStored(row);
      const last = rows.at(-1);
      if (last === undefined) return;
      after = last.sequence;
    }
  }

  /** @param after null: from the first on, whatever its number */
  #pageAfter(after: number | null): RawRow[] {
    const rest = `ORDER BY sequence LIMIT ${pageRows}`;
    if (after === null) return this.#select('', rest).map(toRawRow);
    return (
      this.#packed(after + 1, after + pageRows) ??
      this.#select('WHERE sequence > ?', rest, after).map(toRawRow)
    );
  }

  #packed(first: number, last: number): RawRow[] | null {
    return this.#database === null ? null : packedRows(this.#database, first, last);
  }

  /** The newest `count` entries, oldest of them first; nothing about them has been checked. */
  lastEntries(count: number): StoredEntry[] {
    const rows = this.#select('', 'ORDER BY sequence DESC LIMIT ?', Math.max(0, Math.trunc(count)));
    return rows.map((row) => toStored(toRawRow(row))).reverse();
  }

  /** How many entries there are. Cheap. */
  count(): number {
    return this.lastEntries(1)[0]?.sequence ?? 0;
  }

  /**
   * Up to `count` entries between two places, both included, newest first; nothing about them has been checked.
   * @throws PrestageError ledger-broken when an entry is not even text
   */
  entriesBetween(first: number, last: number, count: number): StoredEntry[] {
    const packed = last - first < count ? this.#packed(first, last) : null;
    if (packed !== null) return packed.reverse().map(toStored);
    const rows = this.#select(
      'WHERE sequence BETWEEN ? AND ?',
      'ORDER BY sequence DESC LIMIT ?',
      first,
      last,
      count,
    );
    return rows.map((row) => toStored(toRawRow(row)));
  }

  /**
   * One entry with everything that is wrong with it by itself; the chain is for verify.
   * @returns null when there is none of that number
   * @throws PrestageError ledger-broken when it is not even text
   */
  inspect(sequence: number): { readonly stored: StoredEntry; readonly checked: CheckedEntry } | null {
    const [raw] = this.#select('WHERE sequence = ?', '', sequence);
    if (raw === undefined) return null;
    const row = toRawRow(raw);
    return { stored: toStored(row), checked: checkEntry(row, this.#verifying) };
  }

  /**
   * The newest finished job of a machine whose drive was not found wrong later.
   * @param machineSerial normalized (core/machine/serial.ts)
   * @returns null when the machine was never finished
   * @throws PrestageError ledger-broken when the entry is not what was signed
   */
  findShipped(machineSerial: string): LedgerRow | null {
    const finished = this.#select(
      `WHERE machine_serial = ? AND kind = 'job-ended' AND state = 'done'`,
      'ORDER BY sequence DESC',
      machineSerial,
    );
    for (const raw of finished) {
      const row = this.checked(raw);
      const { record } = row.entry;
      if (
        record.kind === 'job-ended' &&
        standingFinding(record.job, this.#drives.recordsOf(record.job.jobId)) === null
      ) {
        return row;
      }
    }
    return null;
  }

  /**
   * The finished job that put a disk GUID on its drive.
   * @param diskGuid lower case, as it was read on a drive
   * @throws PrestageError ledger-broken when the entry is not what was signed
   */
  findDoneByGuid(diskGuid: string): JobDetails | null {
    const sequence = this.#guids?.finished(diskGuid) ?? null;
    const record = sequence === null ? undefined : this.#at(sequence)?.entry.record;
    return record?.kind === 'job-ended' && record.job.diskGuid === diskGuid ? record.job : null;
  }

  /**
   * The newest finished job of a drive that is known by serial, WWN and size, or by path and size when it has neither.
   * Drives behind one USB bridge share them: what this finds is the drive's only when its serial is its own.
   * @throws PrestageError ledger-broken when the entry is not what was signed
   */
  findLastDone(drive: DriveIdentity): LedgerRow | null {
    return this.#doneOn(drive, 'ORDER BY sequence DESC LIMIT 1')[0] ?? null;
  }

  #doneOn(drive: DriveIdentity, rest: string): LedgerRow[] {
    const where = `WHERE drive_key = ? AND kind = 'job-ended' AND state = 'done'`;
    return this.#select(where, rest, driveKey(drive)).map((row) => this.checked(row));
  }

  /**
   * Finished jobs whose drives had this serial, WWN and size, and may still hold what was written (stillHeld). Newest first.
   * @throws PrestageError ledger-broken when an entry is not what was signed
   */
  findDoneOn(drive: DriveIdentity): JobDetails[] {
    return this.#drives.findDoneOn(drive);
  }

  /** Whether several drives are known to report this serial, WWN and size: then it does not show which of them one is. */
  isIdentityShared(drive: DriveIdentity): boolean {
    return this.#drives.isShared(drive);
  }

  /**
   * The job that erased the drive of a finished one since, or may have; null when none did.
   * @param sequence of the entry that began or recorded the job, or of one after it
   * @throws PrestageError ledger-broken when an entry is not what was signed
   */
  findErasure(job: JobDetails, sequence: number): Erasure | null {
    return this.#drives.findErasure(job, sequence);
  }

  /**
   * What became of an attached drive, and what it holds. Where its disk GUID was read on the drive itself, give that one.
   * @throws PrestageError ledger-broken when an entry is not what was signed
   */
  pastOf(drive: PastDrive): DrivePast {
    return this.#pasts.of(drive);
  }

  /**
   * Entries of one kind of question, oldest first.
   * @throws PrestageError ledger-broken when one is not what was signed
   */
  find(query: LedgerQuery): LedgerRow[] {
    const { where, values } = queryOf(query);
    return this.#select(where, 'ORDER BY sequence', ...values).map((row) => this.checked(row));
  }

  /**
   * Serials of a group's machines, each once, oldest first; nothing about their entries has been checked.
   * @param without places of entries that do not count
   */
  machinesOf(group: MachineGroup, without: ReadonlySet<number> = new Set()): string[] {
    const { where, values } = groupQuery(group);
    const rows =
      this.#database?.all(
        `SELECT sequence, CAST(machine_serial AS BLOB) AS machineSerial FROM entries ${where} ORDER BY sequence`,
        ...values,
      ) ?? [];
    const counted = rows.map((row) => serialRow.parse(row)).filter(({ sequence }) => !without.has(sequence));
    return [...new Set(counted.map(({ machineSerial }) => machineSerial))];
  }

  #at(sequence: number): LedgerRow | null {
    const [row] = this.#select('WHERE sequence = ?', '', sequence);
    return row === undefined ? null : this.checked(row);
  }

  /**
   * The newest entry of a kind that is about no machine.
   * @throws PrestageError ledger-broken when the entry is not what was signed
   */
  newestOf(kind: PlainKind): LedgerRow | null {
    const [row] = this.#select(
      "WHERE machine_serial = '' AND kind = ?",
      'ORDER BY sequence DESC LIMIT 1',
      kind,
    );
    return row === undefined ? null : this.checked(row);
  }

  /**
   * The entries after a place, oldest first.
   * @throws PrestageError ledger-broken when an entry is not what was signed
   */
  *checkedAfter(sequence: number): IterableIterator<LedgerRow> {
    for (let after = sequence; ;) {
      const rows = this.#select('WHERE sequence > ?', `ORDER BY sequence LIMIT ${pageRows}`, after);
      for (const row of rows) {
        // A walk through the ledger keeps nothing.
        const checked = this.#check(toRawRow(row));
        after = checked.sequence;
        yield checked;
      }
      if (rows.length < pageRows) return;
    }
  }

  /**
   * Jobs that began and did not end, oldest first. They run right now in some process, or were interrupted.
   * @param machineSerial normalized (core/machine/serial.ts), for those of one machine; null: all
   * @throws PrestageError ledger-broken when an entry is not what was signed
   */
  openJobs(machineSerial: string | null = null): OpenJob[] {
    // The places first, from the index entries_by_job alone: the rows themselves are the whole ledger.
    const rows = this.#select(
      `WHERE sequence IN (SELECT started.sequence FROM entries AS started
         WHERE started.kind = 'job-started' AND NOT EXISTS (SELECT 1 FROM entries AS ended
           WHERE ended.job_id = started.job_id AND ended.kind = 'job-ended'))
         AND (? IS NULL OR machine_serial = ?)`,
      'ORDER BY sequence',
      machineSerial,
      machineSerial,
    );
    return rows.flatMap((row) => {
      const { sequence, entry } = this.checked(row);
      return entry.record.kind === 'job-started'
        ? [{ sequence, startedAt: entry.time, job: entry.record.job }]
        : [];
    });
  }

  /**
   * Looks at everything: each entry, the chain, the signatures, the head, the keys and the file.
   * @throws PrestageError ledger-broken when the file cannot be read as a database, ledger-unavailable
   */
  verify(options: VerifyOptions = {}): LedgerReport {
    return verifyLedger(this.#paths, this.#database, options);
  }

  close(): void {
    this.#database?.close();
  }

  #select(where: string, rest: string, ...values: SqlValue[]): unknown[] {
    return this.#database?.all(`SELECT ${rowColumns} FROM entries ${where} ${rest}`, ...values) ?? [];
  }

  /**
   * A row whose JSON, hash, signature and columns agree.
   * @throws PrestageError ledger-broken
   */
  protected checked(raw: unknown): LedgerRow {
    return this.#known.of(toRawRow(raw), (row) => this.#check(row));
  }

  #check(row: RawRow): LedgerRow {
    const { entry, problems } = checkEntry(row, this.#verifying);
    const problem = problems[0];
    if (problem !== undefined) throw ledgerBroken(`Entry ${row.sequence} of the ledger ${problem.message}`);
    if (entry?.sequence !== row.sequence) {
      throw ledgerBroken(`Entry ${row.sequence} of the ledger was written under another number.`);
    }
    return { ...toStored(row), entry };
  }
}
