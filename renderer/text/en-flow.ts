import type { AppState } from '../../core/contract/app';
import type { NextAction } from '../../core/flow/flow';
import { staysIn } from '../../core/flow/take-out';
import { counted } from '../../core/base/plurals';
import { bayName, knownWords } from './en-scan';

/** Words of the bar on top of every screen, and of the steps of the bench. */

/** What is done next, in large letters, and what may be done besides. */
interface NextWords {
  readonly next: string;
  readonly hint?: string;
}

/** What the words depend on beside the pairing. */
interface MoreToSay {
  /** Ship is shown. */
  readonly onShip: boolean;
  /** Name of the media that a ticket asks for. */
  readonly wanted: string | null;
  /** An order with a list is open. */
  readonly ordered: boolean;
}

const orCancel = 'Or CANCEL.';

/** Why SHIP is next: all of an order is finished, or drives are out. */
function shipHint(ordered: boolean, out: number): string {
  if (ordered) return 'Every machine of the work order is finished.';
  return `${counted(out, 'drive is', 'drives are')} out and not shipped. Or scan the next machine.`;
}

/** Machines of the rack that are not in the batch, though they could be. */
function notPaired(machines: number): string {
  return machines === 1
    ? '1 machine in the rack is not paired: scan it.'
    : `${machines} machines in the rack are not paired: scan them.`;
}

function nextWords(action: NextAction, pairing: AppState['pairing'], more: MoreToSay): NextWords {
  const { waitingMachine, waitingFacts = {}, freeBays, inRack, nextFreeBay } = pairing;
  switch (action) {
    case 'operator':
      return { next: 'Scan your badge' };
    case 'media':
      return { next: more.wanted === null ? 'Choose the media' : `Choose the media ${more.wanted}` };
    case 'media-hash':
      return { next: 'Scan or type the media’s SHA-256' };
    case 'wait-for-media':
      return {
        next: 'The media is being verified',
        ...(freeBays > 0 ? { hint: 'You can already scan machines.' } : {}),
      };
    case 'machine':
      return { next: 'Scan a machine’s serial' };
    case 'bay': {
      const known = knownWords(waitingFacts);
      if ((inRack?.waiting ?? 0) > 0) {
        return {
          next: `Choose the disk of ${waitingMachine ?? ''}`,
          hint: 'Open its card, then press Image this machine. Or CANCEL.',
        };
      }
      return {
        next: `Scan the bay for ${waitingMachine ?? ''}${known === '' ? '' : ` (${known})`}`,
        hint: 'Or NEXT for the first free bay.',
      };
    }
    case 'machine-to-fill':
      return {
        next: `Scan the machine for ${bayName(nextFreeBay ?? '')}`,
        hint: `${counted(freeBays, 'bay', 'bays')} free. FILL ends it.`,
      };
    case 'insert-drive':
      return waitingMachine === null
        ? inRack === undefined
          ? { next: 'Insert a drive', hint: 'No bay has a drive that can be written.' }
          : { next: 'Connect a machine or insert a drive', hint: 'No drive here can be written now.' }
        : { next: `Insert a drive for ${waitingMachine}`, hint: 'No bay has a free drive. Or CANCEL.' };
    case 'machine-or-start':
      return {
        next: 'Scan the next machine, or START',
        ...(inRack === undefined || inRack.free === 0 ? {} : { hint: notPaired(inRack.free) }),
      };
    case 'start':
      return {
        next: 'Scan START',
        hint: inRack === undefined ? 'No more bays are free.' : 'No more machines or bays are free.',
      };
    case 'confirm-start':
      return { next: 'Check the list, then scan START again', hint: 'Or CANCEL.' };
    case 'wait-for-start':
      return { next: 'Wait: the drives are being opened' };
    case 'running':
      return { next: 'Wait until the drives are written' };
    case 'running-or-machine':
      return {
        next: 'Wait until the drives are written',
        hint: 'You can already scan the next machines.',
      };
    case 'boot-test':
      return { next: 'Wait for the boot test', hint: 'Leave the drives in.' };
    case 'take-out': {
      const inMachines = pairing.takeOut.filter(staysIn).length;
      if (inMachines === 0) {
        return { next: 'Take out the PASS drives, then scan CLEAR', hint: 'Or scan the machine of each.' };
      }
      return inMachines === pairing.takeOut.length
        ? { next: 'Scan CLEAR: these machines are finished', hint: 'Or scan each. Their drives stay in.' }
        : {
            next: 'Take out the PASS drives of the bays, then scan CLEAR',
            hint: 'Those in machines stay in.',
          };
    }
    case 'failed':
      return { next: 'Scan RETRY or CLEAR', hint: 'For the drives that failed or were stopped.' };
    case 'clear-failed':
      return { next: 'Set the failed drives aside, then scan CLEAR' };
    case 'bay-to-cancel':
      return { next: 'Scan the bay to cancel', hint: orCancel };
    case 'bay-to-retry':
      return { next: 'Scan the bay to retry', hint: orCancel };
    case 'bay-to-clear':
      return { next: 'Scan the bay to clear', hint: orCancel };
    case 'ship':
      return more.onShip
        ? { next: 'Scan each drive to ship, then SHIP' }
        : { next: 'Scan SHIP', hint: shipHint(more.ordered, pairing.takenOut.length) };
    case 'close-order':
      return { next: 'Scan SHIP to close the work order', hint: 'Every machine is shipped or left out.' };
  }
}

/** While a refusal asks for a reason, that comes before what else is next. */
const reasonWords: NextWords = {
  next: 'Scan a reason from the sheet',
  hint: 'Or type it. Or go on without.',
};

export const flowText = {
  region: 'Scanner and next step',
  nothingSaid: 'Ready for a scan',
  nextTitle: 'Next',
  nextWords,
  reasonWords,
  go: {
    operator: 'Type your name',
    media: 'Go to Media',
    'media-hash': 'Go to Media',
    ship: 'Go to Ship',
    'close-order': 'Go to Order',
  } satisfies Partial<Record<NextAction, string>>,
  notRunning: 'No drive is being written.',

  step: {
    operator: 'Operator',
    media: 'Media',
    pair: 'Pair',
    start: 'Start',
    running: 'Running',
    'take-out': 'Take out',
  },
  stepStatus: { done: 'done', current: 'now', open: 'to do' },
  none: 'None',
  stepDone: 'Done',
  /** Below the name of the step. */
  number: String,
  passed: (passed: number): string => `${passed} PASS`,
  ready: 'Ready',
  notReady: 'Not yet',
  confirm: 'Confirm',
};
