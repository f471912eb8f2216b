import { createHash } from 'node:crypto';
import { copyFile, open, readFile, truncate, writeFile } from 'node:fs/promises';

/** Where a resource is, as a WIM header or blob table tells it. */
interface Resource {
  readonly flags: number;
  readonly storedBytes: number;
  readonly offset: number;
  readonly originalBytes: number;
}

const headerBytes = 208;
const blobEntryBytes = 50;
const flagMetadata = 0x02;
const at = { flags: 16, chunkSize: 20, blobTable: 48, xml: 72, integrity: 124 } as const;

function readResource(bytes: Buffer, offset: number): Resource {
  return {
    storedBytes: bytes.readUIntLE(offset, 6),
    flags: bytes.readUInt8(offset + 7),
    offset: Number(bytes.readBigUInt64LE(offset + 8)),
    originalBytes: Number(bytes.readBigUInt64LE(offset + 16)),
  };
}

/** Every entry of the blob table: where the entry is in the file, and what it says. */
export function blobEntries(wim: Buffer): { entry: number; resource: Resource }[] {
  const table = readResource(wim, at.blobTable);
  const entries: { entry: number; resource: Resource }[] = [];
  for (let offset = 0; offset + blobEntryBytes <= table.originalBytes; offset += blobEntryBytes) {
    const entry = table.offset + offset;
    entries.push({ entry, resource: readResource(wim, entry) });
  }
  return entries;
}

function metadataEntry(wim: Buffer): { entry: number; resource: Resource } {
  const found = blobEntries(wim).find(({ resource }) => (resource.flags & flagMetadata) !== 0);
  if (found === undefined) throw new Error('this WIM has no metadata');
  return found;
}

/** The largest piece of file data. */
function dataResource(wim: Buffer): Resource {
  const data = blobEntries(wim)
    .map(({ resource }) => resource)
    .filter(({ flags }) => (flags & flagMetadata) === 0)
    .sort((a, b) => b.storedBytes - a.storedBytes)[0];
  if (data === undefined) throw new Error('this WIM has no data');
  return data;
}

/**
 * Changes the metadata of the first image of an uncompressed WIM, and what the file says of it (its SHA-1,
 * no integrity table any more), so that only what was changed is wrong.
 */
export async function patchMetadata(path: string, change: (metadata: Buffer) => void): Promise<void> {
  const wim = await readFile(path);
  const { entry, resource } = metadataEntry(wim);
  if (resource.storedBytes !== resource.originalBytes) throw new Error('the metadata is compressed');
  const metadata = wim.subarray(resource.offset, resource.offset + resource.originalBytes);
  change(metadata);
  createHash('sha1')
    .update(metadata)
    .digest()
    .copy(wim, entry + 30);
  wim.fill(0, at.integrity, at.integrity + 24);
  await writeFile(path, wim);
}

/** Where the directory entry with this name starts in the metadata. */
function findEntry(metadata: Buffer, name: string): number {
  const wanted = Buffer.from(name, 'utf16le');
  for (let offset = metadata.indexOf(wanted); offset >= 0; offset = metadata.indexOf(wanted, offset + 2)) {
    const entry = offset - 102;
    if (entry >= 0 && entry % 8 === 0 && metadata.readUInt16LE(entry + 100) === wanted.length) return entry;
  }
  throw new Error(`no entry ${name} in the metadata`);
}

/** Gives a directory entry another name of the same length. */
export function renameEntry(metadata: Buffer, from: string, to: string): void {
  if (from.length !== to.length) throw new Error('names must be of one length');
  metadata.write(to, findEntry(metadata, from) + 102, 'utf16le');
}

/** Adds bits to the attributes of the file with this name. */
export function addAttributes(metadata: Buffer, name: string, bits: number): void {
  const place = findEntry(metadata, name) + 8;
  metadata.writeUInt32LE((metadata.readUInt32LE(place) | bits) >>> 0, place);
}

/** Makes a reparse point of the file with this name: its content becomes the reparse data. */
export function makeReparsePoint(metadata: Buffer, name: string, tag: number, attributes = 0): void {
  addAttributes(metadata, name, 0x400 | attributes);
  metadata.writeUInt32LE(tag, findEntry(metadata, name) + 88);
}

const children = 16;

/** Files that a media file must have for {@link makeHostile}; give them as `extraFiles` of makeMedia. */
export const hostileFiles: Readonly<Record<string, string>> = {
  'Odd/aa': 'becomes ..',
  'Odd/.q/keep': 'becomes .',
  'Odd/_etc': 'becomes /etc',
  'Odd/folder/z': 'gets a sibling that claims to be inside',
  'Odd/folder_zz': 'becomes folder/zz',
  'Odd/back_slash': 'becomes a name with \\',
  'Odd/C_x': 'becomes C:x',
  'Odd/twin1': 'becomes twin2',
  'Odd/twin2': 'is twin2',
  'Odd/line_feed': 'becomes two lines',
  'Odd/line_/folder': 'becomes two lines that both look well',
  'Odd/loop/inner': 'its folder becomes its own ancestor',
  'Odd/nul_': 'becomes a name with NUL',
  'Odd/plain': 'becomes unnamed',
};

type HostileMaker = (metadata: Buffer) => void;

/** What can be wrong with the names in a WIM. Each takes the metadata of a media file with `hostileFiles`. */
export const hostileNames = {
  dotDot: (metadata) => {
    renameEntry(metadata, 'aa', '..');
  },
  absolute: (metadata) => {
    renameEntry(metadata, '_etc', '/etc');
  },
  slashInside: (metadata) => {
    renameEntry(metadata, 'folder_zz', 'folder/zz');
  },
  backslash: (metadata) => {
    renameEntry(metadata, 'back_slash', 'back\\slash');
  },
  colon: (metadata) => {
    renameEntry(metadata, 'C_x', 'C:x');
  },
  duplicate: (metadata) => {
    renameEntry(metadata, 'twin1', 'twin2');
  },
  lineFeed: (metadata) => {
    renameEntry(metadata, 'line_feed', 'line\nfeed');
  },
  twoLines: (metadata) => {
    renameEntry(metadata, 'line_feed', 'lin\n/feed');
  },
  nul: (metadata) => {
    renameEntry(metadata, 'nul_', 'nul\0');
  },
  unnamed: (metadata) => {
    metadata.writeUInt16LE(0, findEntry(metadata, 'plain') + 100);
  },
  cycle: (metadata) => {
    const ancestor = metadata.readBigUInt64LE(findEntry(metadata, 'Odd') + children);
    metadata.writeBigUInt64LE(ancestor, findEntry(metadata, 'loop') + children);
  },
  fileWithChildren: (metadata) => {
    const other = metadata.readBigUInt64LE(findEntry(metadata, 'loop') + children);
    metadata.writeBigUInt64LE(other, findEntry(metadata, 'plain') + children);
  },
} as const satisfies Record<string, HostileMaker>;

export type HostileName = keyof typeof hostileNames;

/**
 * Copies an uncompressed media file made with `hostileFiles` and makes one thing in its names hostile.
 * @param claim 'LZX' says in the header that the WIM is compressed; resources may be stored as they are
 */
export async function makeHostile(
  from: string,
  to: string,
  kind: HostileName,
  claim: 'none' | 'LZX' = 'none',
): Promise<string> {
  await copyFile(from, to);
  await patchMetadata(to, hostileNames[kind]);
  if (claim === 'LZX') {
    await patchBytes(to, (wim) => {
      wim.writeUInt32LE((wim.readUInt32LE(at.flags) | 0x2 | 0x40000) >>> 0, at.flags);
      wim.writeUInt32LE(32768, at.chunkSize);
    });
  }
  return to;
}

/** Reads a file, changes its bytes, writes it back. */
export async function patchBytes(path: string, change: (bytes: Buffer) => void): Promise<void> {
  const bytes = await readFile(path);
  change(bytes);
  await writeFile(path, bytes);
}

/** Flips one bit of one byte. `where` is data, metadata, or a byte offset. */
export async function flipByte(
  from: string,
  to: string,
  where: 'data' | 'metadata' | number,
): Promise<string> {
  const wim = await readFile(from);
  let offset: number;
  if (typeof where === 'number') offset = where;
  else {
    const resource = where === 'data' ? dataResource(wim) : metadataEntry(wim).resource;
    offset = resource.offset + Math.floor(resource.storedBytes / 2);
  }
  wim.writeUInt8(wim.readUInt8(offset) ^ 0x10, offset);
  await writeFile(to, wim);
  return to;
}

/** Copies a file and cuts it. `bytes` counts from the end when it is negative. */
export async function makeTruncated(from: string, to: string, bytes: number): Promise<string> {
  await copyFile(from, to);
  const file = await open(to);
  const { size } = await file.stat();
  await file.close();
  await truncate(to, bytes < 0 ? size + bytes : bytes);
  return to;
}

/** Copies a WIM with other XML data, put at the end of the file. */
export async function replaceXml(from: string, to: string, change: (xml: string) => string): Promise<string> {
  const wim = await readFile(from);
  const { offset, originalBytes } = readResource(wim, at.xml);
  const old = wim.subarray(offset, offset + originalBytes).toString('utf16le');
  const xml = Buffer.from(change(old), 'utf16le');
  wim.writeUIntLE(xml.length, at.xml, 6);
  wim.writeBigUInt64LE(BigInt(wim.length), at.xml + 8);
  wim.writeBigUInt64LE(BigInt(xml.length), at.xml + 16);
  wim.fill(0, at.integrity, at.integrity + 24);
  await writeFile(to, Buffer.concat([wim, xml]));
  return to;
}

/** An ESD as Microsoft's servers give it: marked as encrypted, and its blob table unreadable. */
export async function makeEncrypted(from: string, to: string): Promise<string> {
  await replaceXml(from, to, (xml) =>
    xml.replace('</WIM>', '<ESD><ENCRYPTED><KEY>AAAA</KEY></ENCRYPTED></ESD></WIM>'),
  );
  await patchBytes(to, (wim) => {
    const table = readResource(wim, at.blobTable);
    for (let index = 0; index < table.storedBytes; index += 1) {
      const offset = table.offset + index;
      wim.writeUInt8(wim.readUInt8(offset) ^ ((index * 37 + 11) & 0xff), offset);
    }
  });
  return to;
}

/** A file of the right size that is no WIM. */
export async function makeNotAWim(to: string, bytes = headerBytes * 10): Promise<string> {
  await writeFile(to, Buffer.alloc(bytes, 'PK\u0003\u0004 this is an archive of another kind '));
  return to;
}
