import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { threadId } from 'node:worker_threads';
import type { HoldPoint } from '../../helper/pipeline/hold-points';

/**
 * Stands in the place of helper/pipeline/hold-points.ts in the helper that test/support/held-programs.ts builds. Tells the
 * test (test/support/hold.ts) where this thread has come to, and goes on when the test closes the connection. Without a
 * test that listens it goes on at once.
 */
export async function holdPoint(point: HoldPoint, stopRequested: () => boolean): Promise<void> {
  await new Promise<void>((resolve) => {
    const connection = createConnection(join(tmpdir(), 'prestage-hold.sock'));
    // A stop is a flag in shared memory, which tells nobody that it was set.
    const timer = setInterval(() => {
      if (stopRequested()) connection.destroy();
    }, 20);
    connection.on('error', () => undefined);
    connection.on('close', () => {
      clearInterval(timer);
      resolve();
    });
    connection.resume();
    connection.write(`${point} ${threadId}\n`);
  });
}
