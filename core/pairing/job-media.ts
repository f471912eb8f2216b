import type { MediaState } from '../media/media-state';

/** What a job ticket or a media file's SHA-256 is compared with. */
export interface JobMedia {
  /** The media that was chosen; null: none. */
  readonly chosen: {
    /** The file's name. */
    readonly name: string;
    /** What it was hashed to; null while that is not known. */
    readonly sha256: string | null;
    /** What somebody said it should be; null: nobody. */
    readonly expected: string | null;
    /** It cannot be used. */
    readonly refused: boolean;
  } | null;
  /** The media of the job ticket that was taken; null: none was. */
  readonly ticket: { readonly sha256: string; readonly name: string } | null;
  /** SHA-256 that the open order asks for; null: none is open, or it allows any. */
  readonly ordered: () => string | null;
  /** Whether the station knows where a media file is that was proved here before. */
  readonly isKnown: (sha256: string) => boolean;
}

/** What was chosen, as far as it is. */
export function chosenMedia(media: MediaState): JobMedia['chosen'] {
  if (media.status === 'none') return null;
  const path = 'path' in media ? media.path : media.media.path;
  return {
    name: path.slice(path.lastIndexOf('/') + 1),
    sha256: 'sha256' in media ? media.sha256 : null,
    expected: 'expected' in media ? (media.expected?.sha256 ?? null) : null,
    refused: media.status === 'refused',
  };
}
