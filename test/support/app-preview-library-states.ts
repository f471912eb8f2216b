import type { AppState } from '../../core/contract/app';
import type { Receiving } from '../../core/contract/app-library';
import { emptyState, provedMedia, ready } from './app-samples';
import {
  libraryDetails,
  otherMedia,
  offeredKey,
  receivedMedia,
  receivings,
  trustedKeys,
} from './app-samples-library';
import type { Preview } from './app-preview-states';

/** States of the media library. The empty one is `media-none`. */

const { path, sha256 } = receivedMedia;

const withLibrary: AppState = {
  ...emptyState,
  library: { ...emptyState.library, media: [receivedMedia, otherMedia], keys: trustedKeys },
};

const chosen: AppState = {
  ...withLibrary,
  ...{ batch: ready.batch, pairing: ready.pairing },
  media: {
    ...provedMedia,
    sha256,
    expected: { sha256, source: 'signed-manifest' },
    media: { ...provedMedia.media, path: path ?? '', files: [path ?? ''] },
    ...(receivedMedia.dates === undefined ? {} : { dates: receivedMedia.dates }),
  },
};

const receiving = (state: AppState, what: Receiving): AppState => ({
  ...state,
  library: { ...state.library, receiving: what },
});

export const libraryPreviews: Readonly<Record<string, Preview>> = {
  library: { state: withLibrary, key: 'F3' },
  'library-in-use': { state: chosen, key: 'F3' },
  'library-chosen': {
    state: chosen,
    answers: { libraryDetails },
    key: 'F3',
    press: 'Details of Contoso Windows 11 Enterprise 24H2-7',
    wait: 'Media and PXE, hidden',
    size: { width: 1280, height: 1500 },
  },
  'library-receiving': { state: receiving(withLibrary, receivings.running), key: 'F3' },
  'library-incomplete': { state: receiving(withLibrary, receivings.incomplete), key: 'F3' },
  'library-refused': { state: receiving(emptyState, receivings.refused), key: 'F3' },
  'library-base-missing': { state: receiving(withLibrary, receivings.baseMissing), key: 'F3' },
  'library-warned': { state: receiving(withLibrary, receivings.warned), key: 'F3' },
  'library-keys': {
    state: withLibrary,
    key: 'F3',
    click: '2 trusted keys',
    wait: 'Valid until',
    size: { width: 1280, height: 1300 },
  },
  'library-trust': {
    state: receiving(emptyState, receivings.refused),
    answers: { chooseKey: { offered: offeredKey } },
    key: 'F3',
    press: 'Trust a key …',
    wait: 'The key in contoso.key.pub',
  },
  'library-older': { state: receiving(withLibrary, receivings.older), key: 'F3' },
};
