import { readdir, readFile, readlink } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { sanitizeForDisplay } from '../../core/base/display';
import { driveLabel, type Drive } from '../../core/drive/drive';
import { PrestageError } from '../../core/base/errors';
import { timeouts } from '../../core/base/timeouts';

/** A process and the paths of the devices that it has open. */
interface DeviceUser {
  readonly name: string;
  readonly devices: readonly string[];
}

/**
 * A process can have a disk open without O_EXCL (a virtual machine with a raw disk, a network block device
 * server): no mount and no holder tells of it, and O_EXCL succeeds beside it. What can be seen of other users'
 * processes depends on our rights; root, who opens real drives, sees all of them.
 */
async function deviceUsers(isOwnCounted: boolean): Promise<DeviceUser[]> {
  const users: DeviceUser[] = [];
  const processes = (await readdir('/proc')).filter(
    (name) => /^\d+$/.test(name) && (isOwnCounted || name !== String(process.pid)),
  );
  for (const pid of processes) {
    const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => []);
    const targets = await Promise.all(
      descriptors.map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')),
    );
    const devices = targets.filter((target) => target.startsWith('/dev/'));
    if (devices.length === 0) continue;
    const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '');
    users.push({ name: `${sanitizeForDisplay(name, 40) || 'process'} (${pid})`, devices });
  }
  return users;
}

/**
 * The device itself, or a partition of it: `sda1` of `sda`, `nvme0n1p2` of `nvme0n1`; not `nvme0n11` of `nvme0n1`. The kernel puts
 * a `p` between where the disk's name ends in a digit (block/partitions/core.c).
 */
export function isOn(target: string, devicePath: string): boolean {
  if (!target.startsWith(devicePath)) return false;
  const rest = target.slice(devicePath.length);
  return rest === '' || (/\d$/.test(devicePath) ? /^p\d+$/ : /^\d+$/).test(rest);
}

/** Names of those that have a drive or a partition of it open. */
function usersOf({ path }: Drive, users: readonly DeviceUser[]): string[] {
  return users.filter(({ devices }) => devices.some((device) => isOn(device, path))).map(({ name }) => name);
}

/**
 * Refuses drives that another process has open. udev and the like look at a new drive for a moment: only what
 * is still there a little later counts.
 * @throws PrestageError drive-busy
 */
export async function refuseOtherUsers(drives: readonly Drive[]): Promise<void> {
  await refuse(drives, false);
}

/** How often it is looked whether somebody who asks a drive for its health, say, has done with it. */
const looks = 8;

/**
 * Refuses drives that any process goes on having open, this one too: for another job of it, say.
 * @throws PrestageError drive-busy
 */
export async function refuseUsers(drives: readonly Drive[]): Promise<void> {
  for (let look = 1; ; look += 1) {
    try {
      await refuse(drives, true);
      return;
    } catch (error) {
      if (look === looks) throw error;
    }
  }
}

async function refuse(drives: readonly Drive[], isOwnCounted: boolean): Promise<void> {
  const real = drives.filter(({ kind }) => kind !== 'virtual');
  if (real.length === 0) return;
  const now = await deviceUsers(isOwnCounted);
  const suspects = real.filter((drive) => usersOf(drive, now).length > 0);
  if (suspects.length === 0) return;
  await sleep(timeouts.passingLook);
  const later = await deviceUsers(isOwnCounted);
  for (const drive of suspects) {
    const users = usersOf(drive, later);
    if (users.length === 0) continue;
    throw new PrestageError({
      code: 'drive-busy',
      message: `The ${driveLabel(drive)} is open in another program: ${users.slice(0, 4).join(', ')}.`,
    });
  }
}
