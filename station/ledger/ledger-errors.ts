import { accessSync, constants } from 'node:fs';
import { dirname } from 'node:path';
import { diskFaultOf, diskRefusal, type DiskFault } from '../../core/base/disk-refusal';
import { shownPath } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import { errorCodeOf } from '../../core/base/system-error';
import { KiB } from '../../core/base/units';
import { roomAt } from '../state/disk';

/** The ledger is not what this station wrote. */
export function ledgerBroken(message: string, cause: unknown = null): PrestageError {
  return new PrestageError({ code: 'ledger-broken', message, cause: causeText(cause) });
}

/** The ledger may be whole, but cannot be reached now. */
export function ledgerUnavailable(message: string, remedy: string, cause: unknown = null): PrestageError {
  return new PrestageError({ code: 'ledger-unavailable', message, cause: causeText(cause), remedy });
}

/** A refusal of the state folder's disk, where it is the ledger that cannot be written. */
export function asLedgerUnavailable(refusal: PrestageError): PrestageError {
  return new PrestageError({ ...refusal.data, code: 'ledger-unavailable' });
}

export function keyUnsafe(message: string, remedy: string, cause: unknown = null): PrestageError {
  return new PrestageError({ code: 'ledger-key-unsafe', message, cause: causeText(cause), remedy });
}

function causeText(cause: unknown): string | null {
  if (typeof cause === 'string') return cause;
  if (!(cause instanceof Error)) return null;
  const code = errorCodeOf(cause);
  return code === null ? cause.message : `${code}: ${cause.message}`;
}

const entriesStay = 'The entries that are in the ledger are safe, and no new one was written.';

/** A transaction takes some pages of 4 KiB, and the write-ahead log's index 32 KiB. */
const asGoodAsFull = 64 * KiB;

/**
 * Which fault of the disk SQLite met. It says SQLITE_FULL for ENOSPC at a write, but SQLITE_IOERR for ENOSPC where it
 * enlarges its index (SQLITE_IOERR_SHMSIZE) and for every other errno; and SQLITE_READONLY or SQLITE_CANTOPEN on a file
 * system that is read-only.
 */
function diskFaultBehind(code: string, file: string): DiskFault | null {
  const direct = diskFaultOf(code);
  if (direct !== null) return direct;
  const failed = code.startsWith('SQLITE_IOERR');
  if (!failed && !code.startsWith('SQLITE_READONLY') && !code.startsWith('SQLITE_CANTOPEN')) return null;
  if (isReadOnly(dirname(file))) return 'read-only';
  const room = roomAt(file);
  if (room !== null && (room.bytes < asGoodAsFull || room.files === 0)) return 'full';
  return failed && /_(?:WRITE|FSYNC|DIR_FSYNC|TRUNCATE|SHMSIZE|SHMOPEN|CLOSE)$/.test(code) ? 'failing' : null;
}

function isReadOnly(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return false;
  } catch (error) {
    return errorCodeOf(error) === 'EROFS';
  }
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
  const fault = diskFaultBehind(code, file);
  if (fault !== null) {
    const place = { what: 'the ledger', path: file, code: 'ledger-unavailable' as const, holds: entriesStay };
    return new PrestageError(diskRefusal(fault, place, roomAt(file), causeText(thrown)));
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
