import { link, mkdtemp, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { diskFaultOf } from '../../core/base/disk-refusal';
import { sanitizeForDisplay, shownPath } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import { errorCodeOf } from '../../core/base/system-error';

/**
 * The folder beside a file that is made, in which it grows: on the same disk, so that it gets its name in one step. Its own name
 * says which process on which computer it belongs to; what a dead one left is removed by the next.
 */

/** As part of a file's name. */
const host = hostname().replace(/[^A-Za-z0-9]/g, '') || 'host';
const prefixOf = (output: string): string => `.${basename(output)}.making-`;

/** Gives work a folder beside a file, and takes it away again. @throws PrestageError usage when none can be made there */
export async function inOwnFolder<T>(output: string, work: (folder: string) => Promise<T>): Promise<T> {
  const start = join(dirname(output), `${prefixOf(output)}${host}-${process.pid}-`);
  const folder = await mkdtemp(start).catch((error: unknown) => {
    const code = errorCodeOf(error);
    if (code === null || diskFaultOf(code) !== null) throw error;
    throw new PrestageError({
      code: 'usage',
      message: `No file can be made in ${sanitizeForDisplay(dirname(output), 300)} (${sanitizeForDisplay(code)}).`,
      remedy:
        'Check that the folder exists and that you can write to it, or give another file with --output.',
    });
  });
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Removes what an earlier making of the same file left that did not come to its end. */
export async function removeLeftovers(output: string): Promise<void> {
  const prefix = prefixOf(output);
  const names = await readdir(dirname(output)).catch(() => []);
  for (const name of names.filter((one) => one.startsWith(prefix))) {
    const [, owner = '', pid = ''] = /^([A-Za-z0-9]+)-(\d+)-/.exec(name.slice(prefix.length)) ?? [];
    if (owner !== host || isAlive(Number(pid))) continue;
    await rm(join(dirname(output), name), { recursive: true, force: true });
  }
}

/** A process that was killed and not yet waited for is dead, too. Source: proc_pid_stat(5). */
function isAlive(pid: number): boolean {
  try {
    const state = /^\d+ \(.*\) (\S)/s.exec(readFileSync(`/proc/${pid}/stat`, 'latin1'))?.[1];
    return state !== 'Z' && state !== 'X';
  } catch {
    return false;
  }
}

/** @throws PrestageError usage when there is a file, or something that no file can replace */
export async function refuseExisting(output: string, replace: boolean): Promise<void> {
  const there = await stat(output).catch(() => null);
  if (there === null || (replace && there.isFile())) return;
  throw exists(output, there.isFile());
}

/** Gives a finished file its name: flushed first, and in one step. @throws PrestageError usage when one is there now */
export async function publish(file: string, output: string, replace: boolean): Promise<void> {
  await flush(file, 'r+');
  if (replace) await rename(file, output);
  else {
    await link(file, output).catch(async (error: unknown) => {
      if (errorCodeOf(error) === 'EEXIST') throw exists(output, true);
      // A file system without hard links, such as FAT: nothing there can both look and name in one step.
      await refuseExisting(output, false);
      await rename(file, output);
    });
  }
  await flush(dirname(output), 'r');
}

async function flush(path: string, flags: string): Promise<void> {
  const handle = await open(path, flags);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function exists(output: string, isFile: boolean): PrestageError {
  return new PrestageError({
    code: 'usage',
    message: `${isFile ? 'The file' : 'A folder'} ${shownPath(output)} already exists.`,
    remedy: isFile
      ? 'Nothing was made. Give another file with --output, or add --replace to replace this one.'
      : 'Nothing was made. Give the name of a file with --output.',
  });
}
