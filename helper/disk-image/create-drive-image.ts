import { createHash } from 'node:crypto';
import { link, lstat, mkdir, open, rm, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { BcdChange } from '../../core/boot/bcd';
import { setBootTarget } from '../../core/boot/bcd-rules';
import {
  bytesOf,
  chunkMapName,
  chunkPlaces,
  grownChunksName,
  ownChunksName,
  partitionFileName,
  type ByteRange,
  type Chunk,
  type ChunkMap,
} from '../../core/media/chunk-map';
import { required } from '../../core/base/required';
import type { HelperRequest, HelperResponse } from '../../core/contract/helper-api';
import type { PlannedPartition } from '../../core/drive/layout';
import { MiB } from '../../core/base/units';
import { changeBootStore } from '../boot/hive';
import { cachePlace, onDisk } from '../tools/disk';
import { runTool } from '../tools/runner';
import { writeWhole } from '../tools/write-whole';
import { requireChunk } from './checked-chunks';
import { fingerprintOf, readChunkMap, diskImageDamaged, writeChunkMap } from './chunk-map-file';
import { requireDone } from './format-partition';
import { mapPartition } from './map-partition';
import { sharedStore, storePath, type SharedStore } from './shared-store';
import { fillSlots } from './slots';
import { requireTrueHolesOnce } from './true-holes';

/**
 * Makes one drive's own disk image from one that all drives share: the EFI partition is the drive's, with a boot store
 * that names its disk and its partitions; everything else is the shared files themselves, under a second name.
 * On any failure nothing is left behind.
 * @throws PrestageError render-damaged, render-no-space, boot-store-invalid, render-failed, disk-unwritable, cancelled
 */
export async function createDriveImage(
  request: HelperRequest<'createDriveImage'>,
  signal: AbortSignal,
): Promise<HelperResponse<'createDriveImage'>> {
  const { map, fingerprint } = await readChunkMap(join(request.renderDirectory, chunkMapName));
  if (fingerprint !== request.fingerprint) throw diskImageDamaged('it is not the one that was chosen');
  return await onDisk(cachePlace(dirname(request.directory)), () => fillFolder(request, map, signal));
}

async function fillFolder(
  request: HelperRequest<'createDriveImage'>,
  map: ChunkMap,
  signal: AbortSignal,
): Promise<HelperResponse<'createDriveImage'>> {
  const efi = map.partitions.find(({ role }) => role === 'efi');
  await mkdir(request.directory, { mode: 0o700 });
  try {
    for (const { number, fileSystem } of map.partitions) {
      if (fileSystem === 'none' || number === efi?.number) continue;
      const name = partitionFileName(number);
      await link(join(request.renderDirectory, name), join(request.directory, name));
    }
    if (map.chunks.some(({ grown }) => grown !== undefined)) {
      await link(join(request.renderDirectory, grownChunksName), join(request.directory, grownChunksName));
    }
    const own = efi === undefined ? [] : await createEfiPartition(request, map, efi, signal);
    const withSlots = await writeOwnChunks(request, map);
    const shared = withSlots.filter(({ partition }) => partition !== efi?.number);
    const chunks = [...shared, ...own].sort((left, right) => left.offset - right.offset);
    const { slots: _ofAllDrives, ...common } = map;
    const driveImage: ChunkMap = { ...common, chunks };
    await writeChunkMap(join(request.directory, chunkMapName), driveImage);
    return { fingerprint: fingerprintOf(driveImage), bytes: bytesOf(driveImage), chunks: chunks.length };
  } catch (error) {
    await rm(request.directory, { recursive: true, force: true });
    throw error;
  }
}

/**
 * Writes the chunks that hold this drive's machine files into a file of its own: the shared ones stay as they are.
 * @returns all chunks of the map
 */
async function writeOwnChunks(
  { renderDirectory, directory, slots = [] }: HelperRequest<'createDriveImage'>,
  map: ChunkMap,
): Promise<Chunk[]> {
  const contents = slots.map(({ path, content }) => ({ path, content: Buffer.from(content, 'base64') }));
  const places = chunkPlaces(map);
  const filled = await fillSlots(map, contents, async (index) => {
    const { file: name, offset, length } = required(places[index], `the place of chunk ${index}`);
    const source = await open(join(renderDirectory, name), 'r');
    try {
      const bytes = Buffer.alloc(length);
      const { bytesRead } = await source.read(bytes, 0, length, offset);
      if (bytesRead !== length) throw diskImageDamaged('its Windows partition is incomplete');
      requireChunk(bytes, required(map.chunks[index], `chunk ${index}`));
      return bytes;
    } finally {
      await source.close();
    }
  });
  if (filled.size === 0) return map.chunks;
  const file = join(directory, ownChunksName);
  await writeFile(file, [...filled.values()], { flag: 'wx', mode: 0o600 });
  let own = 0;
  const changed = new Map<number, Chunk>();
  for (const [index, bytes] of filled) {
    const chunk = required(map.chunks[index], `chunk ${index}`);
    const { grown: _ofItsSize, ...rest } = chunk;
    changed.set(index, { ...rest, sha256: createHash('sha256').update(bytes).digest('hex'), own });
    own += chunk.length;
  }
  return map.chunks.map((chunk, index) => changed.get(index) ?? chunk);
}

async function createEfiPartition(
  request: HelperRequest<'createDriveImage'>,
  map: ChunkMap,
  efi: PlannedPartition,
  signal: AbortSignal,
): Promise<Chunk[]> {
  const name = partitionFileName(efi.number);
  const file = join(request.directory, name);
  // The copy's holes decide what is written to the drive, and the image may have come to a file system that nobody has asked: from another
  // station, or with the cache that was moved there. A boot store's own zeros, in clusters that were never written, are in no map.
  await requireTrueHolesOnce(request.directory);
  const copied = await copyChunks(join(request.renderDirectory, name), file, map, efi);
  const shared = await sharedStore(request.fingerprint, file);
  if (shared !== null) {
    const guidOf = (role: PlannedPartition['role']): string => {
      const place = map.partitions.findIndex((partition) => partition.role === role);
      const guid = request.partitionGuids[place];
      if (guid === undefined) throw diskImageDamaged(`it has no ${role} partition`);
      return guid;
    };
    const changes = setBootTarget(shared.store, {
      diskGuid: request.diskGuid,
      efiPartitionGuid: guidOf('efi'),
      windowsPartitionGuid: guidOf('windows'),
    });
    if (changes.length > 0) await putOwnStore(request.directory, file, shared, changes, signal);
  }
  // Whatever becomes of holes: what the shared image writes, each drive's own one writes, too.
  return await mapPartition(file, efi, () => undefined, signal, copied);
}

/** Puts the boot store with a drive's changes in the place of the shared one. */
async function putOwnStore(
  directory: string,
  efi: string,
  { bytes, store }: SharedStore,
  changes: readonly BcdChange[],
  signal: AbortSignal,
): Promise<void> {
  const file = join(directory, 'boot-store');
  await writeFile(file, bytes, { flag: 'wx', mode: 0o600 });
  await changeBootStore(file, store, changes, signal);
  const put = await runTool('mcopy', ['-i', efi, '-o', '-m', file, storePath], { signal });
  await requireDone(put, directory, 'mcopy could not write the boot store', 'mcopy, for the boot store,');
  await rm(file);
}

/**
 * A copy with the same holes: what the map does not name was never written, and is not written to a drive.
 * @returns what was copied, in bytes from the start of the file
 */
async function copyChunks(
  from: string,
  to: string,
  map: ChunkMap,
  { number, offset, length }: PlannedPartition,
): Promise<ByteRange[]> {
  const { size } = await lstat(from);
  if (size !== length) throw diskImageDamaged('its EFI partition has the wrong size');
  await writeFile(to, '', { flag: 'wx', mode: 0o600 });
  await truncate(to, length);
  const copied: ByteRange[] = [];
  const source = await open(from, 'r');
  try {
    const target = await open(to, 'r+');
    try {
      const buffer = Buffer.alloc(8 * MiB);
      for (const chunk of map.chunks.filter(({ partition }) => partition === number)) {
        const { bytesRead } = await source.read(buffer, 0, chunk.length, chunk.offset - offset);
        if (bytesRead !== chunk.length) throw diskImageDamaged('its EFI partition is incomplete');
        requireChunk(buffer.subarray(0, bytesRead), chunk);
        await writeWhole(target, buffer.subarray(0, bytesRead), chunk.offset - offset);
        copied.push({ offset: chunk.offset - offset, length: bytesRead });
      }
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
  return copied;
}
