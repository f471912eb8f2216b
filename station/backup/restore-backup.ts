import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { shownPath } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import { counted } from '../../core/base/plurals';
import { errorCodeOf } from '../../core/base/system-error';
import { LedgerDatabase } from '../ledger/database';
import { LedgerReader } from '../ledger/ledger-reader';
import type { LedgerReport } from '../ledger/verify-ledger';
import { onDiskLater, statePlace } from '../state/disk';
import { statePaths, syncFolder, writeFileAtomically, type StatePaths } from '../state/state-paths';
import { NotABackup, readBackup, type BackupTarget } from './backup-file';
import { isOfState, ledgerName, namesOfState, placeOf } from './state-files';

export interface RestoreReport {
  /** Absolute. */
  readonly state: string;
  readonly entries: number;
  readonly key: string | null;
  /** Folder in which what was there before lies now; null: nothing was there. */
  readonly before: string | null;
}

/**
 * Puts a backup in the place of a station's state. The backup is unpacked beside it and looked at first; what was there before is
 * moved into a folder of its own, not removed.
 * @param replace allows a state that has records
 * @throws PrestageError backup-refused, state-not-empty, state-unavailable, disk-unwritable
 */
export async function restoreBackup(
  stateDirectory: string | null,
  file: string,
  passphrase: string,
  replace: boolean,
): Promise<RestoreReport> {
  const paths = statePaths(stateDirectory);
  const state = dirname(paths.ledgerFile);
  const unpacked = mkdtempSync(join(state, '.restore-'));
  try {
    const names = await onDiskLater(statePlace(state, 'Nothing was changed.'), () =>
      unpack(file, passphrase, unpacked),
    );
    const { entries, key } = inspect(file, names, unpacked);
    requireReplaceable(paths, { entries, key }, replace);
    const before = moveAside(paths);
    try {
      for (const name of names) put(join(unpacked, name), placeOf(name, paths));
    } catch (error) {
      // Both are there: what was before in its folder, the backup where it was. Nothing is lost, and it is said.
      throw halfWay(error, before);
    }
    return { state, entries, key, before };
  } finally {
    rmSync(unpacked, { recursive: true, force: true });
  }
}

/** Writes the files of a backup below a folder. @returns their names @throws PrestageError backup-refused */
export async function unpack(file: string, passphrase: string, folder: string): Promise<string[]> {
  const names: string[] = [];
  const open: { descriptor: number | null } = { descriptor: null };
  const target: BackupTarget = {
    begin: (name) => {
      if (!isOfState(name) || names.includes(name)) {
        throw new NotABackup('holds a file that does not belong in a backup');
      }
      names.push(name);
      const path = join(folder, name);
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      open.descriptor = openSync(path, 'wx', 0o600);
      return Promise.resolve();
    },
    write: (piece) => {
      for (let at = 0; at < piece.length;) at += writeSync(open.descriptor ?? -1, piece, at);
      return Promise.resolve();
    },
    end: () => {
      if (open.descriptor !== null) {
        fsyncSync(open.descriptor);
        closeSync(open.descriptor);
      }
      open.descriptor = null;
      return Promise.resolve();
    },
  };
  try {
    await readBackup(file, passphrase, target);
    return names;
  } catch (error) {
    if (open.descriptor !== null) closeSync(open.descriptor);
    if (error instanceof NotABackup) throw refused(`The file ${shownPath(file)} ${error.message}.`);
    throw error;
  }
}

/** What a backup holds. */
export interface BackupContent {
  readonly entries: number;
  /** Fingerprint of the station's key; null: it has recorded nothing. */
  readonly key: string | null;
}

/** The ledger of the backup, looked at as `ledger verify` does. @throws PrestageError backup-refused */
export function inspect(file: string, names: readonly string[], folder: string): BackupContent {
  if (!names.includes(ledgerName)) return { entries: 0, key: null };
  const state = join(folder, 'state');
  const reader = LedgerReader.openForReading(statePaths(state, { make: false }));
  let report: LedgerReport;
  try {
    report = reader.verify();
  } finally {
    reader.close();
  }
  const [finding] = report.findings;
  if (finding === undefined) return { entries: report.entries, key: report.keyFingerprint };
  throw refused(`The ledger in ${shownPath(file)} is not intact.`, finding.message);
}

/** @throws PrestageError state-not-empty, state-unavailable while another program uses the state */
function requireReplaceable(paths: StatePaths, backup: BackupContent, replace: boolean): void {
  if (!existsSync(paths.ledgerFile)) return;
  requireAlone(paths);
  requireReplacing(paths, backup, replace);
}

/** @param replace allows a state that has records @throws PrestageError state-not-empty */
export function requireReplacing(paths: StatePaths, backup: BackupContent, replace: boolean): void {
  if (!existsSync(paths.ledgerFile)) return;
  const reader = LedgerReader.openForReading(paths);
  const [entries, key] = [reader.count(), reader.publicKey?.fingerprint ?? null];
  reader.close();
  if (entries === 0 || replace) return;
  const has = `The state folder ${shownPath(dirname(paths.ledgerFile))} has ${counted(entries, 'entry', 'entries')}`;
  const same = key !== null && key === backup.key;
  throw new PrestageError({
    code: 'state-not-empty',
    message: same
      ? `${has} of the same station, and the backup has ${backup.entries}.`
      : `${has} of another station than the backup.`,
  });
}

/** @throws PrestageError state-unavailable */
export function requireAlone(paths: StatePaths): void {
  const database = LedgerDatabase.openForWriting(paths.ledgerFile);
  try {
    if (database.leaveWal()) return;
  } finally {
    database.close();
  }
  throw new PrestageError({
    code: 'state-unavailable',
    message: 'Another Prestage program uses this state folder.',
    remedy: 'Nothing was changed. Close the app and end all commands, then try again.',
  });
}

/** Name of the folder for what was there before. */
export function beforeName(): string {
  return `before-restore-${new Date().toISOString().replace(/[:.]/g, '-')}`;
}

/** Moves what is there into a folder of its own. @returns null when nothing is there */
export function moveAside(paths: StatePaths, name = beforeName()): string | null {
  const state = dirname(paths.ledgerFile);
  const names = [...namesOfState(paths), ...(existsSync(paths.ledgerFile) ? [ledgerName] : [])];
  if (names.length === 0) return null;
  const before = join(state, name);
  // The ledger first: a station without one begins a new one, and a ledger without its key is none.
  for (const name of [ledgerName, ...names.filter((one) => one !== ledgerName)]) {
    const place = placeOf(name, paths);
    if (existsSync(place)) put(place, freeName(join(before, name)));
  }
  return before;
}

/** What lies aside already is never written over: it may be the only copy of somebody's records. */
function freeName(path: string): string {
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? path : `${path}.${number}`;
    if (!existsSync(name)) return name;
  }
}

export function put(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true, mode: 0o700 });
  renameAcross(from, to);
  syncFolder(dirname(to));
}

/** Settings may lie on another disk than the state. */
function renameAcross(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (errorCodeOf(error) !== 'EXDEV') throw error;
    writeFileAtomically(to, readFileSync(from), 0o600);
    rmSync(from);
  }
  if (!to.endsWith('.pub.pem')) chmodSync(to, 0o600);
}

function halfWay(error: unknown, before: string | null): PrestageError {
  return new PrestageError({
    code: 'state-unavailable',
    message: 'The backup was restored in part only.',
    cause: error instanceof Error ? error.message : null,
    remedy: `Restore it again with --replace.${before === null ? '' : ` What was there before is in ${shownPath(before)}.`}`,
  });
}

function refused(message: string, cause: string | null = null): PrestageError {
  return new PrestageError({ code: 'backup-refused', message, cause });
}

/** Asked before a passphrase is. @throws PrestageError backup-refused */
export function requireBackupFile(file: string): void {
  if (existsSync(file)) return;
  throw refused(`There is no file ${shownPath(file)}.`);
}
