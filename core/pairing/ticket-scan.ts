import type { JobTicket } from '../scan/job-ticket';
import type { ScanReading } from '../scan/scan';
import type { MediaStep } from '../scan/scan-outcome';
import { firstGroup } from '../scan/scan-text';
import {
  accept,
  expectedNow,
  refuse,
  why,
  type Pairing,
  type PairingContext,
  type PairingResult,
  type RefusalReason,
} from './pairing-rules';

/**
 * What a job ticket does: it sets the order's number and what the media must be, both or nothing. And a media file's SHA-256 that is
 * scanned alone. Where the station knows the media it is chosen, so that nobody needs the mouse; what was chosen is hashed as always.
 */

type TicketScan = Extract<ScanReading, { kind: 'ticket' }>;

const kind = 'ticket';

/** Takes a job ticket: all of it, or nothing. */
export function takeTicket(state: Pairing, { reading }: TicketScan, context: PairingContext): PairingResult {
  const expected = expectedNow(state, context);
  if (reading.problem !== null) {
    const reason = reading.problem === 'version' ? 'ticket-version' : 'ticket-damaged';
    return refuse(state, kind, why(reason, expected));
  }
  const { ticket } = reading;
  const refusal = ticketRefusal(state, ticket, context);
  if (refusal !== null) return refuse(state, kind, { ...refusal, expected });
  const { workOrder } = context;
  const same = isSameNumber(ticket.orderNumber, workOrder, context);
  const replaced = workOrder === '' || same ? {} : { replaced: workOrder };
  const media = mediaStep(ticket.mediaSha256, context);
  return accept(
    state,
    kind,
    'ticket-taken',
    { ...replaced, ticket: { orderNumber: ticket.orderNumber, mediaName: ticket.mediaName, media } },
    // The number of an open order stays as its list has it.
    { type: 'take-ticket', ticket: same ? { ...ticket, orderNumber: workOrder } : ticket, media },
  );
}

/** Takes a media file's SHA-256: for the media that was chosen, or to find or wait for the one that has it. */
export function takeHash(state: Pairing, sha256: string, context: PairingContext): PairingResult {
  const { chosen, ticket, ordered } = context.jobMedia;
  const expected = expectedNow(state, context);
  if (ticket !== null && ticket.sha256 !== sha256) {
    return refuse(state, 'sha256', why('hash-not-of-ticket', expected, ticket.name));
  }
  if (chosen !== null) {
    return accept(state, 'sha256', 'hash-given', {}, { type: 'give-hash', sha256, media: 'chosen' });
  }
  const wanted = ordered();
  if (wanted !== null && wanted !== sha256) {
    return refuse(state, 'sha256', why('media-not-ordered', expected));
  }
  const media = mediaStep(sha256, context);
  return accept(state, 'sha256', 'hash-given', { media }, { type: 'give-hash', sha256, media });
}

function mediaStep(sha256: string, { jobMedia: { chosen, isKnown } }: PairingContext): MediaStep {
  if (chosen === null) return isKnown(sha256) ? 'known' : 'wanted';
  const unusable = isAnother(chosen, sha256) || (chosen.refused && chosen.sha256 === null);
  return unusable && isKnown(sha256) ? 'known' : 'chosen';
}

/** Whether the chosen media is known not to be the one that is wanted. */
function isAnother(
  { sha256, expected }: NonNullable<PairingContext['jobMedia']['chosen']>,
  wanted: string,
): boolean {
  return (sha256 ?? expected ?? wanted) !== wanted;
}

function ticketRefusal(state: Pairing, ticket: JobTicket, context: PairingContext): RefusalReason | null {
  const { orderNumber, mediaSha256, mediaName } = ticket;
  const { workOrder } = context;
  const { chosen, ordered, isKnown } = context.jobMedia;
  const refused = (reason: RefusalReason['reason'], detail: string): RefusalReason =>
    why(reason, 'machine', detail);
  const openOrder = context.openOrder();
  if (openOrder !== null && !isSameNumber(orderNumber, openOrder, context)) {
    return refused('order-open', openOrder);
  }
  const wanted = ordered();
  if (wanted !== null && wanted !== mediaSha256) return refused('media-not-ordered', mediaName);
  // What is paired was paired for another job: a ticket in passing must not make something else of it.
  const begun = state.waitingMachine !== null || state.pairs.length > 0;
  if (begun && workOrder !== '' && !isSameNumber(orderNumber, workOrder, context)) {
    return refused('ticket-other-order', workOrder);
  }
  const other = chosen !== null && isAnother(chosen, mediaSha256);
  if (other && (begun || !isKnown(mediaSha256))) {
    return refused('ticket-other-media', `${mediaName}\n${chosen.name}`);
  }
  return null;
}

/** A barcode may have a sign in front that the number in the order's list has, too. */
export function isSameNumber(
  number: string,
  other: string,
  { scanSettings }: Pick<PairingContext, 'scanSettings'>,
): boolean {
  if (number === other) return true;
  const bare = (text: string): string => firstGroup(scanSettings.workOrderPattern, text) ?? text;
  return bare(number) === bare(other);
}
