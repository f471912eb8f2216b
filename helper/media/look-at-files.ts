import { PrestageError } from '../../core/base/errors';
import { sanitizeForDisplay } from '../../core/base/display';
import { counted } from '../../core/base/plurals';
import type { LeftOut } from '../../core/media/left-out';
import { reparseContent } from '../../core/media/reparse-points';
import { ImageSize, readDentries } from './dentries';
import type { ImageSource } from './image-source';

/** What the list of an image's files tells, beyond their names. */
export interface FilesOfImage {
  /** Bytes of their content; null where nobody asked. */
  readonly bytes: number | null;
  /** Reparse points of which nobody knows whether their content is there. */
  readonly leftOut: readonly LeftOut[];
}

/**
 * Looks at every file of an image, in one listing.
 * @param countBytes whether the XML data does not say how much of its total are further names of one file
 * @throws PrestageError media-content-left-out when content of files is in none of the media's files; media-…,
 * tool-missing, cancelled
 */
export async function lookAtFiles(
  source: ImageSource,
  countBytes: boolean,
  signal: AbortSignal | undefined,
): Promise<FilesOfImage> {
  const size = new ImageSize();
  const elsewhere = new Map<string, string[]>();
  const unknown: string[] = [];
  await readDentries(
    source,
    signal,
    (dentry) => {
      if (countBytes) size.push(dentry);
      const found = dentry.reparsePoint === null ? null : reparseContent(dentry.reparsePoint);
      if (found?.state === 'unknown') unknown.push(dentry.path);
      if (found?.state !== 'elsewhere') return;
      const paths = elsewhere.get(found.where);
      if (paths === undefined) elsewhere.set(found.where, [dentry.path]);
      else paths.push(dentry.path);
    },
    { only: countBytes ? 'all' : 'reparse-points' },
  );
  if (elsewhere.size > 0) throw contentElsewhere(source, elsewhere);
  const example = unknown[0]?.replaceAll('/', '\\') ?? null;
  return {
    bytes: countBytes ? size.bytes : null,
    leftOut: unknown.length === 0 ? [] : [{ kind: 'uncertain-content', count: unknown.length, example }],
  };
}

/** The refusal of an image that has placeholders for files. @param elsewhere paths by where their content is */
function contentElsewhere(
  { wim, imageIndex }: ImageSource,
  elsewhere: ReadonlyMap<string, readonly string[]>,
): PrestageError {
  const places = [...elsewhere].map(([where, paths]) => {
    const shown = paths.slice(0, 3).map((path) => sanitizeForDisplay(path.replaceAll('/', '\\'), 200));
    const more = paths.length > shown.length ? ', …' : '';
    return `the content of ${counted(paths.length, 'file', 'files')} is not in it but ${where} (${shown.join(', ')}${more})`;
  });
  return new PrestageError({
    code: 'media-content-left-out',
    message: `${sanitizeForDisplay(wim, 300)} is not complete: in image ${imageIndex}, ${places.join('; ')}.`,
    remedy:
      'No drive was touched. Ask the enterprise to make these files ordinary ones on the computer that is captured (OneDrive: “Always keep on this device”), or to leave them out, then create the media again.',
  });
}
