import type { AppState } from '../../core/contract/app';
import type { NextAction } from '../../core/flow/flow';
import type { ScanOutcome } from '../../core/scan/scan-outcome';
import type { StartRefusal } from '../../core/pairing/pairing-state';
import type { ThisMachine } from '../../core/machine/this-machine';

/** Words of a machine that images itself: its screen, and how it ended, to be read from three metres. */

interface NextWords {
  readonly next: string;
  readonly hint?: string;
}

/** What is said otherwise than on a bench; null: the bench's words. */
function nextWords(
  next: NextAction,
  { pairing, live }: Pick<AppState, 'pairing' | 'live'>,
): NextWords | null {
  const known = (live.own?.found?.serial ?? null) !== null;
  switch (next) {
    case 'machine':
    case 'machine-to-fill':
      return known
        ? { next: 'Choose the disk', hint: 'Press Use this disk beside it.' }
        : { next: 'Scan the serial on this computer’s label', hint: 'Its firmware reports none.' };
    case 'bay':
      return {
        next: `Choose the disk for ${pairing.waitingMachine ?? ''}`,
        hint: 'Scan its barcode from this screen, or press Use this disk.',
      };
    case 'insert-drive':
      return { next: 'No disk can be written', hint: 'Each disk below says why.' };
    case 'machine-or-start':
    case 'start':
      return { next: 'Scan START', hint: 'What will be erased is shown first.' };
    case 'running':
    case 'running-or-machine':
      return { next: 'Wait until the disk is written', hint: 'Leave stick and power where they are.' };
    case 'wait-for-start':
      return { next: 'Wait: the disk is being opened' };
    case 'wait-for-media':
      return { next: 'The media is being verified' };
    case 'bay-to-cancel':
      return { next: 'Scan CANCEL again to stop', hint: 'Then this computer cannot start from its disk.' };
    case 'take-out':
    case 'ship':
    case 'close-order':
      return { next: 'Scan OFF to turn this computer off' };
    case 'failed':
      return { next: 'Scan RETRY, or OFF', hint: 'This computer cannot start from its disk.' };
    case 'clear-failed':
      return { next: 'Set this computer aside, scan OFF' };
    default:
      return null;
  }
}

/** What came of a scan, where a bench would speak of bays; null: as there. */
function accepted({ effect, machineSerial }: Extract<ScanOutcome, { result: 'accepted' }>): string | null {
  switch (effect) {
    case 'machine-waiting':
      return `${machineSerial ?? 'This computer'}: which disk?`;
    case 'paired':
      return `The disk is chosen for ${machineSerial ?? 'this computer'}`;
    case 'cancel-which':
      return 'Stop? Scan CANCEL again';
    case 'job-cancelled':
      return 'Stopping';
    case 'job-retried':
      return 'Trying again';
    default:
      return null;
  }
}

const whats: Readonly<Record<ThisMachine['refused'][number]['what'], string>> = {
  serial: 'serial',
  'asset-tag': 'asset tag',
  uuid: 'UUID',
  mac: 'MAC',
  model: 'model',
};
const whys: Readonly<Record<ThisMachine['refused'][number]['why'], string>> = {
  placeholder: 'was never filled in',
  shared: 'is the same on many machines',
  invalid: 'is not valid',
  movable: 'is of a USB adapter, which is not part of this computer',
  changed: 'is not the one that the adapter was made with',
};

/** What START waits for. */
const missingWords: Readonly<Record<StartRefusal, string>> = {
  'no-operator': 'no operator is set',
  'no-media': 'no media is chosen',
  'media-not-proved': 'the media is not verified',
  'no-pairs': 'no disk is chosen',
};

export const machineText = {
  /** Of the rail, where the bench is elsewhere. */
  screen: 'Machine',
  title: 'This computer',
  nextWords,
  accepted,

  identity: 'Identity',
  serial: 'Serial',
  fromLabel: 'from its label',
  noSerial: 'The firmware has no serial number. Scan the one on the label.',
  asking: 'Reading the firmware …',
  uuid: 'UUID',
  mac: (number: number, count: number): string => (count === 1 ? 'MAC' : `MAC ${number}`),
  wifi: 'Wi-Fi',
  model: 'Model',
  sku: 'System SKU',
  board: 'Board',
  assetTag: 'Asset tag',
  order: 'Work order',
  inOrder: (number: string, name: string): string => (name === '' ? `in ${number}` : `in ${number}: ${name}`),
  notInOrder: (number: string): string => `not in ${number}`,
  notUsed: ({ what, text, why }: ThisMachine['refused'][number]): string =>
    `Its ${whats[what]} “${text}” is not used: it ${whys[why]}.`,
  barcodeOf: (what: string, code: string): string => `Barcode of the ${what}: ${code}`,

  work: 'Job',
  operator: 'Operator',
  operatorHint: 'Scan your badge, or type your name and press Enter.',
  useName: 'Use this name',
  media: 'Media',
  noMedia: 'none is chosen',
  emptyLibrary: 'The library on this stick is empty. Receive a media file on Media first.',
  mediaStates: {
    inspecting: 'is being read',
    refused: 'cannot be used: see Media',
    'waiting-for-hash': 'is not verified yet: its SHA-256 is missing',
  },
  hashing: (percent: number): string => `is being verified: ${percent} %`,
  chooseMedia: 'Go to Media',
  disk: 'Disk to erase',
  noDisk: 'none is chosen',
  start: 'START',
  startHint: 'Shows what will be erased. Nothing is erased before you confirm it.',
  notYet: (missing: readonly StartRefusal[]): string =>
    `Not yet: ${missing.map((one) => missingWords[one]).join(', ')}.`,
  busy: 'Being written',
  running: 'The disk is being written',
  stop: 'Stop',
  stopQuestion: 'Stop? This computer cannot start from its disk until that is written again.',
  stopYes: 'Yes, stop',
  stopNo: 'Go on',
  stopped: 'Stopped. This computer cannot start from its disk until that is written again.',
  again: 'Try again',
  clear: 'Start over',

  disks: 'Disks',
  looking: 'The disks are being listed.',
  noDisks: 'No disk was found.',
  use: 'Use this disk',
  useOf: (disk: string): string => `Use this disk: ${disk}`,
  chosen: 'Will be erased',
  free: 'Can be written',
  notByItself: 'Not built in: only if you choose it',
  theStick: 'The stick: never written',
  blocked: 'Cannot be written',
  holds: 'On it now',
  blank: 'nothing known',

  pass: 'PASS',
  fail: 'FAIL',
  result: 'Result',
  finished: 'Finished and recorded on the stick. Turn it off, then take the stick out.',
  practised: 'Training only: this record is lost when it is turned off, and the disk is unchanged.',
  failed: 'It cannot start from its disk. Write it again, or turn it off and set it aside.',
  reason: 'It is written again only for a reason: scan one from the sheet, or press “Give a reason”.',
  entry: (entry: number): string => `Record ${entry}`,
  turnOff: 'Turn off',
  turnOffScan: 'Scan to turn off',
  serialScan: 'Serial number',
  details: 'Show more',
  large: 'Show the result large',
};
