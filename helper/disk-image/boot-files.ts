import { copyFile, lstat, mkdir, readdir, rm } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { newStore } from '../../core/boot/bcd-rules';
import { defaultLoaderNames } from '../../core/boot/preflight';
import { sanitizeForDisplay } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import { createBootStore, readBootStore } from '../boot/hive';
import { readEfiProgram } from '../boot/pe';
import type { ImageSource } from '../media/image-source';
import { anyCase, wimlibFailure, wimlibStatus } from '../tools/wimlib';
import { cachePlace, toolOnDisk } from '../tools/disk';
import { findTool, lastWords, runTool } from '../tools/runner';
import { refuseWarnings, requireDone } from './format-partition';

export interface BootFilesRequest extends ImageSource {
  /** The image has `\sources\boot.wim`. */
  readonly bootImage: boolean;
  /** Where boot.sdi lies in the image, for a store that is made; null when there is none to make. */
  readonly sdiPath: string | null;
  /** The EFI partition's file. */
  readonly partitionFile: string;
  /** A folder that does not exist; it is gone again afterwards. */
  readonly scratch: string;
}

/** A store's boot target is set for each drive later (create-drive-image.ts); until then its partitions are nobody's. */
const nobody = '00000000-0000-0000-0000-000000000000';

/**
 * Fills the EFI partition: the media's own `\EFI` tree; where it lacks a boot manager, the one of the applied Windows
 * (`\Windows\Boot`), as bcdboot does; the boot manager also where firmware looks on a disk it does not know
 * (UEFI 2.10, 3.5.1.1); and a boot store where there is a boot image to start and no store.
 * @throws PrestageError boot-files-too-large, boot-store-invalid, media-unsafe-names, render-failed, cancelled
 */
export async function copyBootFiles(request: BootFilesRequest, signal: AbortSignal): Promise<void> {
  const { scratch } = request;
  await mkdir(scratch, { mode: 0o700 });
  try {
    await extract(request, '/EFI', scratch, signal);
    const efi = await folderIn(scratch, 'EFI');
    await addBootManager(request, efi, signal);
    await addDefaultLoader(efi);
    await addBootStore(request, efi, signal);
    await refuseLinks(scratch, scratch);
    await copyToPartition(request, signal);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

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
async function extract(
  { wim, imageIndex, refs }: BootFilesRequest,
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
    // Only where it wrote: a media that cannot be read has its own words.
    throw status === wimlibStatus.writeFailed || failed.code === 'render-no-space'
      ? await toolOnDisk(stderr, cachePlace(into), failed)
      : failed;
  }
  refuseWarnings('wimlib-imagex, for the boot files,', result, notOnFat);
  return true;
}

/** An entry of a folder, whatever its case, as FAT has it. */
async function entryIn(folder: string, name: string): Promise<string | null> {
  const found = (await readdir(folder)).find((one) => one.toLowerCase() === name.toLowerCase());
  return found === undefined ? null : join(folder, found);
}

/** A folder, made where it is missing. */
async function folderIn(parent: string, ...names: readonly string[]): Promise<string> {
  let folder = parent;
  for (const name of names) {
    const found = await entryIn(folder, name);
    folder = found ?? join(folder, name);
    if (found === null) await mkdir(folder);
  }
  return folder;
}

async function addBootManager(request: BootFilesRequest, efi: string, signal: AbortSignal): Promise<void> {
  const boot = await folderIn(efi, 'Microsoft', 'Boot');
  if ((await entryIn(boot, 'bootmgfw.efi')) !== null) return;
  const windows = join(request.scratch, '..', 'windows-boot');
  await mkdir(windows, { mode: 0o700 });
  try {
    if (!(await extract(request, '/Windows/Boot/EFI', windows, signal))) return;
    await addMissing(await folderIn(windows, 'EFI'), boot);
    if (await extract(request, '/Windows/Boot/Fonts', windows, signal)) {
      await addMissing(await folderIn(windows, 'Fonts'), await folderIn(boot, 'Fonts'));
    }
  } finally {
    await rm(windows, { recursive: true, force: true });
  }
}

/** Copies what is not there yet: what the media brings itself comes first. */
async function addMissing(from: string, into: string): Promise<void> {
  await refuseLinks(from, from);
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const source = join(from, entry.name);
    if (entry.isDirectory()) await addMissing(source, await folderIn(into, entry.name));
    else if ((await entryIn(into, entry.name)) === null) await copyFile(source, join(into, entry.name));
  }
}

async function addDefaultLoader(efi: string): Promise<void> {
  const manager = await entryIn(await folderIn(efi, 'Microsoft', 'Boot'), 'bootmgfw.efi');
  const program = manager === null ? null : await readEfiProgram(manager);
  const name = program === null ? null : defaultLoaderNames[program.cpu];
  if (manager === null || name === null) return;
  const boot = await folderIn(efi, 'Boot');
  if ((await entryIn(boot, name)) === null) await copyFile(manager, join(boot, name));
}

async function addBootStore(request: BootFilesRequest, efi: string, signal: AbortSignal): Promise<void> {
  const boot = await folderIn(efi, 'Microsoft', 'Boot');
  const given = await entryIn(boot, 'BCD');
  // What would stop a drive's boot target from being set later is found here, once, before anything is kept.
  if (given !== null) await readBootStore(given, signal);
  findTool('hivexsh');
  if (given !== null || !request.bootImage) return;
  const guids = { diskGuid: nobody, efiPartitionGuid: nobody, windowsPartitionGuid: nobody };
  const store = newStore(guids, request.sdiPath ?? undefined);
  await createBootStore(join(boot, 'BCD'), store, signal);
}

async function copyToPartition(
  { scratch, partitionFile }: BootFilesRequest,
  signal: AbortSignal,
): Promise<void> {
  const folders = (await readdir(scratch)).map((name) => join(scratch, name));
  const copied = await runTool('mcopy', ['-i', partitionFile, '-s', '-Q', '-m', ...folders, '::/'], {
    signal,
  });
  if (copied.status !== 0 && /disk full|no (?:free|more) (?:cluster|space)/i.test(copied.stderr)) {
    throw new PrestageError({
      code: 'boot-files-too-large',
      message: 'The EFI folder of the media does not fit on the EFI partition.',
      cause: lastWords(copied.stderr),
      remedy: 'Choose the layout configmgr-uefi, whose EFI partition is larger.',
    });
  }
  const failure = 'mcopy could not copy the boot files';
  await requireDone(copied, dirname(partitionFile), failure, 'mcopy, for the boot files,');
}

/** mcopy follows links, and a link in a media could point at any file of this machine. */
async function refuseLinks(folder: string, root: string): Promise<void> {
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
