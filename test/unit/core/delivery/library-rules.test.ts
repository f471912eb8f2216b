import { describe, expect, it } from 'vitest';
import {
  contentsSum,
  namedPackages,
  newestOf,
  removalRefusal,
} from '../../../../core/delivery/library-rules';

const sha256 = 'a'.repeat(64);
const packed = (id: string, name: string | null = null) => ({
  ...{ id, name, version: null, files: 2, bytes: 100, sha256 },
});

describe('a media file of the library', () => {
  it('is removed only when nothing needs it', () => {
    const free = { chosen: false, running: 0, receiving: false };
    expect(removalRefusal(free)).toBeNull();
    expect(removalRefusal({ ...free, chosen: true })).toBe('it is chosen for the next drives');
    expect(removalRefusal({ ...free, running: 1 })).toBe('1 drive is in progress');
    expect(removalRefusal({ ...free, chosen: true, running: 3 })).toBe('3 drives are in progress');
    expect(removalRefusal({ ...free, receiving: true })).toBe('a media file is being received');
  });

  it('tells its packages in a line, and by the names of its recipe', () => {
    const contents = { packages: [packed('ABC00010'), packed('abc00011', '7-Zip')] };
    expect(contentsSum(contents)).toEqual({ packages: 2, bytes: 200 });
    expect(contentsSum({ packages: [] })).toEqual({ packages: 0, bytes: 0 });
    const named = namedPackages(contents, [
      { id: 'ABC00010', name: 'Client', version: '5' },
      { id: 'ABC00011', name: 'Another name', version: '24' },
    ]);
    expect(named).toMatchObject([
      { name: 'Client', version: '5' },
      { name: '7-Zip', version: '24' },
    ]);
  });

  it('stands in front while it is the newest of its name and signer, or chosen', () => {
    const media = (name: string, revision: number, signer: string) => ({
      ...{ name, revision, signer: { name: signer }, path: `/library/${signer}-${name}-${revision}` },
    });
    const all = [media('A', 3, 'X'), media('A', 2, 'X'), media('A', 2, 'Y'), media('A', 1, 'X')];
    const revisions = (chosen: string | null) =>
      newestOf(all, chosen).shown.map(({ signer, revision }) => `${signer.name}${revision}`);
    expect(revisions(null)).toEqual(['X3', 'Y2']);
    expect(revisions('/library/X-A-1')).toEqual(['X3', 'Y2', 'X1']);
    expect(newestOf(all, null).older).toHaveLength(2);
    // One that is kept in parts has no file, and is not what is chosen when nothing is.
    expect(
      newestOf(
        [
          { ...media('A', 2, 'X'), path: null },
          { ...media('A', 1, 'X'), path: null },
        ],
        null,
      ).shown,
    ).toHaveLength(1);
  });
});
