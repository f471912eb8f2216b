import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { sanitizeForDisplay } from '../../core/base/display';
import { diskFaultOf } from '../../core/base/disk-refusal';
import { PrestageError } from '../../core/base/errors';
import { errorCodeOf } from '../../core/base/system-error';
import { trainingMediaName } from '../../core/media/training-media';
import { onDisk } from '../tools/disk';
import { captureWim } from './capture-wim';
import { makeTrainingTree } from './training-tree';

/**
 * Makes the media that practice is done with: a few MiB that look like prestaged media and start nothing.
 * @param directory is made when it is missing; a training media file in it is replaced
 * @returns its file and its SHA-256, which is that of the bytes that were made, not of what lies there later
 * @throws PrestageError state-unavailable when the folder takes no file, tool-missing, tool-failed, cancelled
 */
export async function makeTrainingMedia(
  directory: string,
  signal: AbortSignal,
): Promise<{ path: string; sha256: string }> {
  const place = {
    what: 'the training media',
    path: directory,
    holds: 'No drive was touched.',
    code: 'state-unavailable' as const,
  };
  return await onDisk(place, async () => {
    const folder = await ownFolder(directory);
    try {
      const tree = join(folder, 'tree');
      const made = join(folder, 'training-media.wim');
      await makeTrainingTree(tree, { driverPacks: ['Latitude-5440'] }, signal);
      const options = [trainingMediaName, 'Made by Prestage for practice. It does not start.', '--check'];
      await captureWim({ tree, file: made, options: [...options, '--compress=LZX'], place: folder, signal });
      const sha256 = createHash('sha256')
        .update(await readFile(made))
        .digest('hex');
      const path = join(directory, basename(made));
      await rename(made, path);
      return { path, sha256 };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
}

/** A folder for the work, on the same disk: what is only begun never has the media's name. */
async function ownFolder(directory: string): Promise<string> {
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    return await mkdtemp(join(directory, '.making-'));
  } catch (error) {
    if (diskFaultOf(errorCodeOf(error)) !== null) throw error;
    throw new PrestageError({
      code: 'state-unavailable',
      message: `The training media cannot be made in ${sanitizeForDisplay(directory, 300)}.`,
      cause: error instanceof Error ? error.message : String(error),
      remedy:
        'No drive was touched. Check that the folder exists and that you can write to it, then try again.',
    });
  }
}
