import { existsSync, writeFileSync } from 'node:fs';
import { shownPath } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import { cannotWrite, isSystemError } from '../ledger/export-file';
import type { LedgerReader } from '../ledger/ledger-reader';

/** The certificate of a drive that was erased, as a file. */

/** @throws PrestageError usage: a certificate that is there is never replaced */
export function requireNewFile(file: string): void {
  if (!existsSync(file)) return;
  throw new PrestageError({
    code: 'usage',
    message: `${shownPath(file)} exists already.`,
    remedy: 'Nothing was touched. Give the name of a new file.',
  });
}

/** @throws PrestageError record-not-found, ledger-broken, usage when it cannot be written */
export async function writeEraseCertificate(
  ledger: Pick<LedgerReader, 'inspect' | 'checkedAfter'>,
  entry: number,
  file: string,
): Promise<void> {
  // Drawn only here: the library for PDF is slow to load.
  const { makeEraseCertificate } = await import('../shipment/erase-certificate');
  const { bytes } = await makeEraseCertificate(ledger, entry);
  try {
    writeFileSync(file, bytes, { flag: 'wx' });
  } catch (error) {
    throw isSystemError(error)
      ? cannotWrite(shownPath(file), error, file, 'The record is whole; only the certificate is missing.')
      : error;
  }
}
