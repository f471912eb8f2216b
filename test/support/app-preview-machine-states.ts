import type { AppState } from '../../core/contract/app';
import type { Drive } from '../../core/drive/drive';
import { errorData } from '../../core/base/errors';
import type { ThisMachine } from '../../core/machine/this-machine';
import type { Preview } from './app-preview-states';
import { liveStates } from './app-preview-live-states';
import { ready, result, someDrive, someJob, someOrder, withDrives } from './app-samples';

/** A machine that was started from a stick to image itself: from the badge to PASS or FAIL. */

const serial = 'PF3A7KX9';

const found: ThisMachine = {
  serial,
  facts: {
    uuid: '4C4C4544-0032-3710-8054-B8C04F503532',
    macs: ['A4:BB:6D:12:34:56', 'A4:BB:6D:12:34:57'],
    wifiMacs: ['A4:BB:6D:12:34:57'],
    model: 'LENOVO ThinkPad T14 Gen 4',
    systemSku: 'LENOVO_MT_21HD_BU_Think_FM_ThinkPad T14 Gen 4',
    board: '21HDCTO1WW',
  },
  refused: [{ what: 'asset-tag', text: 'No Asset Tag', why: 'placeholder' }],
  source: 'sysfs',
  needsPrivilege: false,
};

const nvme = someDrive(1, {
  ...{ path: '/dev/nvme0n1', byPath: '/dev/disk/by-path/pci-0000:01:00.0-nvme-1', bay: null },
  ...{ model: 'SAMSUNG MZVL2512HCJQ-00B00', bus: 'nvme', serial: 'S675NX0T512345', size: 512_110_190_592 },
  contents: ['GPT partition table', 'nvme0n1p1: vfat, 260 MiB', "nvme0n1p3: ntfs 'Windows', 475.9 GiB"],
});
const second = someDrive(2, {
  ...{ path: '/dev/sda', byPath: '/dev/disk/by-path/pci-0000:00:17.0-ata-1', bay: null, bus: 'sata' },
  ...{ model: 'WDC WD10SPZX-08Z10', serial: 'WD-WX12A3456789', size: 1_000_204_886_016, rotational: true },
});
const usb = someDrive(3, {
  ...{ path: '/dev/sdb', byPath: '/dev/disk/by-path/pci-0000:00:14.0-usb-0:2:1.0-scsi-0:0:0:0', bay: null },
  ...{ model: 'Portable SSD T7', bus: 'usb', serial: 'S5TANS0R123456', size: 500_107_862_016 },
});
const stick = someDrive(4, {
  ...{ path: '/dev/sdc', byPath: '/dev/disk/by-path/pci-0000:00:14.0-usb-0:1:1.0-scsi-0:0:0:0', bay: null },
  ...{ model: 'SanDisk Ultra USB 3.0', bus: 'usb', serial: '4C530001230405117185', size: 62_000_000_000 },
  verdict: 'blocked',
  reasons: [
    {
      code: 'live-medium',
      message: 'This is the Prestage Live stick that this station runs from. It is never written as a drive.',
    },
  ],
});

function inMachine(
  drives: readonly Drive[],
  { data = 'open', ...own }: Partial<ThisMachine> & { readonly data?: 'open' | 'locked' } = {},
): AppState {
  const base = data === 'open' ? liveStates.working.live : liveStates.locked.live;
  const live = base.live === null ? null : { ...base.live, role: 'machine' as const };
  return {
    ...withDrives(ready, drives),
    live: { ...base, live, own: { found: { ...found, ...own }, error: null } },
  };
}

const drives = [nvme, usb, stick];
const plain = inMachine(drives);
const pair = { machineSerial: serial, driveId: nvme.id, bay: nvme.id, machine: found.facts };
const paired: AppState = {
  ...plain,
  pairing: { ...plain.pairing, pairs: [pair], obstacles: [] },
  startPlan: {
    ...plain.startPlan,
    drives: [{ driveId: nvme.id, computerName: 'DEPOT-0042', model: found.facts.model ?? '' }],
  },
};
const job = { machineSerial: serial, bay: nvme.id, machine: { computerName: 'DEPOT-0042' } };
const notWritten = errorData({
  code: 'drive-write-failed',
  message: 'Drive S675NX0T512345 could not be written at 3.1 GiB: input/output error.',
});

const failed: AppState = {
  ...plain,
  jobs: [
    someJob(
      1,
      { state: 'failed', bytesWritten: 3_300_000_000, reason: notWritten },
      { ...job, canRetry: true },
    ),
  ],
};

export const machineStates = {
  operator: {
    ...paired,
    batch: { ...paired.batch, operator: '', lastOperator: 'Ada Byron' },
    pairing: { ...paired.pairing, obstacles: ['no-operator'] },
  },
  locked: inMachine(drives, { data: 'locked' }),
  ready: paired,
  armed: { ...paired, pairing: { ...paired.pairing, armed: true } },
  severalDisks: (() => {
    const state = inMachine([nvme, second, usb, stick]);
    return { ...state, pairing: { ...state.pairing, waitingMachine: serial, waitingFacts: found.facts } };
  })(),
  noSerial: inMachine(drives, {
    serial: null,
    refused: [
      { what: 'serial', text: 'To be filled by O.E.M.', why: 'placeholder' },
      { what: 'uuid', text: '03000200-0400-0500-0006-000700080009', why: 'shared' },
    ],
    facts: { macs: ['D8:BB:C1:12:34:56'], model: 'Gigabyte B660M DS3H' },
  }),
  noDisk: inMachine([
    {
      ...nvme,
      verdict: 'blocked',
      reasons: [{ code: 'mounted', message: 'nvme0n1p3 is mounted at /media/x.' }],
    },
    stick,
  ]),
  writing: {
    ...plain,
    jobs: [someJob(1, { state: 'writing', bytesDone: 9e9, bytesTotal: 21e9 }, job)],
    progress: {
      drives: [{ driveId: nvme.id, percent: 38, secondsLeft: 95 }],
      total: null,
    },
  },
  pass: { ...plain, jobs: [someJob(1, { state: 'done', result }, { ...job, ledgerEntry: 214 })] },
  fail: failed,
  /** "Try again" was pressed: a drive that failed is written again only for a reason. A notice is there, too. */
  failAsks: {
    ...failed,
    notices: [
      {
        ...{ id: 1, kind: 'error' },
        error: errorData({
          ...{
            code: 'state-unavailable',
            message: 'The list of paired machines cannot be saved for a restart.',
          },
          remedy: 'You can keep working. After a restart, scan machines and bays again.',
        }),
      },
    ],
    pairing: {
      ...plain.pairing,
      lastScan: {
        ...{ number: 3, screen: 'bench', holds: true, text: 'PRESTAGE-RETRY' },
        outcome: {
          ...{
            result: 'refused',
            kind: 'command',
            reason: 'drive-failed-before',
            expected: 'retry-or-clear',
          },
          ...{ detail: '2026-11-28\nThe drive could not be written', driveId: nvme.id },
        },
      },
    },
  },
  stopped: { ...plain, jobs: [someJob(1, { state: 'cancelled', bytesWritten: 1e9 }, job)] },
  ordered: {
    ...paired,
    order: someOrder({
      lines: someOrder().lines.map((line, at) =>
        at === 20 ? { ...line, serial, state: 'paired', computerName: 'DEPOT-0042' } : line,
      ),
    }),
  },
} satisfies Readonly<Record<string, AppState>>;

const small = { width: 1024, height: 640 } as const;

export const machinePreviews: Readonly<Record<string, Preview>> = {
  'machine-operator': { state: machineStates.operator },
  'machine-locked': { state: machineStates.locked },
  'machine-ready': { state: machineStates.ready },
  'machine-ready-small': { state: machineStates.ready, size: small },
  'machine-ordered': { state: machineStates.ordered },
  'machine-armed': { state: machineStates.armed },
  'machine-several-disks': { state: machineStates.severalDisks },
  'machine-no-serial': { state: machineStates.noSerial },
  'machine-no-disk': { state: machineStates.noDisk },
  'machine-writing': { state: machineStates.writing },
  'machine-pass': { state: machineStates.pass },
  'machine-pass-small': { state: machineStates.pass, size: small },
  'machine-pass-details': { state: machineStates.pass, press: 'Show more' },
  'machine-fail': { state: machineStates.fail },
  'machine-fail-asks': { state: machineStates.failAsks },
  'machine-fail-asks-small': { state: machineStates.failAsks, size: small },
  'machine-stopped': { state: machineStates.stopped },
};
