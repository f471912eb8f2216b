import { atStart } from '../../core/base/display';
import { counted } from '../../core/base/plurals';
import type { BenchView } from '../../core/settings/settings';
import type { RackAct, RackFilter } from '../screens/bench/rack/rack-rules';
import { bayName } from './en-scan';

const views: Readonly<Record<BenchView, string>> = { cards: 'Cards', rack: 'Rack', line: 'Line' };

const filters: Readonly<Record<RackFilter, string>> = {
  all: 'All',
  running: 'Running',
  out: 'To take out',
  failed: 'Failed',
};

const acts: Readonly<Record<RackAct, string>> = {
  clear: 'Clear',
  retry: 'Retry',
  cancel: 'Cancel',
  unpair: 'Remove the pairing of',
  erase: 'Erase',
};

/** Why an act leaves out some of the chosen bays. */
const leftBecause: Readonly<Record<RackAct, string>> = {
  clear: 'Nothing to clear',
  retry: 'Nothing to retry',
  cancel: 'Nothing is running',
  unpair: 'Not paired, or already started',
  erase: 'Paired, in use, or its card is not cleared',
};

/** `1, 2, 3`, or `bay 1` alone. A label that begins with `bay` is shortened where several stand beside each other. */
const short = (label: string): string => label.replace(/^bay\s+(?=\S)/i, '');
const bayList = (labels: readonly string[]): string =>
  labels.length === 1 ? bayName(labels[0] ?? '') : `bays ${labels.map(short).join(', ')}`;

/** Words of the rack view, of its filters, and of what is done to several bays at once. */
export const rackText = {
  fill: 'Fill all free bays',
  view: 'View',
  views,
  filter: 'Show',
  filters,
  region: 'Rack',
  /** A bay's number as it is shown large. */
  short,
  option: (label: string, word: string, machine: string): string =>
    `${atStart(bayName(label))}: ${word}${machine === '' ? '' : `, ${machine}`}`,
  pane: 'Selected bays',
  nothing: 'No bay selected',
  hints: [
    'Click a bay, or move to it with the arrow keys, to see its drive here.',
    'Select several with Shift or Ctrl, with Space, or all with Ctrl+A.',
  ],
  several: (number: number): string => `${number} bays selected`,
  act: (act: RackAct, number: number): string => `${acts[act]} ${counted(number, 'bay', 'bays')}`,
  left: (act: RackAct, labels: readonly string[]): string => `${leftBecause[act]}: ${bayList(labels)}.`,
  noAct: 'There is nothing to do for these bays.',
  chooseNone: 'Select none',
};
