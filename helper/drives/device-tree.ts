import type { BlockNode } from '../../core/drive/drive-safety';
import { releaseSentence } from '../../core/drive/release';
import type { MachineListing } from './read-listing';
import { flattenLsblk, type LsblkDevice } from './lsblk';

/**
 * A device with everything stacked on it and every use of each part: lsblk's own view, widened by the lists
 * of mounts and swaps, /sys, btrfs, ZFS, and loop devices over block devices.
 */
export function buildNode(device: LsblkDevice, listing: MachineListing): BlockNode {
  const { kernelName } = device;
  const otherUses: string[] = [];
  const otherReleases: (string | null)[] = [];
  const usedBy = (use: string, command: readonly string[] | null): void => {
    otherUses.push(use);
    otherReleases.push(command === null ? null : releaseSentence([command]));
  };
  for (const [loopName, loop] of listing.loops) {
    const backed = listing.deviceNumbers.get(loop.backingFile);
    const overThis =
      loop.backingFile === device.path || (backed !== undefined && backed === device.deviceNumber);
    if (overThis) {
      usedBy(`The loop device ${loopName} is attached to it.`, ['losetup', '--detach', `/dev/${loopName}`]);
    }
  }
  if (device.fileSystem === 'zfs_member' && listing.zfsActive) {
    // The label of a member is the name of its pool.
    const pool = device.label === null || device.label === '' ? null : device.label;
    usedBy('It may belong to a ZFS pool of this computer.', pool === null ? null : ['zpool', 'export', pool]);
  }
  const mountPoints = mountPointsOf(device, listing);
  const group = listing.btrfsGroups.find((members) => members.includes(kernelName));
  if (group !== undefined) {
    for (const member of flattenLsblk(listing.devices)) {
      if (group.includes(member.kernelName)) mountPoints.push(...mountPointsOf(member, listing));
    }
    if (mountPoints.length === 0) usedBy('It is part of a btrfs file system that is in use.', null);
  }
  return {
    name: kernelName,
    title: device.name,
    type: device.type,
    deviceNumber: device.deviceNumber,
    partitionLabel: device.partitionLabel,
    fileSystem: device.fileSystem,
    mountPoints: [...new Set(mountPoints)],
    swap: device.swap || listing.swaps.some((swap) => isDevice(swap.path, device, listing)),
    holders: listing.holders.get(kernelName) ?? null,
    otherUses,
    otherReleases,
    children: device.children.map((child) => buildNode(child, listing)),
  };
}

function mountPointsOf(device: LsblkDevice, listing: MachineListing): string[] {
  const mounted = listing.mounts.filter(
    (mount) =>
      (device.deviceNumber !== null && mount.deviceNumber === device.deviceNumber) ||
      isDevice(mount.source, device, listing),
  );
  return [...device.mountPoints, ...mounted.map((mount) => mount.mountPoint)];
}

/** True when a path names the device, under whichever name. */
function isDevice(path: string, device: LsblkDevice, listing: MachineListing): boolean {
  const number = listing.deviceNumbers.get(path);
  if (number !== undefined) return number === device.deviceNumber;
  return path === device.path || path === `/dev/${device.kernelName}`;
}
