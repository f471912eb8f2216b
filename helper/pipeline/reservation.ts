import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { timeouts } from '../../core/base/timeouts';
import { blocked } from '../../core/job/batch-rules';
import type { HelperRequest, HelperResponse } from '../../core/contract/helper-api';
import { confirmationOf, identityDifferences, type ConfirmedDrive, type Drive } from '../../core/drive/drive';
import { cancelled, PrestageError } from '../../core/base/errors';
import { requireRecordsKept } from '../live-setup/live-state';
import { elevatedCaller } from '../tools/caller';
import { listDrives } from '../drives/list-drives';
import { diskGuidIfReadable } from './disk-guid';
import { refuseOtherUsers } from './other-users';
import { driveThreads } from './drive-thread';
import { closeDescriptor, driveChanged, openDrive, recheckDrive, type OpenedDrive } from './open-drive';

/**
 * Finds a drive in a fresh listing by what the operator confirmed.
 * @throws PrestageError drive-not-found, drive-changed; to write also drive-blocked, with every reason
 */
function findConfirmed(
  drives: readonly Drive[],
  driveId: string,
  confirmed: ConfirmedDrive,
  purpose: 'read' | 'write',
): Drive {
  const drive = drives.find(({ id }) => id === driveId);
  if (drive !== undefined) {
    // Why it is blocked says more than that it has changed.
    if (purpose === 'write' && drive.verdict !== 'eligible') throw blocked(drive);
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
    message: `The drive ${driveId} (${confirmed.path}) is no longer attached.`,
    remedy: 'Check that it is seated firmly in its bay, then list the drives again.',
  });
}

/** A file needs no privilege, and a folder of the caller's is no place to write with it. */
function requireOwnRights(drive: Drive): void {
  if (drive.kind !== 'virtual' || elevatedCaller() === null) return;
  throw new PrestageError({
    code: 'helper-protocol',
    message:
      'The helper received, with administrator rights, a request for a virtual drive, which needs none.',
    remedy: 'Nothing was written. Reinstall Prestage: its parts do not match.',
  });
}

/**
 * Finds the drive that is only to be read, as it was confirmed.
 * @throws PrestageError drive-not-found, drive-changed, helper-protocol (a virtual drive, with administrator rights)
 */
export async function findToRead(
  request: Pick<HelperRequest<'readDiskGuid'>, 'driveId' | 'confirmed' | 'benchDirectory'>,
): Promise<Drive> {
  const drives = await listDrives({ benchDirectory: request.benchDirectory, protectedPaths: [] });
  const drive = findConfirmed(drives, request.driveId, request.confirmed, 'read');
  requireOwnRights(drive);
  return drive;
}

/**
 * Finds drives for a look at their health, also those that this helper holds.
 * @throws PrestageError drive-not-found, drive-changed, drive-listing-failed
 */
export async function findToLook(
  benchDirectory: string | null,
): Promise<(one: { readonly driveId: string; readonly confirmed: ConfirmedDrive }) => Drive> {
  const drives = await listDrives({ benchDirectory, protectedPaths: [] });
  return ({ driveId, confirmed }) => findConfirmed(drives, driveId, confirmed, 'read');
}

/** Whether a listed drive is the one that was at this port, whatever size and name it has now. */
function isAtItsPort(one: Drive, was: Drive): boolean {
  const same = one.serial === was.serial && one.wwn === was.wwn && one.model === was.model;
  return same && (was.byPath === null ? one.path === was.path : one.byPath === was.byPath);
}

/** The drives that this helper holds open for its station. */
export class Reservations {
  private readonly held = new Map<string, OpenedDrive>();
  /** Those of them that a job has sealed. */
  private readonly sealed = new Set<string>();
  /** How each was asked for. */
  private readonly asked = new Map<string, HelperRequest<'listDrives'>>();

  /**
   * Opens drives and looks at all details again. The listing is made after the drives are open: from then on
   * the kernel cannot give their names to other devices. All or none.
   * @throws PrestageError drive-…, cancelled: then none is held
   */
  async reserve(
    request: HelperRequest<'reserveDrives'>,
    signal: AbortSignal,
  ): Promise<HelperResponse<'reserveDrives'>> {
    const listing = (): Promise<Drive[]> =>
      listDrives({ benchDirectory: request.benchDirectory, protectedPaths: request.protectedPaths });
    if (request.benchDirectory === null) await requireRecordsKept();
    const before = await listing();
    const opened: OpenedDrive[] = [];
    let found: Awaited<ReturnType<typeof diskGuidIfReadable>>[];
    try {
      for (const { driveId, confirmed } of request.drives) {
        const drive = findConfirmed(before, driveId, confirmed, 'write');
        requireOwnRights(drive);
        opened.push(await openDrive(drive, 'write'));
      }
      await refuseOtherUsers(opened.map(({ drive }) => drive));
      const after = await listing();
      for (const { driveId, confirmed } of request.drives) {
        findConfirmed(after, driveId, confirmed, 'write');
      }
      found = await Promise.all(opened.map(diskGuidIfReadable));
      // Last: whoever has given it up would not hear what is held, and never give it back.
      if (signal.aborted) throw cancelled('Holding the drives');
    } catch (error) {
      await Promise.all(opened.map(({ fd }) => closeDescriptor(fd)));
      throw error;
    }
    const reservations = opened.map((drive, index) => {
      const reservation = randomUUID();
      this.held.set(reservation, drive);
      const { benchDirectory, protectedPaths } = request;
      this.asked.set(reservation, { benchDirectory, protectedPaths });
      const diskGuid = found[index];
      return { reservation, drive: drive.drive, ...(diskGuid === undefined ? {} : { diskGuid }) };
    });
    this.#keepThreads();
    return { reservations };
  }

  /** A thread waits for each drive that is held for a job. */
  #keepThreads(): void {
    driveThreads.keepReady(this.held.size - this.sealed.size);
  }

  /** Hands a held drive over, once. Whoever takes it closes it or gives it back. */
  take(reservation: string): OpenedDrive {
    const opened = this.held.get(reservation);
    if (opened === undefined) {
      throw new PrestageError({
        code: 'helper-protocol',
        message: 'The reservation of the drive no longer exists.',
        remedy: 'Nothing was written. Start again.',
      });
    }
    this.held.delete(reservation);
    this.sealed.delete(reservation);
    return opened;
  }

  /** Takes a drive back that was handed over and goes on being held. */
  giveBack(reservation: string, opened: OpenedDrive): void {
    this.held.set(reservation, opened);
  }

  /** Holds a sealed drive until its station has recorded it and says so with release. */
  keepUntilRecorded(reservation: string, opened: OpenedDrive): void {
    this.held.set(reservation, opened);
    this.sealed.add(reservation);
  }

  /** Gives a drive back as it is. */
  async release(reservation: string): Promise<void> {
    const opened = this.held.get(reservation);
    this.held.delete(reservation);
    this.sealed.delete(reservation);
    this.asked.delete(reservation);
    this.#keepThreads();
    if (opened !== undefined) await closeDescriptor(opened.fd);
  }

  /**
   * Looks for a held drive until the kernel shows another size of it, at the same port and as who it was, and holds that. The kernel
   * may have found it anew: then it is opened as any drive is, and the one that is gone is closed.
   * @returns null: it still has its old size
   * @throws PrestageError drive-changed: it has another size than that; drive-blocked, drive-busy
   */
  async findGrown(reservation: string, opened: OpenedDrive, size: number): Promise<OpenedDrive | null> {
    const asked = this.asked.get(reservation);
    if (asked === undefined) throw new Error('a drive is held that nobody asked for');
    const { drive } = opened;
    const until = performance.now() + timeouts.driveGrows;
    for (;;) {
      const found = (await listDrives(asked)).find((one) => isAtItsPort(one, drive));
      if (found !== undefined && found.size !== drive.size) {
        if (found.size === size) return await this.#holdGrown(opened, found, asked);
        throw driveChanged(found, `it now has ${found.size} bytes, and ${size} were confirmed`);
      }
      if (performance.now() > until) return null;
      await sleep(timeouts.driveGrowsLook);
    }
  }

  async #holdGrown(
    opened: OpenedDrive,
    found: Drive,
    asked: HelperRequest<'listDrives'>,
  ): Promise<OpenedDrive> {
    if (found.verdict !== 'eligible') throw blocked(found);
    if (found.attachment !== null && found.attachment === opened.drive.attachment) {
      const same = { ...opened, drive: found };
      await recheckDrive(same);
      return same;
    }
    const again = await openDrive(found, 'write');
    try {
      await refuseOtherUsers([found]);
      findConfirmed(await listDrives(asked), found.id, confirmationOf(found), 'write');
    } catch (error) {
      await closeDescriptor(again.fd);
      throw error;
    }
    await closeDescriptor(opened.fd);
    return again;
  }

  /**
   * The station is gone: gives every drive back. A sealed one that nobody recorded must not look finished.
   * @param erase takes the partition tables off a drive and closes it
   */
  async end(erase: (opened: OpenedDrive) => Promise<void>): Promise<void> {
    await Promise.allSettled(
      [...this.held.keys()].map(async (reservation) => {
        if (this.sealed.has(reservation)) await erase(this.take(reservation));
        else await this.release(reservation);
      }),
    );
  }
}
