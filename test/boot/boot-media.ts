import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
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
import { captureTree, makeMediaSources, writeRecipe } from '../support/media-sources';
import { loaderWith } from '../support/loaders';
import { makeTree } from '../support/wim-tree';

/**
 * Prestaged-shaped media that really starts, of Debian's own signed parts: shim and GRUB for the loader, Debian's
 * kernel, and an initramfs of busybox that stands for Windows PE (init.sh).
 */

const packages = ['shim-signed', 'grub-efi-amd64-signed', 'busybox-static', 'sbsigntool'];
/** What the first boot needs of the kernel: the drive and its file system. What they need comes with them. */
const modules = ['nvme', 'ntfs3', 'nls_utf8'];

/** The newest signed kernel 6.12, which Debian 12 and 13 have: it has ntfs3, Debian's 6.1 is built without it. */
function kernelPackage(): string {
  const names = execFileSync('apt-cache', ['pkgnames', 'linux-image-6.12.'], { encoding: 'utf8' });
  const number = (name: string): number => Number(/6\.12\.(\d+)/.exec(name)?.[1]);
  const [newest] = names
    .split('\n')
    .filter((name) => /^linux-image-6\.12\.\d+\+deb\d+-amd64$/.test(name))
    .sort((one, other) => number(other) - number(one));
  if (newest === undefined) throw new Error('apt-cache knows no kernel 6.12: run apt-get update');
  return newest;
}

/** Downloads packages and unpacks them into one folder; none is installed. */
function unpack(area: string): string {
  const root = join(area, 'debian');
  const archives = join(area, 'archives');
  mkdirSync(root, { recursive: true });
  mkdirSync(archives);
  // apt drops root for downloads: its user must be able to write here.
  chmodSync(archives, 0o777);
  execFileSync('apt-get', ['download', '-qq', ...packages, kernelPackage()], {
    cwd: archives,
    stdio: 'pipe',
  });
  for (const name of readdirSync(archives)) execFileSync('dpkg-deb', ['-x', join(archives, name), root]);
  return root;
}

/** A file or folder of the unpacked packages; Debian 13's hold below /usr what Debian 12's hold at the top. */
function unpackedPath(root: string, path: string): string {
  const found = [join(root, path), join(root, 'usr', path)].find((place) => existsSync(place));
  if (found === undefined) throw new Error(`${path} is in none of ${packages.join(', ')} and the kernel`);
  return found;
}

/** Modules by name, each with its file. */
function modulesOf(root: string): Map<string, string> {
  const folder = unpackedPath(root, 'lib/modules');
  const found = readdirSync(folder, { recursive: true, encoding: 'utf8' }).flatMap((path) => {
    const name = /([^/]+)\.ko(?:\.xz)?$/.exec(path)?.[1];
    return name === undefined ? [] : ([[name.replaceAll('-', '_'), join(folder, path)]] as const);
  });
  return new Map(found);
}

/** Modules in the order in which they can be loaded; what is built into the kernel is no file. */
function loadOrder(root: string): Map<string, Buffer> {
  const files = modulesOf(root);
  const order = new Map<string, Buffer>();
  const add = (name: string): void => {
    const file = files.get(name);
    if (file === undefined || order.has(name)) return;
    const content = file.endsWith('.xz')
      ? execFileSync('xz', ['-dc', file], { maxBuffer: 2 ** 26 })
      : readFileSync(file);
    const needs = /\0depends=([^\0]*)\0/.exec(content.toString('latin1'))?.[1] ?? '';
    for (const need of needs.split(',').filter((one) => one !== '')) add(need.replaceAll('-', '_'));
    order.set(name, content);
  };
  for (const name of modules) add(name);
  return order;
}

/** @returns the initramfs, a cpio archive */
function makeInitramfs(root: string, area: string): Buffer {
  const tree = join(area, 'initramfs');
  for (const folder of ['bin', 'dev', 'proc', 'sys', 'modules']) {
    mkdirSync(join(tree, folder), { recursive: true });
  }
  const busybox = unpackedPath(root, 'bin/busybox');
  copyFileSync(busybox, join(tree, 'bin/busybox'));
  copyFileSync(busybox, join(tree, 'bin/sh'));
  copyFileSync(join(import.meta.dirname, 'init.sh'), join(tree, 'init'));
  for (const path of ['bin/busybox', 'bin/sh', 'init']) chmodSync(join(tree, path), 0o755);
  const order = loadOrder(root);
  for (const [name, content] of order) writeFileSync(join(tree, 'modules', `${name}.ko`), content);
  writeFileSync(join(tree, 'modules/order'), [...order.keys()].map((name) => `${name}.ko\n`).join(''));
  return execFileSync('sh', ['-c', 'find . | bin/busybox cpio -o -H newc'], {
    cwd: tree,
    maxBuffer: 2 ** 28,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

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
  const root = unpack(area);
  const tree = join(area, 'tree');
  await makeTree(tree, { smallFiles: 60 });
  const shim = join(root, 'usr/lib/shim/shimx64.efi.signed');
  const grub = join(root, 'usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed');
  const [kernel] = readdirSync(join(root, 'boot')).filter((name) => name.startsWith('vmlinuz-'));
  if (!existsSync(shim) || !existsSync(grub) || kernel === undefined) {
    throw new Error('a Debian package lacks a part');
  }
  mkdirSync(join(tree, 'EFI/debian'), { recursive: true });
  copyFileSync(shim, join(tree, 'EFI/Boot/bootx64.efi'));
  copyFileSync(grub, join(tree, 'EFI/Boot/grubx64.efi'));
  copyFileSync(join(root, 'boot', kernel), join(tree, 'EFI/debian/vmlinuz'));
  writeFileSync(join(tree, 'EFI/debian/initramfs'), makeInitramfs(root, area));
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
