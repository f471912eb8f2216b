/** Unpacks the metadata of an image: its security descriptors and its list of names. */
import { open, readFile, rm, writeFile, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { PrestageError } from '../../core/base/errors';
import { timeouts } from '../../core/base/timeouts';
import { runTool } from '../tools/runner';
import { wimlibFailure } from '../tools/wimlib';
import { listingMemory } from './image-source';
import { oneFileName, oneFileWim } from './small-wim';
import { readRange, readWimFile, type WimFile } from './wim-file';
import { blobEntryBytes, readWimResource, resourceFlags, wimHeaderBytes } from './wim-header';

/**
 * @param file of a split set the first part: it has the metadata of all images
 * @param scratch folder for temporary files
 * @throws PrestageError media-corrupt, media-unreadable, tool-missing, cancelled
 */
export async function readMetadata(
  file: string,
  imageIndex: number,
  scratch: string,
  signal: AbortSignal,
): Promise<Buffer> {
  const wim = await readWimFile(file);
  const handle = await open(file, 'r');
  try {
    const place = await metadataEntry(handle, wim, imageIndex);
    return await unpackMetadata(handle, wim, place, scratch, signal);
  } finally {
    await handle.close();
  }
}

/** The table of contents of a WIM, and where in it the entry of an image's metadata begins. */
export interface MetadataPlace {
  readonly table: Buffer;
  readonly entry: number;
}

/** @param imageIndex from 1 on: metadata stands in the order of the images. Of a WIM of one image, the only one. */
export async function metadataEntry(
  handle: FileHandle,
  { path, header }: WimFile,
  imageIndex: number,
): Promise<MetadataPlace> {
  const { offset, storedBytes, flags } = header.blobTable;
  const table = await readRange(handle, path, offset, storedBytes);
  const found: number[] = [];
  for (let at = 0; at + blobEntryBytes <= table.length; at += blobEntryBytes) {
    if ((table.readUInt8(at + 7) & resourceFlags.metadata) !== 0) found.push(at);
  }
  const entry = found[imageIndex - 1];
  if (entry === undefined || found.length !== header.imageCount || (flags & resourceFlags.compressed) !== 0) {
    throw new PrestageError({
      code: 'media-corrupt',
      message: `The table of contents of the media does not say where the list of files of image ${imageIndex} is.`,
    });
  }
  return { table, entry };
}

/** @param scratch folder for temporary files, which are gone again afterwards */
export async function unpackMetadata(
  handle: FileHandle,
  { path }: WimFile,
  { table, entry: at }: MetadataPlace,
  scratch: string,
  signal: AbortSignal,
): Promise<Buffer> {
  const entry = table.subarray(at, at + blobEntryBytes);
  const { offset, storedBytes, originalBytes, flags } = readWimResource(entry, 0);
  const stored = await readRange(handle, path, offset, storedBytes);
  const compressed = (flags & resourceFlags.compressed) !== 0;
  if (!compressed) return stored;
  const header = await readRange(handle, path, 0, wimHeaderBytes);
  const wrapper = join(scratch, 'metadata.wim');
  const outputFile = join(scratch, 'metadata');
  try {
    const resource = { stored, compressed, originalBytes, sha1: entry.subarray(30, 50) };
    await writeFile(wrapper, oneFileWim(header, resource), { mode: 0o600 });
    const { status, stderr } = await runTool(
      'wimlib-imagex',
      ['extract', wrapper, '1', `/${oneFileName}`, '--to-stdout', '--no-globs'],
      { signal, timeout: timeouts.mediaListing, memoryLimit: listingMemory, outputFile },
    );
    if (status !== 0) throw wimlibFailure(status, stderr, path);
    const metadata = await readFile(outputFile);
    if (metadata.length !== originalBytes) throw wimlibFailure(26, stderr, path);
    return metadata;
  } finally {
    await rm(wrapper, { force: true });
    await rm(outputFile, { force: true });
  }
}
