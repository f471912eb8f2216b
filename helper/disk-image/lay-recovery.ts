/** Lays the recovery environment on the Recovery partition of a disk image (docs/adr/0045-recovery.md). */
import { rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { sanitizeForDisplay } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import { applyWarnings } from '../../core/media/wim-listing';
import type { Media } from '../../core/media/media';
import { recoveryOnPartition, type Recovery } from '../../core/media/recovery';
import { treeWim } from '../media/small-wim';
import { wimlibReferences } from '../media/wim-source';
import { cachePlace, toolOnDisk } from '../tools/disk';
import { runTool } from '../tools/runner';
import { wimlibFailure } from '../tools/wimlib';

/**
 * Puts Winre.wim where Windows looks for it, closed to everybody but administrators and the system. Its content comes from the
 * media, by its SHA-1, which wimlib compares; the copy in `\Windows` stays.
 * @param volume the Recovery partition's file: an empty NTFS volume
 * @param scratch a file that does not exist; it is gone again afterwards
 * @throws PrestageError render-no-space, render-failed, media-…, cancelled
 */
export async function layRecovery(
  media: Pick<Media, 'files'>,
  recovery: Recovery,
  volume: string,
  scratch: string,
  signal: AbortSignal,
): Promise<void> {
  const file = { path: recoveryOnPartition, sha1: Buffer.from(recovery.sha1, 'hex') };
  await writeFile(scratch, treeWim([file], new Date()), { mode: 0o600, flag: 'wx' });
  try {
    const args = ['apply', scratch, '1', volume, ...wimlibReferences(media)];
    const { status, stderr } = await runTool('wimlib-imagex', args, { signal });
    if (status !== 0) {
      const [first = ''] = media.files;
      throw await toolOnDisk(stderr, cachePlace(dirname(volume)), wimlibFailure(status, stderr, first));
    }
    const [warning] = applyWarnings(stderr);
    if (warning === undefined) return;
    throw new PrestageError({
      code: 'render-failed',
      message:
        'The disk image could not be made: wimlib-imagex, for the Recovery partition, warned of something.',
      cause: sanitizeForDisplay(warning, 400),
    });
  } finally {
    await rm(scratch, { force: true });
  }
}
