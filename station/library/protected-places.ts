import { statePlaces, type StatePaths } from '../state/state-paths';
import type { Settings } from '../state/settings';
import { libraryFolder } from './media-library';

/**
 * Files and folders whose drive must not be written, the same for app and command line: the media that is used, the state of the
 * station, and its media library.
 * @param media absolute path; null: none is used
 */
export function protectedPlaces(
  paths: StatePaths,
  settings: Pick<Settings, 'libraryFolder'>,
  media: string | null = null,
): string[] {
  return [...(media === null ? [] : [media]), ...statePlaces(paths), libraryFolder(paths, settings)];
}
