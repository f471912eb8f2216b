import { copyFile, mkdir, readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { newStore } from '../../core/boot/bcd-rules';
import { defaultLoaderNames } from '../../core/boot/preflight';
import { PrestageError } from '../../core/base/errors';
import { createBootStore, readBootStore } from '../boot/hive';
import { readEfiProgram } from '../boot/pe';
import type { ImageSource } from '../media/image-source';
import { layOverLoader, type LoaderOverlay } from './loader-overlay';
import { findTool, lastWords, runTool } from '../tools/runner';
import { cachePlace } from '../tools/disk';
import { addMissing, entryIn, extract, folderIn, refuseLinks } from './boot-tree';
import { requireDone } from './format-partition';

export interface BootFilesRequest extends ImageSource {
  /** The image has `\sources\boot.wim`. */
  readonly bootImage: boolean;
  /** Where boot.sdi lies in the image, for a store that is made; null when there is none to make. */
  readonly sdiPath: string | null;
  /** Which programs the image's own boot manager of a year replaces; null: none. */
  readonly loader: LoaderOverlay | null;
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
    if (request.loader !== null) await layOverLoader(request, request.loader, efi, signal);
    await addDefaultLoader(efi);
    await addBootStore(request, efi, signal);
    await refuseLinks(scratch, scratch);
    await copyToPartition(request, signal);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
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
  await requireDone(copied, cachePlace(dirname(partitionFile)), failure, 'mcopy, for the boot files,');
}
