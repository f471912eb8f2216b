import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { SharedClaims } from './shared-claims';
import type { HashedPiece, HashWorkerData } from './hash';

/**
 * One hashing thread. Synchronous on purpose: it has nothing else to do, and hashing blocks its thread
 * anyway (docs/adr/0007).
 */
const bufferBytes = 8 * 1024 * 1024;

function run(data: HashWorkerData): HashedPiece[] {
  const claims = new SharedClaims(data.claims);
  const buffer = Buffer.allocUnsafeSlow(bufferBytes);
  const open = new Map<string, number>();
  const hashed: HashedPiece[] = [];
  try {
    for (;;) {
      const index = claims.claim();
      const piece = data.pieces[index];
      if (piece === undefined || claims.isStopped()) return hashed;
      let fd = open.get(piece.path);
      if (fd === undefined) {
        fd = openSync(piece.path, 'r');
        open.set(piece.path, fd);
      }
      const hash = createHash('sha256');
      let done = 0;
      while (done < piece.length && !claims.isStopped()) {
        const wanted = Math.min(bufferBytes, piece.length - done);
        const read = readSync(fd, buffer, 0, wanted, piece.offset + done);
        if (read === 0) break;
        hash.update(buffer.subarray(0, read));
        done += read;
        claims.addBytes(read);
      }
      hashed.push({ index, sha256: hash.digest('hex'), length: done });
    }
  } finally {
    for (const fd of open.values()) closeSync(fd);
  }
}

parentPort?.postMessage(run(workerData as HashWorkerData));
