import { decodeGuid } from '../drive/gpt';
import type { TableBefore } from './sanitised';

/** Reads a drive's partition table, by size and type only. UEFI Specification 2.10, chapter 5; the MBR's four entries. */

/** Where a partition starts, and what is told of it. */
export interface FoundTable {
  readonly table: TableBefore;
  /** Bytes. */
  readonly starts: readonly number[];
}

/** More entries are not read: a table may claim any number. */
const entriesAtMost = 128;

/**
 * @param head the first MiB of the drive; null: it could not be read
 * @param sectorSize bytes
 */
export function readTableBefore(head: Uint8Array | null, size: number, sectorSize: number): FoundTable {
  if (head === null) return { table: { size, table: 'not-known', partitions: [] }, starts: [] };
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  const found: { start: number; size: number; type: string }[] = [];
  const isGpt = text(head.subarray(sectorSize, sectorSize + 8)) === 'EFI PART';
  if (isGpt) {
    const table = Number(view.getBigUint64(sectorSize + 72, true)) * sectorSize;
    const entries = Math.min(view.getUint32(sectorSize + 80, true), entriesAtMost);
    const length = view.getUint32(sectorSize + 84, true);
    for (let index = 0; index < entries && length >= 128; index += 1) {
      const at = table + index * length;
      if (at + 128 > head.length) break;
      const type = decodeGuid(head.subarray(at, at + 16));
      if (type === zeroGuid) continue;
      const first = Number(view.getBigUint64(at + 32, true));
      const last = Number(view.getBigUint64(at + 40, true));
      if (last < first || (last + 1) * sectorSize > size) continue;
      found.push({ start: first * sectorSize, size: (last - first + 1) * sectorSize, type });
    }
  } else if (view.getUint16(510, true) === 0xaa55) {
    for (let index = 0; index < 4; index += 1) {
      const at = 446 + index * 16;
      const kind = view.getUint8(at + 4);
      const start = view.getUint32(at + 8, true) * sectorSize;
      const bytes = view.getUint32(at + 12, true) * sectorSize;
      if (kind === 0 || bytes === 0 || start + bytes > size) continue;
      found.push({ start, size: bytes, type: `0x${kind.toString(16).padStart(2, '0')}` });
    }
  }
  const isMbr = !isGpt && found.length > 0;
  return {
    table: {
      size,
      table: isGpt ? 'gpt' : isMbr ? 'mbr' : 'none',
      partitions: found.map(({ size: bytes, type }) => ({ size: bytes, type })),
    },
    starts: found.map(({ start }) => start),
  };
}

const zeroGuid = '00000000-0000-0000-0000-000000000000';

const text = (bytes: Uint8Array): string => String.fromCharCode(...bytes);
