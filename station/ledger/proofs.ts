import type { EntryProof, SignedCheckpoint } from '../../core/ledger/checkpoint';
import { PrestageError } from '../../core/base/errors';
import { checkProof, signCheckpoint } from './checkpoint';
import { growTree, storedCheckpoint, newestCheckpointSize } from './checkpoints';
import { rawRowSchema, rowColumns, type LedgerDatabase } from './database';
import { ledgerBroken } from './ledger-errors';
import type { StationKey } from './keys';
import { leafHash, MerkleTree, pathThrough, rootOf, rootThrough } from './merkle';
import { checkpointInterval } from './schema';

/** Checkpoints for the present end of a ledger, and proofs of single entries. All is read in one snapshot. */

/**
 * Signs for the first entries. What no kept checkpoint covers is looked at whole first.
 * @param entries how many, all of them in the trusted chain
 * @throws PrestageError record-not-found when the ledger is empty, ledger-broken
 */
export function checkpointFor(
  database: LedgerDatabase,
  station: StationKey,
  entries: number,
): SignedCheckpoint {
  if (entries === 0) throw notFound('The ledger is empty: there is nothing to prove.');
  const newest = newestCheckpointSize(database);
  const size = newest <= entries ? newest : Math.floor(entries / checkpointInterval) * checkpointInterval;
  const tree = storedCheckpoint(database, station.publicKey, size)?.tree ?? new MerkleTree();
  growTree(database, tree, entries, station);
  return signCheckpoint(tree.size, tree.root(), station.privateKey);
}

/**
 * Proves entries against a checkpoint. Reads a few hundred rows for each, not the whole ledger: the kept checkpoints
 * hold the roots of what lies between.
 * @throws PrestageError record-not-found for an entry the checkpoint does not cover, ledger-broken when the entries
 * are not those it was signed for
 */
export function proofsFor(
  database: LedgerDatabase,
  station: StationKey,
  checkpoint: SignedCheckpoint,
  sequences: readonly number[],
): EntryProof[] {
  const known = new Map<string, Buffer>();
  const rootBetween = (first: number, end: number): Buffer =>
    rootThrough(first, end, (from, to) => {
      const name = `${from}-${to}`;
      const root =
        known.get(name) ?? storedRoot(database, station, from, to) ?? shortRoot(database, from, to);
      if (root !== null) known.set(name, root);
      return root;
    });
  return sequences.map((sequence) => {
    if (sequence < 1 || sequence > checkpoint.size) throw notFound(`The ledger has no entry ${sequence}.`);
    const [entry] = rowsBetween(database, sequence - 1, sequence);
    if (entry === undefined) throw notFound(`The ledger has no entry ${sequence}.`);
    const path = pathThrough(checkpoint.size, sequence - 1, rootBetween);
    const { json, hash, signature } = entry;
    const proof: EntryProof = {
      version: 1,
      entry: { sequence, json, hash, signature },
      path: path.map((one) => one.toString('hex')),
      checkpoint,
    };
    // Nothing leaves that the receiver would refuse.
    const verdict = checkProof(proof, station.publicKey);
    if (!verdict.ok) throw ledgerBroken(`Entry ${sequence} cannot be proved.`, verdict.reason);
    return proof;
  });
}

/** Root that a kept checkpoint holds as its last peak: of a whole subtree that is a left half. */
function storedRoot(
  database: LedgerDatabase,
  station: StationKey,
  first: number,
  end: number,
): Buffer | null {
  const length = end - first;
  const whole = length >= checkpointInterval && Number.isInteger(Math.log2(length)) && first % length === 0;
  if (!whole || (first / length) % 2 !== 0) return null;
  return storedCheckpoint(database, station.publicKey, end)?.tree.peaks.at(-1) ?? null;
}

/** Root over entries that are few enough to read. */
function shortRoot(database: LedgerDatabase, first: number, end: number): Buffer | null {
  if (end - first > checkpointInterval) return null;
  const rows = rowsBetween(database, first, end);
  if (rows.length !== end - first) throw ledgerBroken('Entries of the ledger are missing.');
  return rootOf(rows.map(({ hash, signature }) => leafHash(hash, signature)));
}

interface ReadRow {
  readonly json: string;
  readonly hash: string;
  readonly signature: string;
}

/** Entries whose leaves lie from `first` up to, and without, `end`. */
function rowsBetween(database: LedgerDatabase, first: number, end: number): ReadRow[] {
  const sql = `SELECT ${rowColumns} FROM entries WHERE sequence BETWEEN ? AND ? ORDER BY sequence`;
  return database.all(sql, first + 1, end).map((raw) => {
    const row = rawRowSchema.safeParse(raw);
    if (row.success) return row.data;
    throw ledgerBroken('An entry of the ledger cannot be read.', row.error.message);
  });
}

function notFound(message: string): PrestageError {
  return new PrestageError({
    code: 'record-not-found',
    message,
  });
}
