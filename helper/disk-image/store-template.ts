/**
 * What a drive's own boot store changes on the EFI partition of a disk image. The store is made once for all drives of the image, by
 * the programs that make any store, with GUIDs that stand for a drive's own; each drive gets its own in their place. Six short programs
 * for each of 48 drives took seconds.
 */
import { randomUUID } from 'node:crypto';
import { open, readFile, truncate, writeFile, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { BcdChange } from '../../core/boot/bcd';
import { guidBytes } from '../../core/boot/bcd-device';
import { setBootTarget, type DriveGuids } from '../../core/boot/bcd-rules';
import {
  chunkAlignment,
  partitionFileName,
  planRanges,
  type ByteRange,
  type Chunk,
  type ChunkMap,
} from '../../core/media/chunk-map';
import type { PlannedPartition } from '../../core/drive/layout';
import { dataExtents } from '../drives/block-device';
import { changeBootStore, readBootStore } from '../boot/hive';
import { inTemporaryFolder, temporaryPlace, toolOnDisk } from '../tools/disk';
import { runTool, type ToolResult } from '../tools/runner';
import { writeWhole } from '../tools/write-whole';
import { readChunk } from './checked-chunks';
import { diskImageDamaged } from './chunk-map-file';
import { clusterPlaces } from './fat-places';
import { diskImageFailed, refuseWarnings } from './format-partition';
import type { Edit } from './lay-edits';

const storePath = '::/EFI/Microsoft/Boot/BCD';

/** Where a part of one of a drive's GUIDs lies; bytes from the start of the partition. */
interface Mark extends ByteRange {
  readonly guid: keyof DriveGuids;
  /** Of the GUID's 16 bytes, the first that lies here. */
  readonly from: number;
}

export interface StoreTemplate {
  /** What is written to the partition, in bytes from its start. */
  readonly ranges: readonly ByteRange[];
  /** What differs from the shared partition; bytes from its start. */
  readonly edits: readonly Edit[];
  readonly marks: readonly Mark[];
}

/** Of the last EFI partition: a batch has one, whatever the sizes of its drives. */
let last: { readonly key: string; readonly made: Promise<StoreTemplate | null> } | null = null;

/**
 * The changes for a disk image; from memory for the further drives of the same one. It cannot be cancelled: others may wait for
 * the same answer.
 * @param directory of the disk image that the drives share
 * @param extents tells what was written to an open file
 * @returns null: the partition has no boot store, or one that names no drive
 * @throws PrestageError boot-store-invalid, render-damaged, render-failed, tool-missing, state-unavailable
 */
export async function storeTemplate(
  directory: string,
  map: ChunkMap,
  efi: PlannedPartition,
  extents = dataExtents,
): Promise<StoreTemplate | null> {
  const chunks = map.chunks
    .filter(({ partition }) => partition === efi.number)
    .map((chunk) => ({ ...chunk, offset: chunk.offset - efi.offset }));
  const key = JSON.stringify([efi.length, ...chunks.map(({ offset, sha256 }) => [offset, sha256])]);
  if (last?.key === key) return await last.made;
  const shared = join(directory, partitionFileName(efi.number));
  const made = inTemporaryFolder('boot-store', (folder) =>
    makeTemplate(shared, efi.length, chunks, folder, extents),
  );
  const mine = { key, made };
  last = mine;
  try {
    return await made;
  } catch (error) {
    if (last === mine) last = null;
    throw error;
  }
}

/**
 * Makes what the drives of a disk image share of their own boot stores, so that it is there when the first drive asks.
 * @throws as {@link storeTemplate}
 */
export async function prepareStores(directory: string, map: ChunkMap): Promise<void> {
  const efi = map.partitions.find(({ role }) => role === 'efi');
  if (efi !== undefined) await storeTemplate(directory, map, efi);
}

/** What a drive with these GUIDs has in place of the shared partition's bytes; later ones lie over earlier ones. */
export function editsFor({ edits, marks }: StoreTemplate, guids: DriveGuids): Edit[] {
  const own = marks.map(({ offset, length, guid, from }) => ({
    ...{ offset, length },
    bytes: Buffer.from(guidBytes(guids[guid])).subarray(from, from + length),
  }));
  return [...edits, ...own];
}

async function makeTemplate(
  shared: string,
  length: number,
  chunks: readonly Chunk[],
  folder: string,
  extents: typeof dataExtents,
): Promise<StoreTemplate | null> {
  const file = join(folder, 'partition.img');
  const source = await open(shared, 'r');
  try {
    if ((await source.stat()).size !== length) throw diskImageDamaged('its EFI partition has the wrong size');
    await writeFile(file, '', { flag: 'wx', mode: 0o600 });
    await truncate(file, length);
    await copyChunks(source, file, chunks);
    const store = await takeStore(file, folder);
    if (store === null) return null;
    const read = await readBootStore(store, noSignal());
    // They stand for a drive's own. Random: what is found of them in the store's bytes is nothing else.
    const guids = {
      diskGuid: randomUUID(),
      efiPartitionGuid: randomUUID(),
      windowsPartitionGuid: randomUUID(),
    };
    const changes = setBootTarget(read, guids);
    if (changes.length === 0) return null;
    await changeBootStore(store, read, changes, noSignal());
    const put = await runTool('mcopy', ['-i', file, '-o', '-m', store, storePath]);
    await requireGood(put, 'mcopy could not write the boot store');
    const bytes = await readFile(store);
    const places = await clusterPlaces(file, storePath, bytes);
    const edits = await differences(source, file, length, chunks, extents);
    const written = [...chunks, ...edits, ...places].sort((left, right) => left.offset - right.offset);
    return { ranges: planRanges(written, length), edits, marks: marksIn(bytes, places, guids, changes) };
  } finally {
    await source.close();
  }
}

const noSignal = (): AbortSignal => new AbortController().signal;

async function requireGood(result: ToolResult, failure: string): Promise<void> {
  if (result.status !== 0) {
    throw await toolOnDisk(result.stderr, temporaryPlace(), diskImageFailed(failure, result));
  }
  refuseWarnings('mcopy, for the boot store,', result);
}

/** @returns the store's file; null: the partition has none */
async function takeStore(efi: string, folder: string): Promise<string | null> {
  // mcopy says no more than "not found" of a store that is not there; the listing tells the two apart.
  const listed = await runTool('mdir', ['-i', efi, '-b', storePath]);
  if (listed.status !== 0) return null;
  const file = join(folder, 'store');
  const taken = await runTool('mcopy', ['-i', efi, '-n', storePath, file]);
  await requireGood(taken, 'mcopy could not read the boot store');
  return file;
}

async function copyChunks(source: FileHandle, to: string, chunks: readonly Chunk[]): Promise<void> {
  const target = await open(to, 'r+');
  try {
    for (const chunk of chunks) {
      await writeWhole(target, await readChunk(source, chunk.offset, chunk), chunk.offset);
    }
  } finally {
    await target.close();
  }
}

/** What the changed partition has otherwise, in blocks. */
async function differences(
  source: FileHandle,
  file: string,
  length: number,
  chunks: readonly Chunk[],
  extents: typeof dataExtents,
): Promise<Edit[]> {
  const edits: Edit[] = [];
  const changed = await open(file, 'r');
  try {
    const compare = async (offset: number, had: Buffer): Promise<void> => {
      const has = Buffer.alloc(had.length);
      await changed.read(has, 0, has.length, offset);
      for (let at = 0; at < has.length; at += chunkAlignment) {
        const bytes = has.subarray(at, at + chunkAlignment);
        if (bytes.equals(had.subarray(at, at + chunkAlignment))) continue;
        edits.push({ offset: offset + at, length: bytes.length, bytes: Buffer.from(bytes) });
      }
    };
    for (const chunk of chunks) await compare(chunk.offset, await readChunk(source, chunk.offset, chunk));
    // What mcopy wrote where the shared partition has nothing.
    for (const range of planRanges(extents(changed.fd, length), length)) {
      for (const part of outside(range, chunks)) await compare(part.offset, Buffer.alloc(part.length));
    }
  } finally {
    await changed.close();
  }
  return edits;
}

/** The parts of a range that no chunk has. */
function outside(range: ByteRange, chunks: readonly ByteRange[]): ByteRange[] {
  const parts: ByteRange[] = [];
  let { offset } = range;
  const end = range.offset + range.length;
  for (const chunk of chunks) {
    if (chunk.offset >= end) break;
    if (chunk.offset > offset) parts.push({ offset, length: chunk.offset - offset });
    offset = Math.max(offset, chunk.offset + chunk.length);
  }
  if (offset < end) parts.push({ offset, length: end - offset });
  return parts;
}

/** Finds the GUIDs in the store, and where on the partition their bytes lie. */
function marksIn(
  store: Buffer,
  places: readonly ByteRange[],
  guids: DriveGuids,
  changes: readonly BcdChange[],
): Mark[] {
  const set = Buffer.concat(
    changes.map(({ value }) => (value.kind === 'binary' ? value.bytes : Buffer.alloc(0))),
  );
  const names = ['diskGuid', 'efiPartitionGuid', 'windowsPartitionGuid'] as const;
  return names.flatMap((guid) => {
    const bytes = Buffer.from(guidBytes(guids[guid]));
    const found = placesOf(bytes, store);
    if (found.length !== placesOf(bytes, set).length) {
      throw new Error('the boot store does not hold what was set in it');
    }
    return found.flatMap((at) => marksAt(at, guid, places));
  });
}

function placesOf(bytes: Buffer, within: Buffer): number[] {
  const found: number[] = [];
  for (let at = within.indexOf(bytes); at !== -1; at = within.indexOf(bytes, at + 1)) found.push(at);
  return found;
}

/** A GUID in a file that lies in pieces may do so, too. */
function marksAt(at: number, guid: keyof DriveGuids, places: readonly ByteRange[]): Mark[] {
  const marks: Mark[] = [];
  let start = 0;
  for (const place of places) {
    const from = Math.max(at, start);
    const to = Math.min(at + 16, start + place.length);
    const offset = place.offset + from - start;
    if (to > from) marks.push({ offset, length: to - from, guid, from: from - at });
    start += place.length;
  }
  return marks;
}
