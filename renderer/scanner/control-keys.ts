/**
 * Control characters inside a barcode (GS and RS part the fields of GS1 and ISO/IEC 15434). A scanner that is a keyboard
 * has no key for them, and sends what terminals used, Control with a character, or Alt with the number on the numeric
 * pad. Pure.
 */

/** What is looked at of a KeyboardEvent. */
export interface ModifiedKey {
  readonly key: string;
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly altKey: boolean;
  readonly metaKey: boolean;
}

/** What Control makes of a character (ECMA-48, the column of control characters). */
const withControl: Readonly<Record<string, string>> = {
  '\\': '\u001c',
  ']': '\u001d',
  '^': '\u001e',
  _: '\u001f',
  d: '\u0004',
  j: '\n',
};

/** Keys that have those characters on a US keyboard: on another layout the key says something else with Control. */
const usKeys: Readonly<Record<string, string>> = { BracketRight: ']', Backslash: '\\' };

/** The control character that a key means within a scan, or null. */
export function controlCharacter({ key, code, ctrlKey, altKey, metaKey }: ModifiedKey): string | null {
  if (!ctrlKey || altKey || metaKey) return null;
  return withControl[key.toLowerCase()] ?? withControl[usKeys[code] ?? ''] ?? null;
}

/** The digit that Alt and a key of the numeric pad add to a character's number, whatever NumLock says; or null. */
export function altDigit({ code, ctrlKey, altKey, metaKey }: ModifiedKey): string | null {
  if (!altKey || ctrlKey || metaKey) return null;
  return /^Numpad(\d)$/.exec(code)?.[1] ?? null;
}

/** The character of a number that was typed with Alt, when it is one that barcodes hold; or null. */
export function altCharacter(digits: string): string | null {
  const number = /^\d{1,4}$/.test(digits) ? Number(digits) : -1;
  const isControl = number === 0x04 || number === 0x0a || (number >= 0x1c && number <= 0x1f);
  return isControl || (number >= 0x20 && number < 0x7f) ? String.fromCharCode(number) : null;
}
