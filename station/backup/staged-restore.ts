import { existsSync, mkdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { PrestageError } from '../../core/base/errors';
import { errorCodeOf } from '../../core/base/system-error';
import { claimFolder, releaseFolder } from '../state/busy-mark';
import { onDiskLater, statePlace } from '../state/disk';
import { writeFileAtomically, type StatePaths } from '../state/state-paths';
import { backupNameSchema } from './backup-file';
import {
  beforeName,
  inspect,
  moveAside,
  put,
  requireAlone,
  requireBackupFile,
  requireReplacing,
  unpack,
  type BackupContent,
} from './restore-backup';
import { placeOf } from './state-files';

/**
 * A restore of the station that runs: its program holds the ledger open until it ends. So the backup is looked at and unpacked beside the
 * state, and put in its place by whichever program opens the station next. A power cut in between is made good by the one after.
 */

const stagedSchema = z.strictObject({
  version: z.literal(1),
  names: z.array(backupNameSchema),
  /** Name of the folder for what was there before. */
  before: z.string().regex(/^before-restore-[0-9TZ-]+$/),
  /** What was there before lies in it: what is in place now is of the backup. */
  moved: z.boolean(),
});
type Staged = z.infer<typeof stagedSchema>;

const folderOf = ({ ledgerFile }: StatePaths): string => join(dirname(ledgerFile), '.restore-staged');
const fileOf = ({ ledgerFile }: StatePaths): string => join(dirname(ledgerFile), '.restore-staged.json');

/**
 * @param replace allows a state that has records
 * @throws PrestageError backup-refused, state-not-empty, state-unavailable: nothing is changed, and nothing will be
 */
export async function stageRestore(
  paths: StatePaths,
  file: string,
  passphrase: string,
  replace: boolean,
): Promise<BackupContent> {
  requireBackupFile(file);
  const folder = folderOf(paths);
  // Of one that the same program was told before.
  dropRestore(paths);
  try {
    mkdirSync(folder, { mode: 0o700 });
    const names = await onDiskLater(statePlace(dirname(folder), 'Nothing was changed.'), () =>
      unpack(file, passphrase, folder),
    );
    const content = inspect(file, names, folder);
    requireReplacing(paths, content, replace);
    // What looking at the ledger left beside it does not belong to the backup.
    write(paths, { version: 1, names, before: beforeName(), moved: false });
    return content;
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

/** What was staged is not put in place after all. */
export function dropRestore(paths: StatePaths): void {
  rmSync(fileOf(paths), { force: true });
  rmSync(folderOf(paths), { recursive: true, force: true });
}

/**
 * Puts in place what was staged, before anything of the station is opened. Of two programs that begin in one instant one does it: the
 * other would move what the first has put in place aside, over what was there before.
 * @throws PrestageError state-unavailable while another program uses the state, or puts it in place
 */
export function takeUpRestore(paths: StatePaths): void {
  if (read(paths) === null) return;
  const folder = folderOf(paths);
  if (!claim(folder)) throw takenUp();
  try {
    // The other one may have done it meanwhile.
    const staged = read(paths);
    if (staged !== null) putInPlace(paths, staged);
  } finally {
    releaseFolder(folder);
    removeIfEmpty(folder);
  }
}

function putInPlace(paths: StatePaths, staged: Staged): void {
  const folder = folderOf(paths);
  if (!staged.moved) {
    if (existsSync(paths.ledgerFile)) requireAlone(paths);
    moveAside(paths, staged.before);
    write(paths, { ...staged, moved: true });
  }
  for (const name of staged.names) {
    const from = join(folder, name);
    if (existsSync(from)) put(from, placeOf(name, paths));
  }
  dropRestore(paths);
}

/** @returns false while another program has it, or has just removed it */
function claim(folder: string): boolean {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return claimFolder(folder);
  } catch (error) {
    if (errorCodeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

/** One that somebody else has begun to fill stays. */
function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // It is gone, or not empty.
  }
}

function takenUp(): PrestageError {
  return new PrestageError({
    code: 'state-unavailable',
    message: 'Another Prestage program is putting a backup in the place of this state folder.',
    remedy: 'Nothing was changed. Try again in a moment.',
  });
}

function write(paths: StatePaths, staged: Staged): void {
  writeFileAtomically(fileOf(paths), `${JSON.stringify(staged)}\n`, 0o600, 'Nothing was changed.');
}

function read(paths: StatePaths): Staged | null {
  if (!existsSync(fileOf(paths))) return null;
  return stagedSchema.parse(JSON.parse(readFileSync(fileOf(paths), 'utf8')));
}
