import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeTree, smallWim } from './wim-tree';

/** What a media file is made of, as Microsoft and an engineer would bring it: an operating system, a boot image, packages, a recipe. */
export interface MediaSources {
  readonly folder: string;
  /** WIM without boot image, boot store and packages, with the folder `\Windows\Boot`. */
  readonly system: string;
  readonly bootImage: string;
  /** Folders of two packages: ABC00010 and ABC00011. */
  readonly packages: readonly [string, string];
}

/** Makes them in a folder that is there. */
export async function makeMediaSources(folder: string, smallFiles = 40): Promise<MediaSources> {
  const tree = join(folder, 'system');
  await makeTree(tree, { smallFiles });
  for (const name of ['EFI', 'SMS', 'sources']) rmSync(join(tree, name), { recursive: true });
  const sdi = join(tree, 'Windows/Boot/DVD/EFI/boot.sdi');
  mkdirSync(dirname(sdi), { recursive: true });
  copyFileSync(join(tree, 'boot/boot.sdi'), sdi);
  rmSync(join(tree, 'boot'), { recursive: true });
  const system = captureTree(tree, join(folder, 'install.wim'), ['Windows', '--compress=LZX', '--check']);
  const bootImage = join(folder, 'boot.wim');
  writeFileSync(bootImage, await smallWim(31));
  const packages = [join(folder, 'client'), join(folder, 'drivers with blanks')] as const;
  mkdirSync(join(packages[0], 'x64/Grüße'), { recursive: true });
  writeFileSync(join(packages[0], 'setup.exe'), 'a program');
  writeFileSync(join(packages[0], 'x64/Grüße/läuft.txt'), 'not ASCII');
  writeFileSync(join(packages[0], 'empty.txt'), '');
  mkdirSync(join(packages[1], '$RECYCLE.BIN'), { recursive: true });
  writeFileSync(join(packages[1], 'net.inf'), 'a driver');
  // What wimlib leaves out of a capture unless it is told not to.
  writeFileSync(join(packages[1], 'pagefile.sys'), 'a file of this name');
  writeFileSync(join(packages[1], '$RECYCLE.BIN/kept.txt'), 'kept');
  return { folder, system, bootImage, packages };
}

/** Captures a folder. @returns the file */
export function captureTree(tree: string, file: string, options: readonly string[]): string {
  execFileSync('wimlib-imagex', ['capture', tree, file, ...options], { stdio: 'pipe' });
  return file;
}

/** A boot image for another processor than x64: by a program in it. */
export function makeForeignBootImage(sources: MediaSources): string {
  const tree = join(sources.folder, 'foreign');
  const program = join(tree, 'Windows/System32/ntoskrnl.exe');
  mkdirSync(dirname(program), { recursive: true });
  const bytes = readFileSync(join(sources.folder, 'system/Windows/System32/ntoskrnl.exe'));
  bytes.writeUInt16LE(0xaa64, 0x84);
  writeFileSync(program, bytes);
  return captureTree(tree, join(sources.folder, 'foreign.wim'), ['--boot', '--compress=LZX']);
}

/** Writes a recipe without a site. @returns its path */
export function writeRecipe(
  { folder, system, bootImage, packages }: MediaSources,
  change: {
    readonly name?: string;
    readonly bootImage?: string;
    readonly packages?: readonly (readonly [string, string])[];
    readonly bootLoader?: '2011' | '2023';
  } = {},
): string {
  const file = join(folder, `${change.name ?? 'recipe'}.yaml`);
  const listed = change.packages ?? [
    ['ABC00010', packages[0]],
    ['ABC00011', packages[1]],
  ];
  const content = listed.map(([id, place]) => `  - { id: ${id}, name: Package ${id}, folder: '${place}' }\n`);
  writeFileSync(
    file,
    `name: Contoso\nversion: '1'\nbootImage: { file: '${change.bootImage ?? bootImage}' }\n` +
      `operatingSystem: { file: '${system}' }\npackages:\n${content.join('')}` +
      (change.bootLoader === undefined ? '' : `bootLoader: '${change.bootLoader}'\n`),
  );
  return file;
}
