import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { loadSettings } from '../state/settings';
import type { StatePaths } from '../state/state-paths';
import { libraryFolder, MediaLibrary } from './media-library';

/**
 * The file that a command means by a media: a file, or where there is none the newest media of this name in the library.
 * @param given as it was typed
 * @returns absolute; of a name that nobody knows the file that is not there
 */
export function mediaPath(given: string, paths: Pick<StatePaths, 'library' | 'settingsFile'>): string {
  const path = resolve(given);
  if (given.includes('/') || existsSync(path)) return path;
  const library = new MediaLibrary(libraryFolder(paths, loadSettings(paths)));
  return library.find(given)?.path ?? path;
}
