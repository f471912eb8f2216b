import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { loadSettings } from '../state/settings';
import type { StatePaths } from '../state/state-paths';
import { libraryFolder, MediaLibrary } from './media-library';

/**
 * The file that a command means by a media file: a file, or where there is none the newest media of this name in the library.
 * @param given as it was typed
 * @returns absolute; of a name that nobody knows the file that is not there
 */
export function mediaPath(given: string, paths: Pick<StatePaths, 'library' | 'settingsFile'>): string {
  const path = resolve(given);
  if (given.includes('/') || existsSync(path)) return path;
  const library = new MediaLibrary(libraryFolder(paths, loadSettings(paths)));
  return library.find(given)?.path ?? path;
}

/**
 * The file of a received media file, for a scan that says which one. Only where to look: what is chosen is hashed, as any other. A library
 * that cannot be read, or a media file that is kept in parts or is not as it was filed, is none.
 * @param sha256 of the whole file
 */
export function receivedMedia(sha256: string, folder: string): string | null {
  try {
    const media = new MediaLibrary(folder).list().find(({ entry }) => entry.sha256 === sha256);
    return media?.problem === null ? media.path : null;
  } catch {
    return null;
  }
}
