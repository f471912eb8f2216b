import type { Drive } from '../../core/drive';
import { assembleDrives } from './assemble';
import { gatherListing } from './gather';
import { resolveProtectedPaths } from './protected';
import { readBench } from './virtual';

/** What to list, and what must not be written over. */
export interface ListDrivesRequest {
  /** Folder of a bench (core/bench.ts), or null for the machine's own drives. */
  readonly benchDirectory: string | null;
  /** Media files, state folder; they may not exist yet. */
  readonly protectedPaths: readonly string[];
}

/**
 * Every drive there is, with its verdict: the bench's first, then the machine's, in the order of lsblk.
 * With a bench, only what is on it can be eligible.
 * @throws PrestageError drive-listing-failed, bench-invalid, tool-missing
 */
export async function listDrives(request: ListDrivesRequest): Promise<Drive[]> {
  const { benchDirectory } = request;
  const bench = benchDirectory === null ? [] : await readBench(benchDirectory);
  const listing = await gatherListing();
  const protectedPaths = await resolveProtectedPaths(request.protectedPaths, listing);
  return assembleDrives(listing, bench, { benchDirectory, protectedPaths });
}
