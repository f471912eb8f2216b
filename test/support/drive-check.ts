import { execFileSync } from 'node:child_process';
import { closeSync, openSync, readSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { layouts, planPartitions } from '../../core/layout';

/** What others' tools say of a written drive. Nothing of the product's own reading or writing is used here. */

function run(tool: string, args: readonly string[]): string {
  return execFileSync(tool, args, {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Copies one partition of a drive into a sparse file. */
export function extractPartition(
  drive: string,
  role: string,
  layoutName: string,
  size: number,
  folder: string,
): string {
  const layout = layouts.find(({ name }) => name === layoutName);
  const partition = layout && planPartitions(layout, size)?.find((one) => one.role === role);
  if (partition === undefined) throw new Error(`no ${role} in ${layoutName}`);
  const file = join(folder, `${role}.part`);
  rmSync(file, { force: true });
  run('dd', [
    `if=${drive}`,
    `of=${file}`,
    'bs=1M',
    `skip=${partition.offset / 1048576}`,
    `count=${partition.length / 1048576}`,
    'conv=sparse',
    'status=none',
  ]);
  run('truncate', ['-s', String(partition.length), file]);
  return file;
}

/** path → SHA-1 of every file of an image, by `wimlib-imagex dir --detailed`. Streams without data count as zeros. */
export function imageHashes(wim: string, index = 1, refs: readonly string[] = []): Map<string, string> {
  const hashes = new Map<string, string>();
  let path = '';
  let unnamed = false;
  for (const line of run('wimlib-imagex', ['dir', wim, String(index), '--detailed', ...refs]).split('\n')) {
    const name = /^Full Path +=\s"(.*)"$/.exec(line)?.[1];
    if (name !== undefined) path = name;
    if (line.includes('Unnamed data stream')) unnamed = true;
    const hash = /^Hash +=\s0x([0-9a-f]{40})/.exec(line)?.[1];
    if (hash !== undefined && unnamed) {
      hashes.set(path, hash);
      unnamed = false;
    }
  }
  return hashes;
}

/** Reads an NTFS volume back with wimlib and hashes every file. */
export function volumeHashes(volume: string, folder: string): Map<string, string> {
  const wim = join(folder, 'read-back.wim');
  rmSync(wim, { force: true });
  run('wimlib-imagex', ['capture', volume, wim, 'read back', '--compress=none']);
  const hashes = imageHashes(wim);
  rmSync(wim);
  return hashes;
}

/** True when the drive's first 34 sectors and its last MiB are zeros: no table, old or new. */
export function hasNoTable(drive: string, size: number): boolean {
  const fd = openSync(drive, 'r');
  try {
    const buffer = Buffer.alloc(1 << 20);
    for (const position of [0, size - buffer.length]) {
      readSync(fd, buffer, 0, buffer.length, position);
      if (buffer.some((byte) => byte !== 0)) return false;
    }
    return true;
  } finally {
    closeSync(fd);
  }
}
