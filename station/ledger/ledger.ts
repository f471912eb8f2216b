import { z } from 'zod';
import type { EntryProof, SignedCheckpoint } from '../../core/ledger/checkpoint';
import type { DriveIdentity } from '../../core/drive/drive';
import { PrestageError } from '../../core/base/errors';
import type { JobFacts, LedgerRecord, OrderRecord, StoredEntry } from '../../core/ledger/record';
import type { StatePlaces } from '../state/state-paths';
import { checkEntry, type CheckedEntry } from './check-entry';
import { keptCheckpoint, makeCheckpoints, newestCheckpointSize } from './checkpoints';
import {
  LedgerDatabase,
  rawRowSchema,
  readRow,
  rowColumns,
  text,
  type RawRow,
  type SqlValue,
} from './database';
import { columnsOf, driveKey, sealEntry, type LedgerRow } from './entry';
import { ledgerBroken, shownPath } from './ledger-errors';
import { emptyEnd, readTrustedHead, writeHead, type LedgerEnd } from './head';
import { prepareKey } from './key-care';
import { loadPublicKey, type StationKey, type VerifyingKey } from './keys';
import { packedRows } from './packed-rows';
import { checkpointFor, proofsFor } from './proofs';
import { groupQuery, queryOf, type LedgerQuery, type MachineGroup } from './queries';
import { checkpointInterval } from './schema';
import { verifyLedger, type LedgerReport, type VerifyOptions } from './verify-ledger';

type LedgerPlaces = Pick<StatePlaces, 'ledgerFile' | 'headFile' | 'keyFile' | 'publicKeyFile'>;

export interface LedgerOptions {
  /** Only look: makes nothing, needs no private key, and refuses to append. */
  readonly readOnly?: boolean;
  /** For tests. */
  readonly clock?: () => Date;
}

/** Who and what made an entry, beside its record. */
export interface AppendContext {
  readonly operator: string;
  readonly stationName: string;
  readonly versions: Readonly<Record<string, string>>;
}

/** A job that began and of whose end nothing is written. */
export interface OpenJob {
  readonly sequence: number;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly job: JobFacts;
}

/**
 * Checkpoints made at most when a ledger is opened: an old ledger that has none catches up over several openings,
 * because each of its entries has to be looked at, and nobody should wait long for that.
 */
const checkpointsAtOpening = 16;

/** Kinds of entries that name no machine of their own. */
type PlainKind = Exclude<OrderRecord['kind'], 'order-exception'>;

/** Rows read at once. Bounds memory, and how long a reader holds the database. */
const pageRows = 500;

const sequenceRow = z.object({ sequence: z.int() });
const serialRow = z.object({ sequence: z.int(), machineSerial: text });

/**
 * The station's ledger: an append-only list of signed entries, each holding its predecessor's hash. Any
 * number of processes may have it open and append at the same time.
 */
export class Ledger {
  readonly #places: LedgerPlaces;
  /** null: read-only, and nothing has been written yet. */
  readonly #database: LedgerDatabase | null;
  /** null: read-only. */
  readonly #station: StationKey | null;
  readonly #verifying: VerifyingKey | null;
  readonly #clock: () => Date;

  private constructor(
    places: LedgerPlaces,
    database: LedgerDatabase | null,
    station: StationKey | null,
    clock: () => Date,
  ) {
    this.#places = places;
    this.#database = database;
    this.#station = station;
    this.#verifying = station ?? loadPublicKey(places);
    this.#clock = clock;
  }

  /**
   * Opens the ledger. For writing, its newest entries and its head are checked first, so that a job is
   * refused before its drive is touched when the record could not be kept.
   * @throws PrestageError ledger-broken, ledger-unavailable, ledger-key-unsafe
   */
  static open(places: LedgerPlaces, options: LedgerOptions = {}): Ledger {
    const clock = options.clock ?? ((): Date => new Date());
    if (options.readOnly === true) {
      return new Ledger(places, LedgerDatabase.openForReading(places.ledgerFile), null, clock);
    }
    const database = LedgerDatabase.openForWriting(places.ledgerFile);
    try {
      const station = database.transaction(() => prepareKey(places, database));
      const ledger = new Ledger(places, database, station, clock);
      database.transaction(() => {
        const { sequence } = ledger.#trustedLast(database, station);
        keptCheckpoint(database, station.publicKey);
        makeCheckpoints(database, station, sequence, checkpointsAtOpening);
        ledger.#catchUpHead(database, station);
      });
      return ledger;
    } catch (error) {
      database.close();
      throw error;
    }
  }

  /** Public half of the station's key; null when there is none yet. */
  get publicKey(): VerifyingKey | null {
    return this.#verifying;
  }

  /**
   * Writes one entry and waits until the disk has it.
   * @throws PrestageError ledger-broken when the ledger is not whole, ledger-unavailable; z.ZodError when the
   * record does not fit its schema, which is a bug of the caller. Nothing is written then.
   * @param precondition looked at under the write lock; nothing is written when it throws
   */
  append(record: LedgerRecord, context: AppendContext, precondition?: () => void): LedgerRow {
    const { database, station } = this.#forWriting();
    const row = database.transaction(() => {
      precondition?.();
      const last = this.#trustedLast(database, station);
      const sealed = sealEntry(
        {
          version: 1,
          sequence: last.sequence + 1,
          previousHash: last.hash,
          time: this.#clock().toISOString(),
          station: { name: context.stationName, keyFingerprint: station.fingerprint },
          operator: context.operator,
          versions: { ...context.versions },
          record,
        },
        station.privateKey,
      );
      const columns = columnsOf(sealed.entry.record);
      database.run(
        `INSERT INTO entries (sequence, json, hash, signature, kind, state, machine_serial, drive_key, job_id)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        sealed.sequence,
        sealed.json,
        sealed.hash,
        sealed.signature,
        columns.kind,
        columns.state,
        columns.machineSerial,
        columns.driveKey,
        columns.jobId,
      );
      if (sealed.sequence % checkpointInterval === 0) {
        makeCheckpoints(database, station, sealed.sequence, 1);
      }
      return sealed;
    });

    // After the commit, because a head that is ahead of the database means that entries were cut off.
    // Under the lock again, so that a slower process cannot put an older head over a newer one.
    try {
      database.transaction(() => {
        this.#catchUpHead(database, station);
      });
    } catch (error) {
      // The entry is on the disk. A head that stays behind is caught up with the next entry, and a caller
      // who believes that nothing was written would write the entry twice.
      if (!(error instanceof PrestageError && error.code === 'ledger-unavailable')) throw error;
    }
    return row;
  }

  #forWriting(): { readonly database: LedgerDatabase; readonly station: StationKey } {
    const database = this.#database;
    const station = this.#station;
    if (database === null || station === null) throw new Error('the ledger is open for reading only');
    return { database, station };
  }

  /** Moves the head to the newest entry and the newest checkpoint. The write lock is held. */
  #catchUpHead(database: LedgerDatabase, station: StationKey): void {
    const head = readTrustedHead(this.#places, station.publicKey);
    const last = this.#trustedLast(database, station);
    const checkpoint = newestCheckpointSize(database);
    if (last.sequence !== head?.sequence || checkpoint !== head.checkpoint) {
      writeHead(this.#places, { ...last, checkpoint }, station.privateKey);
    }
  }

  /**
   * Signs for all entries there are now: a statement to keep elsewhere, or to prove entries against.
   * @throws PrestageError record-not-found when the ledger is empty, ledger-broken when it is not whole
   */
  signedCheckpoint(): SignedCheckpoint {
    const { database, station } = this.#forWriting();
    return database.snapshot(() => {
      return checkpointFor(database, station, this.#trustedLast(database, station).sequence);
    });
  }

  /**
   * Proofs of some entries, all against one checkpoint.
   * @param size entries that the checkpoint covers; left out: all there are now
   * @throws PrestageError record-not-found, ledger-broken when the ledger is not whole
   */
  proofs(sequences: readonly number[], size?: number): EntryProof[] {
    const { database, station } = this.#forWriting();
    return database.snapshot(() => {
      const { sequence } = this.#trustedLast(database, station);
      const covered = Math.min(size ?? sequence, sequence);
      return proofsFor(database, station, checkpointFor(database, station, covered), sequences);
    });
  }

  /**
   * The newest entry, when everything from the head on is whole. What lies before is for verify: reading all
   * of it with each entry would make appending slower by the day.
   */
  #trustedLast(database: LedgerDatabase, station: StationKey): LedgerEnd {
    const head = readTrustedHead(this.#places, station.publicKey);
    if (head === null) {
      throw ledgerBroken(`The ledger's head file ${shownPath(this.#places.headFile)} is missing.`);
    }
    if ((head.checkpoint ?? 0) > newestCheckpointSize(database)) {
      throw ledgerBroken('The newest checkpoints of the ledger are missing.');
    }
    const rows = database
      .all(`SELECT ${rowColumns} FROM entries WHERE sequence >= ? ORDER BY sequence`, head.sequence)
      .map((row) => this.#checked(row));
    let last = emptyEnd;
    if (head.sequence > 0) {
      const first = rows.shift();
      if (first?.sequence !== head.sequence) {
        throw ledgerBroken(
          `The newest entries of the ledger are missing: it once had ${head.sequence} entries and now has fewer.`,
        );
      }
      if (first.hash !== head.hash) {
        throw ledgerBroken(`Entry ${head.sequence} is not the one that this station signed last.`);
      }
      last = first;
    }
    for (const row of rows) {
      if (row.sequence !== last.sequence + 1 || row.entry.previousHash !== last.hash) {
        throw ledgerBroken(`Entry ${row.sequence} does not follow entry ${last.sequence}.`);
      }
      last = row;
    }
    return { sequence: last.sequence, hash: last.hash };
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
    const withdrawn = `AND NOT EXISTS (SELECT 1 FROM entries AS later WHERE later.job_id = done.job_id
      AND later.kind = 'drive-verified' AND later.state = 'failed')`;
    return this.#findDone('machine_serial', machineSerial, withdrawn);
  }

  /**
   * The newest finished job of a drive: by serial, WWN and size, or by path and size when it has neither.
   * @throws PrestageError ledger-broken when the entry is not what was signed
   */
  findLastDone(drive: DriveIdentity): LedgerRow | null {
    return this.#findDone('drive_key', driveKey(drive), '');
  }

  /**
   * Entries of one kind of question, oldest first.
   * @throws PrestageError ledger-broken when one is not what was signed
   */
  find(query: LedgerQuery): LedgerRow[] {
    const { where, values } = queryOf(query);
    return this.#select(where, 'ORDER BY sequence', ...values).map((row) => this.#checked(row));
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

  #findDone(column: 'machine_serial' | 'drive_key', value: string, notWithdrawn: string): LedgerRow | null {
    const [row] = this.#select(
      `AS done WHERE ${column} = ? AND kind = 'job-ended' AND state = 'done' ${notWithdrawn}`,
      'ORDER BY sequence DESC LIMIT 1',
      value,
    );
    return row === undefined ? null : this.#checked(row);
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
    return row === undefined ? null : this.#checked(row);
  }

  /**
   * The entries after a place, oldest first.
   * @throws PrestageError ledger-broken when an entry is not what was signed
   */
  *checkedAfter(sequence: number): IterableIterator<LedgerRow> {
    for (let after = sequence; ;) {
      const rows = this.#select('WHERE sequence > ?', `ORDER BY sequence LIMIT ${pageRows}`, after);
      for (const row of rows) {
        const checked = this.#checked(row);
        after = checked.sequence;
        yield checked;
      }
      if (rows.length < pageRows) return;
    }
  }

  /**
   * Jobs that began and did not end, oldest first. They run right now in some process, or were interrupted.
   * @throws PrestageError ledger-broken when an entry is not what was signed
   */
  openJobs(): OpenJob[] {
    // The places first, from the index entries_by_job alone: the rows themselves are the whole ledger.
    const rows = this.#select(
      `WHERE sequence IN (SELECT started.sequence FROM entries AS started
         WHERE started.kind = 'job-started' AND NOT EXISTS (SELECT 1 FROM entries AS ended
           WHERE ended.job_id = started.job_id AND ended.kind = 'job-ended'))`,
      'ORDER BY sequence',
    );
    return rows.flatMap((row) => {
      const { sequence, entry } = this.#checked(row);
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
    return verifyLedger(this.#places, this.#database, options);
  }

  close(): void {
    if (this.#station !== null) this.#database?.checkpoint();
    this.#database?.close();
  }

  #select(where: string, rest: string, ...values: SqlValue[]): unknown[] {
    return this.#database?.all(`SELECT ${rowColumns} FROM entries ${where} ${rest}`, ...values) ?? [];
  }

  /** A row whose JSON, hash, signature and columns agree. */
  #checked(raw: unknown): LedgerRow {
    const row = toRawRow(raw);
    const { entry, problems } = checkEntry(row, this.#verifying);
    const problem = problems[0];
    if (problem !== undefined) throw ledgerBroken(`Entry ${row.sequence} of the ledger ${problem.message}`);
    if (entry?.sequence !== row.sequence) {
      throw ledgerBroken(`Entry ${row.sequence} of the ledger was written as another one.`);
    }
    return { ...toStored(row), entry };
  }
}

function toRawRow(row: unknown): RawRow {
  const read = readRow(row);
  if (read !== null) return read;
  const parsed = rawRowSchema.safeParse(row);
  if (parsed.success) return parsed.data;
  const sequence = sequenceRow.safeParse(row);
  const name = sequence.success ? `Entry ${sequence.data.sequence}` : 'An entry';
  throw ledgerBroken(`${name} of the ledger cannot be read.`, parsed.error.message);
}

function toStored(row: RawRow): StoredEntry {
  return { sequence: row.sequence, json: row.json, hash: row.hash, signature: row.signature };
}
