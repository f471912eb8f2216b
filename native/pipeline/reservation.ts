import { randomUUID } from 'node:crypto';
import { blocked } from '../../core/batch-rules';
import type { EngineRequest, EngineResponse } from '../../core/contract/engine';
import { identityDifferences, type Drive, type DriveIdentity } from '../../core/drive';
import { PrestageError } from '../../core/errors';
import { elevatedCaller } from '../caller';
import { listDrives } from '../drives/list';
import { closeDescriptor, driveChanged, openDrive, type OpenedDrive } from './open-drive';

/**
 * Finds a drive in a fresh listing by what the operator confirmed.
 * @throws PrestageError drive-not-found, drive-changed
 */
export function findConfirmed(drives: readonly Drive[], driveId: string, confirmed: DriveIdentity): Drive {
  const drive = drives.find(({ id }) => id === driveId);
  if (drive !== undefined) {
    const differences = identityDifferences(confirmed, drive);
    if (differences.length > 0) throw driveChanged(drive, differences.join(', '));
    return drive;
  }
  const inItsPlace = drives.find(({ path }) => path === confirmed.path);
  if (inItsPlace !== undefined) {
    throw driveChanged(inItsPlace, identityDifferences(confirmed, inItsPlace).join(', '));
  }
  throw new PrestageError({
    code: 'drive-not-found',
    message: `The drive ${driveId} (${confirmed.path}) is not there any more.`,
    remedy: 'Check that it sits firmly in its bay, then list the drives again.',
  });
}

/** @throws PrestageError drive-blocked with every reason */
function requireEligible(drive: Drive): void {
  if (drive.verdict !== 'eligible') throw blocked(drive);
}

/** A file needs no privilege, and a folder of the caller's is no place to write with it. */
function requireOwnRights(drive: Drive): void {
  if (drive.kind !== 'virtual' || elevatedCaller() === null) return;
  throw new PrestageError({
    code: 'helper-protocol',
    message: 'The helper was asked with privilege for a virtual drive, which needs none.',
    remedy: 'Nothing was written. Install Prestage again: its parts do not fit together.',
  });
}

/** The drives that this helper holds open for its station. */
export class Reservations {
  private readonly held = new Map<string, OpenedDrive>();

  /**
   * Opens drives and looks at all facts again. The listing is made after the drives are open: from then on
   * the kernel cannot give their names to other devices. All or none.
   */
  async reserve(request: EngineRequest<'reserveDrives'>): Promise<EngineResponse<'reserveDrives'>> {
    const listing = (): Promise<Drive[]> =>
      listDrives({ benchDirectory: request.benchDirectory, protectedPaths: request.protectedPaths });
    const before = await listing();
    const opened: OpenedDrive[] = [];
    try {
      for (const { driveId, confirmed } of request.drives) {
        const drive = findConfirmed(before, driveId, confirmed);
        requireEligible(drive);
        requireOwnRights(drive);
        opened.push(await openDrive(drive, 'write'));
      }
      const after = await listing();
      for (const { driveId, confirmed } of request.drives) {
        requireEligible(findConfirmed(after, driveId, confirmed));
      }
    } catch (error) {
      await Promise.all(opened.map(({ fd }) => closeDescriptor(fd)));
      throw error;
    }
    return {
      reservations: opened.map((drive) => {
        const reservation = randomUUID();
        this.held.set(reservation, drive);
        return { reservation, drive: drive.drive };
      }),
    };
  }

  /** Hands a reserved drive to a job, once. The job closes it. */
  take(reservation: string): OpenedDrive {
    const opened = this.held.get(reservation);
    if (opened === undefined) {
      throw new PrestageError({
        code: 'helper-protocol',
        message: 'A job names a reservation that does not exist.',
        remedy: 'Nothing was written. Start again.',
      });
    }
    this.held.delete(reservation);
    return opened;
  }

  async release(reservation: string): Promise<void> {
    const opened = this.held.get(reservation);
    this.held.delete(reservation);
    if (opened !== undefined) await closeDescriptor(opened.fd);
  }

  /** Gives every drive back that no job has taken. */
  async releaseAll(): Promise<void> {
    await Promise.all([...this.held.keys()].map((reservation) => this.release(reservation)));
  }
}
