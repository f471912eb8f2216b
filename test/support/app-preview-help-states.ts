import type { AppState } from '../../core/contract/app';
import type { Preview } from './app-preview-states';
import { numbers, provedMedia, ready, someDrive, withDrives } from './app-samples';

/** The help as it can be looked at: of each screen, at a link, and while it is searched. */

/** @param state a bench with something on it */
export function helpPreviews(state: AppState): Readonly<Record<string, Preview>> {
  const help = { state, press: 'Help F1' } as const;
  const fresh = withDrives(
    ready,
    numbers(8).map((number) => someDrive(number)),
  );
  const { station, batch } = fresh;
  const startHere = {
    state: {
      ...fresh,
      station: { ...station, benchDirectory: `${station.stateDirectory}/training-bench` },
      batch: { ...batch, operator: '' },
    },
    answers: { listShipments: { waiting: [], held: [], more: false, shipments: [] } },
    wait: 'Scan this badge from the screen',
  } as const;
  return {
    'start-here': startHere,
    'start-here-small': { ...startHere, size: { width: 1024, height: 700 } },
    'start-here-media': { ...startHere, key: 'F3' },
    // The sender's paper of the media for practice, on the screen.
    'training-media-hash': {
      state: {
        ...startHere.state,
        station: {
          ...startHere.state.station,
          trainingMedia: { path: provedMedia.media.path, sha256: provedMedia.sha256 },
        },
        batch,
        media: { status: 'waiting-for-hash', media: provedMedia.media, sha256: provedMedia.sha256 },
      },
      answers: startHere.answers,
      key: 'F3',
      wait: 'Scan the SHA-256 of the media',
    },
    'help-bench': help,
    'help-bench-small': { ...help, size: { width: 1024, height: 700 } },
    'help-order': { ...help, key: 'F2', wait: 'Which machines are expected' },
    'help-media': { ...help, key: 'F3', wait: 'VERIFIED' },
    'help-ship': { ...help, key: 'F5', wait: 'delivery note' },
    'help-log': { ...help, key: 'F6', wait: 'Nothing in it can be changed' },
    'help-settings': { ...help, key: 'F7', wait: 'What this station is told once' },
    'help-guide': { ...help, click: 'Writing drives' },
    'help-link': { ...help, key: 'F7', click: 'starting', wait: 'A boot test starts a finished drive' },
  };
}
