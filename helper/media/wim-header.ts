/** Parses the header of a WIM file. */
import { sanitizeForDisplay } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import type { Media } from '../../core/media/media';

/** Bytes of a WIM header. */
export const wimHeaderBytes = 208;

/** Bytes of an entry of a table of contents: where a resource is, part, references, and its SHA-1 from byte 30 on. */
export const blobEntryBytes = 50;
/** Flags of a resource. */
export const resourceFlags = { metadata: 0x02, compressed: 0x04, solid: 0x10 } as const;

/** Where a resource lies in its file. */
export interface WimResource {
  /** Bit 0x02 metadata, 0x04 compressed, 0x10 solid. */
  readonly flags: number;
  /** Bytes in the file. */
  readonly storedBytes: number;
  /** Bytes from the file's start. */
  readonly offset: number;
  /** Bytes once decompressed. */
  readonly originalBytes: number;
}

/** What a header says beside where its tables are. */
export interface WimHeaderMembers {
  readonly version: number;
  readonly flags: number;
  readonly compression: Media['compression'];
  /** 32 hexadecimal digits, as stored. */
  readonly guid: string;
  /** 1-based. */
  readonly part: number;
  readonly parts: number;
  readonly imageCount: number;
  /** Image that Microsoft's boot manager starts, 1-based; 0 for none. */
  readonly bootIndex: number;
  /** Bytes that are compressed at a time; 0 where nothing is compressed. */
  readonly chunkSize: number;
  /** Written to be read from a pipe (`--pipable`): this header stands at the end of the file. Only wimlib reads these. */
  readonly pipable: boolean;
  /** The flag of a file that is being written, or whose writing was interrupted. */
  readonly writeInProgress: boolean;
}

export interface WimHeader extends WimHeaderMembers {
  readonly blobTable: WimResource;
  readonly xml: WimResource;
  /** storedBytes is 0 when there is none. */
  readonly integrity: WimResource;
}

const pipableMagic = 'WLPWM\0\0\0';
const magics = ['MSWIM\0\0\0', pipableMagic];

/** Whether a file begins as a WIM does. */
export function hasWimSignature(first: Buffer): boolean {
  return magics.includes(first.toString('latin1', 0, 8));
}

/** The version of a WIM that is solid or compressed with LZMS, as an ESD is. */
export const esdVersion = 0xe00;

/** 1.13 (every WIM) and 0.14 (with solid resources: ESD). */
const versions = new Set([0x10d00, esdVersion]);

const flagCompressed = 0x2;
const flagWriteInProgress = 0x40;
const compressions: readonly (readonly [number, Media['compression']])[] = [
  [0x20000 | 0x200000, 'XPRESS'],
  [0x40000, 'LZX'],
  [0x80000, 'LZMS'],
];

/** The error for a header that contradicts itself. */
export function damagedHeader(file: string, what: string): PrestageError {
  return new PrestageError({
    code: 'media-corrupt',
    message: `${sanitizeForDisplay(file, 300)} has a damaged header: ${what}.`,
  });
}

/** The error for a file that ends before what it says it holds. */
export function truncated(file: string, fileBytes: number, neededBytes: number): PrestageError {
  return new PrestageError({
    code: 'media-truncated',
    message: `${sanitizeForDisplay(file, 300)} is incomplete: it has ${fileBytes} bytes and needs at least ${neededBytes}.`,
  });
}

/** Reads the 24 bytes that say where a resource is. Numbers beyond 2^53 come as Infinity: out of any file. */
export function readWimResource(bytes: Buffer, at: number): WimResource {
  const wide = (offset: number): number => {
    const value = bytes.readBigUInt64LE(offset);
    return value > BigInt(Number.MAX_SAFE_INTEGER) ? Infinity : Number(value);
  };
  return {
    storedBytes: bytes.readUIntLE(at, 6) + bytes.readUInt8(at + 6) * 2 ** 48,
    flags: bytes.readUInt8(at + 7),
    offset: wide(at + 8),
    originalBytes: wide(at + 16),
  };
}

/**
 * Whether the first bytes of a file are those of a pipable WIM. Its header there has no tables: the whole one is the
 * last {@link wimHeaderBytes} of the file. Source: wimlib, src/header.c, read_wim_header.
 */
export function startsPipable(first: Buffer): boolean {
  return first.toString('latin1', 0, 8) === pipableMagic;
}

/**
 * Reads a WIM's header and checks it against the size of the file.
 * @param bytes the first bytes of the file, of a pipable WIM the last ones; fewer than {@link wimHeaderBytes} only when the file is shorter
 * @param fileBytes size of the file
 * @param file its name, for messages
 * @throws PrestageError media-not-a-wim, media-truncated, media-corrupt
 */
export function parseWimHeader(bytes: Buffer, fileBytes: number, file: string): WimHeader {
  return { ...parseHeaderMembers(bytes, fileBytes, file), ...parseTables(bytes, fileBytes, file) };
}

/** As {@link parseWimHeader}, without the tables: the header at the start of a pipable WIM has none. */
export function parseHeaderMembers(bytes: Buffer, fileBytes: number, file: string): WimHeaderMembers {
  const signed = hasWimSignature(bytes);
  if (fileBytes === 0 || (signed && bytes.length < wimHeaderBytes)) {
    throw truncated(file, fileBytes, wimHeaderBytes);
  }
  if (!signed) {
    throw new PrestageError({
      code: 'media-not-a-wim',
      message: `${sanitizeForDisplay(file, 300)} is not a WIM file.`,
    });
  }
  const size = bytes.readUInt32LE(8);
  if (size !== wimHeaderBytes) throw damagedHeader(file, `its size is ${size} bytes`);
  const version = bytes.readUInt32LE(12);
  if (!versions.has(version)) throw damagedHeader(file, `its version is ${version}`);

  const flags = bytes.readUInt32LE(16);
  const named = compressions.filter(([mask]) => (flags & mask) !== 0);
  const compressed = (flags & flagCompressed) !== 0;
  if (compressed && named.length !== 1) throw damagedHeader(file, 'its compression type is not known');
  const compression = compressed ? (named[0]?.[1] ?? 'none') : 'none';

  const part = bytes.readUInt16LE(40);
  const parts = bytes.readUInt16LE(42);
  if (part === 0 || part > parts) throw damagedHeader(file, `it claims to be part ${part} of ${parts}`);

  return {
    version,
    flags,
    compression,
    guid: bytes.toString('hex', 24, 40),
    part,
    parts,
    imageCount: bytes.readUInt32LE(44),
    bootIndex: bytes.readUInt32LE(120),
    chunkSize: bytes.readUInt32LE(20),
    pipable: startsPipable(bytes),
    writeInProgress: (flags & flagWriteInProgress) !== 0,
  };
}

function parseTables(
  bytes: Buffer,
  fileBytes: number,
  file: string,
): Pick<WimHeader, 'blobTable' | 'xml' | 'integrity'> {
  const blobTable = readWimResource(bytes, 48);
  const xml = readWimResource(bytes, 72);
  const integrity = readWimResource(bytes, 124);
  for (const { offset, storedBytes } of [blobTable, xml, integrity]) {
    if (storedBytes === 0) continue;
    if (offset < wimHeaderBytes) throw damagedHeader(file, 'a table is inside the header');
    const end = offset + storedBytes;
    if (end === Infinity) throw damagedHeader(file, 'a table is at an impossible position');
    if (end > fileBytes) throw truncated(file, fileBytes, end);
  }
  // An interrupted capture leaves a header without tables.
  if (xml.storedBytes === 0) throw damagedHeader(file, 'it has no XML data: the file was never finished');
  if (integrity.storedBytes !== integrity.originalBytes) {
    throw damagedHeader(file, 'the integrity table has two sizes');
  }
  if (xml.storedBytes !== xml.originalBytes) throw damagedHeader(file, 'the XML data has two sizes');
  return { blobTable, xml, integrity };
}
