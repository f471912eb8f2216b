import { describe, expect, it } from 'vitest';
import { compareContents, shareText, type ExpectedPackage } from '../../../../core/contents/compare-contents';
import { readExpected } from '../../../../core/contents/expected-contents';

const sum = (digit: string): string => digit.repeat(64);
const onMedia = (id: string, digit: string, bytes = 100) => ({
  ...{ id, name: null, version: null, files: 2, bytes, sha256: sum(digit) },
});
const wanted = (id: string, change: Partial<ExpectedPackage> = {}): ExpectedPackage => ({
  ...{ id, name: null, version: null, files: null, bytes: null, sha256: null, contentSha256: null },
  ...change,
});

describe('packages and a list', () => {
  it('tells what comes from the drive and what is downloaded', () => {
    const { packages, fromDrive, fromDistributionPoint, notAskedFor, notCompared } = compareContents(
      {
        packages: [
          onMedia('ABC00001', 'a'),
          onMedia('abc00002', 'b'),
          onMedia('ABC00003', 'c'),
          onMedia('ABC00005', 'e'),
        ],
      },
      [
        wanted('ABC00001', { sha256: sum('a'), name: 'Client' }),
        wanted('ABC00002', { sha256: sum('f'), bytes: 70 }),
        wanted('ABC00004', { version: '2' }),
        wanted('ABC00005'),
      ],
    );
    expect(packages.map(({ id, state }) => [id, state])).toEqual([
      ['ABC00001', 'as-expected'],
      ['abc00002', 'revised'],
      ['ABC00003', 'not-asked-for'],
      ['ABC00004', 'missing'],
      ['ABC00005', 'not-compared'],
    ]);
    expect(packages[0]?.name).toBe('Client');
    expect([fromDrive.bytes, fromDistributionPoint.bytes, notAskedFor.bytes, notCompared.bytes]).toEqual([
      100, 70, 100, 100,
    ]);
    expect(shareText(fromDistributionPoint)).toBe('2 packages, more than 70 bytes: 1 of unknown size');
    expect(shareText(fromDrive)).toBe('1 package, 100 bytes');
  });

  it('takes another number of files or bytes for a revision, without a hash', () => {
    const { packages } = compareContents({ packages: [onMedia('A', 'a')] }, [wanted('A', { files: 3 })]);
    expect(packages[0]?.state).toBe('revised');
  });
});

describe('a list', () => {
  it.each([
    ['CSV', `Package ID;Name;SHA-256;Size\nABC00001;"Client; new";${sum('A')};100\n`],
    [
      'JSON of media contents',
      JSON.stringify({
        path: '/m.wim',
        packages: [{ ...wanted('ABC00001'), name: 'Client; new', sha256: sum('a'), bytes: 100 }],
      }),
    ],
    [
      'a manifest',
      JSON.stringify({
        format: 'x',
        contents: { packages: [{ id: 'ABC00001', name: 'Client; new', sha256: sum('a'), bytes: 100 }] },
      }),
    ],
  ])('is read from %s', (_, text) => {
    expect(readExpected(text).packages).toEqual([
      wanted('ABC00001', { name: 'Client; new', sha256: sum('a'), bytes: 100 }),
    ]);
  });

  it.each([
    ['{', /is not JSON/],
    ['{"a":1}', /has no packages/],
    ['{"packages":[{"id":7}]}', /number 1, id/],
    ['Name,Version\nClient,1\n', /has no column ID in line 1/],
    ['ID,Bytes\nABC00001,many\n', /line 2, column bytes: many/],
    ['ID,SHA256\nABC00001,abc\n', /without 64 hexadecimal digits in line 2/],
    ['ID\nABC00001\nabc00001\n', /lists the package abc00001 twice/],
    ['ID\n', /lists no packages/],
    ['', /is empty/],
  ])('is refused: %s', (text, words) => {
    expect(readExpected(text).problem).toMatch(words);
  });
});
