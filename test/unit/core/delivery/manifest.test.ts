import { describe, expect, it } from 'vitest';
import { badFileName } from '../../../../core/delivery/file-names';
import { askFor, findingText, joinRanges, type PartFinding } from '../../../../core/delivery/findings';
import type { LibraryEntry } from '../../../../core/delivery/library';
import {
  blockRange,
  deliveryBlockBytes,
  largestManifest,
  partBytesFor,
  partNames,
  readManifest,
  type MediaManifest,
} from '../../../../core/delivery/manifest';
import { manifestTooLarge } from '../../../../core/delivery/manifest-size';
import { standingOf, withAccepted, type AcceptedMedia } from '../../../../core/delivery/standing';
import { MiB } from '../../../../core/base/units';
import { maximumMessageBytes } from '../../../../core/contract/frame-guard';

const [a, b, c] = ['a', 'b', 'c'].map((letter) => letter.repeat(64)) as [string, string, string];

const manifest: MediaManifest = {
  form: 'prestage-media-1',
  name: 'Contoso Windows 11',
  version: '24H2',
  revision: 3,
  createdAt: '2026-03-02T09:15:00.000Z',
  media: { fileName: 'contoso.wim', bytes: 150, sha256: a, guid: '0'.repeat(32) },
  blockBytes: 64 * 1024,
  parts: [
    { fileName: 'contoso.wim.001', bytes: 100, sha256: b, blocks: [b] },
    { fileName: 'contoso.wim.002', bytes: 50, sha256: c, blocks: [c] },
  ],
};

const problemOf = (change: object): string | null => readManifest({ ...manifest, ...change }).problem;
const named = (fileName: string): string | null =>
  problemOf({ parts: [{ ...manifest.parts[0], fileName }, manifest.parts[1]] });

describe('a manifest', () => {
  it('is read', () => {
    expect(readManifest(manifest)).toEqual({ manifest, problem: null });
  });

  it.each([
    ['../contoso.wim', 'would leave the folder'],
    ['..', 'would leave the folder'],
    ['C:\\Windows\\x', 'would leave the folder'],
    ['a:b', 'has a character that Windows file names cannot have (:)'],
    ['a\u0000b', 'has a character that Windows file names cannot have (control character 0)'],
    ['nul.wim', 'is the name of a Windows device'],
    ['contoso.wim.', 'ends with a space or a dot'],
    ['.contoso.wim', 'begins with a dot'],
    ['mi\u202Ew.exe', 'has invisible characters'],
    ['', 'is empty'],
    ['ü'.repeat(200), 'is longer than 255 bytes'],
  ])('is refused with the file name %j', (name, what) => {
    expect(named(name)).toContain('has a file name that cannot be used');
    expect(named(name)).toContain(what);
  });

  it('takes names that Windows and Linux hold', () => {
    for (const name of ['contoso.wim', 'Übung 1 (neu).wim.001', '映像.wim', 'console.wim']) {
      expect(badFileName(name)).toBeNull();
    }
  });

  it('is refused when the name of its difference is longer than a disk holds', () => {
    const fileName = `${'x'.repeat(248)}.wim`;
    const parts = manifest.parts.map((part, index) => ({ ...part, fileName: `${fileName}${index}` }));
    const media = { ...manifest.media, fileName };
    expect(problemOf({ media, parts })).toBeNull();
    const base = { fileName: 'old.wim', bytes: 1, sha256: a };
    expect(problemOf({ media, parts, difference: { base, bytes: 150, sha256: a } })).toContain(
      'is longer than 255 bytes',
    );
  });

  it('fits into a message to the helper, also the largest one in base64', () => {
    expect(maximumMessageBytes).toBeGreaterThan((largestManifest * 4) / 3 + 4 * MiB);
  });

  it('is refused when it contradicts itself, with what does', () => {
    expect(named('contoso.wim.002')).toBe('names the part contoso.wim.002 twice');
    expect(named('entry.json')).toContain('does not begin with the media');
    expect(problemOf({ media: { ...manifest.media, fileName: 'entry.json' } })).toContain(
      'no WIM or ESD file',
    );
    expect(problemOf({ media: { ...manifest.media, bytes: 151 } })).toContain(
      'its parts have 150 bytes together',
    );
    const [first, second] = manifest.parts;
    expect(problemOf({ parts: [{ ...first, blocks: [b, b] }, second] })).toContain(
      'part 1 has 1 blocks, and it lists 2',
    );
    expect(problemOf({ parts: [{ ...first, blocks: [c] }, second] })).toContain('part 1 is one block');
    expect(problemOf({ parts: [{ ...first, bytes: 150 }] })).toContain('its only part');
  });

  it('is refused when it has another form, and says so', () => {
    expect(problemOf({ form: 'prestage-media-2' })).toContain(
      'this version of Prestage does not know (prestage-media-2)',
    );
    expect(readManifest([]).problem).toBe('is not the manifest of a media file');
    expect(problemOf({ more: 1 })).toContain('is not valid');
    expect(problemOf({ name: 'two\nlines' })).toContain("'name': must be one line");
  });
});

describe('parts', () => {
  it('are whole blocks, where they are at least one', () => {
    expect(partBytesFor(1000)).toBe(1000);
    expect(partBytesFor(3.9 * 1024 * MiB) % deliveryBlockBytes).toBe(0);
    expect(blockRange({ bytes: 150 }, 100, 1)).toEqual({ offset: 100, length: 50 });
  });

  it('have names that sort', () => {
    expect(partNames('a.wim', 1)).toEqual(['a.wim']);
    expect(partNames('a.wim', 2)).toEqual(['a.wim.001', 'a.wim.002']);
    expect(partNames('a.wim', 1000)[0]).toBe('a.wim.0001');
  });
});

describe('a finding', () => {
  const finding: PartFinding = {
    ...{ part: 3, fileName: 'a.wim.003', what: 'damaged', holds: null, found: 300, bytes: 300 },
    wanted: [
      { first: 0, last: 99 },
      { first: 100, last: 199 },
    ],
  };

  it('names the bytes to ask for', () => {
    const wanted = joinRanges(finding.wanted);
    expect(wanted).toEqual([{ first: 0, last: 199 }]);
    expect(askFor({ ...finding, wanted })).toBe('part 3, bytes 0-199');
    expect(askFor({ ...finding, wanted: [{ first: 0, last: 299 }] })).toBe('part 3');
    expect(findingText({ ...finding, what: 'cut', found: 7 }, 4)).toBe(
      'a.wim.003 (part 3 of 4) is cut off: it has 7 of 300 bytes.',
    );
  });
});

describe('the size of a manifest', () => {
  const of = (bytes: number, packages: number, partBytes = Number.MAX_SAFE_INTEGER) =>
    manifestTooLarge({
      described: {
        contents: {
          packages: Array.from({ length: packages }, (_, index) => ({
            ...{ id: `ABC${index}`, name: 'x'.repeat(200), version: null, files: 1, bytes: 1, sha256: a },
          })),
        },
      },
      ...{ fileName: 'contoso.wim', bytes, partBytes, blockBytes: deliveryBlockBytes },
    });
  it('is known before anything is read, and what makes it large is named', () => {
    expect(of(15e9, 300)).toBeNull();
    expect(of(15e9, 300, 4 * 1024 * MiB)).toBeNull();
    expect(of(9e12, 10)).toMatch(/^The manifest would have .* Most of it is the checksums of 134,111 blocks/);
    expect(of(15e9, 30_000)).toContain('Most of it is the list of 30,000 packages (');
  });
});

describe('the library', () => {
  const entry = (revision: number, sha256: string): LibraryEntry => ({
    ...{
      form: 'prestage-library-1',
      name: manifest.name,
      version: 'x',
      revision,
      fileName: 'f',
      sha256,
      bytes: 1,
    },
    ...{ manifestSha256: a, guid: '0'.repeat(32), held: 'joined', operator: 'o' },
    ...{
      signer: { name: 'Contoso', kind: 'minisign', key: a },
      receivedAt: manifest.createdAt,
    },
  });
  const standing = (...entries: LibraryEntry[]): string =>
    standingOf(manifest, { name: 'Contoso', key: a }, entries, []).standing;

  it('tells an older media file, and another file of the same revision', () => {
    expect(standing()).toBe('new');
    expect(standing(entry(2, b))).toBe('new');
    expect(standing(entry(3, a))).toBe('here');
    expect(standing(entry(3, b))).toBe('other-file');
    expect(standing(entry(2, b), entry(4, c))).toBe('older');
    expect(standingOf(manifest, { name: 'Fabrikam', key: b }, [entry(9, b)], []).standing).toBe('new');
  });

  it('knows a signer whose key was trusted by another name, and does not take an older media file from it', () => {
    expect(standingOf(manifest, { name: 'Contoso GmbH', key: a }, [entry(9, b)], []).standing).toBe('older');
  });

  it('files a media file anew when its signer has a new name or a new key', () => {
    expect(standingOf(manifest, { name: 'Contoso GmbH', key: a }, [entry(3, a)], []).standing).toBe('new');
    expect(standingOf(manifest, { name: 'Contoso', key: b }, [entry(3, a)], []).standing).toBe('new');
  });

  it('remembers what was removed: an older media file stays older, and the same one may come again', () => {
    const accepted = withAccepted([], [entry(4, c)]);
    const of = (...list: AcceptedMedia[]) => standingOf(manifest, { name: 'Contoso', key: a }, [], list);
    expect(of(...accepted)).toMatchObject({ standing: 'older', newer: { revision: 4, inLibrary: false } });
    expect(of(...withAccepted([], [entry(3, b)]))).toMatchObject({ standing: 'other-file' });
    expect(of(...withAccepted([], [entry(3, a)]))).toEqual({ standing: 'new' });
    // By the new name of its signer, too; another enterprise's media of the same name is another media file.
    const named = { name: 'Contoso GmbH', key: a };
    expect(standingOf(manifest, named, [], accepted).standing).toBe('older');
    expect(standingOf(manifest, { name: 'Fabrikam', key: b }, [], accepted).standing).toBe('new');
    // Where the library has it, too, it is said to be there.
    expect(standingOf(manifest, { name: 'Contoso', key: a }, [entry(4, c)], accepted)).toMatchObject({
      newer: { inLibrary: true },
    });
  });

  it('remembers of each media file the newest, and of two that are as new the one that was taken on purpose', () => {
    const revisions = (list: readonly AcceptedMedia[]) =>
      list.map(({ revision, sha256 }) => `${revision}${sha256[0] ?? ''}`);
    const first = withAccepted([], [entry(4, c), entry(2, b)]);
    expect(revisions(first)).toEqual(['4c']);
    expect(revisions(withAccepted(first, [entry(4, b)]))).toEqual(['4b']);
    expect(revisions(withAccepted(first, [{ ...entry(1, a), name: 'Another' }]))).toEqual(['4c', '1a']);
    expect(Object.keys(first[0] ?? {}).sort()).toEqual(
      ['name', 'receivedAt', 'revision', 'sha256', 'signer', 'version'].sort(),
    );
  });

  it('does not let a media file take the place of another one that has the same file', () => {
    expect(standingOf(manifest, { name: 'Fabrikam', key: b }, [entry(3, a)], []).standing).toBe(
      'other-media',
    );
    expect(standing({ ...entry(1, a), name: 'Another' })).toBe('other-media');
    // A newer revision of its own may have the same file.
    expect(standing(entry(2, a))).toBe('new');
  });
});
