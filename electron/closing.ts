import { counted } from '../core/base/plurals';

/** What somebody who closes the window while drives are written can choose. */
export const closingChoices = ['keep', 'close-window', 'cancel-and-quit'] as const;
export type ClosingChoice = (typeof closingChoices)[number];

export interface ClosingQuestion {
  readonly message: string;
  readonly detail: string;
  /** In the order of {@link closingChoices}. The first is the default. */
  readonly buttons: readonly string[];
}

/** What is asked, for a number of drives. */
export function closingQuestion(running: number): ClosingQuestion {
  const drives = counted(running, 'drive is', 'drives are');
  return {
    message: `${drives} being written.`,
    detail:
      'Closing the window does not stop them. Their results are recorded and shown when you start Prestage again. ' +
      'Cancelled drives have no partition table and cannot be used until they are written again.',
    buttons: ['Go back', 'Close window and keep writing', 'Cancel the drives and quit'],
  };
}
