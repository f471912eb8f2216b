import { confirmationOf, type Drive } from '../../core/drive/drive';
import { noHealthOf, type DriveHealth } from '../../core/health/health';
import { isAway } from '../helper-client/away';
import type { HelperClient } from '../helper-client/helper-client';
import type { Helpers } from '../helper-client/helpers';
import { askByHelper } from './ask-by-helper';

/**
 * What drives say of their health. Hardware is asked through the helper that may open it, which can ask for a password; a virtual
 * drive and a loop device have none.
 * @returns in the order of the drives
 * @throws PrestageError privilege-…, drive-changed, drive-not-found, cancelled
 */
export async function readHealthOf(
  drives: readonly Drive[],
  helpers: Pick<Helpers, 'forDrive'>,
  benchDirectory: string | null,
  signal?: AbortSignal,
): Promise<DriveHealth[]> {
  const asked = drives.filter((drive) => noHealthOf(drive) === null);
  const known = await askByHelper(
    asked,
    helpers,
    async (own, client) => await askHelper(own, client, benchDirectory, signal),
    isAway,
  );
  return drives.map(
    (drive) =>
      noHealthOf(drive) ?? known.get(drive) ?? { known: false, reason: 'its machine did not answer' },
  );
}

/** Asks one helper, which may hold the drives. @throws as {@link readHealthOf} */
export async function askHelper(
  drives: readonly Drive[],
  client: Pick<HelperClient, 'call'>,
  benchDirectory: string | null,
  signal?: AbortSignal,
): Promise<DriveHealth[]> {
  const asked = drives.map((drive) => ({ driveId: drive.id, confirmed: confirmationOf(drive) }));
  const { health } = await client.call(
    'readHealth',
    { drives: asked, benchDirectory },
    signal === undefined ? {} : { signal },
  );
  return health;
}
