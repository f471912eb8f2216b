import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { partitions } from './data-partition';
import { mebibyte, run } from './tools';

/** A written drive that is a file, looked at with programs that are not ours. */

/** GPT's type of a partition with Windows files (Microsoft basic data). */
const windowsType = 'EBD0A0A2-B9E5-4433-87C0-68B6B72699C7';

/**
 * All files on the drive's Windows partition, as wimlib finds them on its NTFS: {@link filesOf}.
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

/** All files in a WIM's first image, each with the SHA-1 of its content; zeros for folders and empty files. */
export function filesOf(wim: string): string[] {
  const text = run('wimlib-imagex', ['dir', wim, '1', '--detailed']);
  const found = [...text.matchAll(/^Full Path\s+= "(.*)"$[^]*?^Hash\s+= 0x([0-9a-f]{40})$/gm)];
  if (found.length < 2) throw new Error(`wimlib-imagex lists no files: ${text.slice(0, 500)}`);
  return found.map(([, path = '', sha1 = '']) => `${path} ${sha1}`).sort();
}
