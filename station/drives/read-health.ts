import { confirmationOf, type Drive } from '../../core/drive/drive';
import { noHealthOf, type DriveHealth } from '../../core/health/health';
import type { HelperClient } from '../helper-client/helper-client';
import type { Helpers } from '../helper-client/helpers';

/**
 * What drives say of their health. Hardware is asked through the helper that may open it, which can ask for a password; a virtual
 * drive and a loop device have none.
 * @returns in the order of the drives
 * @throws PrestageError privilege-…, drive-changed, drive-not-found, cancelled
 */
export async function readHealthOf(
  drives: readonly Drive[],
  helpers: Pick<Helpers, 'privileged'>,
  benchDirectory: string | null,
  signal?: AbortSignal,
): Promise<DriveHealth[]> {
  const asked = drives.filter((drive) => noHealthOf(drive) === null);
  const told =
    asked.length === 0 ? [] : await askHelper(asked, await helpers.privileged(), benchDirectory, signal);
  const known = new Map(asked.map((drive, index) => [drive, told[index]]));
  return drives.map(
    (drive) =>
      noHealthOf(drive) ?? known.get(drive) ?? { known: false, reason: 'the helper did not tell it' },
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
