import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sanitizeForDisplay } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import { timeouts } from '../../core/base/timeouts';
import { leftOutOf, losesContent, type LeftOut } from '../../core/media/left-out';
import { applyWarnings } from '../../core/media/wim-listing';
import { runTool } from '../tools/runner';
import { wimlibFailure, wimlibStatus } from '../tools/wimlib';
import { readDentries } from './dentries';
import { listingMemory, type ImageSource } from './image-source';
import { inTemporaryFolder, noTemporaryFile } from '../tools/disk';

/**
 * What an apply of an image to an NTFS volume would leave out. wimlib says it after it has read the image and found
 * all of its data, and before it opens the volume: so it is asked to apply to an empty file, which is no volume, and
 * ends there. Nothing is written.
 * @throws PrestageError media-content-left-out when content of files would be missing; media-…, tool-missing, cancelled
 */
export async function findLeftOut(source: ImageSource, signal: AbortSignal | undefined): Promise<LeftOut[]> {
  const { wim, refs, imageIndex } = source;
  return await inTemporaryFolder('apply', async (folder) => {
    const noVolume = join(folder, 'empty');
    await writeFile(noVolume, '', { mode: 0o600 }).catch(noTemporaryFile);
    const { status, stderr } = await runTool(
      'wimlib-imagex',
      ['apply', wim, String(imageIndex), noVolume, ...refs],
      { signal, timeout: timeouts.mediaListing, memoryLimit: listingMemory },
    );
    const ended = status === wimlibStatus.ntfsFailed && stderr.includes('Failed to mount');
    if (!ended) throw wimlibFailure(status, stderr, wim);
    const found = leftOutOf(applyWarnings(stderr));
    const lost = found.find(losesContent);
    if (lost !== undefined) throw await contentLeftOut(source, lost.count, signal);
    return found;
  });
}

/** The refusal of an image of which files would come without their content. */
async function contentLeftOut(
  source: ImageSource,
  count: number,
  signal: AbortSignal | undefined,
): Promise<PrestageError> {
  const examples: string[] = [];
  await readDentries(source, signal, ({ path, attributes }) => {
    if (examples.length < 3 && attributes.encrypted && !attributes.directory) examples.push(path);
  });
  const shown = examples.map((path) => sanitizeForDisplay(path.replaceAll('/', '\\'), 200)).join(', ');
  const many = count === 1 ? '1 file is' : `${count} files are`;
  return new PrestageError({
    code: 'media-content-left-out',
    message: `${sanitizeForDisplay(source.wim, 300)} cannot be written completely: in image ${source.imageIndex}, ${many} EFS-encrypted (${shown}${count > examples.length ? ', …' : ''}), and nothing of ${count === 1 ? 'its' : 'their'} content would be on the drive.`,
  });
}
