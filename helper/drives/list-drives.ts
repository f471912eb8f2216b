import type { HelperRequest } from '../../core/contract/helper-api';
import type { Drive } from '../../core/drive/drive';
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
  return assessDrives(listing, bench, { benchDirectory, protectedPaths });
}
