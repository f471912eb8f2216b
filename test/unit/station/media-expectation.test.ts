import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PrestageError } from '../../../core/base/errors';
import type { MediaHash } from '../../../core/media/media';
import { assertExpected, expectedHash } from '../../../station/media/media-expectation';
import { temporaryArea } from '../../support/global-setup';

const a = 'a'.repeat(64);
const b = 'b'.repeat(64);
const setHash = 'c'.repeat(64);

let folder: string;
let path: string;
beforeEach(() => {
  folder = temporaryArea('expectation');
  path = join(folder, 'Win11.wim');
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});
const manifest = (text: string, file = path): void => {
  writeFileSync(`${file}.sha256`, text);
};
const found = (sha256: string, file = path): MediaHash => ({
  sha256,
  files: [{ path: file, sha256, bytes: 1 }],
});

/** The code of what is thrown; null when nothing is. */
function refusal(act: () => unknown): string | null {
  try {
    act();
    return null;
  } catch (error) {
    if (error instanceof PrestageError) return error.code;
    throw error;
  }
}

describe('expectedHash', () => {
  it('expects nothing when nobody said', () => {
    const expected = expectedHash({ path });
    expect(expected).toMatchObject({ sha256: null, source: 'none' });
    expect(
      refusal(() => {
        assertExpected(expected, found(b));
      }),
    ).toBeNull();
  });

  it('takes what is given, in any case', () => {
    const expected = expectedHash({ path, expectSha256: ` ${a.toUpperCase()} ` });
    expect(expected).toMatchObject({ sha256: a, source: 'given' });
    expect(
      refusal(() => {
        assertExpected(expected, found(a));
      }),
    ).toBeNull();
    expect(
      refusal(() => {
        assertExpected(expected, found(b));
      }),
    ).toBe('media-hash-mismatch');
  });

  it.each(['', 'abc', `${a}0`, `sha256:${a}`])('refuses %j as a hash', (expectSha256) => {
    expect(refusal(() => expectedHash({ path, expectSha256 }))).toBe('usage');
  });

  it.each([
    ['one line', `${a}  Win11.wim\n`],
    ['binary mode, Windows lines', `${a.toUpperCase()} *Win11.wim\r\n`],
    ['a path', `${a}  ./images/Win11.wim\n`],
    ['a Windows path', `${a}  D:\\images\\Win11.wim\n`],
    ['another case', `${a}  WIN11.WIM\n`],
    ['a hash alone', `${a}\n`],
    ['several names', `${b}  Other.wim\n${a}  Win11.wim\n`],
    ['two cases, one exact', `${b}  win11.wim\n${a}  Win11.wim\n`],
    ['the name twice, with one sum', `${a}  Win11.wim\n${a}  ./Win11.wim\n`],
    ['comments', `# from the enterprise\n\n${a}  Win11.wim\n`],
  ])('reads a manifest: %s', (_, text) => {
    manifest(text);
    const expected = expectedHash({ path });
    expect(expected).toMatchObject({ sha256: a, source: 'manifest' });
    expect(
      refusal(() => {
        assertExpected(expected, found(a));
      }),
    ).toBeNull();
    expect(
      refusal(() => {
        assertExpected(expected, found(b));
      }),
    ).toBe('media-hash-mismatch');
  });

  it.each([
    ['empty', '', 'media-manifest-invalid'],
    ['no hash', 'hello', 'media-manifest-invalid'],
    ['a short hash', `${a.slice(1)}  Win11.wim\n`, 'media-manifest-invalid'],
    ['one other name', `${a}  Win10.wim\n`, 'media-hash-mismatch'],
    ['only other names', `${a}  Win10.wim\n${b}  Win8.wim\n`, 'media-manifest-invalid'],
    ['two that differ in case only', `${a}  WIN11.WIM\n${b}  win11.wim\n`, 'media-manifest-invalid'],
    ['the name twice', `${a}  Win11.wim\n${b}  Win11.wim\n`, 'media-manifest-invalid'],
    ['the name twice, in two folders', `${a}  x/Win11.wim\n${b}  y/Win11.wim\n`, 'media-manifest-invalid'],
    ['two hashes alone', `${a}\n${b}\n`, 'media-manifest-invalid'],
    ['a hash alone and another name', `${a}\n${b}  Win10.wim\n`, 'media-manifest-invalid'],
  ])('refuses a manifest: %s', (_, text, code) => {
    manifest(text);
    expect(refusal(() => expectedHash({ path }))).toBe(code);
  });

  it('refuses a manifest that cannot be read', () => {
    mkdirSync(`${path}.sha256`);
    expect(refusal(() => expectedHash({ path }))).toBe('media-manifest-invalid');
  });

  it('stops when what is given and the manifest contradict each other', () => {
    manifest(`${b}  Win11.wim\n`);
    expect(refusal(() => expectedHash({ path, expectSha256: a }))).toBe('media-hash-mismatch');
    expect(expectedHash({ path, expectSha256: b })).toMatchObject({ sha256: b, source: 'given' });
    manifest(`${b}  Win11.wim\n${a}  Other.wim\n`);
    const expected = expectedHash({ path, expectSha256: a });
    expect(
      refusal(() => {
        assertExpected(expected, found(a));
      }),
    ).toBe('media-hash-mismatch');
  });

  it('names both hashes', () => {
    try {
      assertExpected(expectedHash({ path, expectSha256: a }), found(b));
      expect.unreachable();
    } catch (error) {
      expect((error as PrestageError).data.cause).toBe(`expected ${a}\nfound    ${b}`);
    }
  });
});

describe('a split set', () => {
  const parts = (): MediaHash => ({
    sha256: setHash,
    files: [
      { path: join(folder, 'w.swm'), sha256: a, bytes: 1 },
      { path: join(folder, 'w2.swm'), sha256: b, bytes: 1 },
    ],
  });
  const check = (expectSha256?: string): string | null =>
    refusal(() => {
      assertExpected(expectedHash({ path: join(folder, 'w.swm'), expectSha256 }), parts());
    });

  it.each([
    ['every part', `${a}  w.swm\n${b}  w2.swm\n`, null],
    ['a wrong part', `${a}  w.swm\n${a}  w2.swm\n`, 'media-hash-mismatch'],
    ['a part missing', `${a}  w.swm\n${b}  w3.swm\n`, 'media-manifest-invalid'],
    ['a hash alone', `${a}\n`, 'media-manifest-invalid'],
  ])('is compared part by part: %s', (_, text, code) => {
    manifest(text, join(folder, 'w.swm'));
    expect(check()).toBe(code);
  });

  it('is compared with the hash of the whole set when one is given', () => {
    expect(check(setHash)).toBeNull();
    expect(check(a)).toBe('media-hash-mismatch');
  });
});
