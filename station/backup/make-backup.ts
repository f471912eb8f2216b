import { createWriteStream, existsSync, mkdtempSync, rmSync, copyFileSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { errorCodeOf } from '../../core/base/system-error';
import { fileExists } from '../../core/base/file-exists';
import { LedgerDatabase } from '../ledger/database';
import { LedgerReader } from '../ledger/ledger-reader';
import { namedPlace, onDiskLater } from '../state/disk';
import { syncFolder, type StatePaths } from '../state/state-paths';
import { backupPieces, type BackupSource } from './backup-file';
import { ledgerName, namesOfState, placeOf } from './state-files';

export interface BackupReport {
  /** Absolute. */
  readonly file: string;
  readonly bytes: number;
  readonly entries: number;
  /** Of the station's key; null: the station has recorded nothing yet. */
  readonly key: string | null;
}

/**
 * Writes everything that a station must not forget into one encrypted file. The station may go on working: the ledger is copied as
 * it is at one moment.
 * @param file absolute; must not exist
 * @throws PrestageError usage, ledger-…, disk-unwritable, state-unavailable
 */
export async function makeBackup(paths: StatePaths, file: string, passphrase: string): Promise<BackupReport> {
  if (existsSync(file)) throw fileExists(file);
  const copies = mkdtempSync(join(dirname(paths.ledgerFile), '.backup-'));
  try {
    // The head before the entries: one that is behind them is caught up, one ahead would say that entries were cut off.
    const names = namesOfState(paths);
    const sources = names.map((name, index): BackupSource => {
      const copy = join(copies, String(index));
      copyFileSync(placeOf(name, paths), copy);
      return { name, path: copy, bytes: statSync(copy).size };
    });
    const ledger = join(copies, 'ledger.db');
    const counted = copyLedger(paths, ledger);
    if (existsSync(ledger)) sources.push({ name: ledgerName, path: ledger, bytes: statSync(ledger).size });
    await onDiskLater(namedPlace(file, 'The state of the station is as it was.'), () =>
      write(file, sources, passphrase),
    );
    return { file, bytes: statSync(file).size, ...counted };
  } finally {
    rmSync(copies, { recursive: true, force: true });
  }
}

function copyLedger(paths: StatePaths, to: string): Pick<BackupReport, 'entries' | 'key'> {
  const database = LedgerDatabase.openForReading(paths.ledgerFile);
  if (database === null) return { entries: 0, key: null };
  try {
    database.copyTo(to);
  } finally {
    database.close();
  }
  const reader = LedgerReader.openForReading({ ...paths, ledgerFile: to });
  try {
    return { entries: reader.count(), key: reader.publicKey?.fingerprint ?? null };
  } finally {
    reader.close();
  }
}

/** Whole or not at all, and on its disk before anybody relies on it. */
async function write(file: string, sources: readonly BackupSource[], passphrase: string): Promise<void> {
  try {
    await pipeline(
      Readable.from(backupPieces(sources, passphrase), { objectMode: false }),
      createWriteStream(file, { flags: 'wx', mode: 0o600 }),
    );
    const handle = await open(file, 'r+');
    await handle.sync();
    await handle.close();
    syncFolder(dirname(file));
  } catch (error) {
    if (errorCodeOf(error) === 'EEXIST') throw fileExists(file);
    rmSync(file, { force: true });
    throw error;
  }
}
