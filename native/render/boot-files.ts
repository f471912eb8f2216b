import { lstat, mkdir, readdir, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { sanitizeForDisplay } from '../../core/display';
import { PrestageError } from '../../core/errors';
import { wimlibFailure, wimlibStatus } from '../tools/wimlib';
import { lastWords, runTool } from '../tools/runner';
import { renderFailed } from './format';

export interface BootFilesRequest {
  readonly wim: string;
  /** wimlib's `--ref=…` arguments for the other parts of a split set. */
  readonly refs: readonly string[];
  readonly imageIndex: number;
  /** The EFI partition's file. */
  readonly partitionFile: string;
  /** A folder that does not exist; it is gone again afterwards. */
  readonly scratch: string;
}

/**
 * Copies the media's `\EFI` tree to the EFI partition; a media without one leaves it empty.
 * @throws PrestageError boot-files-too-large, media-unsafe-names, render-failed, cancelled
 */
export async function copyBootFiles(request: BootFilesRequest, signal: AbortSignal): Promise<void> {
  await mkdir(request.scratch, { mode: 0o700 });
  try {
    const extracted = await runTool(
      'wimlib-imagex',
      [
        'extract',
        request.wim,
        String(request.imageIndex),
        '/EFI',
        `--dest-dir=${request.scratch}`,
        '--no-acls',
        '--no-attributes',
        ...request.refs,
      ],
      { signal },
    );
    if (extracted.status === wimlibStatus.pathNotFound) return;
    if (extracted.status !== 0) throw wimlibFailure(extracted.status, extracted.stderr, request.wim);
    await refuseLinks(request.scratch, request.scratch);

    const folders = await readdir(request.scratch);
    const copied = await runTool(
      'mcopy',
      [
        '-i',
        request.partitionFile,
        '-s',
        '-Q',
        '-m',
        ...folders.map((name) => join(request.scratch, name)),
        '::/',
      ],
      { signal },
    );
    if (copied.status === 0) return;
    if (/disk full|no (?:free|more) (?:cluster|space)/i.test(copied.stderr)) {
      throw new PrestageError({
        code: 'boot-files-too-large',
        message: 'The EFI folder of the media does not fit on the EFI partition.',
        cause: lastWords(copied.stderr),
        remedy: 'Choose the layout configmgr-uefi, whose EFI partition is larger.',
      });
    }
    throw renderFailed('mcopy could not copy the boot files', copied);
  } finally {
    await rm(request.scratch, { recursive: true, force: true });
  }
}

/** mcopy follows links, and a link in a media could point at any file of this machine. */
async function refuseLinks(folder: string, root: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const facts = await lstat(path);
    if (facts.isDirectory()) await refuseLinks(path, root);
    else if (!facts.isFile()) {
      throw new PrestageError({
        code: 'media-unsafe-names',
        message: `The media has a link below \\EFI: ${sanitizeForDisplay(relative(root, path))}.`,
        remedy: 'No drive was touched. Ask the enterprise for a media without links in its EFI folder.',
      });
    }
  }
}
