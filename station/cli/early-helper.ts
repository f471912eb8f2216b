/**
 * Starts the helper before the rest of the command line is read: the two programs take as long to start, and beside each other
 * half of it. So this file comes first in cli-main.ts, and imports next to nothing. Nothing is asked of the helper before the
 * command line is checked; where it is refused, the helper's input ends, and so does the helper.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { helperCommand } from '../helper-client/helper-command';
import { HelperProcess } from '../helper-client/helper-process';

/** Commands that ask the helper whatever their options are. */
const asking: readonly string[] = ['apply', 'drives', 'verify'];

/** The package has a program for it, which its polkit action names (build/debian); a checkout has not. */
function helperArgv(): [string, ...string[]] {
  const installed = join(__dirname, '..', 'prestage-helper');
  return existsSync(installed) ? [installed] : [process.execPath, join(__dirname, 'helper.cjs')];
}

/** What starts a helper. */
export const helper = helperArgv();

/** Null where it may not be needed. */
export const startedHelper = isNeeded(process.argv.slice(2))
  ? new HelperProcess(helperCommand({ kind: 'direct' }, helper))
  : null;

function isNeeded([first = '', ...others]: readonly string[]): boolean {
  return asking.includes(first) && !others.some((arg) => arg === '--help' || arg === '-h');
}
