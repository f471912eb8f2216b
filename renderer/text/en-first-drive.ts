import type { FirstDriveStep } from '../../core/flow/first-drive';
import type { NextAction } from '../../core/flow/flow';

/** Words of the card that leads through the first drive. */

interface Names {
  readonly machine: string;
  readonly bay: string;
}

function lead(action: NextAction, { machine, bay }: Names): string {
  switch (action) {
    case 'operator':
      return 'Scan this badge from the screen. Without a scanner: press the operator at the bottom left and type a name.';
    case 'media':
      return 'Choose what is written: a small media file for practice.';
    case 'media-hash':
      return 'Scan the SHA-256 of the media. Without a scanner: open Media (F3) and type it.';
    case 'wait-for-media':
      return 'Wait until the media is verified.';
    case 'machine':
      return `Scan the serial of a machine. Without a scanner: press the card of a bay, type ${machine}, and pair it.`;
    case 'bay':
      return `Scan ${bay}: ${machine} gets the drive in it. Without a scanner: press the card of the bay, and pair it.`;
    case 'machine-or-start':
    case 'start':
      return `The drive in the bay is for ${machine}. Scan START, or press the Start button.`;
    case 'confirm-start':
      return 'Read the list: only these drives are erased. Then scan START again.';
    case 'take-out':
      return 'PASS: the drive is finished. Now it would go into its machine. Scan CLEAR.';
    case 'failed':
      return 'The drive did not pass. Scan RETRY.';
    case 'bay-to-clear':
    case 'bay-to-retry':
      return 'Scan the bay.';
    case 'insert-drive':
      return 'No bay is free. Clear a card first.';
    default:
      return 'Wait. The card of the bay counts to 100 %.';
  }
}

export const firstDriveText = {
  title: 'Start here',
  close: 'Close Start here',
  again: 'Show the first steps on the bench',
  useMedia: 'Use the training media',
  codeOf: (code: string): string => `QR code: ${code}`,
  step: {
    operator: 'Operator',
    media: 'Training media',
    pair: 'Pair a machine',
    start: 'START',
    running: 'Wait for PASS',
    clear: 'CLEAR',
    ship: 'SHIP',
  } satisfies Readonly<Record<FirstDriveStep, string>>,
  lead,
  ship: 'The machine is ready to ship. Scan SHIP, or press F5.',
  tick: (machine: string): string => `Scan ${machine}, which you pack now, or press its row.`,
  number: 'A shipment needs a number. Scan this one, or type one.',
  closeShipment: 'Scan SHIP to close the shipment, or press the button. Save the bundle where you like.',
  shipped: 'Done: one drive from the badge to the shipment. Close this card, or stop training in Settings.',
};
