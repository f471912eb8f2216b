import type { AppState } from '../../core/contract/app';
import type { RackShape } from '../../core/drive/rack-shape';
import {
  machineOf,
  numbers,
  pairsOf,
  ready,
  result,
  someDrive,
  someJob,
  systemDisk,
  withDrives,
  writeFailed,
} from './app-samples';
import type { Preview } from './app-preview-states';

/** States of the rack view, at the sizes of window that are asked for. */

/** 24 bays, numbered as most racks are: up the columns. */
const shape: RackShape = { rows: 4, columns: 6, order: 'rows-from-top' };

/** The state, with the rack view set. */
export function inRack(state: AppState, rack: RackShape | null = null): AppState {
  return {
    ...state,
    settings: { ...state.settings, desk: { ...state.settings.desk, benchView: 'rack', rack } },
  };
}

const bays24 = withDrives(
  ready,
  numbers(23).map((number) => (number === 23 ? systemDisk(23) : someDrive(number))),
  ['bay 24'],
);

/** Some of everything that a bay can be. */
export const rackMixed: AppState = {
  ...bays24,
  jobs: numbers(16).map((number) => {
    if (number <= 5) return someJob(number, { state: 'done', result });
    if (number === 6) return someJob(number, writeFailed);
    if (number === 7) return someJob(number, { state: 'cancelled', bytesWritten: 1e9 });
    if (number === 8) return someJob(number, { state: 'interrupted' });
    if (number === 9) return someJob(number, { state: 'sealing' });
    const state = number % 3 === 0 ? 'verifying' : 'writing';
    return someJob(number, { state, bytesDone: number * 1e9, bytesTotal: 21e9 });
  }),
  pairing: { ...ready.pairing, pairs: pairsOf([17, 18, 19]), obstacles: [], canUndo: true },
};

const rackFree: AppState = withDrives(
  ready,
  numbers(24).map((number) => someDrive(number)),
);

/** As it was, with every drive running: nothing may have moved. */
export const rackRunning: AppState = {
  ...rackFree,
  jobs: numbers(24).map((number) =>
    someJob(number, { state: 'writing', bytesDone: number * 8e8, bytesTotal: 21e9 }),
  ),
};

export const rackPassed: AppState = {
  ...rackFree,
  jobs: numbers(24).map((number) =>
    number === 7 ? someJob(number, writeFailed) : someJob(number, { state: 'done', result }),
  ),
};

/** Four of 24 drives have to be looked at before they are erased. */
const armed24: AppState = {
  ...withDrives(
    ready,
    numbers(24)
      .map((number) => someDrive(number, number % 6 === 0 ? {} : { contents: [] }))
      .map((drive, index) => (index === 23 ? { ...drive, contents: ['GPT partition table'] } : drive)),
  ),
  pairing: {
    ...ready.pairing,
    pairs: pairsOf(numbers(24)).map((pair, index) => {
      if (index === 11) return { ...pair, holdsMachine: machineOf(40) };
      return index === 17 ? { ...pair, againReason: 'The first drive was lost' } : pair;
    }),
    obstacles: [],
    armed: true,
  },
};

const eight: AppState = {
  ...withDrives(
    ready,
    numbers(8).map((number) => someDrive(number)),
  ),
  jobs: [
    someJob(1, { state: 'done', result }),
    someJob(2, writeFailed),
    someJob(3, { state: 'writing', bytesDone: 9e9, bytesTotal: 21e9 }),
  ],
  pairing: { ...ready.pairing, pairs: pairsOf([4]), obstacles: [] },
};

/** As the ledger tells it of a drive whose card says FAIL. */
const failedPasts: AppState['pasts'] = [
  {
    driveId: someDrive(6).id,
    past: {
      ...{ holds: null, failures: 1 },
      lastBad: {
        ...{ state: 'failed', entry: 214, time: '2026-11-28T10:15:00.000Z', touched: true },
        reason: 'Write error',
      },
    },
  },
];

const sizes = {
  'at-1024': { width: 1024, height: 700 },
  'at-1280': { width: 1280, height: 800 },
  'at-1920': { width: 1920, height: 1080 },
  'at-4k': { width: 3840, height: 2160 },
} as const;

function atEverySize(name: string, preview: Preview): Record<string, Preview> {
  return Object.fromEntries(
    Object.entries(sizes).map(([at, size]) => [`${name}-${at}`, { ...preview, size }]),
  );
}

export const rackPreviews: Readonly<Record<string, Preview>> = {
  ...atEverySize('rack-view', { state: inRack(rackMixed, shape) }),
  ...atEverySize('rack-view-8', { state: inRack(eight) }),
  ...atEverySize('cards-24', { state: rackMixed }),
  ...atEverySize('cards-8', { state: eight }),
  'armed-24': { state: armed24 },
  'armed-24-opened': { state: armed24, press: '21 blank drives' },
  'armed-24-small': { state: armed24, size: sizes['at-1024'] },
  'rack-view-passed': { state: inRack(rackPassed, shape) },
  'rack-view-48': {
    state: inRack({
      ...withDrives(
        ready,
        numbers(48).map((number) => someDrive(number)),
      ),
      jobs: numbers(40).map((number) => someJob(number, { state: 'done', result })),
    }),
    size: sizes['at-1280'],
  },
  'rack-view-chosen': { state: inRack(rackMixed, shape), choose: `Bay 6: FAIL, ${machineOf(6)}` },
  'rack-view-several': {
    state: inRack(rackMixed, shape),
    choose: `Bay 6: FAIL, ${machineOf(6)}`,
    keys: ['Shift+ArrowDown', 'Shift+ArrowLeft'],
  },
  'rack-retry-reason': {
    state: { ...inRack(rackMixed, shape), pasts: failedPasts },
    ...{ choose: `Bay 6: FAIL, ${machineOf(6)}`, keys: ['Shift+ArrowDown'], press: 'Retry 1 bay' },
  },
  'rack-view-failed': { state: inRack(rackMixed, shape), press: 'Failed 3' },
};
