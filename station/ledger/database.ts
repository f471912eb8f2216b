import { shownPath } from '../../core/base/display';
import { isUtf8 } from 'node:buffer';
import { chmodSync, closeSync, openSync, statSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import Database from 'libsql';
import { z } from 'zod';
import { errorCodeOf } from '../../core/base/system-error';
import { timeouts } from '../../core/base/timeouts';
import { databaseError, ledgerUnavailable } from './ledger-errors';
import { checkpointStatements, createStatements, normalizeSql, schemaVersion } from './schema';

/**
 * The ledger's SQLite file. All SQL goes through here, so that every error becomes one of ours.
 *
 * Text is read as bytes (CAST AS BLOB) and decoded by us: libsql ends the whole process when a text value
 * is not valid UTF-8, and an altered file may hold anything.
 */

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
/** A text column, selected as bytes. */
export const text = z.instanceof(ArrayBuffer).transform((bytes, context) => {
  try {
    return decoder.decode(bytes);
  } catch {
    context.addIssue('not valid UTF-8');
    return z.NEVER;
  }
});

/** A row as it is in the file, believed in nothing but its types. */
export const rawRowSchema = z.object({
  sequence: z.int(),
  json: text,
  hash: text,
  signature: text,
  kind: text,
  state: text.nullable(),
  machineSerial: text,
  driveKey: text,
  jobId: text,
});
export type RawRow = z.infer<typeof rawRowSchema>;

/**
 * {@link rawRowSchema} for many rows: the same answer in a fraction of the time.
 * @returns null when a value is not of its type
 */
export function readRow(raw: unknown): RawRow | null {
  const fields = raw as Readonly<Record<keyof RawRow, unknown>>;
  const { sequence } = fields;
  const json = readText(fields.json);
  const hash = readText(fields.hash);
  const signature = readText(fields.signature);
  const kind = readText(fields.kind);
  const state = fields.state === null ? null : readText(fields.state);
  const machineSerial = readText(fields.machineSerial);
  const driveKey = readText(fields.driveKey);
  const jobId = readText(fields.jobId);
  const read =
    typeof sequence === 'number' &&
    Number.isSafeInteger(sequence) &&
    json !== null &&
    hash !== null &&
    signature !== null &&
    kind !== null &&
    (state !== null || fields.state === null) &&
    machineSerial !== null &&
    driveKey !== null &&
    jobId !== null;
  return read ? { sequence, json, hash, signature, kind, state, machineSerial, driveKey, jobId } : null;
}

/** A text that was selected as bytes. */
function readText(bytes: unknown): string | null {
  if (!(bytes instanceof ArrayBuffer)) return null;
  const read = Buffer.from(bytes).toString('utf8');
  if (!read.includes('\ufffd')) return read;
  // Either the character itself, or what stands for bytes that are none.
  return isUtf8(bytes) ? read : null;
}

/** What a query's SELECT names; fits {@link rawRowSchema}. */
export const rowColumns = `sequence, CAST(json AS BLOB) AS json, CAST(hash AS BLOB) AS hash,
  CAST(signature AS BLOB) AS signature, CAST(kind AS BLOB) AS kind, CAST(state AS BLOB) AS state,
  CAST(machine_serial AS BLOB) AS machineSerial, CAST(drive_key AS BLOB) AS driveKey,
  CAST(job_id AS BLOB) AS jobId`;

/** While everything is looked at. */
const cacheKibibytes = 64 * 1024;

export type SqlValue = string | number | null;

export class LedgerDatabase {
  readonly file: string;
  readonly #database: Database.Database;
  readonly #statements = new Map<string, Database.Statement>();

  private constructor(file: string, database: Database.Database) {
    this.file = file;
    this.#database = database;
  }

  /**
   * Opens the database; makes it, with mode 0600, when it is missing. One of an older version becomes one of this.
   * @throws PrestageError ledger-broken, ledger-unavailable
   */
  static openForWriting(file: string): LedgerDatabase {
    const database = LedgerDatabase.#connect(file, () => {
      // SQLite gives its -wal and -shm files the mode of this one, so it must be right before they are.
      createIfMissing(file);
      if ((statSync(file).mode & 0o077) !== 0) chmodSync(file, 0o600);
      return file;
    });
    try {
      database.#enterWal();
      database.exec('PRAGMA synchronous = FULL');
      database.transaction(() => {
        const version = database.version();
        const isNew = version === 0 && database.objects().length === 0;
        if (!isNew && version !== 1) return;
        if (isNew) for (const statement of createStatements) database.exec(statement);
        // A ledger of version 1 gets what it lacks, and stays as it is otherwise.
        for (const statement of checkpointStatements) database.exec(statement);
        database.exec(`PRAGMA user_version = ${schemaVersion}`);
      });
      database.#requireVersion();
      return database;
    } catch (error) {
      database.close();
      throw error;
    }
  }

  /**
   * Opens the database for looking only.
   * @returns null when there is none yet
   * @throws PrestageError ledger-broken, ledger-unavailable
   */
  static openForReading(file: string): LedgerDatabase | null {
    if (!isThere(file)) return null;
    const database = LedgerDatabase.#connect(file, () => `${pathToFileURL(file).href}?mode=ro`);
    try {
      if (database.version() === 0 && database.objects().length === 0) {
        database.close();
        return null;
      }
      database.#requireVersion();
      return database;
    } catch (error) {
      database.close();
      throw error;
    }
  }

  static #connect(file: string, prepare: () => string): LedgerDatabase {
    let database: Database.Database;
    try {
      database = new Database(prepare(), { timeout: timeouts.ledgerLock });
    } catch (error) {
      const ours = databaseError(error, file);
      if (ours !== error) throw ours;
      throw ledgerUnavailable(
        `The ledger ${shownPath(file)} cannot be opened.`,
        'Check that its folder exists and that you can write to it.',
        error,
      );
    }
    const opened = new LedgerDatabase(file, database);
    // A view or trigger that somebody added must not call functions of its own.
    opened.exec('PRAGMA trusted_schema = OFF');
    return opened;
  }

  /** A version from the future is refused; other differences are for verify to describe. */
  #requireVersion(): void {
    if (this.version() <= schemaVersion) return;
    throw ledgerUnavailable(
      `The ledger ${shownPath(this.file)} was made by a newer version of Prestage.`,
      'Use that version or a newer one.',
    );
  }

  /** Write-ahead log: readers and the one writer do not wait for each other. */
  #enterWal(): void {
    for (const deadline = Date.now() + timeouts.ledgerLock; ;) {
      try {
        this.#database.pragma('journal_mode = WAL');
        return;
      } catch (error) {
        const busy = errorCodeOf(error) === 'SQLITE_BUSY';
        if (!busy || Date.now() > deadline) throw databaseError(error, this.file);
        // SQLite does not use its busy time-out for this switch.
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, timeouts.ledgerLockPause);
      }
    }
  }

  exec(sql: string): void {
    this.#guard(() => {
      this.#database.exec(sql);
    });
  }

  run(sql: string, ...values: SqlValue[]): void {
    this.#guard(() => {
      this.#prepare(sql).run(values);
    });
  }

  /** @returns the rows as they are in the file; parse them. */
  all(sql: string, ...values: SqlValue[]): unknown[] {
    return this.#guard(() => this.#prepare(sql).all(values));
  }

  /** Calls `visit` with every row. */
  forEach(sql: string, values: readonly SqlValue[], visit: (row: unknown) => void): void {
    this.#guard(() => {
      for (const row of this.#prepare(sql).iterate([...values])) visit(row);
    });
  }

  /** Runs `work` with the only write lock there is; commits when it returns, rolls back when it throws. */
  transaction<Result>(work: () => Result): Result {
    return this.#within('BEGIN IMMEDIATE', work);
  }

  /** Runs `work` on one state of the database, whatever others write meanwhile. */
  snapshot<Result>(work: () => Result): Result {
    return this.#within('BEGIN', work);
  }

  #within<Result>(begin: string, work: () => Result): Result {
    this.exec(begin);
    let result: Result;
    try {
      result = work();
      this.exec('COMMIT');
    } catch (error) {
      try {
        this.exec('ROLLBACK');
      } catch {
        // SQLite has rolled back by itself, as it does on a full disk; the first error is the one to tell.
      }
      throw error;
    }
    return result;
  }

  /** The file's user_version; 0 for a new file. */
  version(): number {
    const [row] = this.all('PRAGMA user_version');
    return z.object({ user_version: z.int() }).parse(row).user_version;
  }

  /** Every table, index, trigger and view, except those SQLite makes for itself. */
  objects(): { name: string; sql: string }[] {
    const rows = this.all(
      `SELECT CAST(name AS BLOB) AS name, CAST(sql AS BLOB) AS sql FROM sqlite_master
       WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name`,
    );
    return rows.map((row) => {
      const object = z.object({ name: text, sql: text.nullable() }).safeParse(row);
      return object.success
        ? { name: object.data.name, sql: normalizeSql(object.data.sql ?? '') }
        : { name: 'unreadable', sql: '' };
    });
  }

  /** What SQLite finds wrong with the file itself, at most 20 lines; empty when it is sound. */
  integrityProblems(): string[] {
    // It looks up each row in each index. With SQLite's 2 MB most of those pages are read many times.
    this.exec(`PRAGMA cache_size = -${cacheKibibytes}`);
    const rows = this.all('PRAGMA integrity_check(20)');
    const lines = rows.map((row) => z.object({ integrity_check: z.string() }).parse(row).integrity_check);
    return lines.length === 1 && lines[0] === 'ok' ? [] : lines;
  }

  /**
   * Goes back to a journal beside the file, which SQLite only does while nobody else has it open.
   * @returns whether it did; opening it for writing goes to the write-ahead log again
   */
  leaveWal(): boolean {
    try {
      const rows = z.array(z.looseObject({ journal_mode: z.string() }));
      return rows.parse(this.#database.pragma('journal_mode = DELETE'))[0]?.journal_mode === 'delete';
    } catch (error) {
      if (errorCodeOf(error) === 'SQLITE_BUSY') return false;
      throw databaseError(error, this.file);
    }
  }

  /** Writes all of it, as it is at this moment, into a new file: also while others append. @param file absolute; must not exist */
  copyTo(file: string): void {
    this.run('VACUUM INTO ?', file);
  }

  /** Moves the write-ahead log into the database file, so that a copy of that file alone is whole. */
  checkpoint(): void {
    try {
      this.#database.pragma('wal_checkpoint(TRUNCATE)');
    } catch {
      // Somebody else is reading. Nothing is lost: the log stays and the last to leave moves it.
    }
  }

  close(): void {
    this.#statements.clear();
    this.#database.close();
  }

  #prepare(sql: string): Database.Statement {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#database.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }

  #guard<Result>(work: () => Result): Result {
    try {
      return work();
    } catch (error) {
      throw databaseError(error, this.file);
    }
  }
}

/**
 * Makes an empty file, and does not open one that is there: POSIX gives up every lock of a process on a file when the process
 * closes any descriptor of it, and with them those of its other connections. Another process would then take itself for the
 * last one and delete the write-ahead log under them. Source: sqlite.org, "How To Corrupt An SQLite Database File", 2.2.
 */
function createIfMissing(file: string): void {
  try {
    closeSync(openSync(file, 'wx', 0o600));
  } catch (error) {
    if (errorCodeOf(error) !== 'EEXIST') throw error;
  }
}

/** @throws PrestageError ledger-unavailable when somebody else's folder hides whether there is one */
function isThere(file: string): boolean {
  try {
    return statSync(file, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    throw ledgerUnavailable(
      `The ledger ${shownPath(file)} cannot be read.`,
      'Check that its folder belongs to you, or choose another state folder with --state.',
      error,
    );
  }
}
