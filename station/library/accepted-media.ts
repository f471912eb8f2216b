import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { sanitizeForDisplay, shownPath } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import { errorCodeOf } from '../../core/base/system-error';
import { acceptedMediaSchema, withAccepted, type AcceptedMedia } from '../../core/delivery/standing';
import { writeFileAtomically, type StatePaths } from '../state/state-paths';
import type { MediaLibrary } from './media-library';

/**
 * Which revision of each media file was the newest that the station ever received. It lies beside the library, because it must outlive
 * it: whoever removes a media file does not say that an older one may come.
 */

const fileSchema = z.strictObject({ version: z.literal(1), media: z.array(acceptedMediaSchema) });

export type AcceptedPaths = Pick<StatePaths, 'acceptedMediaFile'>;

/** In the order they came. @throws PrestageError state-unavailable when the file cannot be read */
export function acceptedMedia({ acceptedMediaFile: file }: AcceptedPaths): readonly AcceptedMedia[] {
  try {
    return fileSchema.parse(JSON.parse(readFileSync(file, 'utf8'))).media;
  } catch (error) {
    if (errorCodeOf(error) === 'ENOENT') return [];
    throw new PrestageError({
      code: 'state-unavailable',
      message: `The list of media that were ever received (${shownPath(file)}) cannot be read.`,
      cause: error instanceof Error ? error.message : null,
      remedy:
        'Nothing was received or removed. Restore the file from a backup. Without one, move it away: then only the library tells which media is older.',
    });
  }
}

/** Remembers media that were accepted. @throws PrestageError state-unavailable */
export function rememberAccepted(paths: AcceptedPaths, media: readonly AcceptedMedia[]): void {
  const before = acceptedMedia(paths);
  const after = withAccepted(before, media);
  if (JSON.stringify(after) !== JSON.stringify(before)) write(paths, after);
}

/**
 * Takes a media file off the disk, or what an unfinished delivery left; its revision stays known.
 * @returns its folder, which is gone
 * @throws PrestageError library-not-found, library-ambiguous, state-unavailable
 */
export function removeMedia(library: MediaLibrary, paths: AcceptedPaths, text: string): string {
  const found = library.find(text);
  // A library of an earlier version was never written down.
  if (found !== null) rememberAccepted(paths, [found.entry]);
  return library.remove(text);
}

/** What is remembered by a name. @throws PrestageError library-not-found */
export function requireAccepted(paths: AcceptedPaths, name: string): readonly AcceptedMedia[] {
  const found = acceptedMedia(paths).filter((one) => isNamed(one, name));
  if (found.length > 0) return found;
  throw new PrestageError({
    code: 'library-not-found',
    message: `This station remembers no media ${sanitizeForDisplay(name, 80)}.`,
    remedy: 'Nothing was changed. Give the name of the media as its manifest has it.',
  });
}

/** Forgets which revisions of a media file were ever here: an older one is then received as any other. */
export function forgetAccepted(paths: AcceptedPaths, name: string): void {
  write(
    paths,
    acceptedMedia(paths).filter((one) => !isNamed(one, name)),
  );
}

function isNamed(one: AcceptedMedia, name: string): boolean {
  return one.name.toLowerCase() === name.toLowerCase();
}

function write(paths: AcceptedPaths, media: readonly AcceptedMedia[]): void {
  const text = `${JSON.stringify({ version: 1, media }, null, 2)}\n`;
  writeFileAtomically(paths.acceptedMediaFile, text, 0o600, 'What was remembered is as it was.');
}
