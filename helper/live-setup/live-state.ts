import type { LiveState } from '../../core/live/live-state';
import { imageDiskProblem } from '../../core/live/live-rules';
import { PrestageError } from '../../core/base/errors';
import { modelOf } from '../drives/lsblk';
import { readListing } from '../drives/read-listing';
import { readLiveSystem } from '../live/read-live';
import { isDataMounted } from './data-partition';
import { dataPartition, mediumIn } from './medium';
import { readImageDisk } from './image-disk';
import { readOtherDisk } from './other-disk';
import { keptStation } from './set-station';

/** What runs, from which medium, and whether records are kept on it; null: no live system. */
export async function readLiveState(): Promise<LiveState | null> {
  const live = await readLiveSystem();
  if (live === null) return null;
  const listing = await readListing();
  const medium = mediumIn(listing, live);
  const mounted = await isDataMounted();
  const { role, slot, image } = live;
  return {
    ...{ role, slot, version: image?.version ?? null, built: image?.built ?? null },
    medium:
      medium === null
        ? null
        : { path: medium.disk.path, size: medium.disk.size ?? 0, model: modelOf(medium.disk) },
    data: mounted ? 'open' : medium !== null && dataPartition(medium) !== null ? 'locked' : 'none',
    station: mounted ? await keptStation() : null,
    disk: await readOtherDisk(),
    imageDisk: mounted ? await readImageDisk(listing.devices) : null,
  };
}

/**
 * On a live system, real drives are written only while what is recorded of them stays: with the medium in its place and its data
 * partition open.
 * @throws PrestageError live-no-data, live-medium-unclear
 */
export async function requireRecordsKept(): Promise<void> {
  const state = await readLiveState();
  // What becomes of a machine of a rack is recorded by its station.
  if (state === null || state.role === 'agent') return;
  const { data, medium } = state;
  if (data === 'open' && medium !== null) {
    const problem = imageDiskProblem(state.imageDisk);
    if (problem !== null) throw new PrestageError(problem);
    return;
  }
  throw new PrestageError(
    data === 'open'
      ? {
          code: 'live-medium-unclear',
          message: 'The stick that this station runs from was pulled: nothing can be recorded.',
        }
      : {
          code: 'live-no-data',
          message:
            'This station runs from a stick without an open data partition: nothing could be recorded.',
        },
  );
}
