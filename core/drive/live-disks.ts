import { isLivePartition, livePartitions, livePaths, type LiveSystem } from '../live/live-system';
import { nodesOf, type BlockNode, type DriveDetails, type KnownDisk } from './drive-details';
import type { BlockReason } from './drive';
import { tellsOwnIdentity } from './drive-identity';

/**
 * What a Prestage Live medium adds to the verdict on a drive (docs/adr/0056): the medium itself is never written, and what was
 * in the PC when the medium started is the PC's own until somebody says otherwise. What was plugged in since is on the bench.
 */

/** Mounts below which a live system keeps the medium it was started from (live-boot(7)). */
const mediumTrees = ['/run/live/medium', '/run/live/persistence', '/lib/live/mount', livePaths.state];

/**
 * The reasons against a drive that come from a live medium.
 * @param live null when the system is not live
 */
export function liveReasons(details: DriveDetails, live: LiveSystem | null): BlockReason[] {
  if (details.kind === 'virtual' || details.node === null) return ownReasons(details, live);
  if (live !== null && isRunningMedium(details.node, live)) {
    const message =
      'This is the Prestage Live medium that this station runs from. It is never written as a drive.';
    return [{ code: 'live-medium', message }];
  }
  const holds = nodesOf(details.node).some(({ partitionLabel }) => partitionLabel === livePartitions.data);
  if (holds) {
    return [
      {
        code: 'live-medium',
        message: 'This is a Prestage Live medium that holds the records of a station.',
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

/** A disk of this PC, on a station: what a machine is started for is to write its own. */
function ownReasons({ kind, known }: DriveDetails, live: LiveSystem | null): BlockReason[] {
  if (live?.role !== 'station' || kind !== 'disk') return [];
  const why = whyOwn(known ?? null, live);
  if (why === null || isUnlocked(known ?? null, live)) return [];
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

function isUnlocked(known: KnownDisk | null, { unlocked }: LiveSystem): boolean {
  const attachment = known?.attachment ?? null;
  return attachment !== null && unlocked.some((one) => one.attachment === attachment);
}
