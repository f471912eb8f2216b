import type { EntryProof, SignedCheckpoint } from '../../core/ledger/checkpoint';
import { shownPath } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import type { LedgerRecord } from '../../core/ledger/record';
import { storedCheckpoint, makeCheckpoints, newestCheckpointSize } from './checkpoints';
import { LedgerDatabase, rowColumns } from './database';
import { columnsOf, sealEntry, type LedgerRow } from './entry';
import { emptyEnd, readTrustedHead, writeHead, type LedgerEnd } from './head';
import { prepareKey } from './key-care';
import type { StationKey } from './keys';
import { ledgerBroken } from './ledger-errors';
import { LedgerReader, type LedgerPaths } from './ledger-reader';
import { checkpointFor, proofsFor } from './proofs';
import { checkpointInterval } from './schema';

export interface LedgerOptions {
  /** For tests. */
  readonly clock?: () => Date;
}

/** Who and what made an entry, beside its record. */
export interface AppendContext {
  readonly operator: string;
  readonly stationName: string;
  readonly versions: Readonly<Record<string, string>>;
}

/**
 * Checkpoints made at most when a ledger is opened: an old ledger that has none catches up over several openings,
 * because each of its entries has to be looked at, and nobody should wait long for that.
 */
const checkpointsAtOpening = 16;

/**
 * The station's ledger: an append-only list of signed entries, each holding its predecessor's hash. Any
 * number of processes may have it open and append at the same time.
 */
export class Ledger extends LedgerReader {
  readonly #paths: LedgerPaths;
  readonly #database: LedgerDatabase;
  readonly #station: StationKey;
  readonly #clock: () => Date;

  private constructor(paths: LedgerPaths, database: LedgerDatabase, station: StationKey, clock: () => Date) {
    super(paths, database, station);
    this.#paths = paths;
    this.#database = database;
    this.#station = station;
    this.#clock = clock;
  }

  /**
   * Opens the ledger for writing; makes it and its key when they are missing. Its newest entries and its head are
   * checked first, so that a job is refused before its drive is touched when the record could not be kept.
   * @throws PrestageError ledger-broken, ledger-unavailable, ledger-key-unsafe
   */
  static open(paths: LedgerPaths, options: LedgerOptions = {}): Ledger {
    const clock = options.clock ?? ((): Date => new Date());
    const database = LedgerDatabase.openForWriting(paths.ledgerFile);
    try {
      const station = database.transaction(() => prepareKey(paths, database));
      const ledger = new Ledger(paths, database, station, clock);
      database.transaction(() => {
        const { sequence } = ledger.#trustedLast();
        storedCheckpoint(database, station.publicKey);
        makeCheckpoints(database, station, sequence, checkpointsAtOpening);
        ledger.#catchUpHead();
      });
      return ledger;
    } catch (error) {
      database.close();
      throw error;
    }
  }

  /**
   * Writes one entry and waits until the disk has it.
   * @throws PrestageError ledger-broken when the ledger is not whole, ledger-unavailable; z.ZodError when the
   * record does not fit its schema, which is a bug of the caller. Nothing is written then.
   * @param precondition looked at under the write lock; nothing is written when it throws
   */
  append(record: LedgerRecord, context: AppendContext, precondition?: () => void): LedgerRow {
    const database = this.#database;
    const station = this.#station;
    const row = database.transaction(() => {
      precondition?.();
      const last = this.#trustedLast();
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
        this.#catchUpHead();
      });
    } catch (error) {
      // The entry is on the disk. A head that stays behind is caught up with the next entry, and a caller
      // who believes that nothing was written would write the entry twice.
      if (!(error instanceof PrestageError && error.code === 'ledger-unavailable')) throw error;
    }
    return row;
  }

  /** Moves the head to the newest entry and the newest checkpoint. The write lock is held. */
  #catchUpHead(): void {
    const station = this.#station;
    const head = readTrustedHead(this.#paths, station.publicKey);
    const last = this.#trustedLast();
    const checkpoint = newestCheckpointSize(this.#database);
    if (last.sequence !== head?.sequence || checkpoint !== head.checkpoint) {
      writeHead(this.#paths, { ...last, checkpoint }, station.privateKey);
    }
  }

  /**
   * Signs for all entries there are now: a statement to keep elsewhere, or to prove entries against.
   * @throws PrestageError record-not-found when the ledger is empty, ledger-broken when it is not whole
   */
  signedCheckpoint(): SignedCheckpoint {
    const database = this.#database;
    const station = this.#station;
    return database.snapshot(() => {
      return checkpointFor(database, station, this.#trustedLast().sequence);
    });
  }

  /**
   * Proofs of some entries, all against one checkpoint.
   * @param size entries that the checkpoint covers; left out: all there are now
   * @throws PrestageError record-not-found, ledger-broken when the ledger is not whole
   */
  proofs(sequences: readonly number[], size?: number): EntryProof[] {
    const database = this.#database;
    const station = this.#station;
    return database.snapshot(() => {
      const { sequence } = this.#trustedLast();
      const covered = Math.min(size ?? sequence, sequence);
      return proofsFor(database, station, checkpointFor(database, station, covered), sequences);
    });
  }

  /**
   * The newest entry, when everything from the head on is whole. What lies before is for verify: reading all
   * of it with each entry would make appending slower by the day.
   */
  #trustedLast(): LedgerEnd {
    const database = this.#database;
    const head = readTrustedHead(this.#paths, this.#station.publicKey);
    if (head === null) {
      throw ledgerBroken(`The ledger's head file ${shownPath(this.#paths.headFile)} is missing.`);
    }
    if ((head.checkpoint ?? 0) > newestCheckpointSize(database)) {
      throw ledgerBroken('The newest checkpoints of the ledger are missing.');
    }
    const rows = database
      .all(`SELECT ${rowColumns} FROM entries WHERE sequence >= ? ORDER BY sequence`, head.sequence)
      .map((row) => this.checked(row));
    let last = emptyEnd;
    if (head.sequence > 0) {
      const first = rows.shift();
      if (first?.sequence !== head.sequence) {
        throw ledgerBroken(
          `The newest entries of the ledger are missing: it had ${head.sequence} entries and now has fewer.`,
        );
      }
      if (first.hash !== head.hash) {
        throw ledgerBroken(`Entry ${head.sequence} is not the last one that this station signed.`);
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

  override close(): void {
    this.#database.checkpoint();
    super.close();
  }
}
