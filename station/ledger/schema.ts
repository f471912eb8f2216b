/** Kept in user_version. Version 1, of ledgers made before 0.2, has no checkpoints. */
export const schemaVersion = 2;

/** Entries from one kept checkpoint to the next: few enough to be looked at while one entry is appended. */
export const checkpointInterval = 256;

/**
 * The ledger's tables. An entry's truth is its JSON, hash and signature; the columns after them are an
 * index, derived from the JSON. Triggers keep honest programs from changing what is written; against
 * dishonest ones stand the chain, the signatures and the head.
 *
 * The insert trigger also stops INSERT OR REPLACE, which removes rows without asking delete triggers.
 */
export const createStatements: readonly string[] = [
  `CREATE TABLE entries (
     sequence INTEGER PRIMARY KEY,
     json TEXT NOT NULL,
     hash TEXT NOT NULL UNIQUE,
     signature TEXT NOT NULL,
     kind TEXT NOT NULL,
     state TEXT,
     machine_serial TEXT NOT NULL,
     drive_key TEXT NOT NULL,
     job_id TEXT NOT NULL
   ) STRICT`,
  `CREATE INDEX entries_by_machine ON entries (machine_serial, kind, state)`,
  `CREATE INDEX entries_by_drive ON entries (drive_key, kind, state)`,
  `CREATE INDEX entries_by_job ON entries (job_id, kind)`,
  `CREATE TRIGGER entries_no_update BEFORE UPDATE ON entries
   BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END`,
  `CREATE TRIGGER entries_no_delete BEFORE DELETE ON entries
   BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END`,
  `CREATE TRIGGER entries_only_append BEFORE INSERT ON entries
   WHEN NEW.sequence IS NOT (SELECT COALESCE(MAX(sequence), 0) + 1 FROM entries)
     OR EXISTS (SELECT 1 FROM entries WHERE hash = NEW.hash)
   BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END`,
];

/**
 * What version 2 has beside: the checkpoints that the station signed, one at every whole {@link checkpointInterval}.
 * The peaks are the hashes, in hexadecimal, that the tree needs to go on from there; they are right when they make the
 * signed root.
 */
export const checkpointStatements: readonly string[] = [
  `CREATE TABLE checkpoints (
     size INTEGER PRIMARY KEY,
     root TEXT NOT NULL,
     signature TEXT NOT NULL,
     peaks TEXT NOT NULL
   ) STRICT`,
  `CREATE TRIGGER checkpoints_no_update BEFORE UPDATE ON checkpoints
   BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END`,
  `CREATE TRIGGER checkpoints_no_delete BEFORE DELETE ON checkpoints
   BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END`,
  `CREATE TRIGGER checkpoints_only_append BEFORE INSERT ON checkpoints
   WHEN NEW.size <= (SELECT COALESCE(MAX(size), 0) FROM checkpoints)
   BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END`,
];

/** White space folded: SQLite keeps statements as they were typed. */
export function normalizeSql(sql: string): string {
  return sql.replace(/\s+/g, ' ').trim();
}

/** Objects a file of a version must have, and no others: name → statement. */
export function expectedObjects(version: number): ReadonlyMap<string, string> {
  const statements = version < 2 ? createStatements : [...createStatements, ...checkpointStatements];
  return new Map(
    statements.map((statement) => {
      const name = /^CREATE (?:TABLE|INDEX|TRIGGER) (\w+)/.exec(statement)?.[1] ?? '';
      return [name, normalizeSql(statement)];
    }),
  );
}
