import { createHash } from 'node:crypto';
import { open, stat, type FileHandle } from 'node:fs/promises';
import { readRange, readWimFile, type WimFile } from '../media/wim-file';
import { resourceFlags, wimHeaderBytes } from '../media/wim-header';
import { innerFile, innerFolder, topFile, topFolder } from '../media/descriptors';
import { describeEntries, type NamedEntry } from '../media/image-metadata';
import { metadataEntry, unpackMetadata } from '../media/read-metadata';
import { writeResource } from '../media/small-wim';
import { writeWhole } from '../tools/write-whole';

/**
 * Gives what was added to a WIM of one image the security descriptors that wimlib cannot give on Linux: the metadata is read, and
 * written once more behind what is there. wimlib rewrites it, packed, with its next change.
 * @param file nobody else knows of it yet: it is changed where it lies
 * @param folders in upper case, such as `/SMS`: what is there or below and has no descriptor gets one
 * @param scratch folder for temporary files, on the same disk
 * @returns entries that got one
 * @throws PrestageError media-corrupt, tool-missing, cancelled; the system's error when the disk takes no more
 */
export async function protectAdded(
  file: string,
  folders: readonly string[],
  scratch: string,
  signal: AbortSignal,
): Promise<number> {
  const wim = await readWimFile(file);
  const handle = await open(file, 'r+');
  try {
    const { table, entry } = await metadataEntry(handle, wim, 1);
    const metadata = await unpackMetadata(handle, wim, { table, entry }, scratch, signal);
    const described = describeEntries(metadata, chooser(folders));
    if (described.changed > 0) await append(handle, wim, table, entry, described.metadata);
    return described.changed;
  } finally {
    await handle.close();
  }
}

/** Who gets which descriptor: an entry below one of ours inherits, any other is closed against the folder it is in. */
function chooser(folders: readonly string[]): (entry: NamedEntry) => Buffer | null {
  const ours = new Set<string>();
  return ({ path, folder, described }) => {
    if (described || !folders.some((top) => path === top || path.startsWith(`${top}/`))) return null;
    const inner = ours.has(path.slice(0, path.lastIndexOf('/')));
    if (folder) ours.add(path);
    return folder ? (inner ? innerFolder : topFolder) : inner ? innerFile : topFile;
  };
}

/** Writes metadata, table of contents and XML behind what is there, then the header that names them. */
async function append(
  handle: FileHandle,
  { path, header }: WimFile,
  table: Buffer,
  entry: number,
  metadata: Buffer,
): Promise<void> {
  const end = (await stat(path)).size;
  const xml = await readRange(handle, path, header.xml.offset, header.xml.storedBytes);
  const where = {
    offset: end,
    stored: metadata.length,
    original: metadata.length,
    flags: resourceFlags.metadata,
  };
  writeResource(table, entry, where);
  createHash('sha1')
    .update(metadata)
    .digest()
    .copy(table, entry + 30);
  const start = await readRange(handle, path, 0, wimHeaderBytes);
  const tableAt = end + metadata.length;
  const xmlAt = tableAt + table.length;
  const flags = resourceFlags.metadata;
  writeResource(start, 48, { offset: tableAt, stored: table.length, original: table.length, flags });
  writeResource(start, 72, { offset: xmlAt, stored: xml.length, original: xml.length, flags });
  // A boot index has the metadata's place once more; there is no integrity table until the end.
  if (header.bootIndex > 0) writeResource(start, 96, where);
  start.fill(0, 124, 148);
  for (const [bytes, at] of [
    [metadata, end],
    [table, tableAt],
    [xml, xmlAt],
    [start, 0],
  ] as const) {
    await writeWhole(handle, bytes, at);
  }
}
