import type { AppState } from '../../core/contract/app';
import type { AppMirror } from '../../core/contract/app-mirror';
import { errorData } from '../../core/base/errors';
import { GiB } from '../../core/base/units';
import { emptyState } from './app-samples';
import { offeredKey, otherMedia, receivedMedia } from './app-samples-library';
import type { Preview } from './app-preview-states';

/** States of what is got from another station, on the Media screen. */

type Listed = Extract<AppMirror, { status: 'listed' }>;

const certificate = '4f7c1d0e9a2b35c86d5e7f8091a2b3c4d5e6f70819a2b3c4d5e6f708192a3b4c';
const address = '192.168.77.1:7411';
const shown = (mirror: AppMirror, state: AppState = emptyState): AppState => ({ ...state, mirror });

const [one, two, three] = ['1', '2', '3'].map((digit) => digit.repeat(64)) as [string, string, string];
const image = { imageIndex: 1, layout: 'uefi', driveSize: 240e9, sectorSize: 512, bytes: 22 * GiB };
export const listed: Listed = {
  ...{ status: 'listed', address, certificate, station: 'Depot 1', getting: null, broken: null },
  media: [receivedMedia, otherMedia].map(({ sha256, name, version, revision, bytes }) => ({
    ...{ sha256, name, version, revision, bytes, state: 'offered' },
  })),
  images: [
    { ...image, key: one, mediaSha256: receivedMedia.sha256, state: 'offered' },
    { ...image, key: two, mediaSha256: receivedMedia.sha256, sectorSize: 4096, state: 'unusable' },
    { ...image, key: three, mediaSha256: 'f'.repeat(64), state: 'here' },
  ],
};
const wanted = { media: [receivedMedia.sha256], images: [one] };
const getting = (more: Partial<NonNullable<Listed['getting']>>): AppState =>
  shown({
    ...listed,
    getting: {
      id: receivedMedia.sha256,
      progress: { phase: 'copying', done: 5 * GiB, total: 14 * GiB },
      ...{ silent: false, cancelling: false },
      ...more,
    },
  });
const refused = (
  code: 'mirror-gone' | 'mirror-turned-away' | 'rack-wrong-station',
  message: string,
): AppState => shown({ status: 'refused', address, certificate, error: errorData({ code, message }) });
const broken = (error: NonNullable<Listed['broken']>['error']): AppState =>
  shown({ ...listed, broken: { wanted, error } });

export const entered: AppState = {
  ...emptyState,
  settings: {
    ...emptyState.settings,
    rack: { ...emptyState.settings.rack, other: { station: address, fingerprint: certificate } },
  },
};

const key = 'F3';
const press = 'Get from another station …';
export const mirrorPreviews: Readonly<Record<string, Preview>> = {
  'mirror-form': { state: emptyState, key, press },
  'mirror-form-kept': { state: entered, key, press },
  'mirror-asks': { state: shown({ status: 'reaching', address, waiting: null }), key },
  'mirror-code': {
    state: shown({ status: 'reaching', address, waiting: { station: 'Depot 1', code: '7K3 9QF' } }),
    key,
  },
  'mirror-gone': { state: refused('mirror-gone', `No station can be reached at ${address}.`), key },
  'mirror-turned-away': {
    state: refused('mirror-turned-away', 'Station Depot 1 turned this station away.'),
    key,
  },
  'mirror-list': { state: shown(listed), key, size: { width: 1280, height: 900 } },
  'mirror-list-small': { state: shown(listed), key, size: { width: 1024, height: 700 } },
  'mirror-empty': { state: shown({ ...listed, media: [], images: [] }), key },
  'mirror-getting': { state: getting({}), key, size: { width: 1280, height: 900 } },
  'mirror-getting-image': {
    state: getting({ id: one, progress: { phase: 'copying', done: 2 * GiB, total: 22 * GiB } }),
    key,
  },
  'mirror-begins': { state: getting({ id: null, progress: null }), key },
  'mirror-silent': { state: getting({ silent: true }), key, size: { width: 1280, height: 900 } },
  'mirror-cancelling': { state: getting({ cancelling: true }), key },
  'mirror-cancelled': { state: broken(null), key },
  'mirror-broken': {
    state: broken(
      errorData({
        code: 'mirror-wrong-bytes',
        message:
          'Station Depot 1 gave wrong bytes for chunk 3 of the disk image (8 MiB at byte 25165824), 3 times.',
        cause: `wanted ${one}\nfound  ${two}`,
      }),
    ),
    key,
  },
  'mirror-key-unknown': {
    state: broken(
      errorData({
        code: 'delivery-key-unknown',
        message: 'The manifest is signed with a key that this station does not trust.',
      }),
    ),
    answers: { chooseKey: { offered: offeredKey } },
    key,
    press: 'Trust a key …',
    wait: 'The key in contoso.key.pub',
    size: { width: 1280, height: 1100 },
  },
  'mirror-got': {
    state: shown(
      {
        ...listed,
        media: listed.media.map((media, index) => (index === 0 ? { ...media, state: 'got' } : media)),
        images: listed.images.map((one, index) => (index === 0 ? { ...one, state: 'got' } : one)),
      },
      { ...emptyState, library: { ...emptyState.library, media: [receivedMedia] } },
    ),
    key,
    size: { width: 1280, height: 1000 },
  },
};
