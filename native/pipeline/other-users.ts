import { readdir, readFile, readlink } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { sanitizeForDisplay } from '../../core/display';
import { driveLabel, type Drive } from '../../core/drive';
import { PrestageError } from '../../core/errors';
import { timeouts } from '../../core/timeouts';

/**
 * A process can have a disk open without O_EXCL (a virtual machine with a raw disk, a network block device
 * server): no mount and no holder tells of it, and O_EXCL succeeds beside it. What can be seen of other users'
 * processes depends on our rights; root, who opens real drives, sees all of them.
 * @param procRoot `/proc`; tests replace it
 * @returns names of other processes that have the device or a partition of it open
 */
export async function processesWithOpen(devicePath: string, procRoot = '/proc'): Promise<string[]> {
  const users: string[] = [];
  for (const pid of (await readdir(procRoot)).filter(
    (name) => /^\d+$/.test(name) && name !== String(process.pid),
  )) {
    const descriptors = await readdir(`${procRoot}/${pid}/fd`).catch(() => []);
    const targets = await Promise.all(
      descriptors.map((fd) => readlink(`${procRoot}/${pid}/fd/${fd}`).catch(() => '')),
    );
    if (!targets.some((target) => isOn(target, devicePath))) continue;
    const name = await readFile(`${procRoot}/${pid}/comm`, 'utf8').catch(() => '');
    users.push(`${sanitizeForDisplay(name, 40) || 'process'} (${pid})`);
  }
  return users;
}

/** The device itself, or a partition of it: `sda1` of `sda`, `nvme0n1p2` of `nvme0n1`. */
function isOn(target: string, devicePath: string): boolean {
  return target.startsWith(devicePath) && /^(?:p?\d+)?$/.test(target.slice(devicePath.length));
}

/**
 * Refuses drives that another process has open. udev and the like look at a new drive for a moment: only what
 * is still there a little later counts.
 * @throws PrestageError drive-busy
 */
export async function refuseOtherUsers(drives: readonly Drive[]): Promise<void> {
  const suspects: Drive[] = [];
  for (const drive of drives.filter(({ kind }) => kind !== 'virtual')) {
    if ((await processesWithOpen(drive.path)).length > 0) suspects.push(drive);
  }
  if (suspects.length === 0) return;
  await sleep(timeouts.passingLook);
  for (const drive of suspects) {
    const users = await processesWithOpen(drive.path);
    if (users.length === 0) continue;
    throw new PrestageError({
      code: 'drive-busy',
      message: `The ${driveLabel(drive)} is open in another program: ${users.slice(0, 4).join(', ')}.`,
      remedy: 'Nothing was written to it. Stop that program, or choose another drive.',
    });
  }
}
