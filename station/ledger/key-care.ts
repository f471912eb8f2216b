import { existsSync } from 'node:fs';
import { shownPath } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import type { StatePaths } from '../state/state-paths';
import type { LedgerFindingCode } from './check-entry';
import type { LedgerDatabase } from './database';
import { asLedgerUnavailable, keyUnsafe, ledgerUnavailable } from './ledger-errors';
import { emptyEnd, readHead, writeHead } from './head';
import {
  createStationKey,
  loadPublicKey,
  loadStationKey,
  writePublicKey,
  type StationKey,
  type VerifyingKey,
} from './keys';

/** Looks after the station's key files: what is wrong with them, and the key that is made at the first entry. */

type KeyPaths = Pick<StatePaths, 'headFile' | 'keyFile' | 'publicKeyFile'>;

/** The key to check with, and what is wrong with the key files. */
export interface KeyInspection {
  readonly key: VerifyingKey | null;
  readonly problems: readonly { readonly code: LedgerFindingCode; readonly message: string }[];
}

/**
 * Looks at the key files without changing them. The private file counts where it can be read, because the
 * public one is easier to replace.
 */
export function inspectKeys(paths: Pick<StatePaths, 'keyFile' | 'publicKeyFile'>): KeyInspection {
  const problems: { code: LedgerFindingCode; message: string }[] = [];
  const published = loadPublicKey(paths);
  let station: StationKey | null = null;
  try {
    station = loadStationKey(paths, 'checker');
  } catch (error) {
    if (!(error instanceof PrestageError)) throw error;
    problems.push({ code: 'key-unsafe', message: error.message });
  }
  if (published !== null && !existsSync(paths.keyFile)) {
    const message = `The station key ${shownPath(paths.keyFile)} is missing: the ledger cannot be continued.`;
    problems.push({ code: 'key-missing', message });
  }
  if (station !== null && published?.fingerprint !== station.fingerprint) {
    const message = `The public key ${shownPath(paths.publicKeyFile)} does not belong to the station key.`;
    problems.push({ code: 'key-mismatch', message });
  }
  return { key: station ?? published, problems };
}

/**
 * Loads the key, or makes it while nothing was ever signed. The database's write lock is held.
 * @throws PrestageError ledger-key-unsafe, ledger-unavailable
 */
export function prepareKey(paths: KeyPaths, database: LedgerDatabase): StationKey {
  const hasEntries = database.all('SELECT 1 AS one FROM entries LIMIT 1').length > 0;
  const reading = readHead(paths, null);
  const everWritten =
    hasEntries || reading.state === 'invalid' || (reading.state === 'read' && reading.head.sequence > 0);
  const known = loadStationKey(paths);
  if (known === null && everWritten) {
    throw keyUnsafe(
      `The station key ${shownPath(paths.keyFile)} is missing, but the ledger has entries signed with it.`,
      'Restore the key from a backup. If there is none, move the whole state folder away to start a new ledger, and keep the old one.',
    );
  }
  const station = known ?? createStationKey(paths);
  if (loadPublicKey(paths) === null) {
    try {
      writePublicKey(paths, station);
    } catch (error) {
      if (error instanceof PrestageError) throw asLedgerUnavailable(error);
      throw ledgerUnavailable(
        `The public key ${shownPath(paths.publicKeyFile)} cannot be written.`,
        'Check that you can write to its folder and that the disk is not full.',
        error,
      );
    }
  }
  // Before the first entry, so that a head that is missing later always means that somebody removed it.
  if (!everWritten && (known === null || reading.state === 'missing')) {
    writeHead(paths, { ...emptyEnd, checkpoint: 0 }, station.privateKey);
  }
  return station;
}
