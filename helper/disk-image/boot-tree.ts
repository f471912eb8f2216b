import { copyFile, lstat, mkdir, readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { sanitizeForDisplay } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import type { ImageSource } from '../media/image-source';
import { cachePlace, toolOnDisk } from '../tools/disk';
import { runTool } from '../tools/runner';
import { anyCase, wimlibFailure, wimlibStatus } from '../tools/wimlib';
import { refuseWarnings } from './format-partition';

/** Folders of an image that are unpacked on the way to the EFI partition: names there have no case, and nothing is a link. */

/**
 * What wimlib says that it leaves out of files which go to FAT32, where none of it can be: the Windows partition has
 * these files with all of that.
 */
const notOnFat = [
  /Ignoring (?:named data streams|DOS names|object IDs|extended attributes|UNIX metadata|Windows NT security)/,
  /Ignoring FILE_ATTRIBUTE_\w+ of/,
  // The whole image's, which the inspection has told.
  /Ignoring (?:\d+ (?:duplicate|empty) blobs|\d+ directory hard links|invalid boot index)|invalid security IDs|security data total length|WRITE_IN_PROGRESS|crashed while writing/,
];

/** @returns false when the image has no such folder */
export async function extract(
  { wim, imageIndex, refs }: ImageSource,
  path: string,
  into: string,
  signal: AbortSignal,
): Promise<boolean> {
  const result = await runTool(
    'wimlib-imagex',
    ['extract', wim, String(imageIndex), path, `--dest-dir=${into}`, '--no-acls', '--no-attributes', ...refs],
    { signal, environment: anyCase },
  );
  const { status, stderr } = result;
  if (status === wimlibStatus.pathNotFound) return false;
  if (status !== 0) {
    const failed = wimlibFailure(status, stderr, wim);
    // Only where it wrote: a media file that cannot be read has its own words.
    throw status === wimlibStatus.writeFailed || failed.code === 'render-no-space'
      ? await toolOnDisk(stderr, cachePlace(into), failed)
      : failed;
  }
  refuseWarnings('wimlib-imagex, for the boot files,', result, notOnFat);
  return true;
}

/** An entry of a folder, whatever its case, as FAT has it. */
export async function entryIn(folder: string, name: string): Promise<string | null> {
  const found = (await readdir(folder)).find((one) => one.toLowerCase() === name.toLowerCase());
  return found === undefined ? null : join(folder, found);
}

/** A folder, made where it is missing. */
export async function folderIn(parent: string, ...names: readonly string[]): Promise<string> {
  let folder = parent;
  for (const name of names) {
    const found = await entryIn(folder, name);
    folder = found ?? join(folder, name);
    if (found === null) await mkdir(folder);
  }
  return folder;
}

/** Copies what is not there yet: what the media brings itself comes first. */
export async function addMissing(from: string, into: string): Promise<void> {
  await refuseLinks(from, from);
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const source = join(from, entry.name);
    if (entry.isDirectory()) await addMissing(source, await folderIn(into, entry.name));
    else if ((await entryIn(into, entry.name)) === null) await copyFile(source, join(into, entry.name));
  }
}

/** mcopy follows links, and a link in a media file could point at any file of this machine. */
export async function refuseLinks(folder: string, root: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const details = await lstat(path);
    if (details.isDirectory()) await refuseLinks(path, root);
    else if (!details.isFile()) {
      throw new PrestageError({
        code: 'media-unsafe-names',
        message: `The boot files of the media contain a link: ${sanitizeForDisplay(relative(root, path))}.`,
        remedy: 'No drive was touched. Ask the enterprise for media without links in its EFI folder.',
      });
    }
  }
}
