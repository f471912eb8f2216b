import { compareContents, type ExpectedPackage } from '../../core/contents/compare-contents';
import type { AppResponse } from '../../core/contract/app';

/** What the page is answered when it asks for the packages of a media file, for looking at. */

const sum = (digit: string): string => digit.repeat(64);
const site = (id: string, name: string, version: string, bytes: number, digit: string): ExpectedPackage => ({
  ...{ id, name, version, files: null, bytes, sha256: sum(digit), contentSha256: null },
});

const media = (id: string, files: number, bytes: number, digit: string) => ({
  ...{ id, name: null, version: null, files, bytes, sha256: sum(digit) },
});

const contents: AppResponse<'listContents'>['contents'] = {
  imageIndex: 1,
  notes: ['1 file directly in \\SMS\\PKG belongs to no package.'],
  drivers: null,
  packages: [
    media('ABC00010', 412, 96_000_000, 'a'),
    media('ABC00011', 8, 1_700_000, 'b'),
    media('ABC00012', 2_904, 3_100_000_000, 'c'),
    ...Array.from({ length: 60 }, (_, index) =>
      media(`ABC001${String(index).padStart(2, '0')}`, 12, 5e7, 'd'),
    ),
  ],
};

export const contentsCompared: AppResponse<'listContents'> = {
  contents,
  comparison: compareContents(contents, [
    site('ABC00010', 'Configuration Manager client', '5.00.9128', 96_000_000, 'a'),
    site('ABC00011', '7-Zip', '24.09', 1_800_000, 'f'),
    site('ABC00012', 'Latitude 5450 drivers', 'A05', 3_100_000_000, 'c'),
    site('ABC00013', 'Contoso VPN', '7.2', 88_000_000, 'e'),
    ...contents.packages.slice(3, 40).map((one) => site(one.id, 'Contoso application', '1', one.bytes, 'd')),
  ]),
};
