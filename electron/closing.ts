import { counted } from '../core/base/plurals';

/** What somebody who closes the window while something is at work can choose. */
export const closingChoices = ['keep', 'close-window', 'cancel-and-quit'] as const;
export type ClosingChoice = (typeof closingChoices)[number];

/** What is at work. */
export interface AtWork {
  /** Drives that are written. */
  readonly drives: number;
  /** Drives that are erased, or checked for their size, for no machine. */
  readonly erased?: number;
  /** A media file is being received. */
  readonly receiving: boolean;
}

export interface ClosingQuestion {
  readonly message: string;
  readonly detail: string;
  /** In the order of {@link closingChoices}. The first is the default. */
  readonly buttons: readonly string[];
}

const afterwards = 'Closing the window does not stop';
const mediaKept = 'The parts that are complete are kept. To continue, receive the same folder again.';

/** What is asked; null when nothing is at work. */
export function closingQuestion({ drives, erased = 0, receiving }: AtWork): ClosingQuestion | null {
  if (drives + erased === 0 && !receiving) return null;
  if (erased > 0) return eraseQuestion(drives, erased, receiving);
  if (drives === 0) {
    return {
      message: 'A media file is being received.',
      detail: `${afterwards} it. ${mediaKept}`,
      buttons: ['Go back', 'Close window and keep receiving', 'Stop receiving and quit'],
    };
  }
  const written = `${counted(drives, 'drive is', 'drives are')} being written`;
  return {
    message: receiving ? `${written}, and a media file is being received.` : `${written}.`,
    detail:
      `${afterwards} them. Their results are recorded and shown when you start Prestage again. ` +
      'Cancelled drives have no partition table and cannot be used until they are written again.' +
      (receiving ? ` ${mediaKept}` : ''),
    buttons: [
      'Go back',
      receiving ? 'Close window and continue' : 'Close window and keep writing',
      receiving ? 'Cancel all and quit' : 'Cancel the drives and quit',
    ],
  };
}

/** A drive that erases itself goes on, whatever is chosen. */
function eraseQuestion(drives: number, erased: number, receiving: boolean): ClosingQuestion {
  const also = [
    ...(drives > 0 ? [`${counted(drives, 'drive is', 'drives are')} being written`] : []),
    ...(receiving ? ['a media file is being received'] : []),
  ];
  const first = `${counted(erased, 'drive is', 'drives are')} being erased or checked`;
  return {
    message: `${[first, ...also].join(', and ')}.`,
    detail: `${afterwards} that. If you cancel, whether they are erased is not known, and the record says so. A drive that erases itself continues.`,
    buttons: ['Go back', 'Close window and continue', 'Cancel all and quit'],
  };
}
