import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { DebianParts } from '../support/debian-parts';
import { captureTree, makeMediaSources, writeRecipe } from '../support/media-sources';
import { loaderWith } from '../support/loaders';
import { makeTree } from '../support/wim-tree';

/**
 * Prestaged-shaped media that really starts, of Debian's own signed parts: shim and GRUB for the loader, Debian's
 * kernel, and an initramfs of busybox that stands for Windows PE (init.sh).
 */

const packages = ['shim-signed', 'grub-efi-amd64-signed', 'sbsigntool'];
/** What the first boot needs of the kernel: the drive and its file system. What they need comes with them. */
const modules = ['nvme', 'ntfs3', 'nls_utf8'];

const grubConfiguration = `
set timeout=0
menuentry prestaged {
  linux /EFI/debian/vmlinuz console=tty0 console=ttyS0 quiet panic=5
  initrd /EFI/debian/initramfs
}
`;

/** Writes the list that the first boot compares with: every file but the list itself. */
function writeContentList(tree: string): void {
  const list = 'SMS/data/content.sha256';
  const lines = readdirSync(tree, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(tree.length + 1))
    .filter((path) => path !== list)
    .map(
      (path) =>
        `${createHash('sha256')
          .update(readFileSync(join(tree, path)))
          .digest('hex')}  ${path}\n`,
    );
  writeFileSync(join(tree, list), lines.join(''));
}

export interface BootMedia {
  /** Folder that it was captured from. */
  readonly tree: string;
  readonly path: string;
  /** The same with a loader that nobody signed. */
  readonly unsignedPath: string;
  /** Lists a program's signatures. */
  readonly sbverify: string;
}

/** Makes the media in a folder that is there. Needs apt's lists and xz. */
export async function makeBootMedia(area: string): Promise<BootMedia> {
  const parts = DebianParts.unpack(area, packages);
  const { root } = parts;
  const tree = join(area, 'tree');
  await makeTree(tree, { smallFiles: 60 });
  const shim = join(root, 'usr/lib/shim/shimx64.efi.signed');
  const grub = join(root, 'usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed');
  if (!existsSync(shim) || !existsSync(grub)) throw new Error('a Debian package lacks a part');
  mkdirSync(join(tree, 'EFI/debian'), { recursive: true });
  copyFileSync(shim, join(tree, 'EFI/Boot/bootx64.efi'));
  copyFileSync(grub, join(tree, 'EFI/Boot/grubx64.efi'));
  copyFileSync(parts.kernel, join(tree, 'EFI/debian/vmlinuz'));
  const initramfs = parts.makeInitramfs(area, join(import.meta.dirname, 'init.sh'), modules);
  writeFileSync(join(tree, 'EFI/debian/initramfs'), initramfs);
  writeFileSync(join(tree, 'EFI/debian/grub.cfg'), grubConfiguration);
  writeContentList(tree);

  const capture = (from: string): string => {
    const path = join(area, `${basename(from)}.wim`);
    execFileSync('wimlib-imagex', ['capture', from, path, 'Prestaged media', '--compress=XPRESS'], {
      stdio: 'pipe',
    });
    return path;
  };
  const unsigned = join(area, 'unsigned');
  cpSync(tree, unsigned, { recursive: true });
  // One flipped bit in the middle of the code: the signature over it does not hold any more.
  const loader = readFileSync(join(unsigned, 'EFI/Boot/bootx64.efi'));
  const middle = Math.floor(loader.length / 2);
  loader[middle] = (loader[middle] ?? 0) ^ 1;
  writeFileSync(join(unsigned, 'EFI/Boot/bootx64.efi'), loader);
  return {
    tree,
    path: capture(tree),
    unsignedPath: capture(unsigned),
    sbverify: join(root, 'usr/bin/sbverify'),
  };
}

/**
 * A recipe whose operating system brings the same parts, but neither a loader where firmware looks for it nor a boot store:
 * these are `prestage media create`'s to lay out. Debian's shim stands for the boot managers of 2011 and of 2023, which the recipe chooses.
 * @param area an empty folder that is there
 * @returns the recipe's path
 */
export async function makeBootRecipe(area: string, { tree }: BootMedia): Promise<string> {
  const { bootImage, packages } = await makeMediaSources(area);
  const system = join(area, 'with-loader');
  cpSync(tree, system, { recursive: true });
  const shim = readFileSync(join(tree, 'EFI/Boot/bootx64.efi'));
  mkdirSync(join(system, 'Windows/Boot/EFI_EX'), { recursive: true });
  writeFileSync(join(system, 'Windows/Boot/EFI/bootmgfw.efi'), loaderWith(shim, [0]));
  writeFileSync(join(system, 'Windows/Boot/EFI_EX/bootmgfw_EX.efi'), loaderWith(shim, [1]));
  for (const own of ['EFI/Boot/bootx64.efi', 'EFI/Microsoft', 'sources', 'SMS/PKG', 'boot']) {
    rmSync(join(system, own), { recursive: true, force: true });
  }
  mkdirSync(join(system, 'Windows/Boot/DVD/EFI'), { recursive: true });
  copyFileSync(join(tree, 'boot/boot.sdi'), join(system, 'Windows/Boot/DVD/EFI/boot.sdi'));
  writeContentList(system);
  const image = captureTree(system, join(area, 'bootable.wim'), ['Windows', '--compress=XPRESS']);
  return writeRecipe({ folder: area, system: image, bootImage, packages }, { bootLoader: '2023' });
}

/**
 * The same media as Windows lays it out: no loader of its own, and two boot managers, for the certificates of 2011 and of 2023.
 * Debian's shim has both signatures; each of these has one of them.
 * @param area an empty folder that is there
 * @returns the media's path
 */
export function makeYearsMedia(area: string, { tree }: BootMedia): string {
  const years = join(area, 'years');
  cpSync(tree, years, { recursive: true });
  const shim = readFileSync(join(tree, 'EFI/Boot/bootx64.efi'));
  for (const own of ['EFI/Boot/bootx64.efi', 'EFI/Microsoft/Boot/bootmgfw.efi']) {
    rmSync(join(years, own), { force: true });
  }
  mkdirSync(join(years, 'Windows/Boot/EFI_EX'), { recursive: true });
  writeFileSync(join(years, 'Windows/Boot/EFI/bootmgfw.efi'), loaderWith(shim, [0]));
  writeFileSync(join(years, 'Windows/Boot/EFI_EX/bootmgfw_EX.efi'), loaderWith(shim, [1]));
  writeContentList(years);
  return captureTree(years, join(area, 'years.wim'), ['Prestaged media', '--compress=XPRESS']);
}
