import type { AppState } from '../../core/contract/app';
import type { AppLive } from '../../core/contract/app-live';
import type { LiveState } from '../../core/live/live-state';
import { errorData } from '../../core/base/errors';
import { recordsProblem } from '../../core/live/live-rules';
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
};

const on = (change: Partial<LiveState>): AppLive => {
  const live = { ...stick, ...change };
  return { live, problems: [recordsProblem(live)].filter((problem) => problem !== null) };
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
export const liveStates = {
  fresh: { ...bench, live: on({ data: 'none', station: null }) },
  locked: { ...bench, live: on({ data: 'locked', station: null }) },
  unanswered: { ...bench, live: on({ station: null }) },
  clockWrong: { ...bench, live: { live: stick, problems: [clock] } },
  working: { ...bench, live: on({}) },
} satisfies Readonly<Record<string, AppState>>;

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
  'live-line': {
    state: {
      ...liveStates.locked,
      settings: { ...bench.settings, desk: { ...bench.settings.desk, benchView: 'line' } },
    },
  },
};
