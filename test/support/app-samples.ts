import type { AppState } from '../../core/contract/app';
import { noRack } from '../../core/contract/app-rack';
import type { BootDetails } from '../../core/boot/boot-details';
import type { LoaderSignature } from '../../core/boot/loader-trust';
import { assessBoot } from '../../core/boot/preflight';
import type { AppJob } from '../../core/contract/app-bench';
import type { OrderState, OrderStateLine } from '../../core/contract/app-order';
import type { Pair } from '../../core/pairing/pairing-state';
import type { BundleReport, ShipList, ShipmentPapers } from '../../core/contract/app-shipments';
import { healthSettingsSchema } from '../../core/health/health-rules';
import type { Drive } from '../../core/drive/drive';
import { isOpen, orderLineStates } from '../../core/order/order-state';
import { uncheckedScanner } from '../../core/scan/scanner-settings';
import { GiB } from '../../core/base/units';

/** Drives, jobs and states of the app that previews and tests are made of. Made up, but as the station pushes them. */

const sha256 = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';
const models = [
  'Samsung SSD 870 EVO 500GB',
  'KINGSTON SA400S37480G',
  'WDC WDS500G2B0A-00SM50',
  'Micron_5300_MTFDDAK480TDS-1AW1ZABYY with a firmware name that never ends',
];

/** Boot programs that Windows brings, signed with the certificates of 2011, and a boot manager for those of 2023. */
const signedBy = (authority: string): LoaderSignature[] => [
  { state: 'good', chain: ['Microsoft Windows', authority] },
];
const bootManager = {
  ...{
    path: '\\EFI\\Microsoft\\Boot\\bootmgfw.efi',
    place: '\\EFI\\Microsoft\\Boot\\bootmgfw.efi',
    cpu: 'x64' as const,
  },
  signatures: signedBy('Microsoft Windows Production PCA 2011'),
};
const signedPrograms: Pick<BootDetails, 'programs' | 'bootManagers'> = {
  programs: [
    { ...bootManager, path: '\\EFI\\Boot\\bootx64.efi', place: '\\EFI\\Boot\\bootx64.efi' },
    bootManager,
  ],
  bootManagers: {
    '2011': { ...bootManager, path: '\\Windows\\Boot\\EFI\\bootmgfw.efi' },
    '2023': {
      ...bootManager,
      path: '\\Windows\\Boot\\EFI_EX\\bootmgfw_EX.efi',
      signatures: signedBy('Windows UEFI CA 2023'),
    },
  },
};

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
    diskGuid: null,
    notes: [],
    verdict: 'eligible',
    reasons: [],
    ...more,
  };
}

/** A drive that may never be written. */
export const systemDisk = (number: number): Drive =>
  someDrive(number, {
    verdict: 'blocked',
    contents: ['sda1: ext4, mounted on /'],
    reasons: [
      { code: 'system-disk', message: 'The system this computer runs from is on this drive.' },
      { code: 'mounted', message: '/dev/sda1 is mounted on /.' },
    ],
  });

/** Media whose hash is the one that was told. */
export const provedMedia: Extract<AppState['media'], { status: 'proved' }> = {
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
    bootable: assessBoot({
      bootImage: 'whole',
      bootStore: 'boot-image',
      loaders: [{ path: '\\EFI\\Boot\\bootx64.efi', wanted: 'x64', cpu: 'x64', signed: true }],
      ...signedPrograms,
      efiBytes: 30 * 1024 * 1024,
      bootImageHeader: {
        ...{ bootIndex: 1, images: 1, part: 1, parts: 1, compression: 'LZX', chunkSize: 32_768 },
        ...{ esdFormat: false, pipable: false },
      },
      ramdisk: {
        image: { path: '\\sources\\boot.wim' },
        sdi: { path: '\\boot\\boot.sdi', content: 'sdi' },
      },
      efiProblems: [],
    }).bootable,
    imageIndex: 1,
    leftOut: [],
    warnings: [],
  },
};

/** A station that was just started, with nothing attached. */
export const emptyState: AppState = {
  station: {
    benchDirectory: null,
    trainingMedia: null,
    version: '0.1.0',
    versions: { wimlib: '1.14.4' },
    stateDirectory: '/home/depot/.local/state/prestage',
  },
  settings: {
    stationName: 'Depot 3',
    machineFiles: null,
    bootLoader: { choice: 'as-is', require: false },
    health: healthSettingsSchema.parse({}),
    sanitise: true,
    sanitiseLevel: 'clear',
    keepHiddenAreas: false,
    rehearsal: { firstOfBatch: false, sign: { kind: 'display' }, seconds: 300, secureBoot: false },
    cacheLimitBytes: 200 * GiB,
    labels: { queue: null, form: 'pdf', size: '105x74', dpi: 203, printWhenPassed: false },
    rack: {
      disk: { choose: 'only' },
      listen: null,
      closedNetwork: false,
      boot: { on: false, interface: null, images: [] },
      other: null,
    },
    atEnd: 'wait',
    desk: {
      bays: [],
      rack: null,
      benchView: 'cards',
      lineLabels: false,
      serialPatterns: [],
      badgePattern: '^(?:OP|BADGE)[-: ](.{2,60})$',
      workOrderPattern: '^WO[-: ](.{1,60})$',
      labelRules: { builtIn: true, own: [] },
      // As on a station that has been at work: the offer of the check has a state of its own.
      scanner: { ...uncheckedScanner, offer: false },
      onMachine: false,
      requireDrivers: false,
      shipmentsFolder: null,
      sounds: true,
      theme: 'light',
      language: 'en',
    },
  },
  drives: { error: null, listed: true, drives: [], bays: [], controllers: [] },
  media: { status: 'none' },
  library: { media: [], unfinished: [], keys: [], receiving: null, error: null },
  batch: { operator: '', lastOperator: '', workOrder: '', imageIndex: 1, layout: 'uefi' },
  order: null,
  pairing: {
    mode: 'pair',
    waitingMachine: null,
    pairs: [],
    canUndo: false,
    armed: false,
    starting: false,
    freeBays: 0,
    takeOut: [],
    takenOut: [],
    obstacles: ['no-operator', 'no-media', 'no-pairs'],
    lastScan: null,
    refusal: null,
  },
  startPlan: { drives: [], machineFiles: null, loader: null, atEnd: null, warnings: [], refusals: [] },
  jobs: [],
  pasts: [],
  healths: [],
  sizeChecks: [],
  erasePlans: [],
  erasures: [],
  progress: { drives: [], total: null },
  rehearsals: [],
  notices: [],
  fleet: { status: 'off', behind: null, caughtUpAt: null, lastError: null },
  live: { live: null, problems: [], own: null, update: { status: 'none' } },
  rack: noRack,
  mirror: { status: 'off' },
};

/** A state with these drives, each in a bay, and some empty bays. */
export function withDrives(
  state: AppState,
  drives: readonly Drive[],
  emptyBays: readonly string[] = [],
): AppState {
  const bays = drives.map(({ id, byPath, bay }) => ({ label: bay ?? id, port: byPath, driveId: id }));
  const empty = emptyBays.map((label) => ({ label, port: null, driveId: null }));
  return { ...state, drives: { ...state.drives, drives: [...drives], bays: [...bays, ...empty] } };
}

/** Operator and media are there, nothing is paired. */
export const ready: AppState = {
  ...emptyState,
  media: provedMedia,
  batch: { ...emptyState.batch, operator: 'A. Jansen', workOrder: 'WO-2025-00417' },
  pairing: { ...emptyState.pairing, obstacles: ['no-pairs'] },
};

/** Serial of the machine that the drive with this number is for. */
export const machineOf = (number: number): string => `5CG4${String(1000 + number * 37)}XYZ`;

/** Pairs of the drives with these numbers. */
export function pairsOf(numbers: readonly number[]): Pair[] {
  return numbers.map((number) => ({
    machineSerial: machineOf(number),
    driveId: someDrive(number).id,
    bay: `bay ${number}`,
  }));
}

/** A job of the drive with this number. */
export function someJob(number: number, state: AppJob['state'], more: Partial<AppJob> = {}): AppJob {
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
    attachment: null,
    canRetry: !running && state.state !== 'done',
    ...more,
  };
}

/** What a drive was found to hold. */
export const result = {
  bytesWritten: 21 * GiB,
  bytesVerified: 21 * GiB,
  chunksVerified: 5400,
  writeSeconds: 62,
  verifySeconds: 48,
  directIo: true,
  tableSha256: sha256,
};

/** A drive that gave up. */
export const writeFailed: AppJob['state'] = {
  state: 'failed',
  bytesWritten: 3 * GiB,
  reason: {
    code: 'drive-write-failed',
    message: 'Drive S6PXNM0T402904K in bay 4 could not be written at 3.1 GiB: input/output error.',
    cause: 'EIO: i/o error, write (errno -5), offset 3328599654',
    remedy:
      'Remove the drive and insert another one. Try this one again once; if it fails again, it is worn out.',
    offset: 3_328_599_654,
  },
};

/** 1 to `count`. */
export const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

/** The jobs of 48 drives that are all written, some seconds after their start. */
export function rackJobs(seconds: number): AppJob[] {
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

/** An open order of sixty machines, some of them in each state, and one that was not ordered. */
export function someOrder(changes: Partial<OrderState> = {}): OrderState {
  const stateOf = (number: number): OrderStateLine['state'] => {
    if (number <= 9) return 'done';
    if (number <= 12) return 'packed';
    const others = ['writing', 'writing', 'paired', 'failed', 'interrupted', 'left-out'] as const;
    return others[number - 13] ?? 'expected';
  };
  const ordered = numbers(60).map((number): OrderStateLine => ({
    serial: machineOf(number),
    state: stateOf(number),
    unexpected: false,
    reason: stateOf(number) === 'left-out' ? 'Broken in transit; the carrier has it' : null,
    against: stateOf(number) === 'failed' ? { what: 'perhaps-erased', machineSerial: machineOf(9) } : null,
    assetTag: `A-00${1200 + number}`,
    computerName: number % 7 === 0 ? null : `DEPOT-${String(number).padStart(4, '0')}`,
    ...{ model: null, ids: null, firmwareTrust: null },
    replaces: number % 3 === 0 ? `OLD-${String(number).padStart(4, '0')}` : null,
    returned: number % 6 === 0,
  }));
  const unexpected: OrderStateLine = {
    serial: '5CG4999XYZ',
    state: 'done',
    unexpected: true,
    reason: 'Spare for the one that broke in transit',
    against: null,
    assetTag: null,
    computerName: null,
    ...{ model: null, ids: null, firmwareTrust: null },
    replaces: null,
    returned: false,
  };
  const lines = [...ordered, unexpected];
  const counts = Object.fromEntries(
    orderLineStates.map((state) => [state, lines.filter((line) => line.state === state).length]),
  ) as OrderState['counts'];
  return {
    number: 'WO-2025-00417',
    openedAt: '2025-03-04T07:30:00.000Z',
    openedBy: 'A. Jansen',
    mediaSha256: 'ab12cd34'.repeat(8),
    imageIndex: 1,
    layout: 'uefi',
    shipBy: null,
    ...{ firmwareTrust: null, atEnd: null, disk: null },
    problems: [],
    machines: 60,
    counts,
    unexpected: 1,
    open: lines.filter(isOpen).length,
    returns: { expected: 20, returned: 10 },
    lines,
    hidden: 0,
    error: null,
    ...changes,
  };
}
/** What waits on the Ship screen, and what was shipped. */
export const shipments: ShipList = {
  waiting: numbers(9).map((number) => ({
    machineSerial: machineOf(number),
    computerName: number % 4 === 0 ? null : `CONTOSO-${100 + number}`,
    orderNumber: number < 7 ? 'WO-2025-00417' : 'WO-2025-00422',
    assetTag: null,
    driveSerial: someDrive(number).serial,
    bay: `bay ${number}`,
    finishedAt: '2025-03-04T09:31:40.000Z',
    rehearsed: number === 1 ? true : null,
  })),
  held: [
    {
      machineSerial: machineOf(12),
      reason: `Machine ${machineOf(12)} failed when its drive was read again: the drive in bay 12 returned different data.`,
    },
  ],
  more: false,
  shipments: [41, 40].map((number) => ({
    ...{ number: `LS-2025-00${number}`, orderNumber: 'WO-2025-00409', closedAt: '2025-03-03T15:02:11.000Z' },
    ...{ operator: 'A. Jansen', machines: 24, ledgerEntry: 1100 + number },
  })),
};

/** What is printed for a shipment. */
export const shipmentPapers: ShipmentPapers = {
  number: 'LS-2025-0041',
  orderNumber: 'WO-2025-00409',
  closedAt: '2025-03-03T15:02:11.000Z',
  operator: 'A. Jansen',
  stationName: 'Depot 3',
  machines: numbers(12).map((number) => ({
    machineSerial: machineOf(number),
    computerName: number % 4 === 0 ? null : `CONTOSO-${100 + number}`,
    assetTag: number % 3 === 0 ? null : `A-${4000 + number}`,
    model: 'EliteBook 840 G11',
    code: `prestage:1:LS-2025-0041:${machineOf(number)}:${sha256}`,
  })),
};

/** A bundle that was made, of a shipment with a machine that was found wrong since. */
export const shipReport: BundleReport = {
  number: 'LS-2025-0041',
  file: '/home/bench/Documents/SHIPMENT-LS-2025-0041.zip',
  machines: 24,
  withdrawn: [
    `Machine ${machineOf(3)} failed when its drive was read again: the drive returned different data.`,
  ],
  doubts: [
    `Machine ${machineOf(5)} may no longer have its image: a drive with the same serial was written later for machine ${machineOf(9)}.`,
  ],
  notImported: [
    { machineSerial: machineOf(4), file: 'configmgr-import.csv', reason: 'has no computer name' },
  ],
};
