import type { DeskJob, DeskState, Pair } from '../../core/contract/desk';
import type { Drive } from '../../core/drive';
import { GiB } from '../../core/units';

/** States of the desk to look at. Made up, but each is one that the station can push. */

const sha256 = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';
const models = [
  'Samsung SSD 870 EVO 500GB',
  'KINGSTON SA400S37480G',
  'WDC WDS500G2B0A-00SM50',
  'Micron_5300_MTFDDAK480TDS-1AW1ZABYY with a firmware name that never ends',
];

/** A drive as it is listed, in the bay with this number. */
export function someDrive(number: number, more: Partial<Drive> = {}): Drive {
  const two = String(number).padStart(2, '0');
  return {
    id: `drive-${two}`,
    kind: 'disk',
    path: `/dev/sd${two}`,
    serial: `S6PXNM0T4029${two}K`,
    wwn: `0x5002538f4240${two}ab`,
    size: 500_107_862_016,
    attachment: `device 8:${number} sequence ${number}`,
    byPath: `/dev/disk/by-path/pci-0000:03:00.0-sas-phy${number}-lun-0`,
    bay: `bay ${number}`,
    model: models[number % models.length] ?? null,
    bus: 'sata',
    logicalSectorSize: 512,
    physicalSectorSize: 4096,
    rotational: false,
    removable: false,
    readOnly: false,
    contents: number % 3 === 0 ? [] : ['sda1: 499 MiB NTFS "Recovery"', 'sda2: 464 GiB NTFS "Windows"'],
    verdict: 'eligible',
    reasons: [],
    ...more,
  };
}

const systemDisk = (number: number): Drive =>
  someDrive(number, {
    verdict: 'blocked',
    contents: ['sda1: ext4, mounted on /'],
    reasons: [
      { code: 'system-disk', message: 'The system this computer runs from is on this drive.' },
      { code: 'mounted', message: '/dev/sda1 is mounted on /.' },
    ],
  });

const media: Extract<DeskState['media'], { status: 'proved' }> = {
  status: 'proved',
  sha256,
  expected: { sha256, source: 'manifest' },
  media: {
    path: '/srv/media/contoso-win11-24h2-prestaged-2025-03.wim',
    files: ['/srv/media/contoso-win11-24h2-prestaged-2025-03.wim'],
    bytes: 14 * GiB,
    guid: '0123456789abcdef0123456789abcdef',
    compression: 'LZX',
    solid: false,
    parts: 1,
    integrityTable: true,
    images: [
      {
        index: 1,
        name: 'Contoso Windows 11 Enterprise',
        description: null,
        bytes: 24 * GiB,
        files: 120_000,
        directories: 24_000,
      },
    ],
    bootable: { bootable: true, bootImage: true, bootStore: true, efiFiles: ['\\EFI\\Boot\\bootx64.efi'] },
    imageIndex: 1,
    warnings: [],
  },
};

/** A station that was just started, with nothing attached. */
export const emptyState: DeskState = {
  station: {
    benchDirectory: null,
    version: '0.1.0',
    versions: { wimlib: '1.14.4' },
    stateDirectory: '/home/depot/.local/state/prestage',
  },
  settings: {
    stationName: 'Depot 3',
    cacheLimitBytes: 200 * GiB,
    desk: {
      bays: [],
      serialPatterns: [],
      badgePattern: '^(?:OP|BADGE)[-: ](.{2,60})$',
      workOrderPattern: '^WO[-: ](.{1,60})$',
      sounds: true,
      theme: 'light',
      language: 'en',
    },
  },
  drives: { error: null, listed: true, drives: [], bays: [] },
  media: { status: 'none' },
  batch: { operator: '', workOrder: '', imageIndex: 1, layout: 'uefi', againReason: '' },
  pairing: {
    mode: 'pair',
    waitingMachine: null,
    pairs: [],
    canUndo: false,
    armed: false,
    obstacles: ['no-operator', 'no-media', 'no-pairs'],
    lastScan: null,
    refusal: null,
  },
  jobs: [],
  notices: [],
};

function withDrives(
  state: DeskState,
  drives: readonly Drive[],
  emptyBays: readonly string[] = [],
): DeskState {
  const bays = drives.map(({ id, byPath, bay }) => ({ label: bay ?? id, port: byPath, driveId: id }));
  const empty = emptyBays.map((label) => ({ label, port: null, driveId: null }));
  return { ...state, drives: { ...state.drives, drives: [...drives], bays: [...bays, ...empty] } };
}

const ready: DeskState = {
  ...emptyState,
  media,
  batch: { ...emptyState.batch, operator: 'A. Jansen', workOrder: 'WO-2025-00417' },
  pairing: { ...emptyState.pairing, obstacles: ['no-pairs'] },
};

const machineOf = (number: number): string => `5CG4${String(1000 + number * 37)}XYZ`;

function pairsOf(numbers: readonly number[]): Pair[] {
  return numbers.map((number) => ({
    machineSerial: machineOf(number),
    driveId: someDrive(number).id,
    bay: `bay ${number}`,
  }));
}

/** A job of the drive with this number. */
export function someJob(number: number, state: DeskJob['state'], more: Partial<DeskJob> = {}): DeskJob {
  const running = !['done', 'failed', 'cancelled', 'interrupted'].includes(state.state);
  return {
    driveId: someDrive(number).id,
    bay: `bay ${number}`,
    machineSerial: machineOf(number),
    state,
    startedAt: '2025-03-04T09:12:00.000Z',
    endedAt: running ? null : '2025-03-04T09:31:40.000Z',
    ledgerEntry: running ? null : 1200 + number,
    canCancel: running,
    canRetry: !running && state.state !== 'done',
    ...more,
  };
}

const result = {
  bytesWritten: 21 * GiB,
  bytesVerified: 21 * GiB,
  chunksVerified: 5400,
  writeSeconds: 62,
  verifySeconds: 48,
  directIo: true,
  tableSha256: sha256,
};

const writeFailed: DeskJob['state'] = {
  state: 'failed',
  bytesWritten: 3 * GiB,
  reason: {
    code: 'drive-write-failed',
    message: 'Drive S6PXNM0T402904K in bay 4 could not be written at 3.1 GiB: input/output error.',
    cause: 'EIO: i/o error, write (errno -5), offset 3328599654',
    remedy:
      'Take the drive out and put another one in. Try this one again once; if it fails again, it is worn out.',
    offset: 3_328_599_654,
  },
};

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

/** The jobs of 48 drives that are all written, some seconds after their start. */
export function rackJobs(seconds: number): DeskJob[] {
  return numbers(48).map((number) =>
    someJob(number, {
      state: number % 3 === 0 ? 'verifying' : 'writing',
      bytesDone: Math.round(
        1e9 + seconds * (150e6 + number * 2e6) + 60e6 * Math.sin(seconds + number) + 60e6,
      ),
      bytesTotal: 20e9,
    }),
  );
}

const fourDrives = withDrives(
  { ...ready, station: { ...ready.station, benchDirectory: '/home/depot/.local/share/prestage/training' } },
  [
    ...numbers(3).map((number) => someDrive(number, { bus: 'virtual', model: 'Virtual drive' })),
    systemDisk(4),
  ],
);

const mixed: DeskState = {
  ...withDrives(
    ready,
    numbers(12).map((number) => (number === 12 ? systemDisk(12) : someDrive(number))),
    ['bay 13', 'bay 14'],
  ),
  jobs: [
    someJob(1, { state: 'done', result }),
    someJob(2, { state: 'done', result }),
    someJob(3, { state: 'writing', bytesDone: 9e9, bytesTotal: 21e9 }),
    someJob(4, writeFailed),
    someJob(5, { state: 'cancelled', bytesWritten: 1e9 }),
    someJob(6, { state: 'interrupted' }),
    someJob(7, { state: 'verifying', bytesDone: 17e9, bytesTotal: 21e9 }),
    someJob(8, { state: 'preparing', task: { phase: 'applying', done: 3e9, total: 24e9 } }),
    someJob(9, { state: 'sealing' }),
  ],
  pairing: { ...ready.pairing, pairs: pairsOf([10]), obstacles: [] },
};

const armed: DeskState = {
  ...withDrives(ready, [...numbers(4).map((number) => someDrive(number)), systemDisk(5)]),
  pairing: {
    ...ready.pairing,
    pairs: pairsOf([1, 2, 3, 4]),
    obstacles: [],
    armed: true,
    canUndo: true,
    lastScan: {
      number: 9,
      text: 'PRESTAGE-START',
      outcome: { result: 'accepted', kind: 'command', effect: 'armed', machineSerial: null, bay: null },
    },
  },
};

const refusedScan: DeskState = {
  ...withDrives(
    ready,
    numbers(8).map((number) => someDrive(number)),
  ),
  pairing: {
    ...ready.pairing,
    waitingMachine: machineOf(3),
    pairs: pairsOf([1, 2]),
    obstacles: [],
    canUndo: true,
    lastScan: {
      number: 7,
      text: '4006381333931',
      outcome: { result: 'refused', kind: 'ean', reason: 'wrong-kind', expected: 'bay', detail: null },
    },
  },
};

const listingFailed: DeskState = {
  ...emptyState,
  drives: {
    ...emptyState.drives,
    error: {
      code: 'tool-missing',
      message: 'The drives could not be listed: lsblk is not installed.',
      cause: 'spawn lsblk ENOENT',
      remedy: 'Install the package util-linux, then look again.',
    },
  },
  notices: [
    {
      id: 1,
      kind: 'info',
      error: {
        code: 'job-interrupted',
        message: 'Prestage ended while 2 drives were written.',
        cause: null,
        remedy: 'Their records say interrupted. Write them again.',
      },
    },
  ],
};

const rack = {
  ...withDrives(
    ready,
    numbers(48).map((number) => someDrive(number)),
  ),
  jobs: rackJobs(0),
};
const rackEnded = {
  ...rack,
  jobs: numbers(44).map((number) =>
    number % 11 === 4 ? someJob(number, writeFailed) : someJob(number, { state: 'done', result }),
  ),
  pairing: { ...ready.pairing, pairs: pairsOf([45, 46]), obstacles: [] as DeskState['pairing']['obstacles'] },
};

const themed = (state: DeskState, theme: DeskState['settings']['desk']['theme']): DeskState => ({
  ...state,
  settings: { ...state.settings, desk: { ...state.settings.desk, theme } },
});

export interface Preview {
  readonly state: DeskState;
  /** Jobs move while it is looked at. */
  readonly ticking?: boolean;
  /** A key pressed at the beginning. */
  readonly key?: string;
  /** Pressed before the picture is taken, by accessible name. */
  readonly press?: string;
  readonly size?: { readonly width: number; readonly height: number };
}

const looks: Readonly<Record<string, Preview>> = {
  empty: { state: emptyState },
  'listing-failed': { state: listingFailed },
  'four-virtual': { state: fourDrives },
  rack: { state: rack, ticking: true },
  'rack-ended': { state: rackEnded },
  mixed: { state: mixed },
  'mixed-small': { state: mixed, size: { width: 1024, height: 640 } },
  armed: { state: armed },
  'refused-scan': { state: refusedScan },
  'details-failed': { state: mixed, press: 'Bay 4: FAIL' },
  'details-pair': { state: refusedScan, press: 'Bay 5: Ready' },
  'ended-few': {
    state: {
      ...fourDrives,
      jobs: [
        someJob(1, { state: 'done', result }),
        someJob(2, writeFailed),
        someJob(3, { state: 'interrupted' }),
      ],
    },
  },
  'details-passed': { state: mixed, press: 'Bay 1: PASS' },
  'first-start': { state: withDrives(emptyState, [systemDisk(1)]) },
  'armed-48': {
    state: {
      ...rack,
      jobs: [],
      pairing: { ...ready.pairing, pairs: pairsOf(numbers(48)), obstacles: [], armed: true },
    },
  },
  'running-few': { state: { ...fourDrives, jobs: rackJobs(0).slice(0, 3) }, ticking: true },
  batch: { state: mixed, key: 'F2' },
  log: { state: mixed, key: 'F3' },
  settings: { state: mixed, key: 'F4' },
  cancel: { state: mixed, press: 'Cancel bay 3' },
};

/** Every look in the light theme and the dark one, some in high contrast. */
export const previews: Readonly<Record<string, Preview>> = Object.fromEntries(
  Object.entries(looks).flatMap(([name, preview]) => [
    [name, preview] as const,
    [`${name}-dark`, { ...preview, state: themed(preview.state, 'dark') }] as const,
    ...(['mixed', 'armed', 'four-virtual', 'refused-scan'].includes(name)
      ? [[`${name}-contrast`, { ...preview, state: themed(preview.state, 'high-contrast') }] as const]
      : []),
  ]),
);
