import { dayOf } from '../base/day';
import {
  isLivePartition,
  livePartitions,
  livePaths,
  type LiveSystem,
  type UnlockedDisk,
} from '../live/live-system';
import { nodesOf, type BlockNode, type DriveDetails, type KnownDisk } from './drive-details';
import type { BlockReason, DriveNote, OwnDisk } from './drive';
import { tellsOwnIdentity } from './drive-identity';

/**
 * What a Prestage Live stick adds to the verdict on a drive (docs/adr/0056): the medium itself is never written, and what was
 * in the PC when the medium started is the PC's own until somebody says otherwise. What was plugged in since is on the bench.
 */

/** Mounts below which a live system keeps the medium it was started from (live-boot(7)). */
const mediumTrees = ['/run/live/medium', '/run/live/persistence', '/lib/live/mount', livePaths.state];

/** Below it live-boot mounts what it maps from the medium: the squashfs of the system. */
const systemTree = '/run/live/rootfs';

/**
 * The reasons against a drive that come from a live medium.
 * @param live null when the system is not live
 */
export function liveReasons(details: DriveDetails, live: LiveSystem | null): BlockReason[] {
  if (details.kind === 'virtual' || details.node === null) return ownReasons(details, live);
  if (live !== null && isRunningMedium(details.node, live)) {
    const message =
      'This is the Prestage Live stick that this station runs from. It is never written as a drive.';
    return [{ code: 'live-medium', message }];
  }
  const holds = nodesOf(details.node).some(({ partitionLabel }) => partitionLabel === livePartitions.data);
  if (holds) {
    return [
      {
        code: 'live-medium',
        message: 'This is a Prestage Live stick that holds the records of a station.',
      },
    ];
  }
  return ownReasons(details, live);
}

/**
 * Whether the system was started from this disk. A second medium with the same partitions counts as well: which of them was
 * started is not worth being wrong about.
 */
function isRunningMedium(root: BlockNode, live: LiveSystem): boolean {
  const started = live.start?.medium?.replace(/^\/dev\//, '') ?? null;
  return nodesOf(root).some(
    (node) =>
      isLivePartition(node.partitionLabel) ||
      node.name === started ||
      node.mountPoints.some((at) => mediumTrees.some((tree) => at === tree || at.startsWith(`${tree}/`))),
  );
}

/**
 * Whether a device is the live system's own image, mapped from its medium: no drive of the computer, and nothing anybody would look
 * for in a list of drives.
 */
export function isSystemImage(root: BlockNode, live: LiveSystem | null): boolean {
  if (live === null || root.type !== 'loop') return false;
  return root.mountPoints.some((at) => at === systemTree || at.startsWith(`${systemTree}/`));
}

/** A disk of this PC, on a station: what a machine is started for is to write its own. */
function ownReasons({ kind, known }: DriveDetails, live: LiveSystem | null): BlockReason[] {
  if (live?.role !== 'station' || kind !== 'disk') return [];
  const why = whyOwn(known ?? null, live);
  if (why === null || unlockOf(known ?? null, live) !== undefined) return [];
  const again =
    known?.bus === 'usb'
      ? ' Or remove it and connect it again: what is connected later is a bench drive.'
      : '';
  return [
    {
      code: 'own-disk',
      message: why,
      release: `To write it on purpose, unlock it in Settings, under This PC's own disks, by naming this PC.${again}`,
    },
  ];
}

/**
 * Whether a drive that may be written is a disk of the computer that runs from a stick, and why it may be written; null: it is not, or
 * it is locked.
 */
export function ownDiskOf({ kind, known: told }: DriveDetails, live: LiveSystem | null): OwnDisk | null {
  if (live === null) return null;
  const known = told ?? null;
  if (live.role === 'machine') return { as: 'machine' };
  if (kind !== 'disk' || whyOwn(known, live) === null) return null;
  const unlocked = unlockOf(known, live);
  if (unlocked === undefined) return null;
  const { machine, operator, at } = unlocked;
  return { as: 'station', computer: machine, unlockedBy: operator, unlockedAt: at };
}

/** What must be known of a disk of this PC that was unlocked. A machine that images itself has no other disks. */
export function ownDiskNotes(own: OwnDisk | null): DriveNote[] {
  if (own?.as !== 'station') return [];
  return [
    {
      code: 'own-disk',
      message: `This is a disk of this PC itself, unlocked by ${own.unlockedBy}. What is installed on it is lost.`,
    },
  ];
}

/** Why a disk counts as the PC's own; null: it was plugged in since the start. */
function whyOwn(known: KnownDisk | null, { start }: LiveSystem): string | null {
  const sequence = sequenceOf(known);
  const disks = start?.diskIdentitiesAtStart ?? [];
  const newest = Math.max(-1, ...disks.map((disk) => disk['disk-seq'] ?? Infinity));
  if (disks.length === 0 || sequence === null || !Number.isFinite(newest)) {
    return "It may be this PC's own disk: which disks were there at the start is not known.";
  }
  if (sequence <= newest) return "It is this PC's own disk: it was there when the station started.";
  const returned =
    known !== null &&
    tellsOwnIdentity({ kind: 'disk', ...known }) &&
    disks.some((disk) => isSame(disk.serial, known.serial) || isSame(disk.wwn, known.wwn));
  return returned
    ? "It is this PC's own disk: it was there when the station started, and came back since."
    : null;
}

const isSame = (one: string | null | undefined, other: string | null): boolean =>
  typeof one === 'string' && other !== null && one.trim() !== '' && one.trim() === other.trim();

/** The kernel's number of this attachment: no two disks of one boot have the same, and later ones have higher ones. */
function sequenceOf(known: KnownDisk | null): number | null {
  const digits = / sequence (\d+) /.exec(`${known?.attachment ?? ''} `)?.[1];
  return digits === undefined ? null : Number(digits);
}

function unlockOf(known: KnownDisk | null, { unlocked }: LiveSystem): UnlockedDisk | undefined {
  const attachment = known?.attachment ?? null;
  return attachment === null ? undefined : unlocked.find((one) => one.attachment === attachment);
}

/** How a disk of the computer that ran from a stick came to be written: for the log and the papers. */
export function ownDiskWords(own: OwnDisk): string {
  return own.as === 'machine'
    ? 'by the machine itself, started from a stick'
    : `in the PC ${own.computer} itself, a station on a stick: unlocked by ${own.unlockedBy} on ${dayOf(own.unlockedAt)}`;
}
