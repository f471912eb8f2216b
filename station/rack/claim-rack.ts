import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { PrestageError } from '../../core/base/errors';
import { errorCodeOf } from '../../core/base/system-error';

/**
 * Claims the rack of a state folder for this process, and makes its folder, which is this user's alone. Of two programs that begin in one
 * instant each would find no socket, or a dead one, and make its own: the second would take the place of the first. What is claimed
 * is a name of the kernel (an abstract socket, unix(7)): it is given once, and is free again when its process ends, however that ends.
 * @returns what gives it back
 * @throws PrestageError rack-running
 */
export async function claimRack(folder: string): Promise<() => void> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  const { dev, ino, uid } = statSync(folder);
  const name = createHash('sha256').update(`prestage rack ${dev} ${ino} ${uid}`).digest('hex');
  const claim = createServer((socket) => socket.destroy());
  claim.unref();
  try {
    await listenAt(claim, `\0prestage-rack-${name}`);
  } catch (error) {
    if (errorCodeOf(error) === 'EADDRINUSE') throw rackRunning();
    throw error;
  }
  return () => {
    claim.close();
  };
}

export function rackRunning(): PrestageError {
  return new PrestageError({
    code: 'rack-running',
    message: 'The rack of this state folder is already being served.',
  });
}

/** @throws the system's errors */
export async function listenAt(server: Server, path: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
