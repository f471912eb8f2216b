import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { partitions } from './data-partition';
import { mebibyte, run } from './tools';

/** A written drive that is a file, looked at with programs that are not ours. */

/** GPT's type of a partition with Windows files (Microsoft basic data). */
const windowsType = 'EBD0A0A2-B9E5-4433-87C0-68B6B72699C7';

/**
 * Paths of all files on the drive's Windows partition, as wimlib finds them on its NTFS.
 * @throws Error when table or file system are not sound
 */
export function filesOnDrive(drive: string, area: string): string[] {
  const verdict = run('sgdisk', ['--verify', drive]);
  if (!verdict.includes('No problems found')) throw new Error(verdict);
  const windows = partitions(drive).find(({ type }) => type === windowsType);
  if (windows === undefined) throw new Error(`no Windows partition on ${drive}`);
  const [volume, wim] = [join(area, 'volume.ntfs'), join(area, 'volume.wim')];
  const place = [`skip=${windows.from / mebibyte}`, `count=${windows.bytes / mebibyte}`];
  run('dd', [`if=${drive}`, `of=${volume}`, 'bs=1M', ...place, 'conv=sparse', 'status=none']);
  run('wimlib-imagex', ['capture', volume, wim, '--compress=none']);
  const files = filesOf(wim);
  rmSync(volume);
  rmSync(wim);
  return files;
}

/** Paths of all files in a WIM's first image. */
export function filesOf(wim: string): string[] {
  return run('wimlib-imagex', ['dir', wim, '1'])
    .split('\n')
    .filter((path) => path !== '')
    .sort();
}
