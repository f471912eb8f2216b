/** Applies an image to the Windows partition of a disk image. */
import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { TaskProgress } from '../../core/contract/helper-api';
import { sanitizeForDisplay } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import { MiB } from '../../core/base/units';
import { untoldWarnings } from '../../core/media/left-out';
import { minVolumeBytes, type Media, type MediaImage } from '../../core/media/media';
import { applyWarnings } from '../../core/media/wim-listing';
import { cachePlace, toolOnDisk } from '../tools/disk';
import { lastWords, runTool, type ToolResult } from '../tools/runner';
import { findUnpackWim } from '../tools/unpack-wim';
import { wimlibFailure, WimlibProgress, wimlibStatus } from '../tools/wimlib';
import { freeBytes, noSpace, tooSmall } from './image-space';

export type ImageProgress = (progress: Omit<TaskProgress, 'token'>) => void;

/** What a full disk or a full volume ends in. */
const mayBeFull: ReadonlySet<number> = new Set([wimlibStatus.ntfsFailed, wimlibStatus.writeFailed]);

/** What is applied, and where to. */
export interface Application {
  readonly media: Media;
  readonly image: MediaImage;
  /** The WIM with the image's list of names, the image in it, and further files with content. */
  readonly file: string;
  readonly index: number;
  readonly further: readonly string[];
  /** The same files as wimlib's `--ref=…` arguments. */
  readonly refs: readonly string[];
  /** The Windows partition's file: an empty NTFS volume. */
  readonly volume: string;
  /** Bytes, for messages. */
  readonly driveSize: number;
  /** Makes the volume empty again. */
  readonly format: () => Promise<void>;
}

/**
 * Applies with all cores: unpack-wim unpacks, and wimlib-imagex takes it from its standard input, compares every SHA-1 and writes
 * the volume. What that does not end well is done again by wimlib-imagex alone, whose word on a media file counts.
 * @returns why wimlib-imagex did it alone, safe to show; null when it did not
 * @throws PrestageError media-…, render-no-space, render-failed, drive-too-small, cancelled
 */
export async function applyImage(
  application: Application,
  onProgress: ImageProgress,
  signal: AbortSignal,
): Promise<string | null> {
  const { file, index, further, refs, volume } = application;
  const program = findUnpackWim();
  let alone = 'unpack-wim was not built';
  if (program !== null) {
    const unpacked = await run(['apply', '-', '1', volume], onProgress, signal, [
      program,
      file,
      String(index),
      ...further,
      '--',
    ]);
    // A volume that is full is full in the same place the second time.
    if (unpacked.status === 0 || mayBeFull.has(unpacked.status)) {
      await requireApplied(application, unpacked);
      return null;
    }
    alone = `status ${unpacked.status}: ${lastWords(unpacked.stderr)}`;
    await rm(volume);
    await application.format();
  }
  await requireApplied(
    application,
    await run(['apply', file, String(index), volume, ...refs], onProgress, signal),
  );
  return alone;
}

/** @param before the program that feeds it, with arguments */
async function run(
  args: readonly string[],
  onProgress: ImageProgress,
  signal: AbortSignal,
  before: readonly string[] = [],
): Promise<ToolResult> {
  const progress = new WimlibProgress(({ phase, done, total }) => {
    if (phase !== 'extracting') return;
    // wimlib says 100 % before it has flushed the volume; that can take seconds more.
    onProgress({ phase: done >= total ? 'flushing' : 'applying', done, total });
  });
  onProgress({ phase: 'applying', done: 0, total: 0 });
  return await runTool('wimlib-imagex', args, {
    signal,
    before,
    onOutput: (text) => {
      progress.push(text);
    },
  });
}

/** @throws PrestageError unless the image was applied, and completely */
async function requireApplied(
  { media, image, volume, driveSize }: Application,
  { status, stderr }: ToolResult,
): Promise<void> {
  const [file = ''] = media.files;
  if (status === 0) {
    const [untold] = untoldWarnings(applyWarnings(stderr), media.leftOut);
    if (untold === undefined) return;
    throw new PrestageError({
      code: 'media-content-left-out',
      message: `Image ${media.imageIndex} of the media was not applied completely. wimlib warns: ${sanitizeForDisplay(untold, 400)}`,
      cause: sanitizeForDisplay(stderr, 4000),
      remedy: 'No drive was touched. Ask the enterprise to correct this and create the media again.',
    });
  }
  if (mayBeFull.has(status)) {
    const folder = dirname(volume);
    const free = await freeBytes(folder);
    if (free < 16 * MiB) throw noSpace(dirname(folder), minVolumeBytes(image), free);
    if (/no space left/i.test(stderr)) throw tooSmall(image, driveSize);
    throw await toolOnDisk(stderr, cachePlace(dirname(folder)), wimlibFailure(status, stderr, file));
  }
  throw wimlibFailure(status, stderr, file);
}
