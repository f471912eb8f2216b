import { link, mkdir, open, rm, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  bytesOf,
  chunkMapName,
  chunkPlaces,
  grownChunksName,
  ownChunksName,
  partitionFileName,
  type Chunk,
  type ChunkMap,
} from '../../core/media/chunk-map';
import { cancelled } from '../../core/base/errors';
import { required } from '../../core/base/required';
import type { HelperRequest, HelperResponse } from '../../core/contract/helper-api';
import type { PlannedPartition } from '../../core/drive/layout';
import { cachePlace, onDisk } from '../tools/disk';
import { readChunk } from './checked-chunks';
import { fingerprintOf, readChunkMap, diskImageDamaged, writeChunkMap } from './chunk-map-file';
import { ChunkFile } from './lay-edits';
import { fillSlots } from './slots';
import { ownBytes, storeTemplate } from './store-template';

/**
 * Makes one drive's own disk image from one that all drives share: the shared files themselves, under a second name, and a file with
 * the chunks that are this drive's alone. They hold a boot store that names its disk and its partitions, and its machine files.
 * On any failure nothing is left behind.
 * @throws PrestageError render-damaged, render-no-space, boot-store-invalid, render-failed, disk-unwritable, state-unavailable, cancelled
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
  const { renderDirectory, directory } = request;
  await mkdir(directory, { mode: 0o700 });
  try {
    for (const { number, fileSystem } of map.partitions) {
      if (fileSystem === 'none') continue;
      const name = partitionFileName(number);
      await link(join(renderDirectory, name), join(directory, name));
    }
    if (map.chunks.some(({ grown }) => grown !== undefined)) {
      await link(join(renderDirectory, grownChunksName), join(directory, grownChunksName));
    }
    const own = new ChunkFile(join(directory, ownChunksName));
    let chunks: Chunk[];
    try {
      chunks = await ownChunks(request, map, own);
    } finally {
      await own.close();
    }
    if (signal.aborted) throw cancelled('Making the disk image of a drive');
    const { slots: _ofAllDrives, ...common } = map;
    const driveImage: ChunkMap = { ...common, chunks };
    await writeChunkMap(join(directory, chunkMapName), driveImage);
    return { fingerprint: fingerprintOf(driveImage), bytes: bytesOf(driveImage), chunks: chunks.length };
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
}

/** All chunks of the drive's disk image, the shared ones as they are. */
async function ownChunks(
  request: HelperRequest<'createDriveImage'>,
  map: ChunkMap,
  own: ChunkFile,
): Promise<Chunk[]> {
  const efi = map.partitions.find(({ role }) => role === 'efi');
  const withSlots = await slotChunks(request, map, own);
  if (efi === undefined) return withSlots;
  const others = withSlots.filter(({ partition }) => partition !== efi.number);
  return [...others, ...(await efiChunks(request, map, efi, own))].sort(
    (left, right) => left.offset - right.offset,
  );
}

/** Chunks with this drive's machine files in them, and all others. */
async function slotChunks(
  { renderDirectory, slots = [] }: HelperRequest<'createDriveImage'>,
  map: ChunkMap,
  own: ChunkFile,
): Promise<Chunk[]> {
  const contents = slots.map(({ path, content }) => ({ path, content: Buffer.from(content, 'base64') }));
  const places = chunkPlaces(map);
  const filled = await fillSlots(map, contents, async (index) => {
    const { file: name, offset } = required(places[index], `the place of chunk ${index}`);
    const chunk = required(map.chunks[index], `chunk ${index}`);
    return await onFile(join(renderDirectory, name), (source) => readChunk(source, offset, chunk));
  });
  const changed = new Map<number, Chunk>();
  for (const [index, bytes] of filled) {
    const { grown: _ofItsSize, ...rest } = required(map.chunks[index], `chunk ${index}`);
    const { sha256, place } = await own.add(bytes);
    changed.set(index, { ...rest, sha256, own: place });
  }
  return map.chunks.map((chunk, index) => changed.get(index) ?? chunk);
}

/** The chunks of the EFI partition, with a boot store that names this drive. */
async function efiChunks(
  request: HelperRequest<'createDriveImage'>,
  map: ChunkMap,
  efi: PlannedPartition,
  own: ChunkFile,
): Promise<Chunk[]> {
  const shared = map.chunks.filter(({ partition }) => partition === efi.number);
  const template = await storeTemplate(request.renderDirectory, map, efi);
  if (template === null) return shared;
  const guidOf = (role: PlannedPartition['role']): string => {
    const guid = request.partitionGuids[map.partitions.findIndex((partition) => partition.role === role)];
    if (guid === undefined) throw diskImageDamaged(`it has no ${role} partition`);
    return guid;
  };
  const guids = {
    diskGuid: request.diskGuid,
    efiPartitionGuid: guidOf('efi'),
    windowsPartitionGuid: guidOf('windows'),
  };
  const chunks: Chunk[] = template.shared.map((chunk) => ({ ...chunk, offset: efi.offset + chunk.offset }));
  for (const piece of template.own) {
    const bytes = ownBytes(piece, guids);
    const { sha256, place } = await own.add(bytes);
    const at = { offset: efi.offset + piece.offset, length: bytes.length, partition: efi.number };
    chunks.push({ ...at, sha256, own: place });
  }
  return chunks;
}

async function onFile<T>(path: string, work: (file: FileHandle) => Promise<T>): Promise<T> {
  const file = await open(path, 'r');
  try {
    return await work(file);
  } finally {
    await file.close();
  }
}
