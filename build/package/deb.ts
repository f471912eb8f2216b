import {
  chmodSync,
  closeSync,
  cpSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createHash } from 'node:crypto';
import { dirname, join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';
import { run } from '../run';
import { licenceTexts, type InstalledPackage } from './closure';
import { changelog, controlFile } from './debian-control';
import { unpackWim } from './stage';
import { executable, installed, output, productManifest, root, unpacked } from './paths';

/** Makes the Debian package from electron-builder's folder, with dpkg-deb alone: fpm would have to be fetched. */

const stage = join(output, 'deb');
const home = join(stage, installed);
const documents = join(stage, 'usr/share/doc/prestage');

/** Everything else is 0644. */
const programs = [
  executable,
  'chrome_crashpad_handler',
  'resources/engine/prestage',
  'resources/engine/prestage-helper',
  'resources/engine/runtime/node',
  `resources/engine/${unpackWim}`,
];

/**
 * @param packages the npm packages in it, bundled or not
 * @param nodeLicence file with the licences of the Node in it
 * @param flavour one for tests has a name that nobody ships
 * @returns the path of the .deb
 */
export function makeDeb(
  packages: readonly InstalledPackage[],
  nodeLicence: string,
  flavour: 'test' | 'release',
): string {
  const { version } = productManifest();
  const seconds = sourceDate();
  rmSync(stage, { recursive: true, force: true });
  layOutProduct();
  layOutDocuments(version, seconds, packages, nodeLicence);
  layOutDesktop();
  setModes(stage);
  for (const program of programs) chmodSync(join(home, program), 0o755);
  const binaries = filesBelow(home).filter((file) => lstatSync(file).isFile() && isElf(file));
  // Names and debug information that are not needed to run.
  for (const binary of binaries) run('strip', ['--strip-unneeded', binary]);

  const files = filesBelow(stage).sort();
  const bytes = files.map((file) => lstatSync(file).size).reduce((sum, size) => sum + size, 0);
  mkdirSync(join(stage, 'DEBIAN'), { mode: 0o755 });
  const architecture = process.arch === 'x64' ? 'amd64' : process.arch;
  writeFileSync(
    join(stage, 'DEBIAN/control'),
    controlFile({ version, architecture, kibibytes: Math.ceil(bytes / 1024), libc: libcVersion(binaries) }),
  );
  writeFileSync(join(stage, 'DEBIAN/md5sums'), md5sums(files));
  setModes(join(stage, 'DEBIAN'));

  const deb = join(output, `prestage_${version}_${architecture}${flavour === 'test' ? '.test' : ''}.deb`);
  // xz's level 1 takes a sixth of the time of level 6 here, for a package that is an eighth larger. The package for tests,
  // which nobody fetches, is packed and unpacked again and again: gzip takes a tenth of that.
  const compression = flavour === 'test' ? '-Zgzip' : '-Zxz';
  run('dpkg-deb', ['--root-owner-group', compression, '-z1', '--build', stage, deb], {
    // The same content gives the same package.
    env: { ...process.env, SOURCE_DATE_EPOCH: String(seconds) },
  });
  rmSync(stage, { recursive: true, force: true });
  return deb;
}

/** The time that everything in the package bears: that of the newest commit, where there is one. */
function sourceDate(): number {
  const given = Number(process.env['SOURCE_DATE_EPOCH']);
  if (given > 0) return given;
  try {
    return Number(run('git', ['log', '-1', '--format=%ct'], { cwd: root }));
  } catch {
    return Math.floor(Date.now() / 1000);
  }
}

function layOutProduct(): void {
  cpSync(unpacked, home, { recursive: true });
  // Debian 12 lets every user make the namespaces of Chromium's sandbox. Its older helper, which is setuid root, would
  // only be one more way to root.
  rmSync(join(home, 'chrome-sandbox'), { force: true });
  const commands = join(stage, 'usr/bin');
  mkdirSync(commands, { recursive: true });
  symlinkSync('../lib/prestage/resources/engine/prestage', join(commands, 'prestage'));
  symlinkSync(`../lib/prestage/${executable}`, join(commands, executable));
}

function layOutDocuments(
  version: string,
  seconds: number,
  packages: readonly InstalledPackage[],
  nodeLicence: string,
): void {
  mkdirSync(documents, { recursive: true });
  cpSync(join(root, 'build/debian/copyright'), join(documents, 'copyright'));
  writeCompressed(join(documents, 'changelog.gz'), changelog(version, seconds));
  writeCompressed(join(documents, 'licenses-npm.txt.gz'), licenceTexts(packages));
  const chromium = join(home, 'LICENSES.chromium.html');
  writeCompressed(join(documents, 'LICENSES.chromium.html.gz'), readFileSync(chromium));
  rmSync(chromium);
  renameSync(join(home, 'LICENSE.electron.txt'), join(documents, 'LICENSE.electron.txt'));
  writeCompressed(join(documents, 'licenses-node.txt.gz'), readFileSync(nodeLicence));
  for (const page of ['prestage.1', 'prestage-bench.1']) {
    const target = join(stage, 'usr/share/man/man1', `${page}.gz`);
    writeCompressed(target, readFileSync(join(root, 'build/debian', page)));
  }
}

function layOutDesktop(): void {
  const share = join(stage, 'usr/share');
  const from = join(root, 'build/debian');
  cpSync(join(from, 'prestage-bench.desktop'), join(share, 'applications/prestage-bench.desktop'));
  cpSync(
    join(from, 'com.prestage.helper.policy'),
    join(share, 'polkit-1/actions/com.prestage.helper.policy'),
  );
  cpSync(join(from, 'lintian-overrides'), join(share, 'lintian/overrides/prestage'));
  const icons = join(root, 'build/icons');
  for (const file of readdirSync(icons).filter((name) => name.endsWith('.png'))) {
    const size = file.replace('.png', '');
    cpSync(join(icons, file), join(share, 'icons/hicolor', size, `apps/${executable}.png`));
  }
  cpSync(join(icons, 'icon.svg'), join(share, `icons/hicolor/scalable/apps/${executable}.svg`));
}

function writeCompressed(file: string, content: string | Buffer): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, gzipSync(content, { level: 9 }));
}

/** Whatever the umask and the checkout were: nobody but root may change what runs as root. */
function setModes(start: string): void {
  chmodSync(start, 0o755);
  for (const entry of readdirSync(start, { withFileTypes: true })) {
    const path = join(start, entry.name);
    if (entry.isDirectory()) setModes(path);
    else if (entry.isFile()) chmodSync(path, 0o644);
  }
}

/**
 * The newest version of the C library that these programs name a symbol of, such as `2.34`: what is compiled here, the
 * addons, follows the library of the machine that packs.
 */
export function libcVersion(binaries: readonly string[]): string {
  const versions = binaries
    .flatMap((binary) => [...run('objdump', ['-T', binary]).matchAll(/\(GLIBC_(\d+)\.(\d+)/g)])
    .map(([, major, minor]) => ({ major: Number(major), minor: Number(minor) }))
    .sort((one, other) => other.major - one.major || other.minor - one.minor);
  const [newest] = versions;
  if (newest === undefined) throw new Error('none of the programs in the package names the C library');
  return `${newest.major}.${newest.minor}`;
}

function isElf(file: string): boolean {
  const descriptor = openSync(file, 'r');
  try {
    const magic = Buffer.alloc(4);
    readSync(descriptor, magic, 0, 4, 0);
    return magic.equals(Buffer.from([0x7f, 0x45, 0x4c, 0x46]));
  } finally {
    closeSync(descriptor);
  }
}

function filesBelow(start: string): string[] {
  return readdirSync(start, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name));
}

function md5sums(files: readonly string[]): string {
  return files
    .filter((file) => lstatSync(file).isFile())
    .map((file) => {
      const sum = createHash('md5').update(readFileSync(file)).digest('hex');
      return `${sum}  ${relative(stage, file)}\n`;
    })
    .join('');
}
