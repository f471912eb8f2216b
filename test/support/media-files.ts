import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { PrestageError, type ErrorData } from '../../core/base/errors';
import { hostileFiles, makeMedia, type MadeMedia } from './wim';

/** Media of several kinds, and what is said of one that cannot be used. */

export let folder: string;
/** Uncompressed, with the files that can be made hostile. */
export let plain: MadeMedia;

/** Compressed, with an integrity table and two images. */
export let packed: MadeMedia;

export let split: MadeMedia;
export const nothing = (): void => undefined;
export async function failure(promise: Promise<unknown>): Promise<ErrorData> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof PrestageError) return error.data;
    throw error;
  }
  throw new Error('it should have failed');
}

/** Makes the media once. Call it once, at the top of the test file. */
export function useMediaFiles(): void {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'prestage-media-test-'));
    plain = await makeMedia(join(folder, 'plain'), { extraFiles: hostileFiles });
    packed = await makeMedia(join(folder, 'packed'), { compression: 'LZX', integrity: true, images: 2 });
    split = await makeMedia(join(folder, 'set [1]*?{a}\\b'), {
      compression: 'XPRESS',
      splitBytes: 300_000,
      integrity: true,
    });
  });
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });
}
