import type { AppMethod, AppPatch, AppState } from '../../core/contract/app';
import { errorData } from '../../core/base/errors';
import type { ScanKey } from '../../core/scan/scan-keys';
import { libraryPreviews } from './app-preview-library-states';
import { mirrorPreviews } from './app-preview-mirror-states';
import { linePreviews } from './app-preview-line-states';
import { inRack, rackPreviews } from './app-preview-rack-states';
import { erasePreviews } from './app-preview-erase-states';
import { healthPreviews } from './app-preview-health-states';
import { helpPreviews } from './app-preview-help-states';
import { livePreviews } from './app-preview-live-states';
import { machinePreviews } from './app-preview-machine-states';
import { machinesPreviews } from './app-preview-machines-states';
import { ownPreviews } from './app-preview-own-states';
import { scannerPreviews } from './app-preview-scanner-states';
import {
  emptyState,
  machineOf,
  numbers,
  pairsOf,
  provedMedia,
  rackJobs,
  ready,
  result,
  someDrive,
  someJob,
  someOrder,
  systemDisk,
  withDrives,
  writeFailed,
} from './app-samples';
import { contentsCompared } from './app-samples-contents';
import { gotEntry, logEntry, logPage, logReport } from './app-samples-log';

/** States of the app to look at. */

export const fourDrives = withDrives(
  { ...ready, station: { ...ready.station, benchDirectory: '/home/depot/.local/share/prestage/training' } },
  [
    ...numbers(3).map((number) => someDrive(number, { bus: 'virtual', model: 'Virtual drive' })),
    systemDisk(4),
  ],
);

const mixed: AppState = {
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
  rehearsals: [
    {
      driveId: someDrive(1).id,
      status: 'ended',
      verdict: {
        passed: false,
        what: 'the firmware refused to boot the drive: Access Denied',
        sign: { kind: 'display' },
        secureBoot: true,
        firmwareKeys: '2023',
        trusted: ['Windows UEFI CA 2023', 'Microsoft UEFI CA 2023'],
        accelerator: 'kvm',
        seconds: 7.5,
        console: ['BdsDxe: failed to load Boot0001 "UEFI QEMU NVMe Ctrl": Access Denied'],
      },
      picture: null,
      ledgerEntry: 12,
    },
    { driveId: someDrive(2).id, status: 'running', seconds: 12, limit: 300 },
  ],
  pairing: { ...ready.pairing, pairs: pairsOf([10]), obstacles: [] },
};

/** The certificate of the media ended. */
const late: AppState = {
  ...mixed,
  media: {
    ...provedMedia,
    dates: {
      ...{ certificateStart: '2024-03-01T00:00:00.000Z', certificateEnd: '2025-03-01T00:00:00.000Z' },
      ...{ shipBy: '2025-02-01', site: 'CM1', managementPoints: ['http://mp01.contoso.com'] },
    },
  },
};

const pastTime = '2026-11-28T10:15:00.000Z';
const holds = { machineSerial: '5CD4120LQ7', entry: 212, time: pastTime, media: 'contoso-win11-24h2.wim' };
/** Free drives of which the log has something to say. */
const pasts: AppState['pasts'] = [
  { driveId: someDrive(1).id, past: { holds: { ...holds, shipped: null }, lastBad: null, failures: 0 } },
  {
    driveId: someDrive(2).id,
    past: {
      holds: { ...holds, machineSerial: '5CD4120LQ8', shipped: { number: 'LOT-2026-7', time: pastTime } },
      ...{ lastBad: null, failures: 0 },
    },
  },
  {
    driveId: someDrive(3).id,
    past: {
      ...{ holds: null, failures: 2 },
      lastBad: { state: 'failed', entry: 214, time: pastTime, reason: 'Read-back failed', touched: true },
    },
  },
  {
    driveId: someDrive(4).id,
    past: {
      ...{ holds: null, failures: 0 },
      lastBad: { state: 'interrupted', entry: 216, time: pastTime, reason: 'Interrupted', touched: true },
    },
  },
];
const withPasts = (count: number): AppState => ({
  ...withDrives(
    ready,
    numbers(count).map((number) => someDrive(number)),
  ),
  pasts,
});

const armed: AppState = {
  ...withDrives(ready, [...numbers(4).map((number) => someDrive(number)), systemDisk(5)]),
  pairing: {
    ...ready.pairing,
    pairs: pairsOf([1, 2, 3, 4]),
    obstacles: [],
    armed: true,
    canUndo: true,
    lastScan: {
      number: 9,
      ...{ screen: 'bench', holds: true },
      text: 'PRESTAGE-START',
      outcome: { result: 'accepted', kind: 'command', effect: 'armed', machineSerial: null, bay: null },
    },
  },
};

const refusedScan: AppState = {
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
      ...{ screen: 'bench', holds: true },
      text: '4006381333931',
      outcome: { result: 'refused', kind: 'ean', reason: 'wrong-kind', expected: 'bay', detail: null },
    },
  },
};

const hasDrive: AppState = {
  ...refusedScan,
  pairing: {
    ...refusedScan.pairing,
    waitingMachine: null,
    lastScan: {
      number: 8,
      ...{ screen: 'bench', holds: true },
      text: machineOf(9),
      outcome: {
        ...{ result: 'refused', kind: 'machine', reason: 'machine-shipped', expected: 'machine' },
        ...{ detail: '2025-02-27', machineSerial: machineOf(9) },
      },
    },
  },
};

/** A drive that asks for a reason: what it holds, or how it failed. */
const asksForDrive = (reason: 'drive-holds' | 'drive-failed-before', detail: string): AppState => ({
  ...refusedScan,
  pairing: {
    ...refusedScan.pairing,
    lastScan: {
      number: 8,
      ...{ screen: 'bench', holds: true },
      text: 'BAY 5',
      outcome: {
        ...{ result: 'refused', kind: 'bay', reason, expected: 'bay', detail },
        driveId: someDrive(5).id,
      },
    },
  },
});

/** START, pressed: one of many pairs keeps all of them from being started. */
const startAsks: AppState = {
  ...withDrives(
    ready,
    numbers(40).map((number) => someDrive(number)),
  ),
  pairing: {
    ...ready.pairing,
    pairs: pairsOf(numbers(40)),
    lastScan: {
      ...{ number: 9, screen: 'bench', holds: true, text: 'START' },
      outcome: {
        ...{ result: 'refused', kind: 'command', reason: 'drive-failed-before', expected: 'bay' },
        ...{ detail: '2026-11-28\nRead-back failed', driveId: someDrive(17).id },
        pair: { bay: 'bay 17', machineSerial: machineOf(17) },
      },
    },
  },
};

const unexpected: AppState = {
  ...mixed,
  order: someOrder(),
  pairing: {
    ...mixed.pairing,
    lastScan: {
      number: 12,
      ...{ screen: 'bench', holds: true },
      text: '5CG4777ABC',
      outcome: {
        result: 'refused',
        kind: 'machine',
        reason: 'not-in-order',
        expected: 'machine',
        detail: '5CG4777ABC',
      },
    },
  },
};

const finishedOrder = someOrder();
const closable: AppState = {
  ...mixed,
  order: {
    ...finishedOrder,
    open: 0,
    lines: finishedOrder.lines.map((line) => ({ ...line, state: 'done' as const })),
    counts: {
      ...finishedOrder.counts,
      ...{
        expected: 0,
        paired: 0,
        writing: 0,
        failed: 0,
        interrupted: 0,
        packed: 0,
        'left-out': 0,
        done: 61,
      },
    },
  },
};

const listingFailed: AppState = {
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
        message: 'Prestage stopped while 2 drives were being written.',
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
  pairing: { ...ready.pairing, pairs: pairsOf([45, 46]), obstacles: [] as AppState['pairing']['obstacles'] },
};

/** All that the settings offer; `system` is one of the first two. */
export const themes = ['light', 'dark', 'high-contrast'] as const;
export type Theme = (typeof themes)[number];

/** What methods of the station answer. */
export type Answers = Readonly<Partial<Record<AppMethod, unknown>>>;

export interface Preview {
  readonly state: AppState;
  /** In place of what is answered otherwise. */
  readonly answers?: Answers;
  /** A key pressed at the beginning. */
  readonly key?: string;
  /** A bay of the rack view clicked, by its accessible name; then keys pressed. */
  readonly choose?: string;
  readonly keys?: readonly string[];
  /** Pressed before the picture is taken, by accessible name. */
  readonly press?: string;
  /** A box ticked before that, by accessible name. */
  readonly tick?: string;
  /** Clicked then: what has these words and is no button. */
  readonly click?: string;
  /** Words that are waited for after that. */
  readonly wait?: string;
  /** Keys of a scanner after that, as they were recorded. */
  readonly scan?: readonly ScanKey[];
  /** Words that are waited for after the scan. */
  readonly found?: string;
  /** What the station tells the page last of all. */
  readonly then?: AppPatch;
  readonly size?: { readonly width: number; readonly height: number };
}

/** What can be looked at, by name. */
export const previews: Readonly<Record<string, Preview>> = {
  ...scannerPreviews(mixed),
  ...rackPreviews,
  ...libraryPreviews,
  ...mirrorPreviews,
  ...linePreviews,
  ...helpPreviews(mixed),
  ...healthPreviews,
  ...erasePreviews,
  ...ownPreviews,
  ...livePreviews,
  ...machinePreviews,
  ...machinesPreviews,
  empty: { state: emptyState },
  'listing-failed': { state: listingFailed },
  'four-virtual': { state: fourDrives },
  rack: { state: rack, then: { jobs: rackJobs(3) } },
  'rack-ended': { state: rackEnded },
  mixed: { state: mixed },
  'mixed-small': { state: mixed, size: { width: 1024, height: 640 } },
  armed: { state: armed },
  'past-roomy': { state: withPasts(6) },
  'past-normal': { state: withPasts(16) },
  'past-dense': { state: withPasts(30) },
  'past-rack': { state: inRack(withPasts(24)) },
  'past-start': {
    state: {
      ...armed,
      pasts,
      pairing: {
        ...armed.pairing,
        pairs: armed.pairing.pairs.map((pair, index) => ({
          ...pair,
          ...(index === 0
            ? { holdsMachine: '5CD4120LQ7' }
            : index === 1
              ? { holdsMachine: '5CD4120LQ8' }
              : {}),
        })),
      },
    },
  },
  'refused-scan': { state: refusedScan },
  'details-failed': { state: mixed, press: 'Bay 4: FAIL' },
  'details-pair': { state: refusedScan, press: 'Bay 5: Ready' },
  'start-refused': {
    state: {
      ...armed,
      pairing: {
        ...armed.pairing,
        refusal: {
          code: 'drive-changed',
          message: 'The drive in bay 2 is not the one that was paired.',
          cause: 'serial was S6PXNM0T402902K and is S6PXNM0T402977K',
          remedy: 'Remove the pairing, then scan the machine and the bay again.',
        },
      },
    },
  },
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
  'details-passed': { state: rackEnded, press: 'Bay 1: PASS' },
  'details-boot-test': { state: mixed, press: 'Bay 2: PASS' },
  'first-start': { state: withDrives(emptyState, [systemDisk(1)]) },
  'armed-48': {
    state: {
      ...rack,
      jobs: [],
      pairing: { ...ready.pairing, pairs: pairsOf(numbers(48)), obstacles: [], armed: true },
    },
  },
  'running-few': { state: { ...fourDrives, jobs: rackJobs(0).slice(0, 3) } },
  media: { state: mixed, key: 'F3' },
  'media-loader': {
    state: {
      ...mixed,
      settings: { ...mixed.settings, bootLoader: { choice: 'as-is', firmwareTrust: '2023', require: false } },
    },
    key: 'F3',
    wait: 'will not start this drive',
  },
  log: { state: mixed, key: 'F6' },
  settings: { state: mixed, key: 'F7' },
  'settings-rack': {
    state: inRack(mixed, { rows: 4, columns: 6, order: 'columns-from-bottom' }),
    key: 'F7',
    size: { width: 1280, height: 1600 },
  },
  'settings-labels': {
    state: {
      ...mixed,
      settings: {
        ...mixed.settings,
        labels: { queue: 'Zebra_GK420d', form: 'zpl', size: '100x50', dpi: 300, printWhenPassed: true },
      },
    },
    key: 'F7',
    size: { width: 1280, height: 5200 },
  },
  'notices-many': {
    state: {
      ...mixed,
      notices: [
        {
          ...{ id: 1, kind: 'error' },
          error: errorData({
            code: 'sanitise-changed',
            message: 'The drive in bay 1 was not erased: it refused the command.',
          }),
          more: numbers(40)
            .slice(1)
            .map((number) => `The drive in bay ${number} was not erased: it refused the command.`),
        },
        {
          ...{ id: 2, kind: 'info' },
          error: errorData({
            ...{ code: 'not-confirmed', message: '3 pairs from before Prestage stopped were restored.' },
            remedy: 'Check machines and bays. Nothing starts until you confirm again.',
          }),
        },
        ...[1, 2].map((number) => ({
          ...{ id: 2 + number, kind: 'error' as const, label: { machineSerial: machineOf(number) } },
          error: errorData({
            code: 'label-not-printed',
            message: `The label of machine ${machineOf(number)} was not printed.`,
          }),
        })),
      ],
    },
  },
  'label-notice': {
    state: {
      ...mixed,
      notices: [
        {
          id: 7,
          kind: 'error',
          error: {
            code: 'label-not-printed',
            message: `The label of machine ${machineOf(1)} was not printed. The print queue Zebra_GK420d did not answer.`,
            cause: null,
            remedy:
              'Look at the printer and its queue (prestage label queues), then print the label again: on the card of the drive, on Ship, or with prestage label print.',
          },
          label: { machineSerial: machineOf(1) },
        },
      ],
    },
  },
  'settings-support': {
    state: mixed,
    key: 'F7',
    size: { width: 1280, height: 3400 },
  },
  'settings-fleet': {
    state: {
      ...mixed,
      fleet: {
        status: 'refused',
        behind: 1204,
        caughtUpAt: '2025-03-01T16:40:00.000Z',
        lastError: {
          code: 'fleet-refused',
          message: 'The database prestage at db.plant.example does not accept the password.',
          cause: '28P01: password authentication failed for user "bench_7"',
          remedy:
            'Check the password file of this station, and the password of the login. Then restart the app, or run "prestage fleet push".',
        },
      },
    },
    key: 'F7',
    size: { width: 1280, height: 2400 },
  },
  'order-none': { state: emptyState, key: 'F2' },
  'order-number': { state: mixed, key: 'F2' },
  operator: {
    state: { ...emptyState, batch: { ...emptyState.batch, lastOperator: 'A. Jansen' } },
    press: 'Operator: Scan your badge',
  },
  again: { state: hasDrive, press: 'Give a reason …' },
  'drive-holds': {
    state: asksForDrive('drive-holds', `${machineOf(9)}\n2026-11-28\nLOT-2026-7\n2026-11-28`),
    size: { width: 1024, height: 700 },
  },
  'drive-failed-before': {
    state: asksForDrive('drive-failed-before', '2026-11-28\nRead-back failed'),
    press: 'Give a reason …',
  },
  'start-refused-of-many': { state: startAsks, press: 'Give a reason …' },
  order: { state: unexpected, key: 'F2' },
  'order-small': { state: unexpected, key: 'F2', size: { width: 1024, height: 640 } },
  'order-close': { state: closable, key: 'F2', press: 'Close the work order' },
  'order-damaged': {
    state: {
      ...mixed,
      order: someOrder({
        lines: [],
        error: {
          code: 'order-invalid',
          message:
            'The station’s copy of the open order WO-2025-00417 is missing or was changed: /home/depot/.local/state/prestage/orders/ab12.json.',
          cause: 'ENOENT: no such file or directory',
          remedy:
            'No drive can be written for it. Open the file that the enterprise sent again: this restores the copy.',
        },
      }),
    },
    key: 'F2',
  },
  'order-ticket': { state: unexpected, key: 'F2', press: 'Print job ticket' },
  'order-ticket-none': {
    ...{ state: { ...emptyState, batch: { ...emptyState.batch, workOrder: 'WO-7' } }, key: 'F2' },
    press: 'Print job ticket',
  },
  'media-wanted': {
    state: {
      ...emptyState,
      media: {
        status: 'none',
        wanted: {
          sha256: 'c0ffee00'.repeat(8),
          ticket: { name: 'contoso-win11-24h2.wim', orderNumber: 'WO-2025-00417' },
        },
      },
    },
    key: 'F3',
  },
  'order-bench': { state: unexpected },
  'order-bench-small': { state: unexpected, size: { width: 1024, height: 640 } },
  ship: { state: mixed, key: 'F5' },
  'ship-chosen': { state: mixed, key: 'F5', press: 'Select all 9' },
  'ship-papers': { state: mixed, key: 'F5', press: 'Print the papers of shipment LS-2025-0041' },
  'ship-labels': {
    ...{ state: mixed, key: 'F5', press: 'Print the papers of shipment LS-2025-0041' },
    ...{ wait: 'Packing list', click: 'Labels' },
  },
  'ship-made': { state: mixed, key: 'F5', press: 'Make the bundle of shipment LS-2025-0041 again' },
  cancel: { state: mixed, press: 'Cancel bay 3' },
  'log-lines': { state: mixed, answers: { queryLog: logPage }, key: 'F6', wait: 'WO-2025-00417' },
  'log-damaged': {
    state: mixed,
    answers: { queryLog: logPage, verifyLog: logReport },
    key: 'F6',
    press: 'Verify ledger',
    wait: 'Entry 31',
  },
  'log-entry': {
    state: mixed,
    answers: { queryLog: logPage, getLogEntry: logEntry },
    key: 'F6',
    click: machineOf(1),
    wait: 'Contoso Windows 11 Enterprise',
  },
  'log-entry-got': {
    state: mixed,
    answers: { queryLog: logPage, getLogEntry: gotEntry },
    key: 'F6',
    click: machineOf(1),
    wait: 'Depot 7',
  },
  sheet: { state: mixed, key: 'F7', press: 'Open the sheet' },
  'media-late': { state: late, key: 'F3' },
  'bench-late': { state: late },
  'media-none': { state: emptyState, key: 'F3' },
  'media-contents': {
    state: mixed,
    answers: { listContents: contentsCompared, chooseContentsList: { path: '/orders/contoso.media.json' } },
    key: 'F3',
    press: 'Compare with a list …',
    wait: 'Compared with contoso.media.json',
    size: { width: 1280, height: 1400 },
  },
  'media-hashing': {
    state: {
      ...ready,
      media: {
        status: 'hashing',
        media: provedMedia.media,
        expected: null,
        progress: { phase: 'hashing', done: 5e9, total: 15e9 },
      },
    },
    key: 'F3',
  },
  'media-waiting': {
    state: {
      ...ready,
      media: {
        status: 'waiting-for-hash',
        media: { ...provedMedia.media, warnings: ['The media has no integrity table.'] },
        sha256: provedMedia.sha256,
      },
    },
    key: 'F3',
  },
  'media-refused': {
    state: {
      ...ready,
      media: {
        status: 'refused',
        path: provedMedia.media.path,
        media: {
          ...provedMedia.media,
          bootable: {
            ...provedMedia.media.bootable,
            bootable: false,
            problems: ['There is no boot loader.'],
          },
        },
        sha256: provedMedia.sha256,
        error: {
          code: 'media-hash-mismatch',
          message: 'The media is not what was sent: its SHA-256 is another one.',
          cause: `expected ${'9f86d081'.repeat(8)}\nfound ${provedMedia.sha256}`,
          remedy: 'Fetch the media again, and ask the sender for the hash.',
        },
      },
    },
    key: 'F3',
  },
};
