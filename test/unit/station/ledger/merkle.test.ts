import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { leafHash, MerkleTree, rootFromPath } from '../../../../station/ledger/merkle';
import { inclusionPath } from '../../../support/inclusion-path';

const leaf = (text: string): Buffer =>
  createHash('sha256').update(Buffer.of(0)).update(Buffer.from(text, 'hex')).digest();

function rootOf(leaves: readonly Buffer[]): Buffer {
  const tree = new MerkleTree();
  for (const one of leaves) tree.add(one);
  return tree.root();
}

// Inputs and roots of the reference tests of Certificate Transparency (google/certificate-transparency,
// cpp/merkletree/merkle_tree_test.cc).
const inputs = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
];
const roots = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

describe('MerkleTree', () => {
  it.each(roots.map((root, index) => [index + 1, root] as const))(
    'of %i leaves has the root of others',
    (size, root) => {
      expect(rootOf(inputs.slice(0, size).map(leaf)).toString('hex')).toBe(root);
    },
  );

  it('of nothing is the hash of nothing', () => {
    expect(new MerkleTree().root()).toEqual(createHash('sha256').digest());
  });
});

describe('an inclusion path', () => {
  const leaves = Array.from({ length: 70 }, (_, index) => leaf(index.toString(16).padStart(2, '0')));

  it('leads from every leaf of every tree to its root, and from no other place', () => {
    for (let size = 1; size <= leaves.length; size += 1) {
      const tree = leaves.slice(0, size);
      const root = rootOf(tree);
      for (const [index, one] of tree.entries()) {
        const path = inclusionPath(tree, index);
        expect(rootFromPath(one, index, size, path)).toEqual(root);
        const other = (index + 1) % size;
        if (other !== index) expect(rootFromPath(one, other, size, path)).not.toEqual(root);
        expect(rootFromPath(one, index, size, [...path, one])).toBeNull();
      }
    }
  });

  it('does not lead there when a byte is another', () => {
    const tree = leaves.slice(0, 37);
    const root = rootOf(tree);
    fc.assert(
      fc.property(fc.nat(36), fc.nat(31), fc.integer({ min: 1, max: 255 }), (index, byte, change) => {
        const path = inclusionPath(tree, index).map((hash) => Buffer.from(hash));
        const [first] = path;
        if (first === undefined) throw new Error('no path');
        first[byte] = (first[byte] ?? 0) ^ change;
        expect(rootFromPath(leaves[index] ?? Buffer.alloc(32), index, 37, path)).not.toEqual(root);
      }),
    );
  });

  it('is refused for a leaf that is not there', () => {
    expect(() => inclusionPath(leaves.slice(0, 3), 3)).toThrow(RangeError);
    expect(rootFromPath(leaf('00'), 3, 3, [])).toBeNull();
  });
});

describe('leafHash', () => {
  it('changes with the entry’s hash and with its signature', () => {
    const hash = 'ab'.repeat(32);
    const signature = Buffer.alloc(64, 1).toString('base64');
    const one = leafHash(hash, signature);
    expect(leafHash('ac'.repeat(32), signature)).not.toEqual(one);
    expect(leafHash(hash, Buffer.alloc(64, 2).toString('base64'))).not.toEqual(one);
  });
});
