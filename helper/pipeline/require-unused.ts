import type { Drive } from '../../core/drive/drive';
import { listDrives } from '../drives/list-drives';
import { closeDescriptor, openDrive } from './open-drive';
import { refuseOtherUsers, refuseUsers } from './other-users';

/**
 * A drive is the one that was confirmed, and nobody works on it, in this program or another: tools that erase it would not ask.
 * @throws PrestageError drive-changed, drive-busy, drive-gone
 */
export async function requireUnused(drive: Drive): Promise<void> {
  const { fd } = await openDrive(drive, 'write');
  try {
    await refuseOtherUsers([drive]);
  } finally {
    await closeDescriptor(fd);
  }
}

/** Nobody works on any disk of this machine. @throws PrestageError drive-busy, drive-listing-failed */
export async function requireAllUnused(): Promise<void> {
  await refuseUsers(await listDrives({ benchDirectory: null, protectedPaths: [] }));
}
