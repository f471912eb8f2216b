import { z } from 'zod';
import type { ScanReading } from '../scan/scan';
import type { ScanOutcome, ScanScreen } from '../scan/scan-outcome';

/** Each screen owns its scans: what is scanned is meant for what is on the screen. Pure. */

/** What the page does with a scan on its own screen. */
export const screenTaskSchema = z.discriminatedUnion('kind', [
  /** Ship: ticks the line that has this machine, drive or bay. */
  z.strictObject({ kind: z.literal('tick'), text: z.string() }),
  /** Line mode: closes the shipment of what was taken out. */
  z.strictObject({ kind: z.literal('close-line') }),
  /** Ship: closes the shipment of the lines that are ticked; or the order, when all of it is shipped. */
  z.strictObject({ kind: z.literal('close-shipment') }),
  /** Order: shows the machine's line. */
  z.strictObject({ kind: z.literal('find-line'), machineSerial: z.string() }),
  /** Log: searches. */
  z.strictObject({ kind: z.literal('search'), text: z.string() }),
  /** Admits the machine that shows this code; on Machines, also the one whose label is asked. */
  z.strictObject({ kind: z.literal('admit'), text: z.string() }),
  /** Settings: says what it would be taken for. */
  z.strictObject({ kind: z.literal('try'), text: z.string() }),
]);
export type ScreenTask = z.infer<typeof screenTaskSchema>;

export type ScanMeaning =
  /** The pairing takes or refuses it. */
  | { readonly for: 'bench' }
  | { readonly for: 'screen'; readonly task: ScreenTask }
  /** Leads back to the bench, and does nothing else. */
  | { readonly for: 'way-back' };

/** What has to be known to say what a scan means. */
export interface ScanPlace {
  readonly screen: ScanScreen;
  /** The list of what will be erased is shown above all screens, or its start is under way. */
  readonly confirming: boolean;
  /** Whether the open order lists a machine. */
  readonly isListed: (machineSerial: string) => boolean;
  /** What is searched for, tried and ticked: without framing and without what is secret. */
  readonly text: string;
}

const forBench: ScanMeaning = { for: 'bench' };

/** Whose a scan is. Badges and commands are the bench's everywhere, and so is everything while a start is confirmed. */
export function meaningOf(reading: ScanReading, place: ScanPlace): ScanMeaning {
  const { screen, confirming, isListed, text } = place;
  if (confirming) return forBench;
  // Whoever scans it stands before that machine, whatever is on the screen here.
  if (reading.kind === 'admission-code') {
    return { for: 'screen', task: { kind: 'admit', text: reading.code } };
  }
  if (screen === 'bench') return forBench;
  if (reading.kind === 'command') return commandMeaning(reading.command, screen);
  if (reading.kind === 'reason' || reading.kind === 'operator') return forBench;
  // Nobody wants a product key on a screen.
  if (reading.kind === 'product-key') return forBench;
  switch (screen) {
    case 'order':
      return reading.kind === 'machine' && isListed(reading.serial)
        ? { for: 'screen', task: { kind: 'find-line', machineSerial: reading.serial } }
        : forBench;
    case 'ship':
      return reading.kind === 'work-order' || reading.kind === 'sha256' || reading.kind === 'ticket'
        ? forBench
        : { for: 'screen', task: { kind: 'tick', text: reading.kind === 'machine' ? reading.serial : text } };
    case 'log':
      return { for: 'screen', task: { kind: 'search', text: searched(reading, text) } };
    case 'settings':
      return { for: 'screen', task: { kind: 'try', text } };
    case 'machines':
      return {
        for: 'screen',
        task: { kind: 'admit', text: reading.kind === 'machine' ? reading.serial : text },
      };
    case 'media':
    case 'sheet':
    case 'scanner-check':
    case 'help':
      return forBench;
  }
}

function commandMeaning(
  command: Extract<ScanReading, { kind: 'command' }>['command'],
  screen: ScanScreen,
): ScanMeaning {
  // What is taken back is looked at first.
  if (command === 'UNDO' || command === 'CANCEL') return { for: 'way-back' };
  return command === 'SHIP' && screen === 'ship'
    ? { for: 'screen', task: { kind: 'close-shipment' } }
    : forBench;
}

/** A label's text would match nothing: what is in it does. */
function searched(reading: ScanReading, text: string): string {
  switch (reading.kind) {
    case 'machine':
      return reading.serial;
    case 'bay':
      return reading.label;
    case 'work-order':
      return reading.number;
    case 'ticket':
      return reading.reading.problem === null ? reading.reading.ticket.orderNumber : text;
    default:
      return text;
  }
}

/** The screen that is to be shown after a scan that was taken, so that nothing is done in silence; null: where it was made. */
export function screenAfter(screen: ScanScreen, outcome: ScanOutcome): ScanScreen | null {
  if (outcome.result === 'refused') return null;
  const to = shownOn(outcome.effect);
  return to === screen ? null : to;
}

function shownOn(effect: Extract<ScanOutcome, { result: 'accepted' }>['effect']): ScanScreen | null {
  switch (effect) {
    // The bar and the rail say it everywhere, and the list stands above all screens.
    case 'operator-set':
    case 'work-order-set':
    case 'hash-given':
    case 'ticket-taken':
    case 'armed':
    case 'disarmed':
    case 'line-shown':
    case 'searched':
    case 'tried':
    case 'ticked':
    case 'number-taken':
    case 'returned':
    case 'shipped':
    case 'machine-admitted':
    case 'notices-gone':
    case 'order-closed':
    case 'off-asked':
    case 'turning-off':
    case 'end-chosen':
      return null;
    case 'ship-shown':
      return 'ship';
    case 'machine-waiting':
    case 'facts-taken':
    case 'paired':
    case 'in-batch':
    case 'undone':
    case 'started':
    case 'cancel-which':
    case 'retry-which':
    case 'clear-which':
    case 'job-cancelled':
    case 'job-retried':
    case 'cleared':
    case 'cards-cleared':
    case 'card-cleared':
    case 'taken-out':
    case 'line-mode-shown':
    case 'closing-line':
    case 'bench-shown':
    case 'filling':
    case 'filling-ended':
    case 'rack-shown':
    case 'cards-shown':
      return 'bench';
  }
}

/** Effects that are of one screen and mean nothing on another. */
const ofScreen: ReadonlySet<string> = new Set([
  'line-shown',
  'searched',
  'tried',
  'ticked',
  'number-taken',
  'returned',
  'shipped',
  'machine-admitted',
  'machine-not-asking',
  'label-asked',
  'admission-refused',
  'not-waiting',
  'return-refused',
  'several-waiting',
  'ticked-already',
  'not-shippable',
]);

/** Whether what came of a scan can be said on a screen. */
export function isToldOn(screen: ScanScreen, from: ScanScreen, outcome: ScanOutcome): boolean {
  const what = outcome.result === 'accepted' ? outcome.effect : outcome.reason;
  return screen === from || !ofScreen.has(what);
}
