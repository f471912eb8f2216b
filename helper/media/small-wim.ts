import { createHash, randomBytes } from 'node:crypto';
import { innerFile, innerFolder, topFile, topFolder } from './descriptors';
import { blobEntryBytes, resourceFlags, wimHeaderBytes } from './wim-header';

/**
 * Small WIMs that make wimlib do what it has no command for. {@link oneFileWim} is of one file, around data that another WIM holds
 * compressed: that one's metadata (list of names, security descriptors) is the only resource that wimlib-imagex does not hand out; in
 * a WIM that lists the same bytes as a file's content, it does, and compares their SHA-1. So no decompressor of our own is needed.
 * {@link treeWim} has names alone, {@link imageWim} the names of a whole image.
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

export interface Entry {
  readonly name: string;
  /** Of a file's content; null for a folder. */
  readonly sha1: Buffer | null;
  /** Number of its security descriptor, -1 for none. */
  readonly security: number;
  /** 100 nanoseconds since 1601. */
  readonly time: bigint;
}

/** One entry of a list of names, without further streams. */
export function entryBytesOf({ name, sha1, security, time }: Entry, childrenAt: number): Buffer {
  const text = Buffer.from(name, 'utf16le');
  const used = dentryBytes + (text.length === 0 ? 0 : text.length + 2);
  const bytes = Buffer.alloc(Math.ceil(used / 8) * 8);
  bytes.writeBigUInt64LE(BigInt(bytes.length), 0);
  bytes.writeUInt32LE(sha1 === null ? directory : normal, 8);
  bytes.writeInt32LE(security, 12);
  bytes.writeBigUInt64LE(BigInt(childrenAt), 16);
  for (const at of [40, 48, 56]) bytes.writeBigUInt64LE(time, at);
  (sha1 ?? noSha1).copy(bytes, 64);
  bytes.writeUInt16LE(text.length, 100);
  text.copy(bytes, dentryBytes);
  return bytes;
}

/** Bytes of an entry before its name. */
const dentryBytes = 102;
const noSha1 = Buffer.alloc(20);

/** A folder that is laid out: its entry comes before its list of children. */
interface Folder {
  readonly entry: Entry;
  readonly folders: Map<string, Folder>;
  readonly files: Entry[];
}

/** Security descriptors, then all entries, folder by folder. */
function metadataOf(root: Folder, descriptors: readonly Buffer[]): Buffer {
  const security = securityPart(descriptors);
  const endOfList = Buffer.alloc(8);
  const sizeOf = (entry: Entry): number => entryBytesOf(entry, 0).length;
  const order: Folder[] = [root];
  for (const folder of order) order.push(...folder.folders.values());
  // Where each folder's list begins: behind the root, in the order in which the folders are visited.
  const places = new Map<Folder, number>();
  let next = security.length + sizeOf(root.entry) + endOfList.length;
  for (const folder of order) {
    places.set(folder, next);
    const entries = [...[...folder.folders.values()].map(({ entry }) => entry), ...folder.files];
    next += entries.reduce((sum, entry) => sum + sizeOf(entry), endOfList.length);
  }
  const parts = [security, entryBytesOf(root.entry, places.get(root) ?? 0), endOfList];
  for (const folder of order) {
    for (const inner of folder.folders.values()) {
      parts.push(entryBytesOf(inner.entry, places.get(inner) ?? 0));
    }
    parts.push(...folder.files.map((entry) => entryBytesOf(entry, 0)), endOfList);
  }
  return Buffer.concat(parts);
}

/** Descriptors as the metadata of an image begins with them. */
export function securityPart(descriptors: readonly Buffer[]): Buffer {
  const head = Buffer.alloc(8 + 8 * descriptors.length);
  const used = descriptors.reduce((sum, one) => sum + one.length, head.length);
  const bytes = Buffer.concat([head, ...descriptors], Math.ceil(used / 8) * 8);
  bytes.writeUInt32LE(bytes.length, 0);
  bytes.writeUInt32LE(descriptors.length, 4);
  for (const [index, one] of descriptors.entries()) {
    bytes.writeBigUInt64LE(BigInt(one.length), 8 + 8 * index);
  }
  return bytes;
}

function blobEntry(offset: number, stored: number, original: number, flags: number, sha1: Buffer): Buffer {
  const bytes = Buffer.alloc(blobEntryBytes);
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
  const root: Folder = {
    entry: { name: '', sha1: null, security: -1, time: 0n },
    folders: new Map(),
    files: [{ name: oneFileName, sha1: resource.sha1, security: -1, time: 0n }],
  };
  const { stored, originalBytes, compressed, sha1 } = resource;
  const flags = compressed ? resourceFlags.compressed : 0;
  const blob = blobEntry(wimHeaderBytes, stored.length, originalBytes, flags, sha1);
  return smallWim(Buffer.from(header.subarray(0, wimHeaderBytes)), metadataOf(root, []), stored, [blob]);
}

/** A file of a {@link treeWim}, whose content lies in another WIM. */
export interface TreeFile {
  /** From the root: `['Recovery', 'WindowsRE', 'Winre.wim']`. */
  readonly path: readonly string[];
  /** Of its content, as the other WIM has it: 20 bytes. */
  readonly sha1: Buffer;
}

/**
 * A WIM that holds names and security descriptors and no content: wimlib takes the content from the WIM that it is told of with
 * `--ref`, by its SHA-1, which it compares while it applies. So files are laid anywhere on a volume with one reading of the media
 * and no copy in between. Everything belongs to the administrators ({@link topFolder}); what lies in the root is closed by itself.
 * @param time of all that it holds
 * @returns the parts of the file, one behind the other
 */
export function treeWim(files: readonly TreeFile[], time: Date): Buffer[] {
  const moment = { time: wimTime(time) };
  // The root is the volume's own, with the descriptor that it has.
  const root = folderOf({ name: '', sha1: null, security: -1, ...moment });
  for (const { path, sha1 } of files) {
    let folder = root;
    for (const name of path.slice(0, -1)) {
      const security = folder === root ? 0 : 1;
      const inner = folder.folders.get(name) ?? folderOf({ name, sha1: null, security, ...moment });
      folder.folders.set(name, inner);
      folder = inner;
    }
    const security = folder === root ? 2 : 3;
    folder.files.push({ name: path.at(-1) ?? '', sha1, security, ...moment });
  }
  const metadata = metadataOf(root, [topFolder, innerFolder, topFile, innerFile]);
  return smallWim(plainHeader(), metadata, Buffer.alloc(0), []);
}

/** Content that an {@link imageWim} holds itself. */
export interface OwnContent {
  readonly bytes: Buffer;
  /** 20 bytes. */
  readonly sha1: Buffer;
}

/**
 * A WIM of one image with metadata that was made from another's: it holds what is new, and everything else is in the WIM that
 * wimlib is told of with `--ref`.
 * @returns the parts of the file, one behind the other
 */
export function imageWim(metadata: Buffer, contents: readonly OwnContent[]): Buffer[] {
  let at = wimHeaderBytes;
  const blobs = contents.map(({ bytes, sha1 }) => {
    const entry = blobEntry(at, bytes.length, bytes.length, 0, sha1);
    at += bytes.length;
    return entry;
  });
  return smallWim(plainHeader(), metadata, Buffer.concat(contents.map(({ bytes }) => bytes)), blobs);
}

/** Now, as an entry of a list of names has it. */
export function wimTime(time: Date): bigint {
  return BigInt(time.getTime() + millisecondsTo1970) * 10_000n;
}

function folderOf(entry: Entry): Folder {
  return { entry, folders: new Map(), files: [] };
}

/** Milliseconds between the start of 1601, which Windows counts from, and that of 1970. */
const millisecondsTo1970 = 11_644_473_600_000;

/** Of a WIM in which nothing is compressed. */
function plainHeader(): Buffer {
  const header = Buffer.alloc(wimHeaderBytes);
  header.write('MSWIM\0\0\0', 0, 'latin1');
  header.writeUInt32LE(wimHeaderBytes, 8);
  header.writeUInt32LE(plainVersion, 12);
  randomBytes(16).copy(header, 24);
  return header;
}

/** WIM 1.13, as all but ESD files are. */
const plainVersion = 0x10d00;

/** One image: header, content, metadata, table of contents, XML data. */
function smallWim(own: Buffer, metadata: Buffer, content: Buffer, blobs: readonly Buffer[]): Buffer[] {
  const xml = Buffer.from(
    '\uFEFF<WIM><IMAGE INDEX="1"><NAME>one</NAME><DIRCOUNT>1</DIRCOUNT><FILECOUNT>1</FILECOUNT></IMAGE></WIM>',
    'utf16le',
  );
  const metadataAt = wimHeaderBytes + content.length;
  const sha1 = createHash('sha1').update(metadata).digest();
  const ofMetadata = blobEntry(metadataAt, metadata.length, metadata.length, resourceFlags.metadata, sha1);
  const table = Buffer.concat([...blobs, ofMetadata]);
  const tableAt = metadataAt + metadata.length;
  const xmlAt = tableAt + table.length;
  // One part, one image, which nothing starts; no integrity table.
  own.writeUInt16LE(1, 40);
  own.writeUInt16LE(1, 42);
  own.writeUInt32LE(1, 44);
  const flagsOfTable = { flags: resourceFlags.metadata };
  writeResource(own, 48, { offset: tableAt, stored: table.length, original: table.length, ...flagsOfTable });
  writeResource(own, 72, { offset: xmlAt, stored: xml.length, original: xml.length, ...flagsOfTable });
  own.fill(0, 96, wimHeaderBytes);
  return [own, content, metadata, table, xml];
}
