import { sanitizeForDisplay } from '../../core/base/display';
import { wimlibWarnings } from '../../core/media/wim-listing';
import { runTool } from '../tools/runner';
import { wimlibFailure, WimlibProgress } from '../tools/wimlib';
import { openMedia } from './open-media';
import { wimlibSourceArguments } from './wim-source';

/** Warnings that are passed on. */
const warningLimit = 20;

export interface VerifyProgress {
  /** `checking` compares the integrity table, `verifying` decompresses and compares every SHA-1. */
  readonly phase: 'checking' | 'verifying';
  /** Bytes: of the file while checking, of decompressed data while verifying. */
  readonly done: number;
  readonly total: number;
}

/**
 * Reads all of a media file: integrity tables, lists of files, and the SHA-1 of every file in it.
 * @returns bytes of the files that were read, and what wimlib warned of, safe to show
 * @throws PrestageError media-…, tool-missing, cancelled
 */
export async function verifyMedia(
  path: string,
  onProgress: (progress: VerifyProgress) => void,
  signal?: AbortSignal,
): Promise<{ bytes: number; warnings: string[] }> {
  const { parts } = await openMedia(path);
  const { file, refs } = wimlibSourceArguments({ files: parts.map((part) => part.path) });
  const progress = new WimlibProgress(({ phase, done, total }) => {
    if (phase === 'integrity') onProgress({ phase: 'checking', done, total });
    else if (phase === 'verifying') onProgress({ phase: 'verifying', done, total });
  });
  const result = await runTool('wimlib-imagex', ['verify', file, ...refs], {
    signal,
    onOutput: (text) => {
      progress.push(text);
    },
  });
  if (result.status !== 0) throw wimlibFailure(result.status, result.stderr, file);
  return {
    bytes: parts.reduce((sum, part) => sum + part.bytes, 0),
    warnings: wimlibWarnings(result.stderr)
      .slice(0, warningLimit)
      .map((warning) => sanitizeForDisplay(warning, 400)),
  };
}
