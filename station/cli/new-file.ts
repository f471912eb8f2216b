import { closeSync, existsSync, fsyncSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { shownPath } from '../../core/base/display';
import type { PrestageError } from '../../core/base/errors';
import { errorCodeOf } from '../../core/base/system-error';
import { fileExists } from '../../core/base/file-exists';
import { cannotWrite, isSystemError } from '../ledger/export-file';

/** A file that a command makes and that must not be there before. */

/** Asked before work is done for it. @throws PrestageError usage when the file exists */
export function requireNew(file: string): void {
  if (existsSync(file)) throw exists(file);
}

/** Writes a new file, whole or not at all. @throws PrestageError usage when it exists or cannot be written, disk-… */
export function writeNewFile(file: string, bytes: Uint8Array): void {
  let descriptor: number | null = null;
  try {
    descriptor = openSync(file, 'wx', 0o644);
    writeFileSync(descriptor, bytes);
    fsyncSync(descriptor);
    closeSync(descriptor);
  } catch (error) {
    if (errorCodeOf(error) === 'EEXIST') throw exists(file);
    if (descriptor !== null) rmSync(file, { force: true });
    throw isSystemError(error) ? cannotWrite(`The file ${shownPath(file)}`, error, file) : error;
  }
}

function exists(file: string): PrestageError {
  return fileExists(file, 'Nothing was written. Give another file with --output, or move this one away.');
}
