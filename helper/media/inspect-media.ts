import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { assessBoot } from '../../core/boot/preflight';
import { sanitizeForDisplay } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import type { Media, MediaImage } from '../../core/media/media';
import { timeouts } from '../../core/base/timeouts';
import { checkListing, wimlibWarnings } from '../../core/media/wim-listing';
import { GiB, KiB } from '../../core/base/units';
import { inspectBoot } from './inspect-boot';
import { inTemporaryFolder } from '../tools/disk';
import { runTool } from '../tools/runner';
import { wimlibFailure, wimlibStatus } from '../tools/wimlib';
import type { WimFile } from './wim-file';
import { openMedia } from './open-media';
import { wimlibSourceArguments } from './wim-source';

/**
 * Address space for reading a list of files. A real image of 150,000 files takes some hundred MiB; folders
 * that share subtrees, as no honest media has, would take everything.
 */
const listingMemory = 4 * GiB;

/**
 * Looks at a media without reading its data: header, parts, XML, the names in one image, and what starts from it. What
 * it answers with is safe to show and safe to apply, as far as names go.
 * @param path any file of the media
 * @throws PrestageError media-not-found, media-unreadable, media-not-a-wim, media-truncated, media-corrupt,
 * media-encrypted, media-part-missing, media-image-missing, media-unsafe-names, tool-missing, cancelled
 */
export async function inspectMedia(path: string, imageIndex: number, signal?: AbortSignal): Promise<Media> {
  const { parts, images, solid } = await openMedia(path);
  const [first] = parts;
  const { header } = first;
  if (!images.some(({ index }) => index === imageIndex)) throw imageMissing(first, imageIndex, images);

  const names = await readNames(first.path, imageIndex, signal);
  const warnings = [...names.notes];
  if (header.writeInProgress) {
    warnings.push('the media is marked as being written: it may not be finished');
  }
  const files = parts.map((part) => part.path);
  const { file: wim, refs } = wimlibSourceArguments({ files });
  const { bootable, notes } = assessBoot(await inspectBoot({ wim, refs, imageIndex }, signal));
  warnings.push(...notes);
  return {
    path: first.path,
    files,
    bytes: parts.reduce((sum, part) => sum + part.bytes, 0),
    guid: header.guid,
    compression: header.compression,
    solid,
    parts: parts.length,
    integrityTable: parts.every((part) => part.header.integrity.storedBytes > 0),
    images: [...images],
    bootable,
    imageIndex,
    warnings,
  };
}

function imageMissing(file: WimFile, wanted: number, images: readonly MediaImage[]): PrestageError {
  const there = images
    .slice(0, 20)
    .map(({ index, name }) => `${index} (${name})`)
    .join(', ');
  return new PrestageError({
    code: 'media-image-missing',
    message: `${sanitizeForDisplay(file.path, 300)} has no image ${wanted}. Images: ${there === '' ? 'none' : there}.`,
  });
}

/** Lists an image and refuses names that must not be applied. */
async function readNames(
  file: string,
  imageIndex: number,
  signal: AbortSignal | undefined,
): Promise<{ notes: readonly string[] }> {
  const result = await runTool('wimlib-imagex', ['dir', file, String(imageIndex)], {
    signal,
    timeout: timeouts.listingTool,
    memoryLimit: listingMemory,
  });
  if (result.status !== 0) throw wimlibFailure(result.status, result.stderr, file);
  const lines = result.stdout.toString('utf8').split('\n');
  if (lines.at(-1) === '') lines.pop();
  const { problems, notes } = checkListing(lines, wimlibWarnings(result.stderr));
  const [problem] = problems;
  if (problem !== undefined) throw unsafeNames(file, problem.path, problem.what);
  await resolveNames(file, imageIndex, result.stdout, signal);
  return { notes };
}

/**
 * Asks wimlib for every listed path by its name. The listing prints names as they are, so that one name
 * `folder/file`, or one with a line feed in it, looks like honest lines; but looking such a line up leads
 * nowhere. wimlib looks up all paths of an extraction before it extracts anything; then it stops at the
 * first, the root, because a folder cannot go to standard output: "not a regular file" says that every path
 * was found. Nothing is extracted.
 */
async function resolveNames(
  file: string,
  imageIndex: number,
  listing: Buffer,
  signal: AbortSignal | undefined,
): Promise<void> {
  // As bytes: a name that is not valid Unicode must arrive as it came. In quotes: a space at the end counts.
  const quoted = Buffer.from(listing.toString('latin1').replace(/[^\n]+/g, '"$&"'), 'latin1');
  await inTemporaryFolder('names', async (folder) => {
    const list = join(folder, 'names');
    await writeFile(list, quoted, { mode: 0o600 });
    const { status, stderr } = await runTool(
      'wimlib-imagex',
      ['extract', file, String(imageIndex), `@${list}`, '--to-stdout', '--no-globs'],
      { signal, timeout: timeouts.listingTool, memoryLimit: listingMemory, outputLimit: 64 * KiB },
    );
    if (status === wimlibStatus.notRegularFile) return;
    if (status !== wimlibStatus.pathNotFound) throw wimlibFailure(status, stderr, file);
    const path = /Path "(.*)" does not exist/s.exec(stderr)?.[1] ?? '/';
    throw unsafeNames(file, path, 'is not a single path: a name in it contains a slash or a line break');
  });
}

function unsafeNames(file: string, path: string, what: string): PrestageError {
  return new PrestageError({
    code: 'media-unsafe-names',
    message: `${sanitizeForDisplay(file, 300)} contains an unsafe name: ${sanitizeForDisplay(path, 300)} ${what}.`,
  });
}
