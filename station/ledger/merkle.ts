import { hash as digest } from 'node:crypto';

/**
 * Merkle trees over a ledger (RFC 6962, section 2.1): one signed root stands for all entries up to it, and one entry can
 * be proved against it with a few hashes, without the others. All hashes are SHA-256, 32 bytes.
 */

/** Begin what is hashed, so that a leaf never passes as a node. */
const leafMark = Buffer.of(0);
const nodeMark = Buffer.of(1);

/** Leaf of an entry: over its hash and its signature, so that neither can be exchanged. */
export function leafHash(entryHash: string, signature: string): Buffer {
  const parts = [leafMark, Buffer.from(entryHash, 'hex'), Buffer.from(signature, 'base64')];
  return digest('sha256', Buffer.concat(parts), 'buffer');
}

function nodeHash(left: Buffer, right: Buffer): Buffer {
  return digest('sha256', Buffer.concat([nodeMark, left, right]), 'buffer');
}

/** A tree that grows leaf by leaf; holds one hash a level. */
export class MerkleTree {
  /** Roots of the whole subtrees, the largest first; the sizes are the bits of `size`. */
  #peaks: Buffer[] = [];
  #size = 0;

  /**
   * A tree that goes on where another one was.
   * @throws RangeError when a tree of that size has another number of peaks
   */
  static from(size: number, peaks: readonly Buffer[]): MerkleTree {
    if (!Number.isSafeInteger(size) || size < 0 || peaks.length !== ones(size)) {
      throw new RangeError('not the peaks of such a tree');
    }
    const tree = new MerkleTree();
    tree.#size = size;
    tree.#peaks = [...peaks];
    return tree;
  }

  /** Roots of the whole subtrees, the largest first: all that is needed to go on. */
  get peaks(): readonly Buffer[] {
    return this.#peaks;
  }

  /** Leaves so far. */
  get size(): number {
    return this.#size;
  }

  add(leaf: Buffer): void {
    let hash = leaf;
    for (let bits = this.#size; (bits & 1) === 1; bits = Math.floor(bits / 2)) {
      const left = this.#peaks.pop();
      if (left === undefined) throw new Error('a peak is missing');
      hash = nodeHash(left, hash);
    }
    this.#peaks.push(hash);
    this.#size += 1;
  }

  /** Of the leaves so far; of none: SHA-256 of nothing. */
  root(): Buffer {
    const peaks = [...this.#peaks];
    let root = peaks.pop();
    if (root === undefined) return digest('sha256', '', 'buffer');
    for (let left = peaks.pop(); left !== undefined; left = peaks.pop()) root = nodeHash(left, root);
    return root;
  }
}

/** How many bits of a number are set. */
function ones(number: number): number {
  let count = 0;
  for (let rest = number; rest > 0; rest = Math.floor(rest / 2)) count += rest % 2;
  return count;
}

/** Largest power of two below n; n is 2 or more. */
function splitOf(n: number): number {
  let split = 1;
  while (split * 2 < n) split *= 2;
  return split;
}

/** Root of a tree over these leaves. */
export function rootOf(leaves: readonly Buffer[]): Buffer {
  const tree = new MerkleTree();
  for (const leaf of leaves) tree.add(leaf);
  return tree.root();
}

/**
 * Hashes that lead from one leaf to the root, the lowest first.
 * @param size leaves of the tree
 * @param index of the leaf, from 0
 * @param rootBetween root of the subtree over the leaves from `first` up to, and without, `end`
 * @throws RangeError when there is no such leaf
 */
export function pathThrough(
  size: number,
  index: number,
  rootBetween: (first: number, end: number) => Buffer,
): Buffer[] {
  if (!Number.isInteger(index) || index < 0 || index >= size) throw new RangeError('no such leaf');
  const path: Buffer[] = [];
  let [first, end] = [0, size];
  while (end - first > 1) {
    const split = first + splitOf(end - first);
    if (index < split) {
      path.unshift(rootBetween(split, end));
      end = split;
    } else {
      path.unshift(rootBetween(first, split));
      first = split;
    }
  }
  return path;
}

/**
 * Root of a subtree of which some parts are known.
 * @param known root over the leaves from `first` up to, and without, `end`; null when it is not known and has to be made
 * of its halves. It must know every single leaf.
 */
export function rootThrough(
  first: number,
  end: number,
  known: (first: number, end: number) => Buffer | null,
): Buffer {
  const root = known(first, end);
  if (root !== null) return root;
  if (end - first < 2) throw new RangeError('a leaf is not known');
  const split = first + splitOf(end - first);
  return nodeHash(rootThrough(first, split, known), rootThrough(split, end, known));
}

/**
 * Root that a leaf, its place and its path lead to.
 * @param index from 0
 * @param size leaves of the tree
 * @returns null when the path has another length than that place has in a tree of that size
 */
export function rootFromPath(
  leaf: Buffer,
  index: number,
  size: number,
  path: readonly Buffer[],
): Buffer | null {
  if (!Number.isInteger(index) || !Number.isInteger(size) || index < 0 || index >= size) return null;
  if (size === 1) return path.length === 0 ? leaf : null;
  const beside = path.at(-1);
  if (beside === undefined) return null;
  const split = splitOf(size);
  if (index < split) {
    const left = rootFromPath(leaf, index, split, path.slice(0, -1));
    return left === null ? null : nodeHash(left, beside);
  }
  const right = rootFromPath(leaf, index - split, size - split, path.slice(0, -1));
  return right === null ? null : nodeHash(beside, right);
}
