/** Kept in user_version. */
export const schemaVersion = 1;

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

/** White space folded: SQLite keeps statements as they were typed. */
export function normalizeSql(sql: string): string {
  return sql.replace(/\s+/g, ' ').trim();
}

/** Objects the file must have, and no others: name → statement. */
export const expectedObjects: ReadonlyMap<string, string> = new Map(
  createStatements.map((statement) => {
    const name = /^CREATE (?:TABLE|INDEX|TRIGGER) (\w+)/.exec(statement)?.[1] ?? '';
    return [name, normalizeSql(statement)];
  }),
);
