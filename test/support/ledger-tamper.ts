import Database from 'libsql';
import { expect } from 'vitest';
import { PrestageError } from '../../core/base/errors';

/** What somebody does to a ledger's file who knows SQLite, and what is thrown then. */

/** Alters the file: the triggers of these statements away, the change, and the triggers back unless they are to stay away. */
export function tamperWith(
  file: string,
  change: (database: Database.Database) => void,
  statements: readonly string[],
  restore = true,
): void {
  const database = new Database(file);
  database.exec('BEGIN');
  const triggers = statements.filter((sql) => sql.startsWith('CREATE TRIGGER'));
  for (const trigger of triggers) database.exec(`DROP TRIGGER ${trigger.split(' ')[2] ?? ''}`);
  change(database);
  if (restore) for (const trigger of triggers) database.exec(trigger);
  database.exec('COMMIT');
  database.pragma('wal_checkpoint(TRUNCATE)');
  database.close();
}

/** The code of the expected error that a work ends with; it has a remedy. */
export function codeThrownBy(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof PrestageError) {
      expect(error.data.remedy).not.toBe('');
      return error.code;
    }
    throw error;
  }
  return 'nothing was thrown';
}
