import { sanitizeForDisplay } from '../base/display';
import { scanCommands, type ScanCommand } from './scan-outcome';

/** What a scanned text looks like before it is known what it is. */

export const commandPrefix = 'PRESTAGE';
/** Longer texts are no badge, whatever the pattern: a pattern may be slow on them. */
const longestBadge = 200;

/** As commands are compared. ASCII only: a scanner set to another keyboard layout types `ß` or `)` for the hyphen. */
export function foldCommand(text: string): string {
  return text.replace(/[^A-Za-z0-9]/g, '').toUpperCase();
}

/**
 * The command that a text is: as its barcode is printed, or its bare word, which is what people print and say. A word of ours is
 * never anything else, whatever other word fits it.
 */
export function commandIn(text: string): ScanCommand | null {
  const folded = foldCommand(text);
  const bare = text.trim().toUpperCase();
  return scanCommands.find((one) => folded === commandPrefix + one || bare === one) ?? null;
}

/** Whether a text begins like a command of Prestage, also one of another version, or cut short. */
export function isCommandForm(text: string): boolean {
  return foldCommand(text).startsWith(commandPrefix);
}

/** Whether a text that stands where a serial is meant is a word of ours: neither a machine, nor a command there. */
export function isOwnWord(serial: string): boolean {
  return commandIn(serial) !== null || isCommandForm(serial);
}

/**
 * Takes off what scanners put around a text: blanks, control characters (STX, CR, …), and the symbology identifier
 * of ISO/IEC 15424, three characters such as `]C0`, `]C1`, `]d2`, `]Q1` that say what kind of barcode it was.
 * @returns the text, and whether it was one piece. Control characters inside (GS, RS: ISO/IEC 15434, GS1) part
 *   several fields; without them the fields look like one number that nobody ever printed.
 */
export function withoutFraming(text: string): { readonly clean: string; readonly whole: boolean } {
  const ends = /^[\s\p{Cc}]+|[\s\p{Cc}]+$/gu;
  const framed = text.replace(ends, '').replace(/^\][A-Za-z][0-9A-Za-z]/, '');
  const inner = framed.replace(ends, '');
  const clean = inner.replace(/\p{Cc}/gu, '');
  return { clean, whole: clean === inner };
}

/** What a pattern's first group finds, or the whole match; null when there is nothing. */
export function firstGroup(pattern: string, text: string): string | null {
  if (text.length > longestBadge) return null;
  const match = new RegExp(pattern, 'iu').exec(text);
  if (match === null) return null;
  const value = sanitizeForDisplay(match[1] ?? match[0]);
  return value === '' ? null : value;
}

/** A serial without what labels print before it. */
export function withoutSerialPrefix(text: string): string {
  return text.replace(/^(?:S\/N[:\s]|SN:)\s*/i, '');
}

/** Looks like a bay's label; the blank or the shortness parts it from a serial that begins with BAY. */
const bayForm = /^BAY(?:[^A-Z0-9].*|\d{0,3})$/i;

/** Whether a text means a bay, whether or not there is such a bay. */
export function isBayForm(text: string): boolean {
  return bayForm.test(text);
}
