import type { HelperResponse } from '../../core/contract/helper-api';
import { required } from '../../core/base/required';
import { confirmationOf, type Drive } from '../../core/drive/drive';
import type { HelperClient } from '../helper-client/helper-client';

/**
 * Opens one drive for a helper alone, where it is still the one that was confirmed. Nothing is written.
 * @param protectedPaths media and state: must not be on the drive
 * @throws PrestageError drive-…, cancelled, helper-died
 */
export async function reserveDrive(
  client: HelperClient,
  drive: Drive,
  benchDirectory: string | null,
  protectedPaths: readonly string[],
  signal?: AbortSignal,
): Promise<HelperResponse<'reserveDrives'>['reservations'][number]> {
  const { reservations } = await client.call(
    'reserveDrives',
    {
      drives: [{ driveId: drive.id, confirmed: confirmationOf(drive) }],
      ...{ benchDirectory, protectedPaths: [...protectedPaths] },
    },
    signal === undefined ? {} : { signal },
  );
  return required(reservations[0], 'the reservation of the drive');
}
