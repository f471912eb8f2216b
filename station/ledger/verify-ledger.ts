import { z } from 'zod';
import type { SignedCheckpoint } from '../../core/ledger/checkpoint';
import { sanitizeForDisplay, shownPath } from '../../core/base/display';
import type { StatePaths } from '../state/state-paths';
import { checkpointColumns, keepsCheckpoints, readCheckpoint, type StoredCheckpoint } from './checkpoints';
import { readRow, rowColumns, type LedgerDatabase, type RawRow } from './database';
import { readHead, type LedgerHead } from './head';
import { inspectKeys } from './key-care';
import type { VerifyingKey } from './keys';
import { leafHash, MerkleTree } from './merkle';
import { packedRows } from './packed-rows';
import { checkpointInterval, expectedObjects, schemaVersion } from './schema';
import { LedgerInspection, type LedgerReport, type OnWhole } from './ledger-findings';

export { ledgerReportSchema } from './ledger-findings';
export type { LedgerFinding, LedgerNote, LedgerReport } from './ledger-findings';

export interface VerifyOptions {
  /** Look at every signature and every entry's form, also where a signed checkpoint stands for them. */
  readonly everySignature?: boolean;
  /** Called with every entry that is whole by itself, in their order. Only the report says whether the ledger is. */
  readonly onWhole?: OnWhole;
}

/** What stands in a place of the ledger. */
interface Place {
  readonly sequence: number | null;
  readonly row: RawRow | null;
}

/**
 * Looks at a whole ledger. Goes on after each finding, and tells one cause once.
 *
 * The entries between two checkpoints are taken together. When their tree has the root that the station signed, their
 * hashes and signatures are the very ones it looked at then, and need no second look; otherwise each is looked at by itself.
 * @param database null when nothing was ever written
 * @throws PrestageError ledger-broken when the file cannot be read as a database, ledger-unavailable
 */
export function verifyLedger(
  paths: Pick<StatePaths, 'headFile' | 'keyFile' | 'publicKeyFile'>,
  database: LedgerDatabase | null,
  options: VerifyOptions = {},
): LedgerReport {
  const keys = inspectKeys(paths);
  // Before the entries: others may append meanwhile, and then a head read later would be ahead of them.
  const head = readHead(paths, keys.key?.publicKey ?? null);
  const inspection = new LedgerInspection(
    keys.key,
    head.state === 'read' ? head.head.sequence : null,
    options.onWhole ?? null,
  );
  for (const { code, message } of keys.problems) inspection.find(null, code, message);

  let covered = 0;
  let tree = new MerkleTree();
  database?.snapshot(() => {
    checkFile(database, inspection);
    const signed = head.state === 'read' && head.signed ? head.head : null;
    const stored = inspectCheckpoints(database, inspection, keys.key, signed);
    const everySignature = options.everySignature === true;
    const one = (where: string, ...bounds: number[]): Place[] =>
      database
        .all(`SELECT ${rowColumns} FROM entries WHERE ${where} ORDER BY sequence`, ...bounds)
        .map(placeOf);
    for (const place of one('sequence < 1')) inspection.visit(place.sequence, place.row, false);
    let end = 0;
    for (const [size, { checkpoint }] of stored) {
      // Where checkpoints are missing, what lies between two may be too much to hold.
      if (size - end > checkpointInterval) visitAlone(database, inspection, end, size);
      else {
        const rows = packedRows(database, end + 1, size);
        const segment =
          rows === null
            ? one('sequence BETWEEN ? AND ?', end + 1, size)
            : rows.map((row) => ({ sequence: row.sequence, row }));
        visitSegment(inspection, segment, stored, end, checkpoint, everySignature);
      }
      end = size;
    }
    covered = end;
    tree = MerkleTree.from(end, stored.get(end)?.tree.peaks ?? []);
    visitAlone(database, inspection, end, null, tree);
  });
  const newest = inspection.finish(head, shownPath(paths.headFile), covered);
  if (keys.key === null && inspection.entries > 0) {
    inspection.find(null, 'key-missing', 'There is no key to check the signatures.');
  }
  return {
    ok: inspection.findings.length === 0,
    entries: inspection.entries,
    // Runs are told when they end, so they come late. What is about the whole ledger comes first.
    findings: inspection.findings.toSorted(
      (a, b) => (a.sequence ?? -Infinity) - (b.sequence ?? -Infinity) || 0,
    ),
    notes: inspection.notes,
    keyFingerprint: keys.key?.fingerprint ?? null,
    head: newest,
    root: inspection.findings.length === 0 ? tree.root().toString('hex') : null,
  };
}

function placeOf(raw: unknown): Place {
  const row = readRow(raw);
  if (row !== null) return { sequence: row.sequence, row };
  const place = z.object({ sequence: z.int() }).safeParse(raw);
  return { sequence: place.success ? place.data.sequence : null, row: null };
}

/** Visits the entries up to a checkpoint, quickly when it stands for all of them. */
function visitSegment(
  inspection: LedgerInspection,
  segment: readonly Place[],
  stored: ReadonlyMap<number, StoredCheckpoint>,
  begin: number,
  { size, root }: SignedCheckpoint,
  everySignature: boolean,
): void {
  const found = rootAfter(segment, begin, size, stored.get(begin)?.tree.peaks ?? []);
  const holds = found === root;
  const before = inspection.troubles;
  for (const { sequence, row } of segment) inspection.visit(sequence, row, holds && !everySignature);
  // Where the entries themselves show what was done, that is the finding.
  if (found !== null && !holds && inspection.troubles === before) {
    inspection.find(
      size,
      'checkpoint-mismatch',
      `Entries ${begin + 1} to ${size} do not match the signed checkpoint at entry ${size}: somebody with access to the station key replaced some of them.`,
    );
  }
}

/**
 * Visits entries that no checkpoint stands for.
 * @param last null: to the end, wherever that is
 * @param tree grows by them
 */
function visitAlone(
  database: LedgerDatabase,
  inspection: LedgerInspection,
  after: number,
  last: number | null,
  tree?: MerkleTree,
): void {
  const sql = `SELECT ${rowColumns} FROM entries WHERE sequence > ? ${last === null ? '' : 'AND sequence <= ?'} ORDER BY sequence`;
  database.forEach(sql, last === null ? [after] : [after, last], (raw) => {
    const { sequence, row } = placeOf(raw);
    inspection.visit(sequence, row, false);
    if (row !== null) tree?.add(leafHash(row.hash, row.signature));
  });
}

/**
 * Root of the tree up to the end of a segment.
 * @param peaks of the tree where it begins
 * @returns null when the segment is not whole
 */
function rootAfter(
  segment: readonly Place[],
  begin: number,
  end: number,
  peaks: readonly Buffer[],
): string | null {
  const tree = MerkleTree.from(begin, peaks);
  for (const { sequence, row } of segment) {
    if (row === null || sequence !== tree.size + 1) return null;
    tree.add(leafHash(row.hash, row.signature));
  }
  return tree.size === end ? tree.root().toString('hex') : null;
}

/**
 * Looks at the checkpoints by themselves.
 * @param head what the station signed last; null when there is no such thing
 * @returns those that hold, by size
 */
function inspectCheckpoints(
  database: LedgerDatabase,
  inspection: LedgerInspection,
  key: VerifyingKey | null,
  head: LedgerHead | null,
): ReadonlyMap<number, StoredCheckpoint> {
  const stored = new Map<number, StoredCheckpoint>();
  if (!keepsCheckpoints(database)) {
    if (head !== null && head.checkpoint !== null) {
      inspection.find(null, 'checkpoint-missing', 'The checkpoints of the ledger were removed.');
    }
    return stored;
  }
  const wrong = new Map<string, number[]>();
  let last = 0;
  database.forEach(`SELECT ${checkpointColumns} FROM checkpoints ORDER BY size`, [], (raw) => {
    const size = z.object({ size: z.int() }).parse(raw).size;
    if (size % checkpointInterval !== 0 || size <= 0) {
      inspection.find(
        size,
        'checkpoint-invalid',
        `There is a checkpoint at entry ${size}, where none can be.`,
      );
      return;
    }
    if (size !== last + checkpointInterval) {
      missing(inspection, last + checkpointInterval, size - checkpointInterval);
    }
    last = size;
    if (key === null) return;
    const reading = readCheckpoint(raw, key.publicKey);
    if (reading.state === 'sound') stored.set(size, reading.stored);
    else wrong.set(reading.reason, [...(wrong.get(reading.reason) ?? []), size]);
  });
  for (const [reason, [first = 0, ...others]] of wrong) {
    const more = others.length === 0 ? '' : ` The same is true of ${others.length} more.`;
    inspection.find(first, 'checkpoint-invalid', `The checkpoint at entry ${first} ${reason}.${more}`);
  }
  const stated = head?.checkpoint ?? 0;
  if (stated > last) missing(inspection, last + checkpointInterval, stated);
  return stored;
}

function missing(inspection: LedgerInspection, first: number, last: number): void {
  const which =
    first === last
      ? `The checkpoint at entry ${first} is missing`
      : `The checkpoints at entries ${first} to ${last} are missing`;
  inspection.find(first, 'checkpoint-missing', `${which}.`);
}

/** The file itself, and the triggers that keep honest programs from changing entries. */
function checkFile(database: LedgerDatabase, inspection: LedgerInspection): void {
  for (const line of database.integrityProblems()) {
    inspection.find(
      null,
      'file-damaged',
      `SQLite reports damage in the file: ${sanitizeForDisplay(line, 256)}.`,
    );
  }
  const version = database.version();
  // One of version 1 is older, and lacks only the checkpoints.
  if (version !== schemaVersion && version !== 1) {
    inspection.find(null, 'schema-changed', `The database has the unknown version ${version}.`);
  }
  const expected = expectedObjects(version);
  const objects = new Map(database.objects().map(({ name, sql }) => [name, sql]));
  for (const [name, sql] of expected) {
    const found = objects.get(name);
    if (found === undefined) inspection.find(null, 'schema-changed', `The database has no ${name}.`);
    else if (found !== sql) inspection.find(null, 'schema-changed', `${name} in the database was changed.`);
  }
  for (const name of objects.keys()) {
    if (expected.has(name)) continue;
    const shown = sanitizeForDisplay(name, 64);
    inspection.find(null, 'schema-changed', `The database has ${shown}, which Prestage did not create.`);
  }
}
