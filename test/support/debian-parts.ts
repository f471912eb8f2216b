import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

/** Debian's own kernel, modules and busybox for machines that tests start: downloaded and unpacked, not installed. */

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

/** Packages of Debian, unpacked into one folder. */
export class DebianParts {
  private constructor(
    /** Where they are unpacked. */
    readonly root: string,
    private readonly packages: readonly string[],
  ) {}

  /**
   * Downloads a kernel, busybox and other packages and unpacks them; none is installed. Needs apt's lists.
   * @param area a folder that is there
   */
  static unpack(area: string, more: readonly string[] = []): DebianParts {
    const root = join(area, 'debian');
    const archives = join(area, 'archives');
    mkdirSync(root, { recursive: true });
    mkdirSync(archives);
    // apt drops root for downloads: its user must be able to write here.
    chmodSync(archives, 0o777);
    const packages = ['busybox-static', ...more];
    execFileSync('apt-get', ['download', '-qq', ...packages, kernelPackage()], {
      cwd: archives,
      stdio: 'pipe',
    });
    for (const name of readdirSync(archives)) execFileSync('dpkg-deb', ['-x', join(archives, name), root]);
    return new DebianParts(root, packages);
  }

  /** A file or folder of the packages; Debian 13's hold below /usr what Debian 12's hold at the top. */
  path(path: string): string {
    const found = [join(this.root, path), join(this.root, 'usr', path)].find((place) => existsSync(place));
    if (found === undefined) {
      throw new Error(`${path} is in none of ${this.packages.join(', ')} and the kernel`);
    }
    return found;
  }

  get kernel(): string {
    const [kernel] = readdirSync(join(this.root, 'boot')).filter((name) => name.startsWith('vmlinuz-'));
    if (kernel === undefined) throw new Error("Debian's kernel package has no kernel");
    return join(this.root, 'boot', kernel);
  }

  /**
   * Makes an initramfs of busybox, an init and modules, which the init loads in the order of `/modules/order`.
   * @param wanted modules; what they need comes with them
   * @returns a cpio archive
   */
  makeInitramfs(area: string, init: string, wanted: readonly string[]): Buffer {
    const tree = join(area, 'initramfs');
    for (const folder of ['bin', 'dev', 'proc', 'sys', 'modules']) {
      mkdirSync(join(tree, folder), { recursive: true });
    }
    const busybox = this.path('bin/busybox');
    copyFileSync(busybox, join(tree, 'bin/busybox'));
    copyFileSync(busybox, join(tree, 'bin/sh'));
    copyFileSync(init, join(tree, 'init'));
    for (const path of ['bin/busybox', 'bin/sh', 'init']) chmodSync(join(tree, path), 0o755);
    const order = this.loadOrder(wanted);
    for (const [name, content] of order) writeFileSync(join(tree, 'modules', `${name}.ko`), content);
    writeFileSync(join(tree, 'modules/order'), [...order.keys()].map((name) => `${name}.ko\n`).join(''));
    return execFileSync('sh', ['-c', 'find . | bin/busybox cpio -o -H newc'], {
      cwd: tree,
      maxBuffer: 2 ** 28,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  /** Modules by name, each with its file. */
  private modules(): Map<string, string> {
    const folder = this.path('lib/modules');
    const found = readdirSync(folder, { recursive: true, encoding: 'utf8' }).flatMap((path) => {
      const name = /([^/]+)\.ko(?:\.xz)?$/.exec(path)?.[1];
      return name === undefined ? [] : ([[name.replaceAll('-', '_'), join(folder, path)]] as const);
    });
    return new Map(found);
  }

  /** Modules in the order in which they can be loaded; what is built into the kernel is no file. */
  private loadOrder(wanted: readonly string[]): Map<string, Buffer> {
    const files = this.modules();
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
    for (const name of wanted) add(name);
    return order;
  }
}
