import { basename } from 'node:path';
import { sanitizeForDisplay } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import { grouped } from '../../core/base/plurals';
import { readRange, withMediaFile, type WimFile } from '../media/wim-file';
import { blobEntryBytes, readWimResource, resourceFlags } from '../media/wim-header';

/** What a WIM's table of contents says of its data: which content lies where. */

export interface WimBlob {
  /** Hexadecimal SHA-1 of the content. */
  readonly sha1: string;
  /** Bytes from the file's start. */
  readonly offset: number;
  /** Bytes in the file. */
  readonly storedBytes: number;
  /** Bytes once decompressed. */
  readonly originalBytes: number;
  readonly compressed: boolean;
}

/** Most pieces of data of a media file that a difference is made of. A million is in no media that a task sequence applies. */
const mostBlobs = 2_000_000;

/** Every piece of data that lies by itself in the file, in its order; what is in solid resources is left out. @throws PrestageError difference-too-long */
export async function readBlobs({ path, bytes, header }: WimFile): Promise<WimBlob[]> {
  const { offset, storedBytes, flags } = header.blobTable;
  if ((flags & resourceFlags.compressed) !== 0 || storedBytes === 0) return [];
  if (storedBytes > mostBlobs * blobEntryBytes) {
    throw new PrestageError({
      code: 'difference-too-long',
      message: `${sanitizeForDisplay(basename(path), 200)} has ${grouped(Math.floor(storedBytes / blobEntryBytes))} pieces of data; a difference is made of ${grouped(mostBlobs)} at most.`,
    });
  }
  const table = await withMediaFile(path, (file) => readRange(file, path, offset, storedBytes));
  const blobs: WimBlob[] = [];
  for (let at = 0; at + blobEntryBytes <= table.length; at += blobEntryBytes) {
    const resource = readWimResource(table, at);
    if ((resource.flags & resourceFlags.solid) !== 0 || resource.storedBytes === 0) continue;
    if (resource.offset + resource.storedBytes > bytes) continue;
    blobs.push({
      sha1: table.toString('hex', at + 30, at + 50),
      offset: resource.offset,
      storedBytes: resource.storedBytes,
      originalBytes: resource.originalBytes,
      compressed: (resource.flags & resourceFlags.compressed) !== 0,
    });
  }
  return blobs.sort((left, right) => left.offset - right.offset);
}
