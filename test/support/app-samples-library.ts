import type { AppResponse } from '../../core/contract/app';
import type { LibraryMediaView, LibraryState, Receiving } from '../../core/contract/app-library';
import { GiB } from '../../core/base/units';

/** Media of a library and deliveries, for looking at. Made up, but as the station pushes them. */

const sum = (digit: string): string => digit.repeat(64);

export const receivedMedia: LibraryMediaView = {
  name: 'Contoso Windows 11 Enterprise',
  version: '24H2-7',
  revision: 7,
  fileName: 'contoso-win11.wim',
  sha256: sum('a'),
  bytes: 14 * GiB,
  manifestSha256: sum('b'),
  signer: { name: 'Contoso', kind: 'minisign', key: sum('c') },
  guid: '0123456789abcdef0123456789abcdef',
  held: 'joined',
  dates: {
    ...{ certificateStart: '2026-11-01T00:00:00.000Z', certificateEnd: '2027-11-01T00:00:00.000Z' },
    ...{ shipBy: '2027-09-30', site: 'ABC', managementPoints: ['http://mp01.contoso.com'] },
  },
  receivedAt: '2026-11-28T08:41:07.000Z',
  operator: 'A. Jansen',
  path: `/home/depot/.local/share/prestage/library/${sum('a')}/contoso-win11.wim`,
  problem: null,
  trusted: true,
  contents: { packages: 23, bytes: 9 * GiB },
  images: { count: 2, bytes: 46 * GiB },
};

/** Of another enterprise; its certificate ends soon. */
export const otherMedia: LibraryMediaView = {
  ...receivedMedia,
  name: 'Northwind Kiosk',
  version: '2026.11',
  revision: 12,
  sha256: sum('d'),
  bytes: 6 * GiB,
  signer: { name: 'Northwind Traders B.V., deployment team', kind: 'certificate', key: sum('e') },
  dates: {
    ...{ certificateStart: '2025-12-10T00:00:00.000Z', certificateEnd: '2026-12-10T00:00:00.000Z' },
    ...{ shipBy: null, site: 'NWT', managementPoints: ['https://mp.northwind.example'] },
  },
  path: `/home/depot/.local/share/prestage/library/${sum('d')}/kiosk.wim`,
  contents: null,
  images: { count: 0, bytes: 0 },
};

export const trustedKeys: LibraryState['keys'] = [
  { name: 'Contoso', kind: 'minisign', key: sum('c'), keyId: '5C2A9E0B7D1F4836', until: null },
  {
    name: 'Northwind Traders B.V., deployment team',
    ...{ kind: 'certificate', key: sum('e'), keyId: null, until: '2026-12-10' },
  },
];

/** What a file with a key holds. */
export const offeredKey: NonNullable<AppResponse<'chooseKey'>['offered']> = {
  ...{ kind: 'minisign', keyId: '0D94C1B25A6E7F38', until: null },
  key: '2b1f9c4e7d8a06535e4f7a1c9b2d8e60f1a3c5d7e9b0426481a3c5e7f9b1d305',
  fileName: 'contoso.key.pub',
  text: 'untrusted comment: minisign public key\nRWQ',
};

export const libraryDetails: AppResponse<'libraryDetails'> = {
  packages: ['Configuration Manager client', 'Latitude 5450 drivers', '7-Zip'].map((name, index) => ({
    id: `ABC0001${index}`,
    name,
    version: index === 2 ? '24.09' : null,
    files: 412 + index,
    bytes: 96_000_000 * (index + 1),
    sha256: sum(String(index)),
  })),
  settings: {
    comment: 'Office machines, Ohio and Pune',
    createdBy: 'M. Okafor',
    layout: 'uefi',
    content: [],
    deployment: {
      ...{ siteCode: 'ABC', taskSequence: 'ABC00021', collection: 'ABC00031' },
      ...{ availability: 'media-pxe-hidden', purpose: 'required', preferredDeployment: 'ABC20042' },
      ...{ unattended: true, unknownComputers: true, passwordProtected: true, shipBy: '2027-09-30' },
      managementPoints: { mode: 'dynamic', urls: ['http://mp01.contoso.com', 'http://mp02.contoso.com'] },
      distributionPoints: ['dp01.contoso.com'],
    },
  },
};

const path = '/media/depot/CONTOSO-SSD/Contoso Windows 11 Enterprise';

export const receivings = {
  running: {
    ...{ status: 'running', path, cancelling: false },
    progress: { phase: 'copying', done: 5 * GiB, total: 14 * GiB },
  },
  incomplete: {
    ...{ status: 'incomplete', path, name: receivedMedia.name, version: '24H2-8', parts: 4 },
    findings: [
      {
        ...{ part: 2, fileName: 'contoso-win11.wim.002', what: 'missing', holds: null, found: null },
        ...{ wanted: [{ first: 0, last: 4_194_303_999 }], bytes: 4_194_304_000 },
      },
      {
        ...{ part: 3, fileName: 'contoso-win11.wim.003', what: 'damaged', holds: null },
        ...{ found: 4_194_304_000, wanted: [{ first: 67_108_864, last: 134_217_727 }], bytes: 4_194_304_000 },
      },
    ],
    foreignFiles: ['contoso-win11.wim.005'],
  },
  refused: {
    ...{ status: 'refused', path },
    error: {
      code: 'delivery-key-unknown',
      message:
        'The manifest is signed with a key that is not trusted here. It is signed with the key 0D94C1B25A6E7F38.',
      cause: 'no key is trusted at this station',
      remedy: '',
    },
  },
  warned: {
    ...{ status: 'received', name: 'Northwind Kiosk', version: '2026.11', sha256: sum('d') },
    ...{ signer: 'Northwind Traders B.V., deployment team', here: false, foreignFiles: [] },
    warnings: ['The certificate of the media ends on 2026-12-10, 12 days from now.'],
  },
  baseMissing: {
    ...{ status: 'refused', path },
    error: {
      code: 'delivery-base-missing',
      message:
        'The delivery holds only what changed since contoso-win11-6.wim (14.0 GB), which is not in the library.',
      cause: `needed SHA-256 ${sum('6')}`,
      remedy: '',
    },
  },
  older: {
    ...{ status: 'refused', path },
    error: {
      code: 'delivery-older',
      message:
        'Contoso Windows 11 Enterprise revision 5 (24H2-5) is older than revision 7 (24H2-7), which is in the library.',
      cause: `in the library ${sum('a')}\ndelivered      ${sum('9')}`,
      remedy: '',
    },
  },
} as const satisfies Readonly<Record<string, Receiving>>;
