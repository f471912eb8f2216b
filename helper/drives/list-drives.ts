import type { HelperRequest } from '../../core/contract/helper-api';
import type { Drive } from '../../core/drive/drive';
import type { ControllerNote } from '../../core/live/controllers';
import { readControllerNotes, readLiveSystem } from '../live/read-live';
import { assessDrives } from './assess-drives';
import { readListing } from './read-listing';
import { resolveProtectedPaths } from './protected-paths';
import { readBench } from './virtual-drives';

/**
 * Every drive there is, with its verdict: the bench's first, then the machine's, in the order of lsblk.
 * With a bench, only what is on it can be eligible.
 * @throws PrestageError drive-listing-failed, bench-invalid, tool-missing
 */
export async function listDrives(request: HelperRequest<'listDrives'>): Promise<Drive[]> {
  const { benchDirectory } = request;
  const bench = benchDirectory === null ? [] : await readBench(benchDirectory);
  const listing = await readListing();
  const protectedPaths = await resolveProtectedPaths(request.protectedPaths, listing);
  const live = await readLiveSystem();
  return assessDrives(listing, bench, { benchDirectory, protectedPaths, live });
}

/** What hides drives of this machine, or may; asked for with its own drives alone. */
export async function listControllers({
  benchDirectory,
}: Pick<HelperRequest<'listDrives'>, 'benchDirectory'>): Promise<ControllerNote[]> {
  return benchDirectory === null ? await readControllerNotes('/sys') : [];
}
