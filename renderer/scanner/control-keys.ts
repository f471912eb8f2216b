/**
 * Characters by their number: Alt held, and the number on the numeric pad. Scanners do so for control characters, and some for
 * every character, because it works on any layout. Pure.
 */

/** What is looked at of a KeyboardEvent. */
export interface ModifiedKey {
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly altKey: boolean;
  readonly metaKey: boolean;
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
