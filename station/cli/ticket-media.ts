import { basename, resolve } from 'node:path';
import type { Command } from 'commander';
import { z } from 'zod';
import { sanitizeForDisplay } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import { sha256Schema } from '../../core/media/chunk-map';
import type { WorkOrder } from '../../core/order/order';
import { shortenedName, ticketProblem, type JobTicket } from '../../core/scan/job-ticket';
import { ticketProblems } from '../../core/scan/ticket-words';
import { assertExpected, expectedHash } from '../media/media-expectation';
import { signedMediaAt } from '../library/signed-media';
import { statePaths } from '../state/state-paths';
import { orderMismatch } from '../orders/order-errors';
import type { CommandContext } from './command-context';
import { inspectAndHash } from './media-command';
import { details, type Cell } from './output';

/** The media of a job ticket, as the commands that make one are told it. */

export interface TicketMediaOptions {
  readonly media?: string;
  readonly sha256?: string;
  readonly name?: string;
}

/** What commands that print a ticket have in common. */
export function ticketMediaOptions(command: Command): Command {
  return command
    .option('--media <file>', 'WIM or ESD file, or the first part of a split set; it is hashed')
    .option('--sha256 <hex>', 'SHA-256 of the media, as the enterprise sent it')
    .option('--name <text>', 'name of the media on the ticket (default: name of the file)');
}

/** What `ticket --json` prints. */
export const ticketForm = z.strictObject({
  /** Absolute. */
  file: z.string(),
  orderNumber: z.string(),
  mediaSha256: sha256Schema,
  mediaName: z.string(),
  /** Text of the QR code. */
  code: z.string(),
});

/**
 * The ticket of an order number and a media file.
 * @param order says what the media must be, when it does; null: there is only a number
 * @throws PrestageError usage, order-mismatch, media-…
 */
export async function ticketOf(
  context: CommandContext,
  orderNumber: string,
  order: Pick<WorkOrder, 'number' | 'mediaSha256'> | null,
  options: TicketMediaOptions,
): Promise<JobTicket> {
  const { media, sha256, name } = options;
  const ordered = order?.mediaSha256 ?? null;
  const given = sha256?.trim().toLowerCase() ?? null;
  if (given !== null && ordered !== null && given !== ordered) {
    throw orderMismatch(
      `The work order ${sanitizeForDisplay(orderNumber, 60)} requires another media file: its SHA-256 differs from the one given.`,
      'Leave --sha256 out: the order has it.',
      `order ${ordered}\ngiven ${sanitizeForDisplay(given, 80)}`,
    );
  }
  const said = given ?? ordered;
  // What cannot become a ticket is refused before minutes go into hashing.
  const mediaName = name ?? shortenedName(nameOf(media, said));
  const draft = { orderNumber, mediaName, mediaSha256: said ?? '0'.repeat(64) };
  const problem = ticketProblem(draft);
  if (problem !== null) throw noTicket(ticketProblems[problem]);
  if (media !== undefined) return { ...draft, mediaSha256: await hashOf(context, resolve(media), said) };
  if (said !== null) return draft;
  throw noTicket('The media is missing.', 'Give the file with --media, or its SHA-256 with --sha256.');
}

function nameOf(media: string | undefined, sha256: string | null): string {
  return media === undefined ? `media ${(sha256 ?? '').slice(0, 8)}` : basename(media);
}

async function hashOf(context: CommandContext, path: string, said: string | null): Promise<string> {
  const signed = signedMediaAt(path, statePaths(context.stateDirectory, { make: false }));
  const expected = expectedHash({ path, expectSha256: said, signed });
  const client = await context.helpers.plain();
  const { hash } = await inspectAndHash(client, path, 1, context);
  assertExpected(expected, hash);
  if (expected.source === 'none') {
    const name = sanitizeForDisplay(basename(path), 200);
    context.output.message(
      `note: nothing says what the SHA-256 of ${name} should be. The ticket makes sure that drives get this copy, not that the copy is what was sent.`,
    );
  }
  return hash.sha256;
}

function noTicket(message: string, remedy = 'Shorten or correct it.'): PrestageError {
  return new PrestageError({ code: 'usage', message, remedy: `Nothing was written. ${remedy}` });
}

/** What a ticket says, for a person. */
export function ticketRows(
  { orderNumber, mediaName, mediaSha256 }: JobTicket,
  file: string,
): [string, Cell][] {
  return [
    ['work order', orderNumber],
    ['media', mediaName],
    ['SHA-256', mediaSha256],
    ['file', file],
  ];
}

export function ticketText(ticket: JobTicket, file: string): string {
  return details(ticketRows(ticket, file));
}

/** What a file of an order's papers is called when nobody says. */
export function paperName(kind: 'TICKET' | 'ORDER', number: string): string {
  return `${kind}-${number.replace(/[^A-Za-z0-9._-]/g, '-')}.pdf`;
}
