import { badWords, careWords, holdsWords, shortPastWords } from '../../core/ledger/past-words';

/** Words for what a drive holds and how it failed; the same as on the command line, in core. */
export const pastText = {
  title: 'History',
  holds: holdsWords,
  bad: badWords,
  care: careWords,
  careTitle: 'Without a machine',
  short: shortPastWords,
  /** In place of Ready, which would say that nothing is on the drive. */
  status: { holds: 'Holds an image', bad: 'Failed before', stopped: 'Not finished' },
  image: 'Image for',
  shipment: 'Shipment',
  notShipped: 'Not shipped',
  shippedAs: (number: string, time: string): string => `${number}, ${time}`,
  written: 'Written',
  media: 'Media',
  lastBad: 'Last failure',
  record: 'Record',
  failures: 'Failures since its last PASS',
};
