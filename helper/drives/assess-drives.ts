import { formatBytes, sanitizeForDisplay, sanitizeOrNull } from '../../core/base/display';
import type { Drive } from '../../core/drive/drive';
import {
  assessDrive,
  type BlockNode,
  type DriveDetails,
  type SafetyContext,
} from '../../core/drive/drive-safety';
import { passwordNotes, withNotes } from '../../core/drive/drive-notes';
import { isSystemImage, ownDiskNotes, ownDiskOf } from '../../core/drive/live-disks';
import type { MachineListing } from './read-listing';
import { driveIdOf } from './identity';
import { modelOf, type LsblkDevice } from './lsblk';
import { buildNode } from './device-tree';
import type { VirtualDrive } from './virtual-drives';

/** What a drive is listed as, apart from its verdict. */
type DriveLook = Omit<Drive, 'id' | 'verdict' | 'reasons' | 'notes' | 'ownDisk'>;

/**
 * Turns what the machine said and what a bench holds into the list of drives: the bench's first, each file
 * once, as the loop device over it where there is one.
 * @param bench the drives of `context.benchDirectory`; empty when there is none
 */
export function assessDrives(
  listing: MachineListing,
  bench: readonly VirtualDrive[],
  context: SafetyContext,
): Drive[] {
  const drives: Drive[] = [];
  const attached = new Map<string, VirtualDrive>();
  for (const virtual of bench) {
    const loops = virtual.damage === null ? loopsOver(virtual, listing) : [];
    for (const loop of loops) attached.set(loop.kernelName, virtual);
    if (loops.length === 0) drives.push(virtualDrive(virtual, listing, context));
    for (const loop of loops) drives.push(blockDrive(loop, listing, context, virtual, loops));
  }
  for (const device of listing.devices) {
    if (attached.has(device.kernelName) || isSystemImage(buildNode(device, listing), context.live ?? null)) {
      continue;
    }
    drives.push(blockDrive(device, listing, context, null, []));
  }
  return withNotes(drives);
}

function finish(
  look: DriveLook,
  details: DriveDetails,
  context: SafetyContext,
  notes: Drive['notes'] = [],
): Drive {
  const { serial, wwn, bus, attachment } = look;
  const assessed = { ...details, known: { serial, wwn, bus, attachment } };
  const reasons = assessDrive(assessed, context);
  const verdict = reasons.length === 0 ? 'eligible' : 'blocked';
  const own = verdict === 'eligible' ? ownDiskOf(assessed, context.live ?? null) : null;
  return {
    id: driveIdOf(look, look.model),
    ...look,
    ...(own === null ? {} : { ownDisk: own }),
    notes: [...ownDiskNotes(own), ...notes],
    verdict,
    reasons,
  };
}

/** The loop devices over a bench file, by name and by inode: a bind mount gives a file a second name. */
function loopsOver(virtual: VirtualDrive, listing: MachineListing): LsblkDevice[] {
  return listing.devices.filter((device) => {
    const loop = listing.loops.get(device.kernelName);
    if (loop === undefined) return false;
    const sameFile = loop.fileKey !== null && loop.fileKey === virtual.fileKey;
    return sameFile || loop.backingFile === virtual.path;
  });
}

function blockDrive(
  device: LsblkDevice,
  listing: MachineListing,
  context: SafetyContext,
  virtual: VirtualDrive | null,
  siblings: readonly LsblkDevice[],
): Drive {
  const found = listing.identities.get(device.kernelName);
  const kind = device.type === 'loop' || listing.loops.has(device.kernelName) ? 'loop' : 'disk';
  const loop = listing.loops.get(device.kernelName);
  const details: DriveDetails = {
    kind,
    size: device.size,
    logicalSectorSize: device.logicalSectorSize,
    readOnly: device.readOnly,
    transport: device.transport,
    subsystems: device.subsystems,
    nvmeTransports: found?.nvmeTransports ?? null,
    zoned: device.zoned,
    node: buildNode(device, listing),
    loop:
      loop === undefined
        ? null
        : {
            file: loop.backingFile,
            onBench: virtual !== null,
            whole: loop.offset === 0 && (loop.sizeLimit === 0 || loop.sizeLimit === device.size),
            others: siblings.filter((other) => other !== device).map((other) => other.path),
            promisedSectorSize: virtual?.entry.sectorSize ?? null,
          },
    fileKey: loop?.fileKey ?? null,
    // A size unlike the bench's: the file grew or shrank after it was attached.
    damage:
      virtual !== null && loop?.offset === 0 && loop.sizeLimit === 0 && device.size !== virtual.entry.size
        ? `The loop device has ${device.size ?? 'unknown'} bytes, but the virtual bench has ${virtual.entry.size}.`
        : null,
    missing: [],
  };
  const look: DriveLook = {
    kind,
    path: shown(device.path),
    ...(virtual === null
      ? {
          serial: sanitizeOrNull(device.serial ?? found?.serial),
          wwn: sanitizeOrNull(device.wwn ?? found?.wwn),
          bay: null,
          model: modelOf(device),
        }
      : benchLook(virtual)),
    size: device.size ?? 0,
    attachment: found?.attachment ?? null,
    byPath: sanitizeOrNull(listing.byPath.get(device.kernelName), 4096),
    bus: kind === 'loop' ? 'loop' : busOf(device),
    logicalSectorSize: device.logicalSectorSize ?? 0,
    physicalSectorSize: device.physicalSectorSize ?? 0,
    rotational: device.rotational,
    removable: device.removable ?? true,
    readOnly: device.readOnly ?? true,
    contents: contentsOf(device),
    // Of a bench's file it is read there: without udev lsblk tells it to root alone.
    diskGuid: virtual === null ? device.diskGuid : virtual.table.diskGuid,
  };
  return finish(look, details, context, passwordNotes(found?.ataPassword ?? 'none'));
}

function virtualDrive(virtual: VirtualDrive, listing: MachineListing, context: SafetyContext): Drive {
  const { entry, path } = virtual;
  const node: BlockNode = {
    name: entry.file,
    title: entry.file,
    type: 'file',
    deviceNumber: null,
    fileSystem: null,
    mountPoints: [],
    swap: listing.swaps.some((swap) => swap.path === path),
    holders: [],
    otherUses: [],
    children: [],
  };
  const details: DriveDetails = {
    kind: 'virtual',
    size: entry.size,
    logicalSectorSize: entry.sectorSize,
    readOnly: virtual.readOnly,
    transport: null,
    subsystems: null,
    nvmeTransports: [],
    zoned: null,
    node,
    loop: null,
    fileKey: virtual.fileKey,
    damage: virtual.damage,
    missing: [],
  };
  const look: DriveLook = {
    kind: 'virtual',
    path,
    ...benchLook(virtual),
    size: entry.size,
    attachment: virtual.attachment,
    byPath: null,
    bus: 'virtual',
    logicalSectorSize: entry.sectorSize,
    physicalSectorSize: entry.sectorSize,
    rotational: null,
    removable: false,
    readOnly: virtual.readOnly,
    contents: virtual.table.hasTable ? ['GPT partition table'] : [],
    diskGuid: virtual.table.diskGuid,
  };
  return finish(look, details, context);
}

function benchLook({ entry }: VirtualDrive): Pick<DriveLook, 'serial' | 'wwn' | 'bay' | 'model'> {
  return {
    serial: sanitizeOrNull(entry.serial),
    wwn: sanitizeOrNull(entry.wwn),
    bay: sanitizeOrNull(entry.bay),
    model: sanitizeOrNull(entry.model),
  };
}

function busOf(device: LsblkDevice): string | null {
  const known = busName(device.transport);
  if (known !== null) return known;
  const subsystems = device.subsystems?.split(':') ?? [];
  return ['nvme', 'usb', 'mmc', 'virtio', 'xen'].find((name) => subsystems.includes(name)) ?? null;
}

function busName(text: string | null): string | null {
  const name = sanitizeOrNull(text, 20)?.toLowerCase() ?? null;
  return name === 'unknown' ? null : name;
}

/** What is on a drive, one line for the table, then one for each partition or file system. */
function contentsOf(device: LsblkDevice): string[] {
  const lines: string[] = [];
  if (device.partitionTable !== null) {
    lines.push(`${sanitizeForDisplay(device.partitionTable, 20).toUpperCase()} partition table`);
  }
  const add = (node: LsblkDevice): void => {
    const kind = node.fileSystem ?? (node.type === 'part' ? (node.partitionType ?? 'partition') : null);
    if (kind !== null) {
      const label = sanitizeOrNull(node.label, 64);
      const size = node.size === null ? '' : `, ${formatBytes(node.size)}`;
      lines.push(
        `${shown(node.name)}: ${sanitizeForDisplay(kind, 64)}${label === null ? '' : ` '${label}'`}${size}`,
      );
    }
    node.children.forEach(add);
  };
  add(device);
  return lines;
}

const shown = (text: string): string => sanitizeForDisplay(text, 4096);
