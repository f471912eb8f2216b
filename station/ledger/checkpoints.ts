import type { KeyObject } from 'node:crypto';
import { z } from 'zod';
import type { SignedCheckpoint } from '../../core/ledger/checkpoint';
import { PrestageError } from '../../core/base/errors';
import { genesisHash } from '../../core/ledger/record';
import { checkEntry } from './check-entry';
import { checkpointHolds, signCheckpoint } from './checkpoint';
import { rawRowSchema, rowColumns, text, type LedgerDatabase } from './database';
import { ledgerBroken } from './ledger-errors';
import type { StationKey } from './keys';
import { leafHash, MerkleTree } from './merkle';
import { checkpointInterval } from './schema';

/** The checkpoints that are kept beside the entries, and how they are made. */

/** A row as it is in the file, believed in nothing but its types. */
const checkpointRowSchema = z.object({ size: z.int(), root: text, signature: text, peaks: text });

export const checkpointColumns = `size, CAST(root AS BLOB) AS root, CAST(signature AS BLOB) AS signature,
  CAST(peaks AS BLOB) AS peaks`;

/** A checkpoint that holds, and the tree it was signed for. */
export interface StoredCheckpoint {
  readonly checkpoint: SignedCheckpoint;
  /** Ready to go on; a copy for each caller. */
  readonly tree: MerkleTree;
}

export type CheckpointReading =
  | { readonly state: 'sound'; readonly stored: StoredCheckpoint }
  /** `reason` ends a sentence that begins with the checkpoint. */
  | { readonly state: 'wrong'; readonly reason: string };

/** Looks at one row by itself: its form, its signature, and that the peaks make the root. */
export function readCheckpoint(raw: unknown, publicKey: KeyObject): CheckpointReading {
  const row = checkpointRowSchema.safeParse(raw);
  if (!row.success) return { state: 'wrong', reason: 'cannot be read' };
  const { size, root, signature, peaks } = row.data;
  if (!checkpointHolds({ size, root, signature }, publicKey)) {
    return { state: 'wrong', reason: 'is not signed with this station’s key' };
  }
  const tree = treeOf(size, peaks);
  if (tree?.root().toString('hex') !== root) {
    return { state: 'wrong', reason: 'has hashes that do not match its signature' };
  }
  return { state: 'sound', stored: { checkpoint: { version: 1, size, root, signature }, tree } };
}

function treeOf(size: number, peaks: string): MerkleTree | null {
  if (size < 1 || !/^(?:[0-9a-f]{64})+$/.test(peaks)) return null;
  const hashes = (peaks.match(/.{64}/g) ?? []).map((hash) => Buffer.from(hash, 'hex'));
  try {
    return MerkleTree.from(size, hashes);
  } catch {
    return null;
  }
}

/** Whether the file has a place for checkpoints: one of version 1 that was only looked at has none. */
export function keepsCheckpoints(database: LedgerDatabase): boolean {
  return database.version() >= 2;
}

/** Size of the newest checkpoint; 0 when there is none. Nothing about it is checked. */
export function newestCheckpointSize(database: LedgerDatabase): number {
  const [row] = database.all('SELECT COALESCE(MAX(size), 0) AS size FROM checkpoints');
  return z.object({ size: z.int() }).parse(row).size;
}

/**
 * The checkpoint of a size, or the newest one.
 * @returns null when there is none
 * @throws PrestageError ledger-broken when it does not hold
 */
export function storedCheckpoint(
  database: LedgerDatabase,
  publicKey: KeyObject,
  size: number | 'newest' = 'newest',
): StoredCheckpoint | null {
  const [raw] =
    size === 'newest'
      ? database.all(`SELECT ${checkpointColumns} FROM checkpoints ORDER BY size DESC LIMIT 1`)
      : database.all(`SELECT ${checkpointColumns} FROM checkpoints WHERE size = ?`, size);
  if (raw === undefined) return null;
  const reading = readCheckpoint(raw, publicKey);
  if (reading.state === 'sound') return reading.stored;
  throw ledgerBroken(`A checkpoint of the ledger ${reading.reason}.`);
}

/** Writes one down. The write lock is held. */
export function keepCheckpoint(database: LedgerDatabase, tree: MerkleTree, privateKey: KeyObject): void {
  const { size, root, signature } = signCheckpoint(tree.size, tree.root(), privateKey);
  const peaks = tree.peaks.map((hash) => hash.toString('hex')).join('');
  database.run('INSERT INTO checkpoints VALUES (?, ?, ?, ?)', size, root, signature, peaks);
}

/**
 * Lets a tree grow by the entries up to `end`. Each is looked at whole, its signature too: what is signed with the
 * tree's root will be believed.
 * @throws PrestageError ledger-broken at the first entry that is not what this station wrote
 */
export function growTree(
  database: LedgerDatabase,
  tree: MerkleTree,
  end: number,
  key: Pick<StationKey, 'publicKey' | 'fingerprint' | 'pem'>,
): void {
  let before = tree.size === 0 ? genesisHash : storedHash(database, tree.size);
  while (tree.size < end) {
    const last = Math.min(end, tree.size + checkpointInterval);
    const rows = database.all(
      `SELECT ${rowColumns} FROM entries WHERE sequence BETWEEN ? AND ? ORDER BY sequence`,
      tree.size + 1,
      last,
    );
    if (rows.length !== last - tree.size) throw ledgerBroken('Entries of the ledger are missing.');
    for (const raw of rows) {
      const sequence = tree.size + 1;
      const row = rawRowSchema.safeParse(raw);
      if (!row.success) throw ledgerBroken(`Entry ${sequence} of the ledger cannot be read.`);
      const { entry, problems } = checkEntry(row.data, key);
      const problem = problems[0];
      if (problem !== undefined) throw ledgerBroken(`Entry ${sequence} of the ledger ${problem.message}`);
      if (entry?.sequence !== sequence || row.data.sequence !== sequence || entry.previousHash !== before) {
        throw ledgerBroken(`Entry ${sequence} does not follow the one before it.`);
      }
      before = row.data.hash;
      tree.add(leafHash(row.data.hash, row.data.signature));
    }
  }
}

function storedHash(database: LedgerDatabase, sequence: number): string {
  const [row] = database.all('SELECT CAST(hash AS BLOB) AS hash FROM entries WHERE sequence = ?', sequence);
  const parsed = z.object({ hash: text }).safeParse(row);
  if (parsed.success) return parsed.data.hash;
  throw ledgerBroken(`Entry ${sequence} of the ledger cannot be read.`);
}

/**
 * Makes the checkpoints that are due, up to `most` of them. None is made over an entry that is not what was signed:
 * the record goes on without, and verify names the entry. The write lock is held.
 * @throws PrestageError ledger-broken when the newest checkpoint does not hold, ledger-unavailable
 */
export function makeCheckpoints(
  database: LedgerDatabase,
  station: StationKey,
  entries: number,
  max: number,
): void {
  const newest = newestCheckpointSize(database);
  if (newest + checkpointInterval > entries) return;
  const tree = storedCheckpoint(database, station.publicKey)?.tree ?? new MerkleTree();
  for (let made = 0; made < max && tree.size + checkpointInterval <= entries; made += 1) {
    try {
      growTree(database, tree, tree.size + checkpointInterval, station);
    } catch (error) {
      if (error instanceof PrestageError && error.code === 'ledger-broken') return;
      throw error;
    }
    keepCheckpoint(database, tree, station.privateKey);
  }
}
