import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { cancelled } from '../../core/base/errors';
import { timeouts } from '../../core/base/timeouts';
import { MiB } from '../../core/base/units';
import { SharedClaims } from './shared-claims';

/** A range of a file to hash. Offset and length in bytes. */
export interface HashPiece {
  readonly path: string;
  readonly offset: number;
  readonly length: number;
}

/** `length` is shorter than asked for where the file ended. */
export interface HashedPiece {
  readonly index: number;
  readonly sha256: string;
  readonly length: number;
}

export interface HashWorkerData {
  readonly pieces: readonly HashPiece[];
  readonly claims: SharedArrayBuffer;
}

/** More threads than this do not help: memory bandwidth is shared. */
const maxThreads = 4;

/** Bytes; a thread takes as long to start as these to hash with SHA extensions, and what else this one does goes on between two MiB. */
const withoutThreads = 64 * MiB;

/**
 * SHA-256 of pieces of files, on as many threads as there are cores; what is small needs none.
 * @param onProgress bytes done so far, ten times a second
 * @returns hashes in the pieces' order
 * @throws PrestageError cancelled; the file system's own error when a file cannot be read
 */
export async function hashPieces(
  pieces: readonly HashPiece[],
  onProgress: (bytesDone: number) => void,
  signal: AbortSignal,
): Promise<HashedPiece[]> {
  if (pieces.length === 0) return [];
  const claims = new SharedClaims();
  const onAbort = (): void => {
    claims.stop();
  };
  if (signal.aborted) claims.stop();
  signal.addEventListener('abort', onAbort, { once: true });
  const timer = setInterval(() => {
    onProgress(claims.bytesDone);
  }, timeouts.progressInterval);
  try {
    const bytes = pieces.reduce((sum, { length }) => sum + length, 0);
    const threads = Math.min(maxThreads, availableParallelism(), pieces.length);
    const runs =
      bytes <= withoutThreads
        ? [hashHere(pieces, claims)]
        : Array.from({ length: threads }, async () => await runThread({ pieces, claims: claims.buffer }));
    const settled = await Promise.allSettled(
      runs.map(async (run) => {
        try {
          return await run;
        } catch (error) {
          claims.stop();
          throw error;
        }
      }),
    );
    if (signal.aborted) throw cancelled('Hashing');
    const failed = settled.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    onProgress(claims.bytesDone);
    return settled
      .flatMap((result) => (result.status === 'fulfilled' ? result.value : []))
      .sort((left, right) => left.index - right.index);
  } finally {
    clearInterval(timer);
    signal.removeEventListener('abort', onAbort);
  }
}

/** As a thread does it (hash-worker.ts), in pieces so small that everything else goes on. */
async function hashHere(pieces: readonly HashPiece[], claims: SharedClaims): Promise<HashedPiece[]> {
  const buffer = Buffer.allocUnsafeSlow(MiB);
  const handles = new Map<string, FileHandle>();
  const hashed: HashedPiece[] = [];
  try {
    for (const [index, piece] of pieces.entries()) {
      const handle = handles.get(piece.path) ?? (await open(piece.path, 'r'));
      handles.set(piece.path, handle);
      const hash = createHash('sha256');
      let done = 0;
      while (done < piece.length && !claims.isStopped()) {
        const wanted = Math.min(buffer.length, piece.length - done);
        const { bytesRead } = await handle.read(buffer, 0, wanted, piece.offset + done);
        if (bytesRead === 0) break;
        hash.update(buffer.subarray(0, bytesRead));
        done += bytesRead;
        claims.addBytes(bytesRead);
      }
      if (claims.isStopped()) break;
      hashed.push({ index, sha256: hash.digest('hex'), length: done });
    }
    return hashed;
  } finally {
    for (const handle of handles.values()) await handle.close();
  }
}

async function runThread(data: HashWorkerData): Promise<HashedPiece[]> {
  return await new Promise((resolve, reject) => {
    const worker = new Worker(join(__dirname, 'hash-worker.cjs'), { workerData: data });
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) => {
      reject(new Error(`hash thread ended with ${code}`));
    });
  });
}
