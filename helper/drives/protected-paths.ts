/** Which devices the media and the state folder are on. */
import { realpath, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { ProtectedPath } from '../../core/drive/drive-safety';
import { errorCodeOf } from '../../core/base/system-error';
import type { MachineListing } from './read-listing';
import { listingFailed } from './listing-failed';
import { flattenLsblk, type LsblkDevice } from './lsblk';
import type { MountEntry } from './proc';
import { formatDeviceNumber } from './drives-sysfs';

/** Loops over files on loops, overlays over overlays: nobody stacks them deeper than this. */
const depthLimit = 16;

/**
 * Finds the devices that each path is on. A path that does not exist yet counts as a folder where its
 * nearest existing parent is.
 * @throws PrestageError drive-listing-failed when a path cannot be looked at
 */
export async function resolveProtectedPaths(
  paths: readonly string[],
  listing: MachineListing,
): Promise<ProtectedPath[]> {
  return await Promise.all(paths.map((path) => resolveOne(path, listing)));
}

async function resolveOne(path: string, listing: MachineListing): Promise<ProtectedPath> {
  const absolute = resolve(path);
  const existing = await nearestExisting(absolute);
  const details = await stat(existing, { bigint: true });
  const isFile = existing === absolute && !details.isDirectory();
  return {
    path: absolute,
    kind: isFile ? 'file' : 'folder',
    devices: [...(await devicesUnder(existing, listing, depthLimit))],
    fileKey: isFile ? `${details.dev}:${details.ino}` : null,
  };
}

async function nearestExisting(path: string): Promise<string> {
  try {
    await stat(path);
    return path;
  } catch (error) {
    const code = errorCodeOf(error);
    if ((code === 'ENOENT' || code === 'ENOTDIR') && dirname(path) !== path) {
      return await nearestExisting(dirname(path));
    }
    throw listingFailed(`${path} cannot be inspected`, error);
  }
}

/** Every device below a path: through anonymous file systems, overlays, and the files of loop devices. */
async function devicesUnder(path: string, listing: MachineListing, depth: number): Promise<Set<string>> {
  const found = new Set<string>();
  if (depth === 0) return found;
  const real = await realpath(path);
  const details = await stat(real, { bigint: true });
  const further: string[] = [];
  if (details.isBlockDevice()) found.add(formatDeviceNumber(details.rdev));
  const number = formatDeviceNumber(details.dev);
  if (!number.startsWith('0:')) {
    found.add(number);
  } else {
    const mount = mountOf(real, listing.mounts);
    const source = mount === null ? undefined : listing.deviceNumbers.get(mount.source);
    if (source !== undefined) found.add(source);
    else if (mount !== null) further.push(...overlayFolders(mount));
  }
  for (const device of [...found]) {
    for (const member of btrfsMembers(device, listing)) found.add(member);
    const backing = loopFileOf(device, listing);
    if (backing !== null) further.push(backing);
  }
  for (const next of further) {
    const below = await devicesUnder(next, listing, depth - 1).catch(() => new Set<string>());
    for (const device of below) found.add(device);
  }
  return found;
}

/** The mount that a real path lies in: the longest mount point above it, the last one made if several. */
export function mountOf(path: string, mounts: readonly MountEntry[]): MountEntry | null {
  let best: MountEntry | null = null;
  for (const mount of mounts) {
    const { mountPoint } = mount;
    const above = mountPoint === '/' || path === mountPoint || path.startsWith(`${mountPoint}/`);
    if (above && (best === null || mountPoint.length >= best.mountPoint.length)) best = mount;
  }
  return best;
}

/** The folders that an overlay's bytes are in; empty for any other file system. */
export function overlayFolders(mount: MountEntry): string[] {
  if (mount.fileSystem !== 'overlay') return [];
  return mount.superOptions.split(',').flatMap((option) => {
    const match = /^(?:upperdir|lowerdir\+?|datadir\+?|workdir)=(.*)$/.exec(option);
    return match?.[1]?.split(':').filter((folder) => folder.startsWith('/')) ?? [];
  });
}

function btrfsMembers(device: string, listing: MachineListing): string[] {
  const all = flattenLsblk(listing.devices);
  const name = all.find((node) => node.deviceNumber === device)?.kernelName;
  const group = listing.btrfsGroups.find((members) => name !== undefined && members.includes(name)) ?? [];
  return all.flatMap((node) =>
    group.includes(node.kernelName) && node.deviceNumber !== null ? [node.deviceNumber] : [],
  );
}

/** The file behind the loop device that a device is, or is stacked on. */
function loopFileOf(device: string, listing: MachineListing): string | null {
  const contains = (node: LsblkDevice): boolean =>
    node.deviceNumber === device || node.children.some(contains);
  const loop = listing.devices.find((node) => listing.loops.has(node.kernelName) && contains(node));
  return loop === undefined ? null : (listing.loops.get(loop.kernelName)?.backingFile ?? null);
}
