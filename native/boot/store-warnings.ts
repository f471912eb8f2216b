import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bootTargetOf } from '../../core/boot/bcd-rules';
import { sanitizeForDisplay } from '../../core/display';
import { PrestageError } from '../../core/errors';
import { timeouts } from '../../core/timeouts';
import { GiB, MiB } from '../../core/units';
import { runTool } from '../tools/runner';
import { wimlibFailure } from '../tools/wimlib';
import { readBootStore } from './hive';

export interface StoreInImage {
  readonly wim: string;
  /** wimlib's `--ref=…` arguments for the other parts of a split set. */
  readonly refs: readonly string[];
  readonly imageIndex: number;
  /** Path of the store in the image, as it is written there. */
  readonly path: string;
}

const largestStore = 16 * MiB;

/**
 * What a user should know of the boot store in an image before any drive is erased: above all whether a machine
 * would start the extracted Windows instead of the media's boot image, and so never begin the task sequence.
 * @throws PrestageError media-…, tool-missing, cancelled
 */
export async function storeWarnings(store: StoreInImage, signal?: AbortSignal): Promise<string[]> {
  const { wim, refs, imageIndex, path } = store;
  const { status, stdout, stderr } = await runTool(
    'wimlib-imagex',
    ['extract', wim, String(imageIndex), path, '--to-stdout', '--no-globs', ...refs],
    { signal, timeout: timeouts.listingTool, memoryLimit: 4 * GiB, outputLimit: largestStore },
  );
  if (status !== 0) throw wimlibFailure(status, stderr, wim);
  const folder = await mkdtemp(join(tmpdir(), 'prestage-store-'));
  try {
    const file = join(folder, 'BCD');
    await writeFile(file, stdout, { mode: 0o600 });
    return warningsOf(await readBootStore(file, signal ?? new AbortController().signal));
  } catch (error) {
    if (!(error instanceof PrestageError) || error.code !== 'boot-store-invalid') throw error;
    return ['the boot store (EFI\\Microsoft\\Boot\\BCD) is damaged: this media will be refused'];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function warningsOf(store: Awaited<ReturnType<typeof readBootStore>>): string[] {
  const target = bootTargetOf(store);
  switch (target.kind) {
    case 'ramdisk':
      return target.path.toLowerCase() === '\\sources\\boot.wim'
        ? []
        : [`the boot store starts ${sanitizeForDisplay(target.path, 200)}, not \\sources\\boot.wim`];
    case 'system':
      return [
        'the boot store starts the extracted Windows, not the boot image: the task sequence would never begin',
      ];
    case 'nothing':
      return [`no machine will start from this media: ${target.why}`];
  }
}
