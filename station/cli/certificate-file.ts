import { accessSync, constants, lstatSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { shownPath } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import { cannotWrite, isSystemError } from '../ledger/export-file';
import type { LedgerReader } from '../ledger/ledger-reader';

/** The certificate of a drive that was erased, as a file. */

/**
 * What can be known of a certificate's file before its drive is touched. One that is there is never replaced, also no link to nowhere.
 * @throws PrestageError usage
 */
export function requireNewFile(file: string): void {
  const holds = 'Nothing was touched.';
  if (file === '' || lstatSync(file, { throwIfNoEntry: false }) !== undefined) {
    throw new PrestageError({
      code: 'usage',
      message: file === '' ? 'The certificate’s file has no name.' : `${shownPath(file)} exists already.`,
      remedy: `${holds} Give the name of a new file.`,
    });
  }
  try {
    accessSync(dirname(resolve(file)), constants.W_OK | constants.X_OK);
  } catch (error) {
    throw isSystemError(error) ? cannotWrite(shownPath(file), error, file, holds) : error;
  }
}

/** @throws PrestageError record-not-found, ledger-broken, usage when it cannot be written: there is no file then */
export async function writeEraseCertificate(
  ledger: Pick<LedgerReader, 'inspect' | 'checkedAfter'>,
  entry: number,
  file: string,
): Promise<void> {
  // Drawn only here: the library for PDF is slow to load.
  const { makeEraseCertificate } = await import('../shipment/erase-certificate');
  const { bytes } = await makeEraseCertificate(ledger, entry);
  try {
    writeFileSync(file, bytes, { flag: 'wx', flush: true });
  } catch (error) {
    if (!isSystemError(error)) throw error;
    // Of a full disk a beginning is left, which would look like a certificate.
    if (error.code !== 'EEXIST') rmSync(file, { force: true });
    const holds = `Only the certificate is missing. The record is whole: write it with prestage ledger certificate --entry ${entry}.`;
    throw cannotWrite(shownPath(file), error, file, holds);
  }
}
