import {
  healthLine,
  healthRows,
  jobHealthWords,
  keyFigures,
  wordTexts,
} from '../../core/health/health-words';
import type { HealthAct, HealthFigure } from '../../core/health/health-rules';
import { atStart } from '../../core/base/display';
import { sizeWords } from '../../core/health/size-check';
import { slowWords } from '../../core/health/slow';
import { bayName } from './en-scan';

const figures: Readonly<Record<HealthFigure, string>> = {
  failing: 'The drive reports that it is failing',
  criticalWarnings: 'NVMe critical warnings',
  pending: 'Pending sectors',
  uncorrectable: 'Uncorrectable sectors',
  reallocated: 'Reallocated sectors',
  mediaErrors: 'Media errors',
  // The one figure that gets worse when it falls.
  spareLeft: 'Spare above the threshold, down to (points)',
  percentageUsed: 'Percentage used',
  temperature: 'Temperature (°C)',
  crcErrors: 'Interface CRC errors',
  powerOnHours: 'Power-on hours',
  falseSize: 'An earlier check found it smaller than it says',
};

const acts: Readonly<Record<HealthAct, string>> = {
  blocks: 'blocks the drive',
  warns: 'warns',
  records: 'is only recorded',
};

/** Words for a drive's health and its real size; those of the command line stand in core. */
export const healthText = {
  title: 'Health',
  speed: 'Speed',
  word: wordTexts,
  line: healthLine,
  /** On a card there is room for the short names. */
  figures: (...of: Parameters<typeof keyFigures>): string[] =>
    keyFigures(...of).map((figure) => figure.replace(/ sectors?$/, '')),
  rows: healthRows,
  ofJob: jobHealthWords,
  slow: slowWords,
  /** On a card: the word, then two figures. */
  onCard: (word: string): string => `Health ${word}`,
  notRead:
    'Not read yet: this needs administrator rights. It is read in any case before the drive is written.',
  noneVirtual: 'A virtual drive has no health.',
  read: 'Read health',
  readAgain: 'Read again',
  action: (action: string, bay: string): string => `${action}: ${bayName(bay)}`,
  readAt: 'Read',

  size: {
    title: 'Real size',
    hint: 'Writes marks over the whole drive and reads them back. Finds a drive that is smaller than it says. Erases everything on it, and takes hours on a large drive.',
    start: 'Hold to erase and check',
    holding: 'Keep holding …',
    running: (percent: number): string => `Checking size: ${percent} %`,
    progress: (bay: string): string => `Size check of ${bayName(bay)}`,
    cancel: 'Cancel check',
    passed: 'The drive is as large as it says.',
    said: (words: string): string => `${atStart(words)}.`,
    words: sizeWords,
  },

  settings: {
    title: 'Drive health',
    intro:
      'Read with smartctl before a drive is written and after it was read back. A drive that a rule blocks cannot be written.',
    checkSize: 'Check the real size of every drive before it is written',
    checkSizeHint: 'Writes and reads back the whole drive first. Takes hours on large drives.',
    rules: 'Rules',
    figure: 'Figure',
    limit: 'From',
    act: 'Then it',
    limitOf: (figure: string): string => `Limit of: ${figure}`,
    actOf: (figure: string): string => `What happens at: ${figure}`,
    limitProblem: 'Enter a whole number, 0 or more.',
    defaults: 'Restore the default rules',
    figures,
    acts,
  },
};
