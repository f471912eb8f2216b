import { PrestageError } from '../../core/base/errors';
import { machineValues } from '../../core/machine-files/fill-template';
import type { WorkOrder } from '../../core/order/order';
import { chooseMachineFiles, fillMachineFiles } from '../machine-files/fill-machine-files';
import type { Settings } from '../state/settings';
import type { StatePaths } from '../state/state-paths';
import { libraryFolder, MediaLibrary } from './media-library';

/**
 * What keeps the files of machines from being filled: told for the whole order when it is opened, so that nobody waits for the
 * batch of that machine to learn it. The batch refuses it.
 */
export function orderFileNotices(
  { number, mediaSha256, machines }: WorkOrder,
  paths: Pick<StatePaths, 'library'>,
  settings: Pick<Settings, 'libraryFolder' | 'machineFiles'>,
): string[] {
  try {
    const library = new MediaLibrary(libraryFolder(paths, settings));
    const media =
      mediaSha256 === undefined
        ? undefined
        : library.list().find(({ entry }) => entry.sha256 === mediaSha256);
    const brought = media === undefined ? undefined : library.manifestOf(media).manifest.recipe?.machineFiles;
    const chosen = chooseMachineFiles(null, brought, settings.machineFiles);
    fillMachineFiles(
      chosen,
      machines.map((line) =>
        machineValues(line.serial, line, {
          order: number,
          replaces: line.replaces ?? line.replacesSerial,
          // Which pack is a machine's own is known with the media, and its batch says so.
          driverPack: 'of the media',
        }),
      ),
      [],
    );
    return [];
  } catch (error) {
    // A library that is damaged stops whoever wants to write the media; an order can be opened.
    if (!(error instanceof PrestageError) || error.code === 'library-damaged') return [];
    return [error.message, ...(error.data.cause?.split('\n') ?? [])];
  }
}
