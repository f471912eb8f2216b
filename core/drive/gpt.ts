import { crc32 } from '../base/crc32';
import { partitionTypes, type PlannedPartition } from './layout';
import { sectorSizes } from './sector-size';

/**
 * The bytes of a GUID partition table. Source: UEFI Specification 2.10, chapter 5 (protective MBR 5.2.3,
 * header 5.3.2, entries 5.3.3). Written here because the table must be held back until a drive has proved
 * good and then be written in two requests of our own; sfdisk and sgdisk check the result in the tests.
 */

const entryCount = 128;
const entryBytes = 128;
const headerBytes = 92;
const revision = 0x0001_0000;

/** A GUID a partition, in the layout's order, and one for the disk. Text form, any case. */
export interface TableGuids {
  readonly disk: string;
  readonly partitions: readonly string[];
}

/** The two regions of a table. */
export interface PartitionTable {
  /** Protective MBR, header and entries: goes to byte 0. */
  readonly primary: Uint8Array<ArrayBuffer>;
  /** Entries and backup header: ends with the drive's last sector. */
  readonly backup: Uint8Array<ArrayBuffer>;
  /** Bytes from the start of the drive where `backup` goes. */
  readonly backupOffset: number;
}

/** A GUID's 16 bytes on disk: the first three fields little endian. UEFI 2.10, appendix A. */
export function encodeGuid(text: string): Uint8Array {
  const digits = text.replace(/-/g, '');
  if (!/^[0-9a-f]{32}$/i.test(digits)) throw new RangeError(`not a GUID: ${text}`);
  const order = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
  return Uint8Array.from(order, (index) => parseInt(digits.slice(index * 2, index * 2 + 2), 16));
}

/** A GUID's text, lower case, from its 16 bytes on disk. */
export function decodeGuid(bytes: Uint8Array): string {
  const order = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
  const digits = order.map((place) => (bytes[place] ?? 0).toString(16).padStart(2, '0')).join('');
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/**
 * The disk GUID that a GPT header tells, lower case; null when the sector holds no sound header: signature, length and
 * CRC as UEFI 2.10, 5.3.2 asks for them, and at the place that it names.
 * @param sector the whole sector
 * @param lba where the sector was read
 */
export function diskGuidOf(sector: Uint8Array, lba: number): string | null {
  const view = new DataView(sector.buffer, sector.byteOffset, sector.byteLength);
  if (sector.length < headerBytes) return null;
  if (!hasSignature(sector)) return null;
  const length = view.getUint32(12, true);
  if (length < headerBytes || length > sector.length) return null;
  // A copy: Buffer's own slice would share the sector's memory.
  const header = Uint8Array.from(sector.subarray(0, length));
  header.fill(0, 16, 20);
  if (crc32(header) !== view.getUint32(16, true)) return null;
  return view.getBigUint64(24, true) === BigInt(lba) ? decodeGuid(sector.subarray(56, 72)) : null;
}

/** Reads `length` bytes of a drive from byte `offset` on. */
export type ReadAt = (offset: number, length: number) => Promise<Uint8Array>;

export interface FoundTable {
  /** A header begins at its place, sound or not. */
  readonly hasTable: boolean;
  /** Lower case; null when there is no sound header. */
  readonly diskGuid: string | null;
}

/**
 * Looks for a GPT where it lies with today's sectors, then where it would lie with sectors of the other sizes: a USB bridge
 * may show 4096-byte sectors over a drive that has 512, and what was written behind one is the same drive behind the other.
 * The first header counts, or the backup where the first is damaged or cannot be read.
 * @param size bytes
 * @param sectorSize bytes, as the drive presents itself now
 * @throws what `readAt` throws, when a place cannot be read and no other one has a sound header
 */
export async function findTable(size: number, sectorSize: number, readAt: ReadAt): Promise<FoundTable> {
  let hasTable = false;
  let failure: Error | null = null;
  for (const bytes of [sectorSize, ...sectorSizes.filter((other) => other !== sectorSize)]) {
    for (const lba of [1, Math.floor(size / bytes) - 1]) {
      if (lba < 1) continue;
      let sector: Uint8Array;
      try {
        sector = await readAt(lba * bytes, bytes);
      } catch (error) {
        failure ??= error instanceof Error ? error : new Error(String(error));
        continue;
      }
      const diskGuid = diskGuidOf(sector, lba);
      if (diskGuid !== null) return { hasTable: true, diskGuid };
      hasTable ||= hasSignature(sector);
    }
  }
  if (failure !== null) throw failure;
  return { hasTable, diskGuid: null };
}

function hasSignature(sector: Uint8Array): boolean {
  return String.fromCharCode(...sector.subarray(0, 8)) === 'EFI PART';
}

/** A partition as a table tells it. */
export interface FoundPartition {
  /** Its type's GUID, lower case. */
  readonly type: string;
  /** Bytes from the start of the drive. */
  readonly offset: number;
}

/**
 * The partitions of the table at a drive's start; none when there is no sound header.
 * @param start the drive's first bytes, with all entries of the table
 * @param sectorSize bytes
 */
export function partitionsOf(start: Uint8Array, sectorSize: number): FoundPartition[] {
  const view = new DataView(start.buffer, start.byteOffset, start.byteLength);
  return entriesOf(start, sectorSize).map((at) => ({
    type: decodeGuid(start.subarray(at, at + 16)),
    offset: Number(view.getBigUint64(at + 32, true)) * sectorSize,
  }));
}

/**
 * The partition of this name, by the table at a drive's start.
 * @param start the drive's first bytes, with all entries of the table
 * @param sectorSize bytes
 * @returns bytes; null where there is no sound header, or not exactly one of that name
 */
export function partitionNamed(
  start: Uint8Array,
  sectorSize: number,
  wanted: string,
): { readonly offset: number; readonly length: number } | null {
  const view = new DataView(start.buffer, start.byteOffset, start.byteLength);
  const [found, ...others] = entriesOf(start, sectorSize).filter((at) => {
    const name = Array.from({ length: 36 }, (_, index) => view.getUint16(at + 56 + 2 * index, true));
    const end = name.indexOf(0);
    return String.fromCharCode(...(end < 0 ? name : name.slice(0, end))) === wanted;
  });
  if (found === undefined || others.length > 0) return null;
  const [first, last] = [view.getBigUint64(found + 32, true), view.getBigUint64(found + 40, true)];
  const length = Number(last - first + 1n) * sectorSize;
  return length <= 0 ? null : { offset: Number(first) * sectorSize, length };
}

/** Where the entries of a sound table lie that name a partition, up to the first that names none. */
function entriesOf(start: Uint8Array, sectorSize: number): number[] {
  if (diskGuidOf(start.subarray(sectorSize, 2 * sectorSize), 1) === null) return [];
  const view = new DataView(start.buffer, start.byteOffset, start.byteLength);
  const first = Number(view.getBigUint64(sectorSize + 72, true)) * sectorSize;
  const [count, bytes] = [view.getUint32(sectorSize + 80, true), view.getUint32(sectorSize + 84, true)];
  const found: number[] = [];
  for (
    let at = first;
    found.length < count && bytes >= entryBytes && at + bytes <= start.length;
    at += bytes
  ) {
    if (decodeGuid(start.subarray(at, at + 16)) === unusedEntry) break;
    found.push(at);
  }
  return found;
}

/** Type of an entry that names no partition. */
const unusedEntry = '00000000-0000-0000-0000-000000000000';

function encodeEntries(
  partitions: readonly PlannedPartition[],
  guids: TableGuids,
  sectorSize: number,
): Uint8Array {
  const entries = new Uint8Array(entryCount * entryBytes);
  const view = new DataView(entries.buffer);
  partitions.forEach((partition, index) => {
    const guid = guids.partitions[index];
    if (guid === undefined) throw new RangeError(`no GUID for partition ${partition.number}`);
    const at = index * entryBytes;
    entries.set(encodeGuid(partitionTypes[partition.type]), at);
    entries.set(encodeGuid(guid), at + 16);
    view.setBigUint64(at + 32, BigInt(partition.offset / sectorSize), true);
    view.setBigUint64(at + 40, BigInt((partition.offset + partition.length) / sectorSize - 1), true);
    view.setBigUint64(at + 48, BigInt(`0x${partition.attributes}`), true);
    Array.from(partition.name)
      .slice(0, 36)
      .forEach((character, position) => {
        view.setUint16(at + 56 + position * 2, character.charCodeAt(0), true);
      });
  });
  return entries;
}

function encodeProtectiveMbr(sectors: number, sectorSize: number): Uint8Array {
  const mbr = new Uint8Array(sectorSize);
  const view = new DataView(mbr.buffer);
  // One record of type 0xEE over the whole drive, from LBA 1; the CHS fields are the ones UEFI gives.
  mbr.set([0x00, 0x00, 0x02, 0x00, 0xee, 0xff, 0xff, 0xff], 446);
  view.setUint32(454, 1, true);
  view.setUint32(458, Math.min(sectors - 1, 0xffffffff), true);
  mbr.set([0x55, 0xaa], 510);
  return mbr;
}

/**
 * Encodes a drive's partition table.
 * @param driveSize bytes, a multiple of `sectorSize`
 * @param sectorSize bytes, the drive's logical sector
 */
export function encodePartitionTable(
  driveSize: number,
  sectorSize: number,
  partitions: readonly PlannedPartition[],
  guids: TableGuids,
): PartitionTable {
  const sectors = Math.floor(driveSize / sectorSize);
  const entrySectors = (entryCount * entryBytes) / sectorSize;
  const entries = encodeEntries(partitions, guids, sectorSize);
  const entriesCrc = crc32(entries);
  const lastLba = sectors - 1;

  const header = (ownLba: number, otherLba: number, entriesLba: number): Uint8Array => {
    const bytes = new Uint8Array(sectorSize);
    const view = new DataView(bytes.buffer);
    bytes.set(
      Array.from('EFI PART', (character) => character.charCodeAt(0)),
      0,
    );
    view.setUint32(8, revision, true);
    view.setUint32(12, headerBytes, true);
    view.setBigUint64(24, BigInt(ownLba), true);
    view.setBigUint64(32, BigInt(otherLba), true);
    view.setBigUint64(40, BigInt(2 + entrySectors), true);
    view.setBigUint64(48, BigInt(lastLba - entrySectors - 1), true);
    bytes.set(encodeGuid(guids.disk), 56);
    view.setBigUint64(72, BigInt(entriesLba), true);
    view.setUint32(80, entryCount, true);
    view.setUint32(84, entryBytes, true);
    view.setUint32(88, entriesCrc, true);
    view.setUint32(16, crc32(bytes.subarray(0, headerBytes)), true);
    return bytes;
  };

  const primary = new Uint8Array((2 + entrySectors) * sectorSize);
  primary.set(encodeProtectiveMbr(sectors, sectorSize), 0);
  primary.set(header(1, lastLba, 2), sectorSize);
  primary.set(entries, 2 * sectorSize);

  const backup = new Uint8Array((entrySectors + 1) * sectorSize);
  backup.set(entries, 0);
  backup.set(header(lastLba, 1, lastLba - entrySectors), entrySectors * sectorSize);
  return { primary, backup, backupOffset: (lastLba - entrySectors) * sectorSize };
}
