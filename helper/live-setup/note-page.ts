import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { livePaths } from '../../core/live/live-system';
import { requireLive } from './medium';

/**
 * Notes for the rest of the system that the app's page stands: what waits for that (build/live) then names the running slot as known to
 * come up. @throws PrestageError live-only
 */
export async function notePage(): Promise<void> {
  await requireLive();
  await mkdir(dirname(livePaths.page), { recursive: true });
  const temporary = `${livePaths.page}.tmp`;
  await writeFile(temporary, `${new Date().toISOString()}\n`, { mode: 0o644 });
  await rename(temporary, livePaths.page);
}
