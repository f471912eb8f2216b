import { pathThrough, rootOf } from '../../station/ledger/merkle';

/**
 * Hashes that lead from one leaf to the root of a tree whose leaves are at hand, the lowest first.
 * @throws RangeError when there is no such leaf
 */
export function inclusionPath(leaves: readonly Buffer[], index: number): Buffer[] {
  return pathThrough(leaves.length, index, (first, end) => rootOf(leaves.slice(first, end)));
}
