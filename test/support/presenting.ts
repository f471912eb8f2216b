import { resolve } from 'node:path';
import { builtScript } from './built-script';
import type { CliResult } from './cli';
import { runThrough } from './command-line';

/**
 * What starts the real helper, whose list gives each virtual drive these members.
 * @param readings files with what smartctl printed of them, one reading after the other
 */
export function helperPresenting(
  drives: Readonly<Record<string, unknown>>,
  readings: readonly string[] = [],
): [string, ...string[]] {
  const script = resolve(import.meta.dirname, 'helper-presenting.ts');
  return [process.execPath, builtScript(script), JSON.stringify(drives), ...readings];
}

/**
 * The whole command line in this process, with virtual drives that are listed with other members: as disks on a bus, say.
 * Disks are opened by a helper with privilege, so that it needs root.
 */
export async function runPresenting(
  drives: Readonly<Record<string, unknown>>,
  args: readonly string[],
  readings: readonly string[] = [],
): Promise<CliResult> {
  return await runThrough(helperPresenting(drives, readings), args);
}
