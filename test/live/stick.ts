import { existsSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { productManifest } from '../../build/package/paths';
import { partitionOf } from './data-partition';
import { mebibyte, root, run } from './tools';

/** The image, and sticks as files that are made from it. */

const { version } = productManifest();
export const image = join(root, `dist-package/prestage-live_${version}_amd64.test.iso`);

/** Makes the image, unless one of this commit lies in dist-package. @param area a folder that is there */
export function makeImage(area: string): void {
  const commit = run('git', ['rev-parse', 'HEAD']).trim();
  if (existsSync(image) && inImage('/prestage/live.json', area).includes(commit)) return;
  run('bash', ['build/live/make.sh', '--flavour', 'test']);
}

/** A file of the image's ISO 9660. */
function inImage(path: string, area: string): string {
  const target = join(area, path.replaceAll('/', '_'));
  rmSync(target, { force: true });
  run('xorriso', ['-osirrox', 'on', '-indev', image, '-extract', path, target]);
  return readFileSync(target, 'utf8');
}

/** A stick of 4 GiB on which the image was written. */
export function writeStick(file: string): void {
  run('cp', ['--sparse=always', image, file]);
  truncateSync(file, 4096 * mebibyte);
}

/** GRUB's environment block of the stick: what lies on its EFI partition, as `name=value`. */
const espOffset = 800 * mebibyte;
const blockPath = '::/EFI/debian/grubenv';
export function environment(stick: string): string[] {
  const text = run('mtype', ['-i', `${stick}@@${espOffset}`, blockPath]);
  return text.split('\n').filter((line) => /^[a-z]+=/.test(line));
}

/** Sets GRUB's environment block, as an update does. */
export function setEnvironment(stick: string, ...lines: readonly string[]): void {
  const block = `${stick}.grubenv`;
  writeFileSync(block, ['# GRUB Environment Block', ...lines, ''].join('\n').padEnd(1024, '#'));
  run('mcopy', ['-o', '-i', `${stick}@@${espOffset}`, block, blockPath]);
  rmSync(block);
}

/**
 * Writes the image's system into slot B.
 * @param how `broken`: its kernel starts, but its system cannot be read, as after an update that went wrong
 */
export function writeSlotB(stick: string, how: 'whole' | 'broken'): void {
  const slot = partitionOf(stick, 'PRESTAGE-B');
  if (slot === null) throw new Error('the stick was not set up: it has no slot B');
  const copy = ['bs=1M', 'conv=notrunc,sparse', 'status=none'];
  run('dd', [`if=${image}`, `of=${stick}`, `seek=${slot.from / mebibyte}`, 'count=800', ...copy]);
  if (how === 'whole') return;
  const told = run('xorriso', [
    '-indev',
    image,
    '-find',
    '/live/filesystem.squashfs',
    '-exec',
    'report_lba',
    '--',
  ]);
  const block = /^File data lba:\s*\d+\s*,\s*(\d+)/m.exec(told)?.[1];
  if (block === undefined) throw new Error(`xorriso does not say where the system lies:\n${told}`);
  const place = slot.from + Number(block) * 2048;
  run('dd', [
    'if=/dev/zero',
    `of=${stick}`,
    `seek=${place}`,
    'oflag=seek_bytes',
    'bs=4096',
    'count=64',
    'conv=notrunc',
    'status=none',
  ]);
}

/** A stick with one FAT file system of this name, as a file, and what lies on it. */
export function writeFatStick(file: string, name: string, contents: readonly string[]): void {
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, '');
  truncateSync(file, 256 * mebibyte);
  run('mkfs.fat', ['-F', '32', '-n', name, file]);
  run('mcopy', ['-s', '-i', file, ...contents, '::/']);
}

/** A drive as a file with nothing on it. @param gibibytes its size */
export function emptyDrive(file: string, gibibytes: number): void {
  writeFileSync(file, '');
  truncateSync(file, gibibytes * 1024 * mebibyte);
}
