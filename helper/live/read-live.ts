import { readdir, readFile, readlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { livePaths, liveSystemOf, type LiveSystem } from '../../core/live/live-system';
import { controllerNotes, type ControllerNote, type PciFunction } from '../../core/live/controllers';

/** What the system says of itself: whether it is live, and which storage controllers it has. Changes nothing. */

/** Whoever could put files of this size there could do worse. Bytes. */
const largest = 1024 * 1024;

/**
 * The live system that runs, or null. Read again for each listing: disks are unlocked while it runs.
 * @param root folder that stands for `/`; in tests alone another
 */
export async function readLiveSystem(root = '/'): Promise<LiveSystem | null> {
  const text = async (path: string): Promise<string | null> => {
    const read = await readFile(join(root, path), 'utf8').catch(() => null);
    return read === null || read.length > largest ? null : read;
  };
  const image = await text(livePaths.image);
  if (image === null) return null;
  return liveSystemOf({
    image,
    start: await text(livePaths.start),
    unlocked: await text(livePaths.unlocked),
    commandLine: (await text(livePaths.commandLine)) ?? '',
  });
}

/** What is to be said of the storage controllers. @param sysRoot `/sys`, but in tests */
export async function readControllerNotes(sysRoot: string): Promise<ControllerNote[]> {
  const folder = join(sysRoot, 'bus/pci/devices');
  const names = await readdir(folder).catch(() => []);
  const functions = await Promise.all(
    names.sort().map(async (address): Promise<PciFunction> => {
      const told = async (file: string): Promise<string> =>
        (await readFile(join(folder, address, file), 'utf8').catch(() => '')).trim().toLowerCase();
      const bare = async (file: string): Promise<string> => (await told(file)).replace(/^0x/, '');
      const driver = await readlink(join(folder, address, 'driver')).catch(() => null);
      const remapped = await told('remapped_nvme');
      return {
        address,
        vendor: await bare('vendor'),
        device: await bare('device'),
        pciClass: await bare('class'),
        driver: driver === null ? null : basename(driver),
        remapped: /^\d+$/.test(remapped) ? Number(remapped) : null,
      };
    }),
  );
  return controllerNotes(functions);
}
