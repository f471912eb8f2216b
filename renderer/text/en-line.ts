import { atStart } from '../../core/base/display';
import { counted } from '../../core/base/plurals';
import type { AppState } from '../../core/contract/app';
import type { FlowFacts, NextAction } from '../../core/flow/flow';
import { staysIn } from '../../core/flow/take-out';
import { atEndWords, type AtEnd } from '../../core/machine/at-end';
import { bayName } from './en-scan';

/** Words of line mode: read from a metre, and done by scanner alone. */

/** The one thing to do next, and what belongs to it. */
interface LineWords {
  readonly next: string;
  readonly hint: string;
}

/** What the words depend on. */
interface LineFacts extends Pick<AppState, 'pairing'>, Pick<FlowFacts, 'jobs'> {
  /** Name of the media that a ticket asks for. */
  readonly wanted: string | null;
  /** An order with a list is open. */
  readonly ordered: boolean;
  /** Per cent of the media that is hashed; null: it is not being hashed. */
  readonly hashed: number | null;
}

/** What is said of line mode that the bar says otherwise, with a mouse at hand; null: the bar's words. */
function lineWords(
  next: NextAction,
  { pairing, jobs, wanted, ordered, hashed }: LineFacts,
): LineWords | null {
  const { takeOut, takenOut, pairs, freeBays, inRack } = pairing;
  const [drive] = takeOut;
  switch (next) {
    case 'media':
      return wanted === null
        ? {
            next: 'Scan the job ticket',
            hint: 'Or the SHA-256 of a media file that was used on this station.',
          }
        : {
            next: `${wanted} is new to this station`,
            hint: 'Call whoever looks after it: the media is received, or chosen once on Media (F3). Or scan another ticket.',
          };
    case 'media-hash':
      return { next: 'Scan the job ticket or the SHA-256', hint: 'It proves the media that is chosen.' };
    case 'wait-for-media':
      return hashed === null
        ? null
        : {
            next: `The media is being verified: ${hashed} %`,
            hint: freeBays > 0 ? 'You can already scan machines.' : '',
          };
    case 'machine':
      return {
        next: 'Scan a machine',
        hint: takenOut.length > 0 ? `Or SHIP, for the ${takenOut.length} that are out.` : '',
      };
    case 'machine-or-start':
      return {
        next: 'Scan the next machine, or START',
        hint: `${pairs.length} paired, ${freeBays + (inRack?.free ?? 0)} free.`,
      };
    case 'start':
      return { next: 'Scan START', hint: `${pairs.length} paired. No more bays are free.` };
    case 'confirm-start':
      return { next: `Scan START again to erase ${pairs.length}`, hint: 'Or CANCEL: nothing is erased.' };
    case 'take-out':
      if (drive === undefined) return null;
      return staysIn(drive)
        ? {
            next: 'Scan each machine that passed',
            hint: `In any order; their drives stay in. ${takeOut.length} left.`,
          }
        : {
            next: `Take out ${bayName(drive.bay)}`,
            hint: `Put the drive into ${drive.machineSerial}, then scan that machine. ${takeOut.length} left.`,
          };
    case 'failed':
    case 'clear-failed':
      return {
        next: next === 'failed' ? 'Scan RETRY or CLEAR, then the bay' : 'Set the failed drives aside',
        hint:
          jobs.failed > 0
            ? 'Set each FAIL drive aside, then scan CLEAR and its bay.'
            : 'A stopped drive cannot be used: write it again, or clear it.',
      };
    case 'ship':
      if (takenOut.length === 0) {
        return {
          next: 'Scan SHIP',
          hint: 'The drives that are left are packed on Ship: scan each, then SHIP.',
        };
      }
      return {
        next: 'Scan SHIP',
        hint: `It closes the shipment of ${takenOut.length}.${ordered ? '' : ' Or scan the next machine.'}`,
      };
    default:
      return null;
  }
}

/** While a refusal asks for a reason. Whatever is scanned instead is the answer, too. */
const reasonWords: LineWords = {
  next: 'Scan a reason from the sheet',
  hint: 'Or go on without: scan another machine or bay.',
};

/** The first sentence of a refusal, and what to do about it: the rest, or else what is next. */
function sentenceAndRemedy(
  said: string,
  next: string,
): { readonly sentence: string; readonly remedy: string } {
  const [, sentence, rest] = /^(.+?[.!?])\s+(\p{Lu}.*)$/su.exec(said) ?? [];
  if (sentence === undefined || rest === undefined) return { sentence: said, remedy: `${next}.` };
  return { sentence, remedy: rest };
}

const eraseWords = (finished: number): string =>
  finished === 0
    ? 'Everything on these drives will be erased.'
    : `All will be erased, also ${counted(finished, 'finished image', 'finished images')}.`;

export const lineText = {
  title: 'Line mode',
  leave: 'Leave line mode',
  leaveKey: 'Esc',
  operator: (name: string): string => (name === '' ? 'No operator' : name),
  order: (number: string): string => (number === '' ? 'No work order' : `Work order ${number}`),
  noMedia: 'No media',
  bays: 'Bays',
  said: 'Last scan',
  lineWords,
  reasonWords,
  sentenceAndRemedy,
  /** How all drives ended, in two counts. */
  ended: ({ passed, failed, stopped }: FlowFacts['jobs']): string =>
    `${passed} PASS, ${failed} FAIL${stopped === 0 ? '' : `, ${stopped} stopped`}`,
  dismiss: 'Scan CANCEL to dismiss this.',
  more: (count: number): string => `And ${count} more like it.`,
  /** What is erased, and what machines of the rack do then; null: none is erased. */
  confirmHint: (finished: number, atEnd: AtEnd | null, hint: string): string =>
    [eraseWords(finished), ...(atEnd === null ? [] : [`At the end ${atEndWords[atEnd]}.`]), hint].join(' '),
  holds: (machine: string): string => `Holds ${machine}`,
  takeOutNow: 'Take out now',
  tile: (bay: string, word: string, machine: string): string =>
    `${atStart(bayName(bay))}: ${word}${machine === '' || machine === bay ? '' : `, ${machine}`}`,
};
