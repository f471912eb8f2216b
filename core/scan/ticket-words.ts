import { longestTicketPart, type TicketProblem } from './job-ticket';

/** What is said of job tickets in more than one place: on paper, in the app and on the command line. */

/** How to use a ticket: below its code. */
export const ticketUse: readonly string[] = [
  'Scan the code on any screen of the Prestage app. It sets the work order and what the media must be.',
  'Media that was verified at the station before is chosen by the scan; otherwise choose the file with this name.',
];

/** Why there is no ticket, as a sentence. */
export const ticketProblems: Readonly<Record<TicketProblem, string>> = {
  'number-empty': 'The work order number is empty.',
  'number-long': `The work order number does not fit on a job ticket: at most ${longestTicketPart} visible characters, 120 bytes.`,
  'name-empty': 'The name of the media is empty.',
  'name-long': `The name of the media does not fit on a job ticket: at most ${longestTicketPart} visible characters, 120 bytes.`,
  sha256: 'The SHA-256 of the media must have 64 hexadecimal digits.',
};

/** A SHA-256 as people compare it: groups of eight. */
export function sha256Groups(sha256: string): readonly string[] {
  return sha256.match(/.{1,8}/g) ?? [];
}
