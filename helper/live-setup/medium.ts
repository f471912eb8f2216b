import { PrestageError } from '../../core/base/errors';
import { isLivePartition, livePartitions, type LiveSystem } from '../../core/live/live-system';
import { flattenLsblk, type LsblkDevice } from '../drives/lsblk';
import { readListing, type MachineListing } from '../drives/read-listing';
import { readLiveSystem } from '../live/read-live';

/** Finds the medium that a live system runs from. No request names it: what is written here is never chosen by a caller. */

export interface LiveMedium {
  /** The whole disk. */
  readonly disk: LsblkDevice;
  /** Its partitions by their names in the table. */
  readonly partitions: ReadonlyMap<string, LsblkDevice>;
}

/**
 * The disk that the system was started from: the one that the start names, else the only one with our partitions.
 * @returns null when it is gone, or several could be it
 */
export function mediumIn({ devices }: Pick<MachineListing, 'devices'>, live: LiveSystem): LiveMedium | null {
  const ours = devices.filter((disk) =>
    disk.children.some(({ partitionLabel }) => isLivePartition(partitionLabel)),
  );
  const started = live.start?.medium ?? null;
  const named = ours.filter((disk) => flattenLsblk([disk]).some(({ path }) => path === started));
  const [disk, ...others] = started === null ? ours : named;
  if (disk === undefined || others.length > 0) return null;
  const partitions = new Map<string, LsblkDevice>();
  for (const child of disk.children) {
    const name = child.partitionLabel;
    if (name === null || !isLivePartition(name)) continue;
    // Two of one name: which is meant cannot be told.
    if (partitions.has(name)) return null;
    partitions.set(name, child);
  }
  return { disk, partitions };
}

/** @throws PrestageError live-only */
export async function requireLive(): Promise<LiveSystem> {
  const live = await readLiveSystem();
  if (live !== null) return live;
  throw new PrestageError({
    code: 'live-only',
    message: 'This station does not run from a Prestage Live stick.',
  });
}

/** @throws PrestageError live-only, live-medium-unclear, drive-listing-failed */
export async function requireMedium(): Promise<{ readonly live: LiveSystem; readonly medium: LiveMedium }> {
  const live = await requireLive();
  const medium = mediumIn(await readListing(), live);
  if (medium !== null) return { live, medium };
  throw new PrestageError({
    code: 'live-medium-unclear',
    message:
      'The Prestage Live stick that this station was started from cannot be found, or several could be it.',
  });
}

/** Where the medium's data partition stands. */
export function dataPartition({ partitions }: LiveMedium): LsblkDevice | null {
  return partitions.get(livePartitions.data) ?? null;
}
