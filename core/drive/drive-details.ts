import type { LiveSystem } from '../live/live-system';
import type { Drive } from './drive';

/** What the verdict on a drive rests on. The rules stand in drive-safety.ts. */

/** One block device and everything that is stacked on it. */
export interface BlockNode {
  /** Kernel name: sda, sda1, dm-0. */
  readonly name: string;
  /** The name people gave it, where there is one: vg0-root, mpatha. */
  readonly title: string;
  /** As lsblk says: disk, part, lvm, crypt, raid1, mpath, loop, rom, … */
  readonly type: string;
  /** `major:minor`, or null when unknown. */
  readonly deviceNumber: string | null;
  /** Name in the partition table; missing or null: it has none, or is no partition. */
  readonly partitionLabel?: string | null;
  /** Signature on it: ntfs, LVM2_member, … or null. */
  readonly fileSystem: string | null;
  readonly mountPoints: readonly string[];
  readonly swap: boolean;
  /** Kernel names of the devices that hold this one open, from /sys; null when they could not be read. */
  readonly holders: readonly string[] | null;
  /** Uses that neither mounts nor holders show, each as one sentence. */
  readonly otherUses: readonly string[];
  /** How to end each of the other uses, in their order; null where that cannot be said. */
  readonly otherReleases?: readonly (string | null)[];
  readonly children: readonly BlockNode[];
}

/** What is behind a loop device. */
export interface LoopDetails {
  readonly file: string;
  /** The file is a drive of the given bench. */
  readonly onBench: boolean;
  /** From the first to the last byte of the file. */
  readonly whole: boolean;
  /** Kernel names of other loop devices over the same file. */
  readonly others: readonly string[];
  /** Bytes a sector that the bench promises, or null when it is on no bench. */
  readonly promisedSectorSize: number | null;
}

/** Everything the verdict on one drive rests on. */
export interface DriveDetails {
  readonly kind: 'disk' | 'loop' | 'virtual';
  /** Bytes; null when unknown. */
  readonly size: number | null;
  /** Bytes; null when unknown. */
  readonly logicalSectorSize: number | null;
  /** null when unknown. */
  readonly readOnly: boolean | null;
  /** sata, nvme, usb, iscsi, … or null. */
  readonly transport: string | null;
  /** Kernel subsystems from the device up: `block:scsi:pci`. */
  readonly subsystems: string | null;
  /**
   * How each controller of an NVMe drive is reached (`pcie`, `tcp`, `rdma`, `fc`); empty for other drives, null
   * where /sys does not tell. With native multipath nothing else tells a drive of a network from a local one.
   */
  readonly nvmeTransports: readonly string[] | null;
  /** none, host-aware, host-managed, or null. */
  readonly zoned: string | null;
  /** The device and what is on it; null: not known, which blocks a disk. */
  readonly node: BlockNode | null;
  /** For a loop device; null when its file is not known, and for every other kind. */
  readonly loop: LoopDetails | null;
  /** `device:inode` of a virtual drive's file, or of a loop's; null for disks. */
  readonly fileKey: string | null;
  /** What is wrong with the bench file, as one sentence, or null. */
  readonly damage: string | null;
  /** What the listing could not tell and the verdict needs, each in a few words. */
  readonly missing: readonly string[];
  /** What it is known by; missing where that plays no part. */
  readonly known?: KnownDisk | undefined;
}

/** What a disk is known by, for the comparison with what was there when a live system started. */
export type KnownDisk = Pick<Drive, 'serial' | 'wwn' | 'bus' | 'attachment'>;

/** A file or folder that must survive. */
export interface ProtectedPath {
  readonly path: string;
  readonly kind: 'file' | 'folder';
  /** `major:minor` of every block device its bytes may be on. */
  readonly devices: readonly string[];
  /** `device:inode` of the file; null for a folder and for what does not exist yet. */
  readonly fileKey: string | null;
}

export interface SafetyContext {
  /** The bench in use, or null when the machine's own drives are meant. */
  readonly benchDirectory: string | null;
  readonly protectedPaths: readonly ProtectedPath[];
  /** The Prestage Live stick that the system runs from; null or missing: it runs from none. */
  readonly live?: LiveSystem | null;
}

/** A device and everything stacked on it, the device first. */
export function nodesOf(node: BlockNode): BlockNode[] {
  return [node, ...node.children.flatMap(nodesOf)];
}
