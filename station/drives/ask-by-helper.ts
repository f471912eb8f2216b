import type { Drive } from '../../core/drive/drive';
import type { HelperClient } from '../helper-client/helper-client';
import type { Helpers } from '../helper-client/helpers';

/**
 * Asks each drive's own helper, all at once: this computer's, and those of a rack's machines.
 * @param ask answers in the order of the drives that it is given
 * @param mayMiss whether a drive of which nothing is told is no reason to tell nothing of the others
 * @returns what was told of each drive; a drive of which nothing was told is missing
 * @throws PrestageError privilege-…, rack-…, and what `ask` throws
 */
export async function askByHelper<Told>(
  drives: readonly Drive[],
  helpers: Pick<Helpers, 'forDrive'>,
  ask: (drives: readonly Drive[], client: HelperClient) => Promise<readonly Told[]>,
  mayMiss: (drive: Drive, error: unknown) => boolean = () => false,
): Promise<Map<Drive, Told>> {
  const byHelper = new Map<HelperClient, Drive[]>();
  for (const drive of drives) {
    try {
      const client = await helpers.forDrive(drive);
      byHelper.set(client, [...(byHelper.get(client) ?? []), drive]);
    } catch (error) {
      if (!mayMiss(drive, error)) throw error;
    }
  }
  const known = new Map<Drive, Told>();
  await Promise.all(
    [...byHelper].map(async ([client, own]) => {
      try {
        for (const [index, told] of (await ask(own, client)).entries()) {
          const drive = own[index];
          if (drive !== undefined) known.set(drive, told);
        }
      } catch (error) {
        if (!own.every((drive) => mayMiss(drive, error))) throw error;
      }
    }),
  );
  return known;
}

/**
 * Drives that are in machines of a rack, and those of the bench, each asked in their own way: a machine's helper asks nobody for a
 * password, the bench's may.
 */
export async function askApart(
  drives: readonly Drive[],
  inRack: (drives: readonly Drive[]) => Promise<void>,
  onBench: (drives: readonly Drive[]) => Promise<void>,
): Promise<void> {
  const ofMachines = drives.filter(({ rack }) => rack !== undefined);
  const others = drives.filter(({ rack }) => rack === undefined);
  if (ofMachines.length > 0) await inRack(ofMachines);
  if (others.length > 0) await onBench(others);
}
