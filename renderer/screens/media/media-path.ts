import type { MediaState } from '../../../core/media/media-state';
import type { LibraryMediaView } from '../../../core/contract/app-library';
import { useApp } from '../../store/app-store';

/** The file that was chosen; null when there is none. */
export function pathOf(media: MediaState): string | null {
  if (media.status === 'none') return null;
  return 'path' in media ? media.path : media.media.path;
}

/** The media of the library that is chosen; null when none is, or another file. */
export function useChosenOfLibrary(): LibraryMediaView | null {
  return useApp(({ library, media }) => {
    const path = pathOf(media);
    return path === null ? null : (library.media.find((one) => one.path === path) ?? null);
  });
}
