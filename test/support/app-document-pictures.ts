import { fourDrives, previews, type Preview } from './app-preview-states';
import { pairsOf, result, someJob } from './app-samples';
import { logPage } from './app-samples-log';
import { paced, recordedScan } from './recorded-scans';

/** The pictures of README and guide, by the name of their file in docs/screens/: `npm run gallery -- --documents`. */

const size = { width: 1280, height: 720 };

/** Jobs as they are told half a second after each other, so that there is a speed to show. */
export interface DocumentPicture extends Preview {
  readonly jobs?: readonly Preview['state']['jobs'][];
}

const started: Preview['state'] = {
  ...fourDrives,
  pairing: {
    ...fourDrives.pairing,
    lastScan: {
      number: 12,
      ...{ screen: 'bench', holds: true },
      text: 'PRESTAGE-START',
      outcome: { result: 'accepted', kind: 'command', effect: 'started', machineSerial: null, bay: null },
    },
  },
};

/** Three drives, some half seconds after a first look at them. */
const running = (halves: number): Preview['state']['jobs'] =>
  [4e9, 9e9, 15e9].map((bytes, index) =>
    someJob(index + 1, {
      state: index === 2 ? 'verifying' : 'writing',
      bytesDone: Math.round(bytes + (halves / 2) * (410e6 + index * 37e6 + 30e6 * Math.sin(halves + index))),
      bytesTotal: 21e9,
    }),
  );

/** A Bluetooth scanner on a computer that is set to German. */
const slowGerman = paced(recordedScan('computer set to German'), 70);

export const documentPictures: Readonly<Record<string, DocumentPicture>> = {
  running: { state: { ...started, jobs: running(0) }, jobs: [1, 2, 3, 4, 5, 6].map(running), size },
  'start-list': {
    state: {
      ...fourDrives,
      pairing: { ...fourDrives.pairing, pairs: pairsOf([1, 2, 3]), obstacles: [], armed: true },
    },
    size,
  },
  'all-passed': {
    state: { ...started, jobs: [1, 2, 3].map((number) => someJob(number, { state: 'done', result })) },
    size,
  },
  'scanner-check': {
    ...{ state: fourDrives, key: 'F7', press: 'Scanner check' },
    ...{ scan: slowGerman, found: 'The scanner is set up', size: { width: 1280, height: 780 } },
  },
  log: { state: fourDrives, answers: { queryLog: logPage }, key: 'F6', wait: 'WO-2025-00417', size },
  'erase-list': { ...previewed('erase-list'), size },
  erased: { ...previewed('erase-cards'), size },
  'machine-ready': { ...previewed('machine-ready'), size: { width: 1280, height: 940 } },
  order: { ...previewed('order'), size },
  media: { ...previewed('media'), size: { width: 1280, height: 900 } },
  library: { ...previewed('library-in-use'), size },
  'trust-key': { ...previewed('library-trust'), size },
  incomplete: { ...previewed('library-incomplete'), size },
  packages: { ...previewed('media-contents'), size: { width: 1280, height: 1560 } },
  ship: { ...previewed('ship-chosen'), size },
  settings: { ...previewed('settings'), size },
  machines: { ...previewed('machines-busy'), size: { width: 1280, height: 900 } },
  barcodes: { ...previewed('sheet'), size },
};

function previewed(name: string): Preview {
  const preview = previews[name];
  if (preview === undefined) throw new Error(`there is no preview ${name}`);
  return preview;
}
