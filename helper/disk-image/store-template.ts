/**
 * What a drive's own boot store changes on the EFI partition of a disk image. The store is made once for all drives of the image, by
 * the programs that make any store, with GUIDs that stand for a drive's own; each drive gets its own in their place. Six short programs
 * for each of 48 drives took seconds.
 */
import { createHash, randomUUID } from 'node:crypto';
import { statSync } from 'node:fs';
import { open, readFile, truncate, writeFile, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { required } from '../../core/base/required';
import { timeouts } from '../../core/base/timeouts';
import { KiB } from '../../core/base/units';
import type { BcdChange } from '../../core/boot/bcd';
import { guidBytes } from '../../core/boot/bcd-device';
import { setBootTarget, type DriveGuids } from '../../core/boot/bcd-rules';
import {
  chunkAlignment,
  keptStoreName,
  partitionFileName,
  planRanges,
  type ByteRange,
  type Chunk,
  type ChunkMap,
} from '../../core/media/chunk-map';
import type { PlannedPartition } from '../../core/drive/layout';
import { dataExtents } from '../drives/block-device';
import { changeBootStore, readBootStore } from '../boot/hive';
import { inTemporaryFolder, temporaryPlace } from '../tools/disk';
import type { ToolName } from '../tools/requirements';
import { findTool, runTool, type ToolResult } from '../tools/runner';
import { ownVersion } from '../tools/versions';
import { writeWhole } from '../tools/write-whole';
import { checkedReader, readChunk } from './checked-chunks';
import { diskImageDamaged } from './chunk-map-file';
import { keepStore, keptStore, type Mark, type OwnPiece, type StoreTemplate } from './kept-store';
import { clusterPlaces } from './fat-places';
import { requireDone } from './format-partition';
import { lay, overlaps, type Edit } from './lay-edits';

const storePath = '::/EFI/Microsoft/Boot/BCD';
/** The helper waits for it before it ends. */
const inTime = { timeout: timeouts.listingTool };

/** Around what is a drive's own, so much is its own with it: what lies between stays shared, and is hashed once. */
const pieceBytes = 64 * KiB;

interface Means {
  readonly extents: typeof dataExtents;
  readonly version: () => string;
}

/** Raised when what is kept, or how it is made, becomes another: a checkout keeps its version between releases. */
const form = 1;

const programs: Means = {
  extents: dataExtents,
  version: () =>
    [form, ownVersion(), ...(['mcopy', 'mshowfat', 'hivexml', 'hivexsh'] as const).map(toolMark)].join(' '),
};

/** Another where the tool is another. */
function toolMark(tool: ToolName): string {
  try {
    const { size, mtimeMs } = statSync(findTool(tool));
    return `${size}:${mtimeMs}`;
  } catch {
    return 'missing';
  }
}

/** Of the last EFI partition: a batch has one, whatever the sizes of its drives. */
let last: { readonly key: string; readonly made: Promise<StoreTemplate | null> } | null = null;

/**
 * The changes for a disk image; from memory for the further drives of the same one, and from its folder for the batches after it.
 * It cannot be cancelled: others may wait for the same answer.
 * @param directory of the disk image that the drives share
 * @param means tells what was written to an open file, and by what the store is made
 * @returns null: the partition has no boot store, or one that names no drive
 * @throws PrestageError boot-store-invalid, render-damaged, render-failed, tool-missing, state-unavailable
 */
export async function storeTemplate(
  directory: string,
  map: ChunkMap,
  efi: PlannedPartition,
  means: Means = programs,
): Promise<StoreTemplate | null> {
  const chunks = map.chunks
    .filter(({ partition }) => partition === efi.number)
    .map((chunk) => ({ ...chunk, offset: chunk.offset - efi.offset }));
  const key = JSON.stringify([efi.length, ...chunks.map(({ offset, sha256 }) => [offset, sha256])]);
  if (last?.key === key) return await last.made;
  const made = keptOrMade(directory, key, { efi, chunks, ...means });
  const mine = { key, made };
  last = mine;
  try {
    return await made;
  } catch (error) {
    if (last === mine) last = null;
    throw error;
  }
}

async function keptOrMade(
  directory: string,
  key: string,
  of: Means & { readonly efi: PlannedPartition; readonly chunks: readonly Chunk[] },
): Promise<StoreTemplate | null> {
  const file = join(directory, keptStoreName);
  const madeOf = `${of.version()} ${key}`;
  const kept = await keptStore(file, madeOf);
  if (kept !== undefined) return kept;
  const { efi, chunks, extents } = of;
  const shared = join(directory, partitionFileName(efi.number));
  const made = await inTemporaryFolder('boot-store', (folder) =>
    makeTemplate(shared, efi.length, chunks, folder, extents),
  );
  // That there is none is found out again: it takes two programs, and is not to outlive what went wrong with one.
  if (made !== null) await keepStore(file, madeOf, made);
  return made;
}

/**
 * Makes what the drives of a disk image share of their own boot stores, so that it is there when the first drive asks.
 * Never rejects: that drive is told what is wrong, by {@link storeTemplate}.
 */
export async function prepareStores(directory: string, map: ChunkMap): Promise<void> {
  const efi = map.partitions.find(({ role }) => role === 'efi');
  if (efi !== undefined) await storeTemplate(directory, map, efi).catch(() => undefined);
}

/** Resolves when nothing is made any more: what is made has a temporary folder. */
export async function storesAreMade(): Promise<void> {
  await last?.made.catch(() => undefined);
}

/** The bytes of a drive with these GUIDs. */
export function ownBytes({ offset, bytes, marks }: OwnPiece, guids: DriveGuids): Buffer {
  const own = Buffer.from(bytes);
  for (const { offset: at, length, guid, from } of marks) {
    // A GUID may begin in one piece and end in the next.
    const start = Math.max(at, offset);
    const end = Math.min(at + length, offset + bytes.length);
    own.set(guidBytes(guids[guid]).subarray(from + start - at, from + end - at), start - offset);
  }
  return own;
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
    const put = await runTool('mcopy', ['-i', file, '-o', '-m', store, storePath], inTime);
    await requireGood(put, 'mcopy could not write the boot store');
    const bytes = await readFile(store);
    const places = await clusterPlaces(file, storePath, bytes);
    const edits = await differences(source, file, length, chunks, extents);
    const marks = marksIn(bytes, places, guids, changes);
    return await cut(checkedReader(source, 0, chunks), length, chunks, { edits, places, marks });
  } finally {
    await source.close();
  }
}

const noSignal = (): AbortSignal => new AbortController().signal;

async function requireGood(result: ToolResult, failure: string): Promise<void> {
  await requireDone(result, temporaryPlace(), failure, 'mcopy, for the boot store,');
}

/** @returns the store's file; null: the partition has none */
async function takeStore(efi: string, folder: string): Promise<string | null> {
  const file = join(folder, 'store');
  const taken = await runTool('mcopy', ['-i', efi, '-n', storePath, file], inTime);
  if (taken.status !== 0) {
    // mcopy says the same of a store that is not there and of some that it cannot read; the listing tells the two apart.
    const listed = await runTool('mdir', ['-i', efi, '-b', storePath], inTime);
    if (listed.status === 1 && /^[^"\n]*File "[^"\n]*" not found\s*$/.test(listed.stderr)) return null;
    if (listed.status !== 0) await requireGood(listed, 'the boot store could not be read');
  }
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
    // Compared with its hash when it was copied, and again where it is used.
    for (const { offset, length: size } of chunks) {
      const had = Buffer.alloc(size);
      await source.read(had, 0, size, offset);
      await compare(offset, had);
    }
    // What mcopy wrote where the shared partition has nothing.
    for (const range of planRanges(extents(changed.fd, length), length)) {
      for (const part of outside(range, chunks)) await compare(part.offset, Buffer.alloc(part.length));
    }
  } finally {
    await changed.close();
  }
  return edits;
}

/** Parts what is written into what stays shared and what is a drive's own. */
async function cut(
  read: ReturnType<typeof checkedReader>,
  length: number,
  chunks: readonly Chunk[],
  { edits, places, marks }: { edits: readonly Edit[]; places: readonly ByteRange[]; marks: readonly Mark[] },
): Promise<StoreTemplate> {
  const inOrder = (ranges: readonly ByteRange[]): ByteRange[] =>
    [...ranges].sort((left, right) => left.offset - right.offset);
  const [partition] = chunks.map(({ partition: number }) => number);
  const shared: Chunk[] = [];
  const own: OwnPiece[] = [];
  for (const range of planRanges(inOrder([...chunks, ...edits, ...places]), length)) {
    const changed = inOrder([...edits, ...marks].filter((one) => overlaps(one, range)));
    const same = chunks.find((chunk) => chunk.offset === range.offset && chunk.length === range.length);
    if (same !== undefined && changed.length === 0) {
      shared.push(same);
      continue;
    }
    const bytes = await read(range.offset, range.length);
    for (const edit of edits.filter((one) => overlaps(one, range))) lay(edit, bytes, range.offset);
    for (const piece of piecesOf(range, changed)) {
      const { offset, length: size } = piece;
      const part = bytes.subarray(offset - range.offset, offset - range.offset + size);
      if (piece.isOwn) {
        // A copy: the rest of the range is not to stay in memory with it.
        own.push({ offset, bytes: Buffer.from(part), marks: marks.filter((mark) => overlaps(mark, piece)) });
      } else {
        const sha256 = createHash('sha256').update(part).digest('hex');
        shared.push({ offset, length: size, partition: required(partition, 'a chunk'), sha256 });
      }
    }
  }
  return { shared, own };
}

/** @param changed in order */
function piecesOf(range: ByteRange, changed: readonly ByteRange[]): (ByteRange & { isOwn: boolean })[] {
  const end = range.offset + range.length;
  const pieces: (ByteRange & { isOwn: boolean })[] = [];
  let offset = range.offset;
  const push = (until: number, isOwn: boolean): void => {
    if (until > offset) pieces.push({ offset, length: until - offset, isOwn });
    offset = Math.max(offset, until);
  };
  for (const one of changed) {
    push(Math.min(end, Math.floor(one.offset / pieceBytes) * pieceBytes), false);
    push(Math.min(end, Math.ceil((one.offset + one.length) / pieceBytes) * pieceBytes), true);
  }
  push(end, false);
  return pieces;
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
