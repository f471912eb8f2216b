import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { sanitizeForDisplay } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import { foreignKind, kindBytes } from '../../core/media/file-kind';
import { errorCodeOf } from '../../core/base/system-error';
import {
  type WimHeader,
  blobEntryBytes,
  damagedHeader,
  hasWimSignature,
  parseWimHeader,
  readWimResource,
  resourceFlags,
  startsPipable,
  truncated,
  wimHeaderBytes,
} from './wim-header';

/** One file of a media file, as far as its header and table of contents tell. */
export interface WimFile {
  /** Absolute. */
  readonly path: string;
  /** Size in bytes. */
  readonly bytes: number;
  readonly header: WimHeader;
}

/** Turns an errno of opening or reading a media file into one of our errors. */
export function mediaFileError(error: unknown, path: string): unknown {
  if (error instanceof PrestageError || !(error instanceof Error)) return error;
  const errno = errorCodeOf(error);
  if (errno === null || !/^E[A-Z0-9]+$/.test(errno)) return error;
  const name = sanitizeForDisplay(path, 300);
  if (errno === 'ENOENT' || errno === 'ENOTDIR') {
    return new PrestageError({
      code: 'media-not-found',
      message: `The file ${name} does not exist.`,
      cause: error.message,
    });
  }
  const denied = errno === 'EACCES' || errno === 'EPERM';
  return new PrestageError({
    code: 'media-unreadable',
    message: denied ? `You do not have permission to read ${name}.` : `${name} cannot be read (${errno}).`,
    cause: error.message,
    remedy: denied
      ? 'Change the permissions of the file, or copy it to a folder that you can read.'
      : 'Check the disk or share that the media is on, copy the media to another disk, then try again.',
  });
}

/**
 * Opens a media file for reading and calls `use` with it. Never waits on a pipe and never opens a device.
 * @throws PrestageError media-not-found, media-unreadable; whatever `use` throws
 */
export async function withMediaFile<T>(
  path: string,
  use: (file: FileHandle, bytes: number) => Promise<T>,
): Promise<T> {
  let file: FileHandle | null = null;
  try {
    // Not blocking: opening a named pipe would wait for somebody to write.
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    const details = await file.stat();
    if (!details.isFile()) {
      throw new PrestageError({
        code: 'media-unreadable',
        message: `${sanitizeForDisplay(path, 300)} is ${details.isDirectory() ? 'a folder' : 'not a regular file'}.`,
        remedy: 'Choose the WIM file.',
      });
    }
    return await use(file, details.size);
  } catch (error) {
    throw mediaFileError(error, path);
  } finally {
    await file?.close();
  }
}

/** Reads exactly this range. @throws PrestageError media-truncated when the file ends before */
export async function readRange(
  file: FileHandle,
  path: string,
  offset: number,
  bytes: number,
): Promise<Buffer> {
  const buffer = Buffer.alloc(bytes);
  for (let done = 0; done < bytes;) {
    const { bytesRead } = await file.read(buffer, done, bytes - done, offset + done);
    if (bytesRead === 0) throw truncated(path, offset + done, offset + bytes);
    done += bytesRead;
  }
  return buffer;
}

/**
 * Refuses a file that is something else, and says what.
 * @throws PrestageError media-not-a-wim
 */
function refuseForeignKind(start: Buffer, bytes: number, path: string): void {
  const name = sanitizeForDisplay(path, 300);
  if (bytes === 0) {
    throw new PrestageError({
      code: 'media-truncated',
      message: `${name} is empty: it has 0 bytes.`,
    });
  }
  const kind = hasWimSignature(start) ? null : foreignKind(start);
  if (kind === null) return;
  throw new PrestageError({
    code: 'media-not-a-wim',
    message: `${name} is not a WIM file. It is ${kind.what}.`,
    remedy: kind.remedy,
  });
}

/** Reads a media file's header. @throws PrestageError as {@link withMediaFile} and parseWimHeader */
export async function readWimFile(path: string): Promise<WimFile> {
  return await withMediaFile(path, async (file, bytes) => {
    const start = await readRange(file, path, 0, Math.min(kindBytes, bytes));
    refuseForeignKind(start, bytes, path);
    const atEnd = startsPipable(start) && bytes >= 2 * wimHeaderBytes;
    const first = atEnd
      ? await readRange(file, path, bytes - wimHeaderBytes, wimHeaderBytes)
      : start.subarray(0, wimHeaderBytes);
    // The end of a pipable WIM has a header, or the file was cut off.
    if (atEnd && !startsPipable(first)) throw truncated(path, bytes, bytes + wimHeaderBytes);
    return { path, bytes, header: parseWimHeader(first, bytes, path) };
  });
}

/** Read at a time: whole entries, about 1 MiB. */
const pieceBytes = blobEntryBytes * 20_000;
/** The original size that marks a solid resource itself, among the files that lie in it. */
const solidMark = 0x100000000;

/**
 * Reads a file's table of contents: every piece of data must lie within the file, or the file was cut off
 * and glued, or its table is damaged.
 * @returns whether there are solid resources
 * @throws PrestageError media-truncated, media-corrupt, media-unreadable
 */
export async function checkBlobTable({ path, bytes, header }: WimFile): Promise<{ solid: boolean }> {
  const table = header.blobTable;
  // No tool stores it compressed. wimlib would read it all the same, so let wimlib judge.
  if ((table.flags & resourceFlags.compressed) !== 0) return { solid: false };
  if (table.storedBytes !== table.originalBytes) {
    throw damagedHeader(path, 'its table of contents has two sizes');
  }
  return await withMediaFile(path, async (file) => {
    let solid = false;
    for (let at = 0; at + blobEntryBytes <= table.storedBytes; at += pieceBytes) {
      const piece = await readRange(
        file,
        path,
        table.offset + at,
        Math.min(pieceBytes, table.storedBytes - at),
      );
      for (let entry = 0; entry + blobEntryBytes <= piece.length; entry += blobEntryBytes) {
        const resource = readWimResource(piece, entry);
        const inSolid = (resource.flags & resourceFlags.solid) !== 0;
        solid ||= inSolid;
        // Within a solid resource, offsets count from its start.
        if (inSolid && resource.originalBytes !== solidMark) continue;
        if (piece.readUInt16LE(entry + 24) !== header.part) continue;
        const end = resource.offset + resource.storedBytes;
        if (end > bytes) throw truncated(path, bytes, end);
      }
    }
    return { solid };
  });
}
