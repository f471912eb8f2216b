import { confirmationOf, type Drive } from '../../core/drive/drive';
import { overwriteOnly, type Abilities } from '../../core/sanitise/methods';
import type { HelperClient } from '../helper-client/helper-client';
import type { Helpers } from '../helper-client/helpers';
import { askByHelper } from './ask-by-helper';

/**
 * Which ways of erasing drives offer, and what they hide. A device is asked through the helper that may open it, which can ask for
 * a password, and which knows what device has commands of its own; a file can only be overwritten.
 * @returns in the order of the drives
 * @throws PrestageError privilege-…, drive-changed, drive-not-found, tool-missing, cancelled
 */
export async function readAbilitiesOf(
  drives: readonly Drive[],
  helpers: Pick<Helpers, 'forDrive'>,
  benchDirectory: string | null,
  signal?: AbortSignal,
): Promise<Abilities[]> {
  const asked = drives.filter(({ kind }) => kind !== 'virtual');
  const known = await askByHelper(
    asked,
    helpers,
    async (own, client) => await askAbilities(own, client, benchDirectory, signal),
  );
  return drives.map((drive) => known.get(drive) ?? overwriteOnly());
}

/** Asks one helper, which may hold the drives. @throws as {@link readAbilitiesOf} */
export async function askAbilities(
  drives: readonly Drive[],
  client: Pick<HelperClient, 'call'>,
  benchDirectory: string | null,
  signal?: AbortSignal,
): Promise<Abilities[]> {
  const asked = drives.map((drive) => ({ driveId: drive.id, confirmed: confirmationOf(drive) }));
  const { abilities } = await client.call(
    'readAbilities',
    { drives: asked, benchDirectory },
    signal === undefined ? {} : { signal },
  );
  return abilities;
}
