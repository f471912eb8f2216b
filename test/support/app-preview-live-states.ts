import type { AppState } from '../../core/contract/app';
import type { AppLive, AppUpdate } from '../../core/contract/app-live';
import type { LiveState } from '../../core/live/live-state';
import { errorData } from '../../core/base/errors';
import { imageDiskProblem, recordsProblem } from '../../core/live/live-rules';
import type { Preview } from './app-preview-states';
import { numbers, ready, someDrive, withDrives } from './app-samples';

/** A station that runs from a stick, from its first start to its work. */

const stick: LiveState = {
  role: 'station',
  slot: 'a',
  version: '0.6.0',
  built: '2026-11-20',
  medium: { path: '/dev/sdc', size: 62_000_000_000, model: 'SanDisk Ultra USB 3.0' },
  data: 'open',
  station: { version: 1, timeZone: 'America/New_York', keyboard: 'us' },
  disk: null,
  imageDisk: null,
};

const on = (change: Partial<LiveState>): AppLive => {
  const live = { ...stick, ...change };
  return {
    live,
    problems: [recordsProblem(live), imageDiskProblem(live.imageDisk)].filter((problem) => problem !== null),
    own: null,
    update: { status: 'none' },
  };
};

const ownDisk = someDrive(4, {
  verdict: 'blocked',
  model: 'SAMSUNG MZVL2512HCJQ-00B00',
  reasons: [
    {
      code: 'own-disk',
      message: "It is this PC's own disk: it was there when the station started.",
      release: "To write it on purpose, unlock it in Settings, under This PC's own disks, by naming this PC.",
    },
  ],
});
const bench = withDrives(ready, [...numbers(3).map((number) => someDrive(number)), ownDisk]);
const clock = errorData({
  code: 'clock-wrong',
  message:
    'The clock of this station says 2019-01-01 00:04 UTC, but this version was built on 2026-11-20 00:00 UTC.',
});
const file = 'prestage-live_0.7.0_amd64.iso';
const updating = (update: AppUpdate): AppState => ({ ...bench, live: { ...on({}), update } });
const refusedUpdate = errorData({
  code: 'live-update-refused',
  message: `${file} is signed with the key 1A2B3C4D5E6F7A8B, which is not trusted here.`,
  remedy:
    'Nothing was changed. Ask the sender for the key, compare its fingerprint by telephone, and trust it: on Media, or with prestage key trust.',
});

/** The disk on bay 1 holds the image of a machine. */
const pasts: AppState['pasts'] = [
  {
    driveId: 'drive-01',
    past: {
      holds: {
        ...{ machineSerial: '5CD4120LQ7', entry: 41, time: '2026-11-28T09:12:44.000Z' },
        ...{ media: 'contoso-24h2.wim', shipped: null },
      },
      ...{ lastBad: null, failures: 0 },
    },
  },
];
const imageDisk = { model: 'Portable SSD T7', serial: 'S5TANS0R123456', size: 500_107_862_016, open: false };

export const liveStates = {
  imagesMissing: { ...bench, live: on({ imageDisk }) },
  fresh: { ...bench, live: on({ data: 'none', station: null }) },
  locked: { ...bench, live: on({ data: 'locked', station: null }) },
  unanswered: { ...bench, live: on({ station: null }) },
  clockWrong: { ...bench, live: { ...on({}), problems: [clock] } },
  working: { ...bench, live: on({}) },
  diskWithPast: { ...bench, pasts, live: on({}) },
  lockedLine: {
    ...bench,
    live: on({ data: 'locked', station: null }),
    settings: { ...bench.settings, desk: { ...bench.settings.desk, benchView: 'line' } },
  },
} satisfies Readonly<Record<string, AppState>>;

/** Down to what the settings say of the stick. */
const settingsTop = { key: 'F7', size: { width: 1280, height: 1700 } } as const;

export const livePreviews: Readonly<Record<string, Preview>> = {
  'live-setup': { state: liveStates.fresh },
  'live-setup-small': { state: liveStates.fresh, size: { width: 1024, height: 640 } },
  'live-unlock': { state: liveStates.locked },
  'live-training-only': { state: liveStates.fresh, keys: ['Escape'] },
  'live-station': { state: liveStates.unanswered },
  'live-clock': { state: liveStates.clockWrong },
  'live-clock-form': { state: liveStates.clockWrong, press: 'Set the clock' },
  'live-working': { state: liveStates.working },
  'live-settings': { state: liveStates.working, key: 'F7', size: { width: 1280, height: 2400 } },
  'live-updating': {
    state: updating({
      ...{ status: 'running', file },
      task: { phase: 'copying', done: 412_000_000, total: 1_720_000_000 },
    }),
    ...settingsTop,
  },
  'live-updated': {
    state: updating({ status: 'done', file, slot: 'b', signer: 'Prestage' }),
    ...settingsTop,
  },
  'live-update-refused': {
    state: updating({ status: 'refused', file, error: refusedUpdate }),
    ...settingsTop,
  },
  'settings-backup': { state: liveStates.working, key: 'F7', press: 'Back up to a file …' },
  'live-image-disk': {
    state: { ...bench, live: on({ imageDisk: { ...imageDisk, open: true } }) },
    ...settingsTop,
  },
  'live-image-disk-missing': { state: liveStates.imagesMissing },
  'live-image-disk-missing-settings': { state: liveStates.imagesMissing, ...settingsTop },
  'live-image-disk-reason': {
    state: liveStates.diskWithPast,
    key: 'F7',
    press: 'Use this disk: KINGSTON SA400S37480G, S6PXNM0T402901K',
  },
  'live-line': { state: liveStates.lockedLine },
};
