import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findLayout, planPartitions, type PlannedPartition } from '../../core/drive/layout';
import { GiB, KiB, MiB } from '../../core/base/units';
import { onlyDrive } from '../support/cli';
import { runHere } from '../support/command-line';
import { removeArea, temporaryArea } from '../support/global-setup';
import { present } from '../support/present';
import { makeBench, overwrite } from '../support/virtual-bench';
import { makeMedia, type MadeMedia } from '../support/wim';

/** What was on a drive before: after PASS the system must not call a new partition by an old name. */

let area: string;
let media: MadeMedia;

beforeAll(async () => {
  area = temporaryArea('old-signatures');
  media = await makeMedia(join(area, 'media'), { smallFiles: 20 });
});
afterAll(() => {
  removeArea(area);
});

/** What libblkid makes of a partition's bytes, by looking at them: TYPE, or null when it finds nothing. */
function typeOf(
  file: string,
  { offset, length }: Pick<PlannedPartition, 'offset' | 'length'>,
): string | null {
  const args = ['-p', '-O', String(offset), '-S', String(length), '-o', 'value', '-s', 'TYPE', file];
  const run = spawnSync('blkid', args, { encoding: 'utf8' });
  // 2: nothing found. 8: more than one thing found, which is as wrong as the wrong one.
  if (run.status === 8) throw new Error(`blkid is in doubt about partition at ${String(offset)}`);
  return run.status === 0 ? run.stdout.trim() : null;
}

const wholeDrive = { offset: 0, length: GiB };

/** md 1.0: 8 KiB before the end, on a border of 4 KiB (linux/raid/md_p.h, mdp_superblock_1). */
function mdAtEnd({ offset, length }: PlannedPartition): [Buffer, number][] {
  const sectors = BigInt(length / 512);
  const place = (sectors - 16n) & ~7n;
  const block = Buffer.alloc(4 * KiB);
  block.writeUInt32LE(0xa92b4efc, 0);
  block.writeUInt32LE(1, 4);
  block.fill(0x5a, 16, 32);
  block.write('old:0', 32);
  block.writeInt32LE(1, 72);
  block.writeBigUInt64LE(place, 80);
  block.writeBigUInt64LE(place, 136);
  block.writeBigUInt64LE(place, 144);
  // Newer blkid compares the checksum: the sum of all words, folded once.
  let sum = 0n;
  for (let at = 0; at < 256; at += 4) sum += BigInt(block.readUInt32LE(at));
  block.writeUInt32LE(Number(((sum & 0xffff_ffffn) + (sum >> 32n)) & 0xffff_ffffn), 216);
  return [[block, offset + Number(place) * 512]];
}

/** md 0.90: the last whole 64 KiB but one (mdp_super_t). */
function oldMdAtEnd({ offset, length }: PlannedPartition): [Buffer, number][] {
  const block = Buffer.alloc(4 * KiB);
  block.writeUInt32LE(0xa92b4efc, 0);
  block.writeUInt32LE(90, 8);
  block.writeUInt32LE(0x11223344, 20);
  return [[block, offset + Math.floor(length / (64 * KiB)) * 64 * KiB - 64 * KiB]];
}

/** One name and its value in a list as RFC 4506 writes it: 8 is a number of 64 bits, 9 a string (sys/nvpair.h). */
function nvPair(name: string, value: bigint | string): Buffer {
  const padded = (text: string): Buffer => Buffer.from(text.padEnd(Math.ceil(text.length / 4) * 4, '\0'));
  const words = (...numbers: number[]): Buffer => {
    const buffer = Buffer.alloc(numbers.length * 4);
    for (const [index, number] of numbers.entries()) buffer.writeUInt32BE(number, index * 4);
    return buffer;
  };
  const number = Buffer.alloc(8);
  if (typeof value === 'bigint') number.writeBigUInt64BE(value);
  const data = typeof value === 'bigint' ? number : Buffer.concat([words(value.length), padded(value)]);
  const body = Buffer.concat([
    ...[words(name.length), padded(name), words(typeof value === 'bigint' ? 8 : 9, 1), data],
  ]);
  return Buffer.concat([words(body.length + 8, body.length + 24), body]);
}

/**
 * The four labels of 256 KiB, two at the start, two at the end: each with the ring of uberblocks, by which older blkid knows a
 * pool, and the list with its name, by which newer does.
 */
function zfsLabels({ offset, length }: PlannedPartition): [Buffer, number][] {
  const uberblock = Buffer.alloc(KiB);
  uberblock.writeBigUInt64LE(0x00bab10cn, 0);
  uberblock.writeBigUInt64LE(5000n, 8);
  const ring = Buffer.concat(Array.from({ length: 128 }, () => uberblock));
  const list = Buffer.concat([
    ...[Buffer.from([1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]), nvPair('version', 5000n), nvPair('name', 'old')],
    // A pool that is in use, at its fourth transaction: without these two, blkid since 2.41.5 sees none.
    ...[nvPair('state', 0n), nvPair('txg', 4n)],
    ...[nvPair('pool_guid', 1_234_567n), nvPair('guid', 88n), Buffer.alloc(8)],
  ]);
  const labels = [0, 256 * KiB, length - 512 * KiB, length - 256 * KiB];
  return labels.flatMap((label): [Buffer, number][] => [
    [list, offset + label + 16 * KiB],
    [ring, offset + label + 128 * KiB],
  ]);
}

/** LUKS2's second header alone: the first is where the new boot sector goes. */
function luksSecond({ offset }: PlannedPartition): [Buffer, number][] {
  return [16 * KiB, 64 * KiB, 512 * KiB, MiB, 2 * MiB, 4 * MiB].map((place) => {
    const header = Buffer.alloc(4 * KiB);
    header.write('SKUL\xba\xbe', 'latin1');
    header.writeUInt16BE(2, 6);
    header.writeBigUInt64BE(BigInt(place), 8);
    header.writeBigUInt64BE(BigInt(place), 256);
    header.write('aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee', 168);
    return [header, offset + place];
  });
}

/** LUKS2 on the whole drive: of its headers this one lies in the new EFI partition. */
function luksOnDrive(): [Buffer, number] {
  const [header, at] = luksSecond({ offset: 0 } as PlannedPartition).at(-1) ?? [];
  return [present(header), present(at)];
}

describe('the new partitions of a drive that held', () => {
  it.each<[string, string, (partition: PlannedPartition) => [Buffer, number][]]>([
    ['an md array with its superblock at the end', 'linux_raid_member', mdAtEnd],
    ['an old md array', 'linux_raid_member', oldMdAtEnd],
    ['a ZFS pool', 'zfs_member', zfsLabels],
    ['an encrypted volume', 'crypto_LUKS', luksSecond],
  ])('%s are called what they are', async (name, before, signature) => {
    const bench = join(area, name.replaceAll(' ', '-'));
    await makeBench(bench, 1, '1G');
    const drive = await onlyDrive(bench);
    const partitions = present(planPartitions(present(findLayout('uefi')), GiB));
    for (const partition of partitions) {
      for (const [bytes, at] of signature(partition)) overwrite(drive.path, at, bytes);
      // The bytes are what the tool knows: it finds them before.
      // A ZFS pool has 64 MiB at least, and the reserved partition is smaller.
      const known = before !== 'zfs_member' || partition.length >= 64 * MiB;
      expect(typeOf(drive.path, partition)).toBe(known ? before : null);
    }
    if (before === 'crypto_LUKS') {
      const [bytes, at] = luksOnDrive();
      overwrite(drive.path, at, bytes);
      expect(typeOf(drive.path, wholeDrive)).toBe('crypto_LUKS');
    }
    const run = await runHere(
      ['apply', '--media', media.path, '--drive', `${drive.id}=OLD-0001`, '--bench', bench].concat([
        '--state',
        join(area, 'state'),
        '--again',
        'test',
        '--yes',
      ]),
    );
    expect(run.stderr + run.stdout).toContain('PASS');
    expect(partitions.map((partition) => typeOf(drive.path, partition))).toEqual(['vfat', null, 'ntfs']);
    // Nothing but the table.
    expect(typeOf(drive.path, wholeDrive)).toBe('');
    expect(
      execFileSync('blkid', ['-p', '-o', 'value', '-s', 'PTTYPE', drive.path], { encoding: 'utf8' }),
    ).toBe('gpt\n');
  });
});
