import { atStart } from '../../core/base/display';
import { counted } from '../../core/base/plurals';
import type { AppErasure } from '../../core/contract/app-erase';
import type { ShownErase } from '../../core/sanitise/choose';
import { methodWords } from '../../core/sanitise/methods';
import type { SanitiseOutcome } from '../../core/sanitise/sanitised';
import {
  cannotBeTakenBack,
  eraseSentences,
  hiddenReachedWords,
  liftWords,
  plannedEraseWords,
  sanitisedLines,
} from '../../core/sanitise/words';
import { bayName } from './en-scan';

/** Words of erasing drives for no machine; those of the command line and of papers stand in core. */
export const eraseText = {
  title: 'Erase',
  hint: 'Erases everything on this drive and writes nothing to it: before it is sent back, or scrapped.',
  open: (drives: number): string =>
    drives === 1 ? 'Erase …' : `Erase ${counted(drives, 'drive', 'drives')} …`,
  /** In three words at most. */
  word: (erasure: AppErasure): string => {
    if (erasure.status === 'running') return 'Erasing securely';
    if (erasure.status === 'failed') return 'Erase failed';
    return { erased: 'Erased', 'not-erased': 'Not erased', 'not-known': 'Erase not known' }[
      erasure.sanitised.outcome
    ];
  },
  said: (erasure: AppErasure): string => {
    if (erasure.status === 'running') return '';
    return erasure.status === 'failed' ? erasure.error.message : eraseSentences(erasure.sanitised);
  },
  how: ({ method, nist }: ShownErase): string => methodWords(method, nist),
  planned: plannedEraseWords,
  /** What is done of what it hides; null: nothing. That it hides something is a note of the drive. */
  lift: liftWords,
  lines: sanitisedLines,
  hidden: hiddenReachedWords,
  noPercent: 'The drive does not say how far it is',
  progress: (bay: string): string => `Erase of ${bayName(bay)}`,
  cancelQuestion: (bay: string, itself: boolean): string =>
    itself
      ? `Stop waiting for ${bayName(bay)}? The drive erases itself and continues. Whether it is erased will not be known.`
      : `Stop erasing ${bayName(bay)}? What is erased so far stays erased; the drive is not.`,
  keepErasing: 'Keep erasing',
  /** The paper of an erase: only one that is erased has a certificate. */
  paper: (outcome: SanitiseOutcome): string => (outcome === 'erased' ? 'Certificate' : 'Report'),
  saved: (path: string): string => `Written to ${path}`,
  action: (action: string, bay: string): string => `${action}: ${bayName(bay)}`,

  /** The list of what will be erased. */
  list: {
    title: (drives: number): string =>
      `${counted(drives, 'drive', 'drives')} will be erased, and not written`,
    warning: 'All data on these drives will be lost. Check the bays before you start.',
    cannotBeTakenBack,
    how: 'How it is erased',
    notAsked: 'Not asked yet: this needs administrator rights.',
    ask: 'Ask the drives',
    underWay: 'It is erasing itself already, and is waited for',
    refused:
      'Some of these drives cannot be erased now. Take them off the list: close it, and choose the others.',
    ways: 'Hold the button for two seconds, or type the word below.',
    reason: 'Why drives are erased that hold a finished image',
    reasonHint: 'Kept in the record. The machine has no finished drive any more.',
    reasonMissing: 'Some of these drives hold a finished image: say why they are erased.',
    noOperator: 'No operator is set: scan your badge, or enter the operator on Bench.',
    close: 'Back without erasing',
    bay: (label: string): string => atStart(bayName(label)),
  },
};
