import type { PrestageError } from '../../core/base/errors';
import { timeouts } from '../../core/base/timeouts';
import { toolOnDisk } from '../tools/disk';
import { runTool, toolFailed } from '../tools/runner';

export interface Capture {
  /** Folder that becomes the image. */
  readonly tree: string;
  /** Must not exist. */
  readonly file: string;
  /** Of `wimlib-imagex capture`: name and description first, when it has them. */
  readonly options: readonly string[];
  /** Folder that the file is written to. */
  readonly place: string;
  readonly signal: AbortSignal;
}

/**
 * Makes a WIM of a folder.
 * @throws PrestageError tool-missing, tool-failed, state-unavailable, cancelled
 */
export async function captureWim({ tree, file, options, place, signal }: Capture): Promise<void> {
  const { status, stderr } = await runTool('wimlib-imagex', ['capture', tree, file, ...options], {
    signal,
    timeout: timeouts.listingTool,
  });
  if (status === 0) return;
  const failed: PrestageError = toolFailed('wimlib-imagex', 'could not make a media file', stderr);
  throw await toolOnDisk(
    stderr,
    { what: 'the new media', path: place, holds: 'No drive was touched.', code: 'state-unavailable' },
    failed,
  );
}
