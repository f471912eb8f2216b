import { copyFile, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PrestageError } from '../../core/base/errors';
import { timeouts } from '../../core/base/timeouts';
import { defaultLoaderNames } from '../../core/boot/preflight';
import { authorityOf, type CertificateYear } from '../../core/boot/loader-trust';
import { signaturesOf } from '../boot/authenticode';
import { mediaStore } from '../boot/media-store';
import { readEfiProgram } from '../boot/pe';
import { listingMemory, type ImageSource } from '../media/image-source';
import { runTool } from '../tools/runner';
import { anyCase, wimlibFailure, wimlibStatus } from '../tools/wimlib';

/** Where Windows keeps the RAM disk file, and where boot media has it. */
const sdiPlaces = [
  '/Windows/Boot/DVD/EFI/boot.sdi',
  '/Windows/Boot/DVD/PCAT/boot.sdi',
  '/boot/boot.sdi',
  '/sources/boot.sdi',
];

/**
 * Lays out what a machine starts from, as it will lie at the root of the media: `EFI/Microsoft/Boot` with boot manager, fonts and a
 * store that starts `\sources\boot.wim`, the boot manager once more where firmware looks for it (UEFI 2.10, 3.5.1.1), and
 * `boot/boot.sdi`. All but the store is Microsoft's own, out of the images.
 * @param sources images that are searched, the first one first
 * @param tree folder that does not exist
 * @param year certificates that the boot manager must be for; null: Windows' own as it comes
 * @throws PrestageError boot-files-missing, loader-missing, boot-store-invalid, media-…, tool-missing, cancelled
 */
export async function layOutBootParts(
  sources: readonly ImageSource[],
  tree: string,
  year: CertificateYear | null,
  signal: AbortSignal,
): Promise<void> {
  const boot = join(tree, 'EFI', 'Microsoft', 'Boot');
  await mkdir(join(tree, 'EFI', 'Microsoft'), { recursive: true });
  await mkdir(join(tree, 'EFI', 'Boot'));
  await mkdir(join(tree, 'boot'));
  const scratch = `${tree}-unpacked`;
  if (!(await takeBootManager(sources, boot, scratch, signal))) {
    throw missing('a boot manager (\\Windows\\Boot\\EFI\\bootmgfw.efi)');
  }
  if (year !== null) await takeYearsManager(sources, year, boot, scratch, signal);
  const manager = await entryIn(boot, 'bootmgfw.efi');
  const program = manager === null ? null : await readEfiProgram(manager);
  const loader = program === null ? null : defaultLoaderNames[program.cpu];
  if (manager === null || loader === null) throw missing('a boot manager that is a UEFI program');
  await copyFile(manager, join(tree, 'EFI', 'Boot', loader));
  await writeFile(join(boot, 'BCD'), await mediaStore('boot image', signal));
  if (!(await takeFirst(sources, sdiPlaces, join(tree, 'boot', 'boot.sdi'), scratch, signal))) {
    throw missing('the RAM disk file (\\Windows\\Boot\\DVD\\EFI\\boot.sdi)');
  }
}

async function takeBootManager(
  sources: readonly ImageSource[],
  boot: string,
  scratch: string,
  signal: AbortSignal,
): Promise<boolean> {
  for (const source of sources) {
    const found = await unpack(source, '/Windows/Boot/EFI', scratch, signal);
    try {
      if (found === null || (await entryIn(found, 'bootmgfw.efi')) === null) continue;
      await rename(found, boot);
      // A store that lies there is no media's.
      const store = await entryIn(boot, 'BCD');
      if (store !== null) await rm(store, { force: true });
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
    try {
      const fonts = await unpack(source, '/Windows/Boot/Fonts', scratch, signal);
      if (fonts !== null && (await entryIn(boot, 'Fonts')) === null) await rename(fonts, join(boot, 'Fonts'));
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
    return true;
  }
  return false;
}

/**
 * Puts the boot manager for the certificates of a year in place of the one that was taken, with its fonts (Microsoft, KB5025885).
 * @throws PrestageError loader-missing, …
 */
async function takeYearsManager(
  sources: readonly ImageSource[],
  year: CertificateYear,
  boot: string,
  scratch: string,
  signal: AbortSignal,
): Promise<void> {
  const isFor = async (file: string | null): Promise<boolean> =>
    file !== null && signaturesOf(await readFile(file)).some((one) => authorityOf(one)?.year === year);
  const place = (await entryIn(boot, 'bootmgfw.efi')) ?? join(boot, 'bootmgfw.efi');
  if (await isFor(place)) return;
  for (const source of year === '2023' ? sources : []) {
    try {
      const found = await unpack(source, '/Windows/Boot/EFI_EX', scratch, signal);
      const manager = found === null ? null : await entryIn(found, 'bootmgfw_EX.efi');
      if (manager === null || !(await isFor(manager))) continue;
      await copyFile(manager, place);
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
    await takeFonts(source, boot, scratch, signal);
    return;
  }
  throw new PrestageError({
    code: 'loader-missing',
    message: `Neither the operating system nor the boot image has a boot manager for machines that trust Microsoft's ${year} certificates.`,
    remedy:
      'Nothing was made. Install the updates of April 2024 or later in one of the images, or leave bootLoader out of the recipe.',
  });
}

/** `_EX` stands behind the names of these fonts. */
async function takeFonts(
  source: ImageSource,
  boot: string,
  scratch: string,
  signal: AbortSignal,
): Promise<void> {
  try {
    const found = await unpack(source, '/Windows/Boot/Fonts_EX', scratch, signal);
    if (found === null) return;
    const fonts = (await entryIn(boot, 'Fonts')) ?? join(boot, 'Fonts');
    await mkdir(fonts, { recursive: true });
    for (const entry of await readdir(found, { withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const name = entry.name.replace(/_EX(?=\.[^.]*$)/i, '');
      await copyFile(join(found, entry.name), (await entryIn(fonts, name)) ?? join(fonts, name));
    }
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function takeFirst(
  sources: readonly ImageSource[],
  places: readonly string[],
  file: string,
  scratch: string,
  signal: AbortSignal,
): Promise<boolean> {
  for (const source of sources) {
    for (const place of places) {
      try {
        const found = await unpack(source, place, scratch, signal);
        if (found === null) continue;
        await rename(found, file);
        return true;
      } finally {
        await rm(scratch, { recursive: true, force: true });
      }
    }
  }
  return false;
}

/** Takes a file or folder out of an image. @returns where it lies, in a folder of its own; null when the image has none */
async function unpack(
  { wim, imageIndex, refs }: ImageSource,
  path: string,
  into: string,
  signal: AbortSignal,
): Promise<string | null> {
  await mkdir(into, { mode: 0o700 });
  const { status, stderr } = await runTool(
    'wimlib-imagex',
    [
      'extract',
      wim,
      String(imageIndex),
      path,
      `--dest-dir=${into}`,
      '--no-acls',
      '--no-attributes',
      '--no-globs',
      ...refs,
    ],
    { signal, timeout: timeouts.mediaListing, memoryLimit: listingMemory, environment: anyCase },
  );
  if (status === wimlibStatus.pathNotFound) return null;
  if (status !== 0) throw wimlibFailure(status, stderr, wim);
  const [name] = await readdir(into);
  return name === undefined ? null : join(into, name);
}

/** An entry of a folder, whatever its case. */
async function entryIn(folder: string, name: string): Promise<string | null> {
  const found = (await readdir(folder)).find((one) => one.toLowerCase() === name.toLowerCase());
  return found === undefined ? null : join(folder, found);
}

function missing(what: string): PrestageError {
  return new PrestageError({
    code: 'boot-files-missing',
    message: `The media would not start: neither the operating system nor the boot image has ${what}.`,
  });
}
