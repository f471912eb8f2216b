import { execFileSync } from 'node:child_process';
import { closeSync, openSync, readSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** What others' tools say of a written drive. Nothing of the product's own reading or writing is used here. */

function run(tool: string, args: readonly string[]): string {
  return execFileSync(tool, args, {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** GPT partition type GUIDs. Source: UEFI 2.10, 5.3.3; Microsoft, "PARTITION_INFORMATION_GPT". */
const typeOf = {
  efi: 'C12A7328-F81F-11D2-BA4B-00A0C93EC93B',
  msr: 'E3C9E316-0B5C-4DB8-817D-F92DF00215AE',
  windows: 'EBD0A0A2-B9E5-4433-87C0-68B6B72699C7',
  recovery: 'DE94BBA4-06D1-4D40-A16A-BFD50179D6AC',
} as const;

/** Where a partition lies on its drive, in bytes. */
export interface Extent {
  readonly offset: number;
  readonly length: number;
}

const sfdiskTable = z.object({
  partitiontable: z.object({
    label: z.string(),
    unit: z.literal('sectors'),
    sectorsize: z.number(),
    partitions: z.array(z.object({ start: z.number(), size: z.number(), type: z.string() })),
  }),
});

/** The one partition of a drive that has the type of this role, by the drive's own table. */
export function partitionOn(drive: string, role: keyof typeof typeOf): Extent {
  const table = tableOf(drive).filter(({ type }) => type === typeOf[role]);
  const [partition, ...others] = table;
  if (partition === undefined || others.length > 0) {
    throw new Error(`${drive} has ${table.length} partitions of the type ${role}`);
  }
  return partition;
}

function tableOf(drive: string): (Extent & { readonly type: string })[] {
  // In a file sfdisk takes sectors to have 512 bytes: it has no way to know of others.
  if (statSync(drive).isFile() && !bytesOf(drive, 512, 8).equals(gptSignature)) return readTable4096(drive);
  const { partitiontable: table } = sfdiskTable.parse(JSON.parse(run('sfdisk', ['--json', drive])));
  if (table.label !== 'gpt') throw new Error(`${drive} has a ${table.label} table`);
  return table.partitions.map(({ start, size, type }) => ({
    offset: start * table.sectorsize,
    length: size * table.sectorsize,
    type: type.toUpperCase(),
  }));
}

const gptSignature = Buffer.from('EFI PART', 'latin1');

/** Reads the primary table of a file with sectors of 4096 bytes. Source: UEFI 2.10, 5.3.2 and 5.3.3. */
function readTable4096(drive: string): (Extent & { readonly type: string })[] {
  const sector = 4096;
  const header = bytesOf(drive, sector, 92);
  if (!header.subarray(0, 8).equals(gptSignature)) throw new Error(`${drive} has no GPT`);
  const count = header.readUInt32LE(80);
  const size = header.readUInt32LE(84);
  const entries = bytesOf(drive, Number(header.readBigUInt64LE(72)) * sector, count * size);
  return Array.from({ length: count }, (_, index) => entries.subarray(index * size, (index + 1) * size))
    .filter((entry) => entry.subarray(0, 16).some((byte) => byte !== 0))
    .map((entry) => {
      const first = Number(entry.readBigUInt64LE(32));
      const last = Number(entry.readBigUInt64LE(40));
      return { offset: first * sector, length: (last - first + 1) * sector, type: guidText(entry) };
    });
}

/** The first three fields of a GUID are little-endian, the others are bytes in order (UEFI 2.10, appendix A). */
function guidText(bytes: Buffer): string {
  const hex = (from: Buffer): string => from.toString('hex').toUpperCase();
  const turned = (from: number, to: number): string => hex(Buffer.from(bytes.subarray(from, to)).reverse());
  return [
    turned(0, 4),
    turned(4, 6),
    turned(6, 8),
    hex(bytes.subarray(8, 10)),
    hex(bytes.subarray(10, 16)),
  ].join('-');
}

function bytesOf(drive: string, position: number, length: number): Buffer {
  const fd = openSync(drive, 'r');
  try {
    const buffer = Buffer.alloc(length);
    return buffer.subarray(0, readSync(fd, buffer, 0, length, position));
  } finally {
    closeSync(fd);
  }
}

/**
 * Copies the data between two places of a file, and leaves holes out: reading gigabytes of nothing takes most of a
 * test's time.
 */
const copyData = `
import os, sys
source, target, start, length = os.open(sys.argv[1], os.O_RDONLY), os.open(sys.argv[2], os.O_RDWR), *map(int, sys.argv[3:])
at, end = start, start + length
while at < end:
    try:
        data = os.lseek(source, at, os.SEEK_DATA)
    except OSError as error:
        if error.errno == 6: break # ENXIO: no data up to the end
        raise
    hole = min(os.lseek(source, data, os.SEEK_HOLE), end)
    while data < hole:
        piece = os.pread(source, min(1 << 20, hole - data), data)
        os.pwrite(target, piece, data - start)
        data += len(piece)
    at = max(data, hole)
`;

/** Copies one partition of a drive into a sparse file. */
export function extractPartition(drive: string, role: keyof typeof typeOf, folder: string): string {
  const { offset, length } = partitionOn(drive, role);
  const file = join(folder, `${role}.part`);
  rmSync(file, { force: true });
  writeFileSync(file, '');
  run('truncate', ['-s', String(length), file]);
  if (statSync(drive).isFile()) {
    run('python3', ['-c', copyData, drive, file, String(offset), String(length)]);
  } else {
    // A device has no holes to leave out.
    const place = [`skip=${offset}`, `count=${length}`, 'iflag=skip_bytes,count_bytes'];
    run('dd', [`if=${drive}`, `of=${file}`, 'bs=1M', ...place, 'conv=sparse,notrunc', 'status=none']);
  }
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

/** True when the drive's first and last MiB are zeros: no table, old or new. */
export function hasNoTable(drive: string, size: number): boolean {
  const length = 1 << 20;
  return [0, size - length].every((position) => {
    const bytes = bytesOf(drive, position, length);
    return bytes.equals(Buffer.alloc(length));
  });
}
