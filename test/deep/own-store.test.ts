import { execFileSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import {
  closeSync,
  mkdirSync,
  openSync,
  readSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bcdElements, bcdObjects, elementOf, objectOf } from '../../core/boot/bcd';
import { decodeDevice } from '../../core/boot/bcd-device';
import { newStore, setBootTarget } from '../../core/boot/bcd-rules';
import { KiB, MiB } from '../../core/base/units';
import { findLayout, planPartitions } from '../../core/drive/layout';
import { planRanges, type ByteRange, type Chunk, type ChunkMap } from '../../core/media/chunk-map';
import type { PlannedPartition } from '../../core/drive/layout';
import { createBootStore, readBootStore } from '../../helper/boot/hive';
import { ownBytes, storeTemplate } from '../../helper/disk-image/store-template';
import { removeArea, temporaryArea } from '../support/global-setup';
import { present } from '../support/present';

/** Boot stores of drives that share a disk image: GUIDs in the places that one store told, by the real programs. */

const nobody = '00000000-0000-0000-0000-000000000000';
const noStop = new AbortController().signal;
const store = '::/EFI/Microsoft/Boot/BCD';
let area: string;
let count = 0;

beforeAll(() => {
  area = temporaryArea('own-store');
});
afterAll(() => {
  removeArea(area);
});

/** What is not zero: the built helper asks the file system (helper/addon), which these sources cannot. */
function extents(fd: number, length: number): ByteRange[] {
  const block = 64 * KiB;
  const bytes = Buffer.alloc(block);
  const blank = Buffer.alloc(block);
  const found: ByteRange[] = [];
  for (let offset = 0; offset < length; offset += block) {
    readSync(fd, bytes, 0, block, offset);
    if (!bytes.equals(blank)) found.push({ offset, length: block });
  }
  return found;
}

const means = { extents, version: () => '1.2.3' };

function chunksOf(file: string, efi: PlannedPartition): Chunk[] {
  const fd = openSync(file, 'r');
  const chunks = planRanges(extents(fd, efi.length), efi.length).map(({ offset, length }) => {
    const bytes = Buffer.alloc(length);
    readSync(fd, bytes, 0, length, offset);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    return { offset: efi.offset + offset, length, partition: efi.number, sha256 };
  });
  closeSync(fd);
  return chunks;
}

/** A disk image's folder with nothing but an EFI partition. @param prepare what lies there before the store comes */
async function image(
  name: string,
  prepare: (partition: string) => void,
): Promise<{ folder: string; map: ChunkMap }> {
  count += 1;
  const folder = join(area, `${name}-${count}`);
  mkdirSync(folder);
  const driveSize = 8192 * MiB;
  const partitions = present(planPartitions(present(findLayout('uefi')), driveSize));
  const efi = present(partitions.find(({ role }) => role === 'efi'));
  const file = join(folder, `partition-${efi.number}.img`);
  writeFileSync(file, '');
  truncateSync(file, efi.length);
  execFileSync('mkfs.fat', ['-F', '32', '-s', '1', file]);
  execFileSync('mmd', ['-i', file, '::/EFI', '::/EFI/Microsoft', '::/EFI/Microsoft/Boot']);
  const bcd = join(folder, 'BCD');
  await createBootStore(
    bcd,
    newStore({ diskGuid: nobody, efiPartitionGuid: nobody, windowsPartitionGuid: nobody }),
    noStop,
  );
  prepare(file);
  execFileSync('mcopy', ['-i', file, bcd, store]);
  const chunks = chunksOf(file, efi);
  return { folder, map: { version: 1, layout: 'uefi', driveSize, sectorSize: 512, partitions, chunks } };
}

const someGuids = (): Parameters<typeof ownBytes>[1] => ({
  diskGuid: randomUUID(),
  efiPartitionGuid: randomUUID(),
  windowsPartitionGuid: randomUUID(),
});

/** The partition as a drive with these GUIDs gets it. */
async function ownPartition(
  { folder, map }: Awaited<ReturnType<typeof image>>,
  guids: Parameters<typeof ownBytes>[1],
): Promise<string> {
  const efi = present(map.partitions.find(({ role }) => role === 'efi'));
  const template = present(await storeTemplate(folder, map, efi, means));
  const own = join(folder, `${guids.diskGuid}.img`);
  // As a drive is written: nothing but the chunks.
  const shared = readFileSync(join(folder, `partition-${efi.number}.img`));
  writeFileSync(own, '');
  truncateSync(own, efi.length);
  const fd = openSync(own, 'r+');
  for (const { offset, length, sha256 } of template.shared) {
    const bytes = shared.subarray(offset, offset + length);
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256);
    writeSync(fd, bytes, 0, length, offset);
  }
  for (const piece of template.own) {
    const bytes = ownBytes(piece, guids);
    writeSync(fd, bytes, 0, bytes.length, piece.offset);
  }
  closeSync(fd);
  return own;
}

async function expectOwnStore(
  of: Awaited<ReturnType<typeof image>>,
  guids: Parameters<typeof ownBytes>[1],
): Promise<void> {
  const own = await ownPartition(of, guids);
  execFileSync('fsck.fat', ['-n', own]);
  const taken = join(of.folder, `${guids.diskGuid}.bcd`);
  execFileSync('mcopy', ['-i', own, store, taken]);
  const read = await readBootStore(taken, noStop);
  const changes = setBootTarget(read, guids);
  expect(changes.length).toBeGreaterThan(3);
  for (const { objectId, elementType, value } of changes) {
    expect(elementOf(present(objectOf(read, objectId)), elementType)).toEqual(value);
  }
  const manager = present(elementOf(present(objectOf(read, bcdObjects.bootManager)), bcdElements.device));
  expect(manager.kind === 'binary' && decodeDevice(manager.bytes)).toEqual({
    ...{ kind: 'gpt', diskGuid: guids.diskGuid, partitionGuid: guids.efiPartitionGuid },
  });
  rmSync(own);
}

describe('drives that share a disk image', () => {
  it('have each a store that names the drive, on a file system that is whole', async () => {
    const of = await image('plain', () => undefined);
    await expectOwnStore(of, someGuids());
    await expectOwnStore(of, someGuids());
  });

  it('have it also where the store lies in pieces', async () => {
    const of = await image('pieces', (partition) => {
      // All of the partition, in files of a cluster, and every second one away: only single clusters are left.
      const small = join(area, `small-${count}`);
      mkdirSync(small);
      const names = Array.from({ length: 400 }, (_, index) => join(small, `F${index}`));
      for (const name of names) writeFileSync(name, 'x'.repeat(512));
      execFileSync('mcopy', ['-i', partition, ...names, '::/EFI/Microsoft/Boot/']);
      const free = Number(
        /free clusters=(\d+)/.exec(
          execFileSync('minfo', ['-i', partition, '::'], { encoding: 'utf8' }),
        )?.[1] ?? 0,
      );
      const rest = join(area, 'rest');
      writeFileSync(rest, '');
      if (free > 0) truncateSync(rest, free * 512);
      if (free > 0) execFileSync('mcopy', ['-i', partition, rest, '::/EFI/REST']);
      const every = names.flatMap((_, index) => (index % 2 === 0 ? [`::/EFI/Microsoft/Boot/F${index}`] : []));
      execFileSync('mdel', ['-i', partition, ...every]);
    });
    const places = execFileSync('mshowfat', ['-i', join(of.folder, 'partition-1.img'), store], {
      encoding: 'utf8',
    });
    expect(places.split('<').length).toBeGreaterThan(8);
    await expectOwnStore(of, someGuids());
  });

  it('have none where the media has none', async () => {
    const of = await image('none', () => undefined);
    const efi = present(of.map.partitions.find(({ role }) => role === 'efi'));
    const file = join(of.folder, `partition-${efi.number}.img`);
    execFileSync('mdel', ['-i', file, store]);
    const chunks = chunksOf(file, efi);
    expect(await storeTemplate(of.folder, { ...of.map, chunks }, efi, means)).toBeNull();
  });

  it('have it from the folder of the image later on, unless it is damaged or of another version', async () => {
    const [one, other] = [await image('kept', () => undefined), await image('other', () => undefined)];
    const partition = (of: typeof one): PlannedPartition =>
      present(of.map.partitions.find(({ role }) => role === 'efi'));
    const made = await storeTemplate(one.folder, one.map, partition(one), means);
    const forget = async (): Promise<unknown> =>
      await storeTemplate(other.folder, other.map, partition(other), means);
    await forget();
    // Nothing but what was kept is there to make it of.
    rmSync(join(one.folder, `partition-${partition(one).number}.img`));
    expect(await storeTemplate(one.folder, one.map, partition(one), means)).toEqual(made);

    await forget();
    const newer = { ...means, version: () => '1.2.4' };
    await expect(storeTemplate(one.folder, one.map, partition(one), newer)).rejects.toThrow('ENOENT');
    const kept = join(one.folder, 'boot-store.json');
    writeFileSync(kept, readFileSync(kept, 'utf8').replace('"guid":"diskGuid"', '"guid":"efiPartitionGuid"'));
    await expect(storeTemplate(one.folder, one.map, partition(one), means)).rejects.toThrow('ENOENT');
  });

  it('are refused where the shared image has changed', async () => {
    const of = await image('changed', () => undefined);
    const efi = present(of.map.partitions.find(({ role }) => role === 'efi'));
    const fd = openSync(join(of.folder, `partition-${efi.number}.img`), 'r+');
    writeSync(fd, Buffer.from('changed'), 0, 7, 3);
    closeSync(fd);
    await expect(storeTemplate(of.folder, of.map, efi, means)).rejects.toMatchObject({
      data: { code: 'render-damaged' },
    });
  });
});
