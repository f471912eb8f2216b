import { sanitizeForDisplay } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import { errorCodeOf } from '../../core/base/system-error';

/** The ledger is not what this station wrote. */
export function ledgerBroken(message: string, cause: unknown = null): PrestageError {
  return new PrestageError({ code: 'ledger-broken', message, cause: causeText(cause) });
}

/** The ledger may be whole, but cannot be reached now. */
export function ledgerUnavailable(message: string, remedy: string, cause: unknown = null): PrestageError {
  return new PrestageError({ code: 'ledger-unavailable', message, cause: causeText(cause), remedy });
}

export function keyUnsafe(message: string, remedy: string, cause: unknown = null): PrestageError {
  return new PrestageError({ code: 'ledger-key-unsafe', message, cause: causeText(cause), remedy });
}

/** A path as messages show it. */
export function shownPath(path: string): string {
  return sanitizeForDisplay(path, 512);
}

function causeText(cause: unknown): string | null {
  if (typeof cause === 'string') return cause;
  if (!(cause instanceof Error)) return null;
  const code = errorCodeOf(cause);
  return code === null ? cause.message : `${code}: ${cause.message}`;
}

/**
 * Turns SQLite's errors into ours; what already is ours stays.
 * @param file the ledger's database
 */
export function databaseError(thrown: unknown, file: string): Error {
  if (thrown instanceof PrestageError) return thrown;
  const code = errorCodeOf(thrown) ?? '';
  const name = `The ledger ${shownPath(file)}`;
  if (code === 'SQLITE_BUSY' || code.startsWith('SQLITE_BUSY_') || code.startsWith('SQLITE_LOCKED')) {
    return ledgerUnavailable(
      `${name} is locked by another process.`,
      'Wait until the other Prestage or SQLite program has ended, then try again.',
      thrown,
    );
  }
  if (code === 'SQLITE_NOTADB' || code.startsWith('SQLITE_CORRUPT')) {
    return ledgerBroken(`${name} is damaged: it is not a complete SQLite database.`, thrown);
  }
  // A missing table or column, or a trigger that says no: the tables are not as we made them.
  if (code === 'SQLITE_ERROR' || code === 'SQLITE_SCHEMA' || code.startsWith('SQLITE_CONSTRAINT')) {
    return ledgerBroken(`${name} was altered: its tables are not as Prestage created them.`, thrown);
  }
  const connectionFailed = thrown instanceof Error && thrown.message.startsWith('ConnectionFailed');
  if (code.startsWith('SQLITE_') || connectionFailed) {
    return ledgerUnavailable(
      `${name} cannot be read or written.`,
      'Check that you can write to its folder and that the disk is neither full nor failing.',
      thrown,
    );
  }
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
