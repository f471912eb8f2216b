import { crc32 } from '../base/crc32';
import { sanitizeForDisplay } from '../base/display';

/**
 * The text of a job ticket's QR code: the order's number, the SHA-256 of its media, and the media's name. It consists of letters
 * alone that stand on the same keys of all keyboards in keyboard-layouts.ts, without Shift, in either case: a scanner that nobody
 * checked reads it right on each of them. A checksum finds what was lost or changed on the way.
 *
 *     JOBTICKET, version, length and UTF-8 of the number, length and UTF-8 of the name, SHA-256, CRC-32
 *
 * From the version on two letters are a byte, the higher half first; the version is one letter.
 */
export interface JobTicket {
  readonly orderNumber: string;
  /** Lower case. */
  readonly mediaSha256: string;
  /** What people call the media: told where it has to be chosen or is another one, never compared. */
  readonly mediaName: string;
}

/** Not A, M, Q, W, Y, Z, digits, signs: those have other places in Germany, France or Belgium. */
const digits = 'BCDEFGHIJKLNOPRS';
const marker = 'JOBTICKET';
const version = 1;
const sha256Bytes = 32;
const checkBytes = 4;
/** What a scanner puts before each scan, as another keyboard's letters show it: a symbology identifier, a sign or two. */
const longestBefore = 8;

/** Characters of a number, as an order's has, and of a name. */
export const longestTicketPart = 60;
/** Bytes in UTF-8 of each of the two. With both, a QR code at level M has at most 77 modules a side (version 15, ISO/IEC 18004). */
export const largestTicketPart = 120;

export type TicketProblem = 'number-empty' | 'number-long' | 'name-empty' | 'name-long' | 'sha256';

/** Why there can be no ticket of this, or null. */
export function ticketProblem({ orderNumber, mediaSha256, mediaName }: JobTicket): TicketProblem | null {
  if (sanitizeForDisplay(orderNumber) === '') return 'number-empty';
  if (!fits(orderNumber)) return 'number-long';
  if (sanitizeForDisplay(mediaName) === '') return 'name-empty';
  if (!fits(mediaName)) return 'name-long';
  return /^[0-9a-f]{64}$/.test(mediaSha256) ? null : 'sha256';
}

function fits(text: string): boolean {
  return text === sanitizeForDisplay(text, longestTicketPart) && utf8(text).length <= largestTicketPart;
}

/** As much of a name as a ticket holds. */
export function shortenedName(name: string): string {
  let short = sanitizeForDisplay(name, longestTicketPart);
  while (!fits(short)) short = sanitizeForDisplay(Array.from(short).slice(0, -1).join(''));
  return short;
}

/** The text of the code. {@link ticketProblem} says first whether there can be one. @throws RangeError when there cannot */
export function makeTicket(ticket: JobTicket): string {
  const problem = ticketProblem(ticket);
  if (problem !== null) throw new RangeError(`no job ticket: ${problem}`);
  const parts = [ticket.orderNumber, ticket.mediaName].flatMap((part) => {
    const bytes = utf8(part);
    return [bytes.length, ...bytes];
  });
  const body = [...parts, ...fromHex(ticket.mediaSha256)];
  const check = crc32(Uint8Array.of(version, ...body));
  const ends = [24, 16, 8, 0].map((shift) => (check >>> shift) & 0xff);
  return `${marker}${digits[version] ?? ''}${[...body, ...ends].map(letters).join('')}`;
}

/** What a text says as a job ticket. */
export type TicketReading =
  | { readonly problem: null; readonly ticket: JobTicket }
  /** `cut`: something is missing or was changed. `version`: of a version that is not known here. */
  | { readonly problem: 'cut' | 'version' };

/** Reads a job ticket. @returns null when the text is none, whole or not */
export function readTicket(text: string): TicketReading | null {
  const folded = text.replace(/\s+$/u, '').toUpperCase();
  const begins = folded.indexOf(marker);
  if (begins < 0 || begins > longestBefore) return null;
  const [said = '', ...rest] = folded.slice(begins + marker.length);
  const number = digits.indexOf(said);
  if (said === '' || number < 0) return { problem: 'cut' };
  if (number !== version) return { problem: 'version' };
  const bytes = fromLetters(rest);
  const ticket = bytes === null ? null : fromBytes(bytes);
  return ticket === null ? { problem: 'cut' } : { problem: null, ticket };
}

function fromBytes(bytes: readonly number[]): JobTicket | null {
  const body = bytes.slice(0, -checkBytes);
  const said = bytes.slice(-checkBytes).reduce((value, byte) => value * 256 + byte, 0);
  if (body.length < 2 + sha256Bytes || crc32(Uint8Array.of(version, ...body)) !== said) return null;
  const numberEnds = 1 + (body[0] ?? 0);
  const nameEnds = numberEnds + 1 + (body[numberEnds] ?? 0);
  const [orderNumber, mediaName] = [
    fromUtf8(body.slice(1, numberEnds)),
    fromUtf8(body.slice(numberEnds + 1, nameEnds)),
  ];
  const hash = body.slice(nameEnds);
  if (orderNumber === null || mediaName === null || hash.length !== sha256Bytes) return null;
  const ticket = { orderNumber, mediaName, mediaSha256: hash.map(hex).join('') };
  return ticketProblem(ticket) === null ? ticket : null;
}

function letters(byte: number): string {
  return `${digits[byte >> 4] ?? ''}${digits[byte & 15] ?? ''}`;
}

function fromLetters(text: readonly string[]): number[] | null {
  const values = text.map((letter) => digits.indexOf(letter));
  if (values.length % 2 !== 0 || values.includes(-1)) return null;
  return values.flatMap((value, index) => (index % 2 === 0 ? [value * 16 + (values[index + 1] ?? 0)] : []));
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}

function fromHex(text: string): number[] {
  return (text.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16));
}

function utf8(text: string): number[] {
  const escaped = encodeURIComponent(text);
  return Array.from(escaped.match(/%..|[^%]/g) ?? [], (part) =>
    part.length === 1 ? part.charCodeAt(0) : Number.parseInt(part.slice(1), 16),
  );
}

function fromUtf8(bytes: readonly number[]): string | null {
  try {
    return decodeURIComponent(bytes.map((byte) => `%${hex(byte)}`).join(''));
  } catch {
    return null;
  }
}
