import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorCodeOf } from '../../core/base/system-error';
import { isRunning, processMark } from './process-mark';

/** Says that a process works in a folder. One that died without a word is no hindrance. */

const fileName = 'busy';

/** @returns false while another, or this process itself, works there */
export function claimFolder(folder: string): boolean {
  const file = join(folder, fileName);
  const own = processMark(process.pid) ?? '';
  for (let tries = 0; tries < 2; tries += 1) {
    try {
      writeFileSync(file, own, { flag: 'wx', mode: 0o600 });
      return true;
    } catch (error) {
      if (errorCodeOf(error) !== 'EEXIST') throw error;
      if (isRunning(readFileSync(file, 'utf8'))) return false;
      rmSync(file, { force: true });
    }
  }
  return false;
}

/** Whether the process still runs that claimed a folder; null: nobody has claimed it, or it cannot be told. */
export function isClaimed(folder: string): boolean | null {
  try {
    return isRunning(readFileSync(join(folder, fileName), 'utf8'));
  } catch {
    return null;
  }
}

/** The work is done, or was given up. */
export function releaseFolder(folder: string): void {
  rmSync(join(folder, fileName), { force: true });
}
