import { copyFile, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { CertificateYear } from '../../core/boot/loader-trust';
import type { ImageSource } from '../media/image-source';
import { entryIn, extract, folderIn, refuseLinks } from './boot-tree';

/** What core/boot/loader-choice.ts found that has to change. */
export interface LoaderOverlay {
  readonly year: CertificateYear;
  /** Places below `\EFI`, in lower case. */
  readonly replaced: readonly string[];
}

/**
 * Windows keeps what is signed with the certificates of 2023 beside the rest: with `_EX` behind the names of folders and
 * files. Source: Microsoft, KB5025885, and its script Make2023BootableMedia, which does with media what is done here.
 */
const windowsFolders = {
  '2011': { programs: 'EFI', fonts: null },
  '2023': { programs: 'EFI_EX', fonts: 'Fonts_EX' },
} as const;

const withoutMark = (name: string): string => name.replace(/_EX(?=\.[^.]*$)/i, '');

/**
 * Lays the image's own boot manager of a year over the boot files: at the places that the choice names, with the programs
 * that lie beside it already and with the fonts that it wants.
 * @param request has the folder that the boot files are unpacked in
 * @param efi the `\EFI` folder there
 * @throws PrestageError media-…, render-…, cancelled
 */
export async function layOverLoader(
  request: ImageSource & { readonly scratch: string },
  { year, replaced }: LoaderOverlay,
  efi: string,
  signal: AbortSignal,
): Promise<void> {
  const { programs, fonts } = windowsFolders[year];
  const unpacked = join(request.scratch, '..', 'windows-boot-overlay');
  await mkdir(unpacked, { mode: 0o700 });
  try {
    await extract(request, `/Windows/Boot/${programs}`, unpacked, signal);
    const from = await folderIn(unpacked, programs);
    await refuseLinks(from, from);
    const boot = await folderIn(efi, 'Microsoft', 'Boot');
    const manager = await entryIn(from, year === '2023' ? 'bootmgfw_EX.efi' : 'bootmgfw.efi');
    if (manager === null) throw new Error('the boot manager that was found is not in the image');
    for (const place of replaced) {
      const folders = place.split('/');
      const name = folders.pop() ?? '';
      const into = await folderIn(efi, ...folders);
      await copyFile(manager, (await entryIn(into, name)) ?? join(into, name));
    }
    if (!replaced.includes('microsoft/boot/bootmgfw.efi')) return;
    await layOver(from, boot, false);
    if (fonts !== null && (await extract(request, `/Windows/Boot/${fonts}`, unpacked, signal))) {
      const fontFolder = await folderIn(unpacked, fonts);
      await refuseLinks(fontFolder, fontFolder);
      await layOver(fontFolder, await folderIn(boot, 'Fonts'), true);
    }
  } finally {
    await rm(unpacked, { recursive: true, force: true });
  }
}

/** Programs and their texts: what else lies there, as a boot store, is no media's. */
const programName = /\.efi(?:\.mui)?$/i;

/** Copies files in place of those of the same name, of programs only; or all of a folder, where `others` are wanted, too. */
async function layOver(from: string, into: string, others: boolean): Promise<void> {
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const target = await entryIn(into, withoutMark(entry.name));
    const source = join(from, entry.name);
    if (entry.isDirectory()) {
      if (target !== null || others) await layOver(source, await folderIn(into, entry.name), others);
    } else if (others || (target !== null && programName.test(entry.name))) {
      await copyFile(source, target ?? join(into, withoutMark(entry.name)));
    }
  }
}
