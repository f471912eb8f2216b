/** Aligned buffers and whole transfers for direct I/O. */
import { fdatasync, read, write } from 'node:fs';
import { promisify } from 'node:util';

// TypeScript knows WebAssembly only with the DOM's types, which do not belong here.
declare const WebAssembly: {
  Memory: new (descriptor: { initial: number }) => { readonly buffer: ArrayBuffer };
};

const readAsync = promisify(read);
const writeAsync = promisify(write);

/** Flushes a drive's own write cache as well. */
export const flushDrive = promisify(fdatasync);

/**
 * Memory that direct I/O accepts: WebAssembly memory starts on a page border (docs/adr/0007), which
 * Buffer.alloc does not promise.
 */
export function alignedBuffer(bytes: number): Buffer {
  const pageBytes = 64 * 1024;
  return Buffer.from(new WebAssembly.Memory({ initial: Math.ceil(bytes / pageBytes) }).buffer, 0, bytes);
}

/** A transfer ended early though nothing failed: the file or the drive is shorter than it said. */
export class ShortTransfer extends Error {
  readonly code = 'SHORT';
}

/** Reads exactly `length` bytes at `position`. Throws the system's error, or {@link ShortTransfer}. */
export async function readFully(fd: number, buffer: Buffer, length: number, position: number): Promise<void> {
  for (let done = 0; done < length;) {
    const { bytesRead } = await readAsync(fd, buffer, done, length - done, position + done);
    if (bytesRead === 0) throw new ShortTransfer(`${done} of ${length} bytes read`);
    done += bytesRead;
  }
}

/** Writes exactly `length` bytes at `position`. Throws the system's error, or {@link ShortTransfer}. */
export async function writeFully(
  fd: number,
  buffer: Buffer,
  length: number,
  position: number,
): Promise<void> {
  for (let done = 0; done < length;) {
    const { bytesWritten } = await writeAsync(fd, buffer, done, length - done, position + done);
    if (bytesWritten === 0) throw new ShortTransfer(`${done} of ${length} bytes written`);
    done += bytesWritten;
  }
}
