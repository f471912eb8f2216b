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
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { makeTree } from '../support/wim-tree';

/**
 * Prestaged-shaped media that really starts, of Debian's own signed parts: shim and GRUB for the loader, Debian's
 * kernel, and an initramfs of busybox that stands for Windows PE (init.sh).
 */

const packages = ['shim-signed', 'grub-efi-amd64-signed', 'busybox-static'];
/** In the order in which they are loaded; what is built into the kernel is not there as a file. */
const modules = ['nvme-core', 'nvme', 'ntfs3', 'nls_utf8'];

/** The newest kernel package that Debian's metapackage stands for. */
function kernelPackage(): string {
  const depends = execFileSync('apt-cache', ['depends', 'linux-image-amd64'], { encoding: 'utf8' });
  const name = /Depends: (linux-image-\S+)/.exec(depends)?.[1];
  if (name === undefined) throw new Error('apt-cache knows no kernel for linux-image-amd64');
  return name;
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

function findModule(root: string, name: string): string | null {
  const folder = join(root, 'lib/modules');
  const found = readdirSync(folder, { recursive: true, encoding: 'utf8' }).find((path) =>
    new RegExp(`/${name}\\.ko(\\.xz)?$`).test(path),
  );
  return found === undefined ? null : join(folder, found);
}

/** @returns the initramfs, a cpio archive */
function makeInitramfs(root: string, area: string): Buffer {
  const tree = join(area, 'initramfs');
  for (const folder of ['bin', 'dev', 'proc', 'sys', 'modules']) {
    mkdirSync(join(tree, folder), { recursive: true });
  }
  copyFileSync(join(root, 'bin/busybox'), join(tree, 'bin/busybox'));
  copyFileSync(join(root, 'bin/busybox'), join(tree, 'bin/sh'));
  copyFileSync(join(import.meta.dirname, 'init.sh'), join(tree, 'init'));
  for (const path of ['bin/busybox', 'bin/sh', 'init']) chmodSync(join(tree, path), 0o755);
  const order: string[] = [];
  for (const name of modules) {
    const file = findModule(root, name);
    if (file === null) continue;
    const content = file.endsWith('.xz')
      ? execFileSync('xz', ['-dc', file], { maxBuffer: 2 ** 26 })
      : readFileSync(file);
    writeFileSync(join(tree, 'modules', `${name}.ko`), content);
    order.push(`${name}.ko`);
  }
  writeFileSync(join(tree, 'modules/order'), order.join('\n'));
  return execFileSync('sh', ['-c', 'find . | busybox cpio -o -H newc'], {
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
  readonly path: string;
  /** The same with a loader that nobody signed. */
  readonly unsignedPath: string;
}

/** Makes the media in a folder that is there. Needs apt's lists, xz and busybox. */
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
  return { path: capture(tree), unsignedPath: capture(unsigned) };
}
