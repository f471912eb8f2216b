import { formatBytes, sanitizeForDisplay } from '../base/display';
import { releasedBy, topLevel } from './release';
import { blockReasonCodes, type BlockReason, type BlockReasonCode } from './drive';
import {
  nodesOf,
  type BlockNode,
  type DriveDetails,
  type ProtectedPath,
  type SafetyContext,
} from './drive-details';
import { liveReasons } from './live-disks';
import { sectorSizes, sectorSizeSchema } from './sector-size';

/**
 * The rule that decides which drive may be written. It only ever finds reasons against: a drive without
 * any is eligible. What is not known counts against the drive. "Removable" plays no part: a system can run
 * from a USB stick, and internal drives are what we write.
 */

export type { BlockNode, DriveDetails, LoopDetails, ProtectedPath, SafetyContext } from './drive-details';

/** Mounts that make a drive the system's: these and everything below them. */
const systemTrees = ['/boot', '/efi', '/usr', '/var', '/etc', '/opt', '/nix', '/gnu', '/ostree', '/sysroot'];
/** Where live systems keep the medium they run from. */
const liveTrees = [
  '/run/live',
  '/lib/live',
  '/run/initramfs',
  '/run/archiso',
  '/cdrom',
  '/isodevice',
  '/rofs',
];
/** Kernel names of whole drives that we know how to write. Anything else is refused. */
const writableName = /^(?:sd[a-z]+|hd[a-z]+|vd[a-z]+|xvd[a-z]+|nvme\d+n\d+|mmcblk\d+)$/;
const memoryName = /^(?:zram|ram|pmem)\d/;

const clean = (text: string): string => sanitizeForDisplay(text, 300);

/** True when a file system mounted there belongs to the running system. */
export function isSystemMount(mountPoint: string): boolean {
  return (
    mountPoint === '/' ||
    [...systemTrees, ...liveTrees].some((tree) => mountPoint === tree || mountPoint.startsWith(`${tree}/`))
  );
}

/**
 * The name of the volume group in a device-mapper name such as `vg0-root`, where a hyphen of a name is
 * written twice; null when there is none.
 */
export function volumeGroupOf(mapperName: string): string | null {
  const match = /^((?:[^-]|--)+)-(?!-)./.exec(mapperName);
  return match?.[1]?.replaceAll('--', '-') ?? null;
}

/**
 * Every reason against writing a drive, sorted as {@link blockReasonCodes} are; empty means eligible.
 * Messages are safe to show.
 */
export function assessDrive(details: DriveDetails, context: SafetyContext): BlockReason[] {
  const found = [
    ...liveReasons(details, context.live ?? null),
    ...sortReasons(details),
    ...(details.node === null ? [] : useReasons(details.node)),
    ...protectedReasons(details, context.protectedPaths),
    ...benchReasons(details, context.benchDirectory),
    ...factReasons(details),
  ];
  const seen = new Set<string>();
  const reasons = found.filter(({ code, message }) => {
    const key = `${code} ${message}`;
    return seen.has(key) ? false : (seen.add(key), true);
  });
  const rank = (code: BlockReasonCode): number => blockReasonCodes.indexOf(code);
  reasons.sort((a, b) => rank(a.code) - rank(b.code));
  // Nobody is told how to take the running system, the media or the state folder away from under this computer.
  const needed = reasons.some(({ code }) => neverReleased.has(code));
  return needed ? reasons.map(({ code, message }) => ({ code, message })) : reasons;
}

const neverReleased: ReadonlySet<BlockReasonCode> = new Set([
  'live-medium',
  'system-disk',
  'media-on-drive',
  'state-on-drive',
]);

/** What sort of thing it is. */
function sortReasons(details: DriveDetails): BlockReason[] {
  const { node } = details;
  if (details.kind !== 'disk' || node === null) return [];
  const name = clean(node.name);
  const reasons: BlockReason[] = [];
  if (node.type === 'rom') {
    reasons.push({ code: 'optical', message: 'It is an optical drive.' });
  } else if (memoryName.test(node.name)) {
    reasons.push({ code: 'memory-disk', message: `${name} is in the memory of this computer.` });
  } else if (node.type !== 'disk' || !writableName.test(node.name)) {
    const message = `${name} (${clean(node.type) || 'no type'}) is not a type of drive that Prestage writes.`;
    reasons.push({ code: 'not-a-disk', message });
  }
  const network =
    ['iscsi', 'fc', 'fcoe'].includes(details.transport ?? '') ||
    details.subsystems?.includes('nvme-fabrics') === true ||
    details.nvmeTransports?.some((transport) => transport !== 'pcie') === true;
  if (network) reasons.push({ code: 'not-a-disk', message: 'It is connected over a network.' });
  if (details.zoned === 'host-managed') {
    reasons.push({
      code: 'not-a-disk',
      message: 'It is a host-managed zoned drive, which cannot be overwritten in place.',
    });
  }
  return reasons;
}

/** What it is in use by, all the way down. */
function useReasons(root: BlockNode): BlockReason[] {
  const nodes = nodesOf(root);
  const mountPoints = [...new Set(nodes.flatMap((node) => node.mountPoints))];
  const system = mountPoints.filter(isSystemMount);
  const other = mountPoints.filter((mountPoint) => !isSystemMount(mountPoint));
  const reasons: BlockReason[] = [];
  if (system.length > 0) {
    reasons.push({ code: 'system-disk', message: `It contains the running system (${enumerate(system)}).` });
  }
  if (other.length > 0) {
    const message = `It is mounted at ${enumerate(other)}.`;
    reasons.push({
      code: 'mounted',
      message,
      ...releasedBy(
        other.toSorted((a, b) => b.length - a.length).map((at) => ['umount', at]),
        topLevel,
      ),
    });
  }
  for (const [level, node] of nodes.entries()) {
    if (node.swap) {
      reasons.push({
        code: 'swap',
        message: `It has swap space in use by this computer (${clean(node.title)}).`,
        ...releasedBy([['swapoff', devicePath(node)]], topLevel),
      });
    }
    for (const [index, use] of node.otherUses.entries()) {
      const release = node.otherReleases?.[index] ?? null;
      reasons.push({
        code: 'held',
        message: clean(use),
        ...(release === null ? {} : { release, releaseLevel: level }),
      });
    }
    for (const child of node.children) {
      const reason = childReason(child, nodes.indexOf(child));
      if (reason !== null) reasons.push(reason);
    }
    // lsblk shows most holders as children; what only /sys knows of still holds the drive.
    const known = new Set(node.children.map((child) => child.name));
    for (const holder of node.holders ?? []) {
      if (!known.has(holder)) reasons.push({ code: 'held', message: `It is in use by ${clean(holder)}.` });
    }
  }
  return reasons;
}

/** Why a device that sits on another holds it; null for a partition, which alone holds nothing. */
function childReason(child: BlockNode, level: number): BlockReason | null {
  const title = clean(child.title);
  if (child.type === 'part') return null;
  if (child.type === 'lvm') {
    const group = volumeGroupOf(child.title);
    const what = group === null ? `logical volume ${title}` : `volume group ${clean(group)}`;
    const command =
      group === null ? ['dmsetup', 'remove', child.title] : ['vgchange', '--activate', 'n', group];
    return { code: 'lvm', message: `It is part of the LVM ${what}.`, ...releasedBy([command], level) };
  }
  if (/^(?:raid\d+|dmraid|linear|md)$/.test(child.type)) {
    const message = `It is part of the RAID array ${title} (${child.type}).`;
    const command =
      child.type === 'dmraid' ? ['dmsetup', 'remove', child.title] : ['mdadm', '--stop', devicePath(child)];
    return { code: 'raid', message, ...releasedBy([command], level) };
  }
  if (child.type === 'crypt') {
    const message = `It contains the open encrypted volume ${title}.`;
    return { code: 'encrypted', message, ...releasedBy([['cryptsetup', 'close', child.title]], level) };
  }
  if (child.type === 'mpath') {
    const message = `It is one path of the multipath device ${title}.`;
    return { code: 'multipath', message, ...releasedBy([['multipath', '-f', child.title]], level) };
  }
  const message = `It is in use by ${title} (${clean(child.type) || 'no type'}).`;
  return {
    code: 'held',
    message,
    ...(child.type === 'dm' ? releasedBy([['dmsetup', 'remove', child.title]], level) : {}),
    ...(child.type === 'loop' ? releasedBy([['losetup', '--detach', devicePath(child)]], level) : {}),
  };
}

const devicePath = ({ name }: BlockNode): string => `/dev/${name}`;

function protectedReasons(details: DriveDetails, paths: readonly ProtectedPath[]): BlockReason[] {
  const numbers = new Set(
    details.node === null ? [] : nodesOf(details.node).map((node) => node.deviceNumber),
  );
  return paths
    .filter(
      (path) =>
        path.devices.some((device) => numbers.has(device)) ||
        (path.fileKey !== null && path.fileKey === details.fileKey),
    )
    .map((path) =>
      path.kind === 'file'
        ? { code: 'media-on-drive', message: `The file ${clean(path.path)} is on this drive.` }
        : { code: 'state-on-drive', message: `The folder ${clean(path.path)} is on this drive.` },
    );
}

/** What follows from the bench: with one given, only what is on it can be written. */
function benchReasons(details: DriveDetails, benchDirectory: string | null): BlockReason[] {
  const reasons: BlockReason[] = [];
  if (details.damage !== null) reasons.push({ code: 'bench-damaged', message: clean(details.damage) });
  if (details.kind === 'virtual') return reasons;
  const onBench = benchDirectory !== null && details.loop?.onBench === true;
  if (benchDirectory !== null && !onBench) {
    reasons.push({ code: 'not-on-bench', message: 'It is not on the given virtual bench.' });
  }
  if (details.kind === 'disk') return reasons;

  const file = clean(details.loop?.file ?? '');
  if (!onBench) {
    const message =
      details.loop === null
        ? 'It is a loop device with an unknown file. Detach it with losetup --detach.'
        : `It is a loop device of ${file}. Give the virtual bench that this file belongs to, or detach the device.`;
    reasons.push({ code: 'loop-device', message });
  } else {
    const { whole, others, promisedSectorSize } = details.loop;
    if (!whole) {
      const message = `It covers only part of ${file}. Attach it again without an offset or size limit.`;
      reasons.push({ code: 'loop-device', message });
    }
    for (const other of others) {
      const message = `The same file is also attached to ${clean(other)}. Detach one of them.`;
      reasons.push({ code: 'held', message });
    }
    if (promisedSectorSize !== null && promisedSectorSize !== details.logicalSectorSize) {
      const message = `The virtual bench has ${promisedSectorSize}-byte sectors. Attach it with losetup --sector-size ${promisedSectorSize}.`;
      reasons.push({ code: 'sector-size', message });
    }
  }
  return reasons;
}

/** What its own figures say, and what they leave open. */
function factReasons(details: DriveDetails): BlockReason[] {
  const reasons: BlockReason[] = [];
  const missing = [...details.missing];
  if (details.readOnly === true) {
    const release =
      details.kind === 'disk'
        ? 'Move its write-protect switch, if the card, stick or adapter has one, and insert it again.'
        : undefined;
    reasons.push({
      code: 'read-only',
      message: 'It is read-only.',
      ...(release === undefined ? {} : { release }),
    });
  }
  if (details.readOnly === null) missing.push('whether it is read-only');
  if (details.size === 0) {
    reasons.push({ code: 'no-medium', message: 'It has no medium: its size is 0.' });
  }
  if (details.size === null) missing.push('its size');
  const sector = details.logicalSectorSize;
  if (sector === null || sector === 0) missing.push('its sector size');
  else if (!sectorSizeSchema.safeParse(sector).success) {
    reasons.push({
      code: 'sector-size',
      message: `It has ${sector}-byte sectors; only ${sectorSizes.join(' and ')} bytes are supported.`,
    });
  } else if (details.size !== null && details.size % sector !== 0) {
    const message = `Its size (${formatBytes(details.size)}) is not a whole number of sectors.`;
    reasons.push({ code: 'sector-size', message });
  }
  if (details.kind !== 'virtual') {
    const nodes = details.node === null ? [] : nodesOf(details.node);
    if (details.node === null) missing.push('what is on it');
    if (details.nvmeTransports === null) missing.push('how its NVMe controllers are connected');
    if (nodes.some((node) => node.deviceNumber === null)) missing.push('its device number');
    if (nodes.some((node) => node.holders === null)) missing.push('what is using it');
  }
  for (const fact of new Set(missing)) {
    reasons.push({ code: 'facts-missing', message: `The system does not report ${clean(fact)}.` });
  }
  return reasons;
}

function enumerate(items: readonly string[]): string {
  const shown = items.slice(0, 4).map(clean).join(', ');
  return items.length > 4 ? `${shown} and ${items.length - 4} more` : shown;
}
