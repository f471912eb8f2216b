import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';

/**
 * Reads a file that somebody brought. What is no file is refused before it is read: a named pipe without a writer would hold the
 * process for ever, and a device has no end.
 * @param limit bytes
 * @throws Error when it is no file, is larger or cannot be read
 */
export function readSmallFile(file: string, limit: number): Buffer {
  const descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  try {
    const details = fstatSync(descriptor);
    if (!details.isFile()) throw new Error('not a file');
    if (details.size > limit) throw new Error(`larger than ${limit} bytes`);
    return readFileSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
