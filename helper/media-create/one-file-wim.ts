import { createHash } from 'node:crypto';
import { wimHeaderBytes } from '../media/wim-header';

/**
 * A WIM of one file, around data that another WIM holds compressed. Its metadata (list of names, security descriptors) is the
 * only resource that wimlib-imagex does not hand out; in a WIM that lists the same bytes as a file's content, it does, and
 * compares their SHA-1. So no decompressor of our own is needed.
 * Source of the format: Microsoft, "Windows Imaging File Format (WIM)"; wimlib, include/wimlib/{header,metadata,dentry}.h.
 */
export interface StoredResource {
  /** As they lie in the other file. */
  readonly stored: Buffer;
  readonly compressed: boolean;
  /** Unpacked. */
  readonly originalBytes: number;
  /** Of the unpacked data, 20 bytes. */
  readonly sha1: Buffer;
}

/** Name of the one file. */
export const oneFileName = 'data';

const directory = 0x10;
const normal = 0x80;
const flagMetadata = 0x02;
const flagCompressed = 0x04;

/** One entry of a list of names, without security, times and streams. */
function entry(name: string, attributes: number, sha1: Buffer, childrenAt: number): Buffer {
  const text = Buffer.from(name, 'utf16le');
  const used = dentryBytes + (text.length === 0 ? 0 : text.length + 2);
  const bytes = Buffer.alloc(Math.ceil(used / 8) * 8);
  bytes.writeBigUInt64LE(BigInt(bytes.length), 0);
  bytes.writeUInt32LE(attributes, 8);
  bytes.writeInt32LE(-1, 12);
  bytes.writeBigUInt64LE(BigInt(childrenAt), 16);
  sha1.copy(bytes, 64);
  bytes.writeUInt16LE(text.length, 100);
  text.copy(bytes, dentryBytes);
  return bytes;
}

/** Bytes of an entry before its name. */
const dentryBytes = 102;
const noSha1 = Buffer.alloc(20);

function metadataOf({ sha1 }: StoredResource): Buffer {
  const security = Buffer.alloc(8);
  security.writeUInt32LE(8, 0);
  const endOfList = Buffer.alloc(8);
  const root = entry('', directory, noSha1, 0);
  const childrenAt = security.length + root.length + endOfList.length;
  root.writeBigUInt64LE(BigInt(childrenAt), 16);
  return Buffer.concat([security, root, endOfList, entry(oneFileName, normal, sha1, 0), endOfList]);
}

function blobEntry(offset: number, stored: number, original: number, flags: number, sha1: Buffer): Buffer {
  const bytes = Buffer.alloc(50);
  writeResource(bytes, 0, { offset, stored, original, flags });
  bytes.writeUInt16LE(1, 24);
  bytes.writeUInt32LE(1, 26);
  sha1.copy(bytes, 30);
  return bytes;
}

/** Writes the 24 bytes that say where a resource is. */
export function writeResource(
  into: Buffer,
  at: number,
  where: {
    readonly offset: number;
    readonly stored: number;
    readonly original: number;
    readonly flags: number;
  },
): void {
  into.writeUIntLE(where.stored % 2 ** 48, at, 6);
  into.writeUInt8(Math.floor(where.stored / 2 ** 48), at + 6);
  into.writeUInt8(where.flags, at + 7);
  into.writeBigUInt64LE(BigInt(where.offset), at + 8);
  into.writeBigUInt64LE(BigInt(where.original), at + 16);
}

/**
 * @param header the other WIM's, whose compression and chunk size the data has
 * @returns the parts of the file, one behind the other
 */
export function oneFileWim(header: Buffer, resource: StoredResource): Buffer[] {
  const own = Buffer.from(header.subarray(0, wimHeaderBytes));
  const metadata = metadataOf(resource);
  const xml = Buffer.from(
    '\uFEFF<WIM><IMAGE INDEX="1"><NAME>one</NAME><DIRCOUNT>1</DIRCOUNT><FILECOUNT>1</FILECOUNT></IMAGE></WIM>',
    'utf16le',
  );
  const dataAt = wimHeaderBytes;
  const metadataAt = dataAt + resource.stored.length;
  const table = Buffer.concat([
    blobEntry(
      dataAt,
      resource.stored.length,
      resource.originalBytes,
      resource.compressed ? flagCompressed : 0,
      resource.sha1,
    ),
    blobEntry(
      metadataAt,
      metadata.length,
      metadata.length,
      flagMetadata,
      createHash('sha1').update(metadata).digest(),
    ),
  ]);
  const tableAt = metadataAt + metadata.length;
  const xmlAt = tableAt + table.length;
  // One part, one image, which nothing starts; no integrity table.
  own.writeUInt16LE(1, 40);
  own.writeUInt16LE(1, 42);
  own.writeUInt32LE(1, 44);
  const flagsOfTable = { flags: flagMetadata };
  writeResource(own, 48, { offset: tableAt, stored: table.length, original: table.length, ...flagsOfTable });
  writeResource(own, 72, { offset: xmlAt, stored: xml.length, original: xml.length, ...flagsOfTable });
  own.fill(0, 96, wimHeaderBytes);
  return [own, resource.stored, metadata, table, xml];
}
