import type { Drive } from '../../core/drive/drive';
import type { HelperClient } from '../helper-client/helper-client';
import type { Helpers } from '../helper-client/helpers';
import { reserveDrive } from './reserve-drive';

/** A drive that a helper holds, or held. */
export interface HeldDrive {
  readonly drive: Drive;
  readonly client: HelperClient;
  readonly reservation: string;
  readonly benchDirectory: string | null;
  /** As in the plan of its batch. */
  readonly protectedPaths: readonly string[];
  readonly stallMilliseconds: number;
}

/**
 * Takes the partition tables off a drive that may be sealed but is not recorded as finished. Best effort, if
 * need be through a new helper: the drive may be why the old one died.
 * @returns whether they are known to be off
 */
export async function takeTablesOff(held: HeldDrive, helpers: Helpers): Promise<boolean> {
  const { drive, client, reservation, benchDirectory, protectedPaths, stallMilliseconds } = held;
  try {
    await client.call('eraseTables', { reservation, stallMilliseconds });
    return true;
  } catch {
    // The helper is gone, or holds the drive no more.
  }
  try {
    const another = await helpers.forDrive(drive);
    const again = await reserveDrive(another, drive, benchDirectory, protectedPaths);
    await another.call('eraseTables', { reservation: again.reservation, stallMilliseconds });
    return true;
  } catch {
    // The job is recorded as failed either way, and its remedy is to write the drive again.
    return false;
  }
}
