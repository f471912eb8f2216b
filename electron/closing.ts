import { counted } from '../core/base/plurals';

/** What somebody who closes the window while something is at work can choose. */
export const closingChoices = ['keep', 'close-window', 'cancel-and-quit'] as const;
export type ClosingChoice = (typeof closingChoices)[number];

/** What is at work. */
export interface AtWork {
  /** Drives that are written. */
  readonly drives: number;
  /** A media is being received. */
  readonly receiving: boolean;
}

export interface ClosingQuestion {
  readonly message: string;
  readonly detail: string;
  /** In the order of {@link closingChoices}. The first is the default. */
  readonly buttons: readonly string[];
}

const afterwards = 'Closing the window does not stop';
const mediaKept = 'What is whole of a media is kept: to go on, receive the same folder again.';

/** What is asked; null when nothing is at work. */
export function closingQuestion({ drives, receiving }: AtWork): ClosingQuestion | null {
  if (drives === 0 && !receiving) return null;
  if (drives === 0) {
    return {
      message: 'A media is being received.',
      detail: `${afterwards} it. ${mediaKept}`,
      buttons: ['Go back', 'Close window and keep receiving', 'Stop receiving and quit'],
    };
  }
  const written = `${counted(drives, 'drive is', 'drives are')} being written`;
  return {
    message: receiving ? `${written}, and a media is being received.` : `${written}.`,
    detail:
      `${afterwards} them. Their results are recorded and shown when you start Prestage again. ` +
      'Cancelled drives have no partition table and cannot be used until they are written again.' +
      (receiving ? ` ${mediaKept}` : ''),
    buttons: [
      'Go back',
      receiving ? 'Close window and go on' : 'Close window and keep writing',
      receiving ? 'Cancel all and quit' : 'Cancel the drives and quit',
    ],
  };
}
