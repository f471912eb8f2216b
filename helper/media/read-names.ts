import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { sanitizeForDisplay } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import { timeouts } from '../../core/base/timeouts';
import { KiB } from '../../core/base/units';
import { EfiNames } from '../../core/boot/efi-names';
import { isBadNameWarning, ListingCheck, wimlibWarnings } from '../../core/media/wim-listing';
import { inTemporaryFolder, noTemporaryFile } from '../tools/disk';
import { runTool } from '../tools/runner';
import { wimlibFailure, wimlibStatus } from '../tools/wimlib';
import { listingMemory } from './image-source';

export interface ImageNames {
  /** What a user should know of the names. Safe to show. */
  readonly notes: readonly string[];
  /** Why files cannot go to an EFI partition, as it has FAT32. Safe to show. */
  readonly efiProblems: readonly string[];
}

/**
 * Lists an image and refuses names that must not be applied. The list is judged as it comes: that of a real media file may
 * be longer than what fits into memory.
 * @param onPath gets each path, `/` between names; hostile
 * @throws PrestageError media-unsafe-names, media-…, state-unavailable, tool-missing, cancelled
 */
export async function readNames(
  file: string,
  imageIndex: number,
  signal: AbortSignal | undefined,
  onPath: (path: string) => void = () => undefined,
): Promise<ImageNames> {
  return await inTemporaryFolder('names', async (folder) => {
    const list = join(folder, 'names');
    const check = new ListingCheck();
    const efi = new EfiNames();
    const stderr = await listTo(list, file, imageIndex, signal, (line) => {
      check.push(line);
      efi.push(line);
      onPath(line);
    });
    const { problems, notes } = check.finish(wimlibWarnings(stderr).filter(isBadNameWarning));
    const [problem] = problems;
    if (problem !== undefined) throw unsafeNames(file, problem.path, problem.what);
    await resolveNames(file, imageIndex, list, signal);
    return { notes, efiProblems: efi.problems() };
  });
}

/**
 * Lists an image, and writes the list, each path in quotes, to a file for wimlib.
 * @returns what wimlib wrote to standard error
 */
async function listTo(
  list: string,
  file: string,
  imageIndex: number,
  signal: AbortSignal | undefined,
  onLine: (line: string) => void,
): Promise<string> {
  const output = openList(list);
  try {
    let rest = Buffer.alloc(0);
    const take = (lines: Buffer): void => {
      for (const line of lines.toString('utf8').split('\n')) onLine(line);
      // As bytes: a name that is not valid Unicode must arrive as it came. In quotes: a space at the end counts.
      const quoted = `${lines.toString('latin1').replace(/[^\n]+/g, '"$&"')}\n`;
      writeList(output, Buffer.from(quoted, 'latin1'));
    };
    const { status, stderr } = await runTool('wimlib-imagex', ['dir', file, String(imageIndex)], {
      signal,
      timeout: timeouts.mediaListing,
      memoryLimit: listingMemory,
      stream: (piece) => {
        const bytes = Buffer.concat([rest, piece]);
        const end = bytes.lastIndexOf(0x0a);
        if (end !== -1) take(bytes.subarray(0, end));
        rest = bytes.subarray(end + 1);
      },
    });
    if (status !== 0) throw wimlibFailure(status, stderr, file);
    if (rest.length > 0) take(rest);
    return stderr;
  } finally {
    closeSync(output);
  }
}

function openList(path: string): number {
  try {
    return openSync(path, 'wx', 0o600);
  } catch (error) {
    return noTemporaryFile(error);
  }
}

function writeList(output: number, bytes: Buffer): void {
  try {
    for (let done = 0; done < bytes.length;) done += writeSync(output, bytes, done);
  } catch (error) {
    noTemporaryFile(error);
  }
}

/**
 * Asks wimlib for every listed path by its name. The listing prints names as they are, so that one name
 * `folder/file`, or one with a line feed in it, looks like honest lines; but looking such a line up leads
 * nowhere. wimlib looks up all paths of an extraction before it extracts anything; then it stops at the
 * first, the root, because a folder cannot go to standard output: "not a regular file" says that every path
 * was found. Nothing is extracted.
 */
async function resolveNames(
  file: string,
  imageIndex: number,
  list: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { status, stderr } = await runTool(
    'wimlib-imagex',
    ['extract', file, String(imageIndex), `@${list}`, '--to-stdout', '--no-globs'],
    { signal, timeout: timeouts.mediaListing, memoryLimit: listingMemory, outputLimit: 64 * KiB },
  );
  if (status === wimlibStatus.notRegularFile) return;
  if (status !== wimlibStatus.pathNotFound) throw wimlibFailure(status, stderr, file);
  const path = /Path "(.*)" does not exist/s.exec(stderr)?.[1] ?? '/';
  throw unsafeNames(file, path, 'is not a single path: a name in it contains a slash or a line break');
}

function unsafeNames(file: string, path: string, what: string): PrestageError {
  return new PrestageError({
    code: 'media-unsafe-names',
    message: `${sanitizeForDisplay(file, 300)} contains an unsafe name: ${sanitizeForDisplay(path, 300)} ${what}.`,
  });
}
