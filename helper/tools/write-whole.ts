/** What is written to: an open file. */
interface Target {
  write(
    bytes: Uint8Array,
    from: number,
    length: number,
    at: number,
  ): Promise<{ readonly bytesWritten: number }>;
}

/**
 * Writes all of a buffer at a place. A disk that fills takes a part of it without an error, and only what is asked of it next fails; where
 * room is made meanwhile, nothing fails.
 * @throws the system's error, of a disk that is full, too
 */
export async function writeWhole(file: Target, bytes: Uint8Array, at: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, at + done);
    if (bytesWritten === 0) throw Object.assign(new Error('nothing more was written'), { code: 'ENOSPC' });
    done += bytesWritten;
  }
}
