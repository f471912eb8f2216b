import { chown, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { PrestageError } from '../../core/base/errors';
import { isDataMounted } from './data-partition';

/** What the helper itself keeps on the data partition of a stick. */

/** @throws PrestageError live-no-data */
export async function requireData(): Promise<void> {
  if (await isDataMounted()) return;
  throw new PrestageError({
    code: 'live-no-data',
    message: 'There is no open data partition to keep this on.',
  });
}

/**
 * Writes a file whole or not at all; it is on the medium before anybody is told.
 * @param owner user id, who is its group as well; null: root
 */
export async function keepFile(
  path: string,
  content: Buffer | string,
  mode: number,
  owner: number | null = null,
): Promise<void> {
  const temporary = `${path}.tmp`;
  await rm(temporary, { force: true });
  const file = await open(temporary, 'wx', mode);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  if (owner !== null) await chown(temporary, owner, owner);
  await rename(temporary, path);
  const folder = await open(dirname(path), 'r');
  await folder.sync();
  await folder.close();
}
