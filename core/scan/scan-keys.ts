import { characterAt, keyboardLayouts, type KeyboardLayout } from './keyboard-layouts';

/**
 * From keys to characters. A scanner that is a keyboard presses the keys that would make its text on the keyboard that it is set
 * to; the computer makes of them what its own layout says. Where the two differ, only the place of each key tells what was meant.
 */

/** What a page is told of one key that was pressed: the parts of a KeyboardEvent that say what a scanner sends. */
export interface ScanKey {
  /** What the computer's layout makes of it; `Process`, `Dead` or `Unidentified` where it makes nothing of one key. */
  readonly key: string;
  /** Where the key is, whatever the layout: KeyboardEvent.code. Empty for a character that no single key made. */
  readonly code: string;
  /** Milliseconds, from any beginning. */
  readonly ms: number;
  readonly shift: boolean;
  readonly control: boolean;
  /** Alt; the right one too where the layout has no AltGr. */
  readonly alt: boolean;
  readonly altGr: boolean;
  readonly capsLock: boolean;
}

/** Keys that change what others mean and say nothing alone, by KeyboardEvent.key. */
export const modifierKeys: ReadonlySet<string> = new Set([
  ...['Shift', 'Control', 'Alt', 'AltGraph', 'Meta', 'Fn'],
  ...['CapsLock', 'NumLock', 'ScrollLock'],
]);

/** How keys are read: as the computer's layout made them, or by their places on the keyboard that the scanner is set to. */
export const keyReadings = ['typed', ...keyboardLayouts] as const;
export type KeyReading = (typeof keyReadings)[number];

/** What Control makes of a character (ECMA-48, the column of control characters). */
const withControl: Readonly<Record<string, string>> = {
  '[': '\u001b',
  '\\': '\u001c',
  ']': '\u001d',
  '^': '\u001e',
  _: '\u001f',
};

/** The same by the keys that have those characters on a US keyboard: on another layout the key says something else. */
const usControlKeys: Readonly<Record<string, string>> = {
  BracketLeft: '[',
  Backslash: '\\',
  BracketRight: ']',
  Digit6: '^',
  Minus: '_',
};

/**
 * The control character that a key means within a scan (GS and RS part the fields of GS1 and ISO/IEC 15434), or null. A keyboard
 * has no key for them: scanners send what terminals used, Control with a character.
 */
export function controlCharacter(key: ScanKey, reading: KeyReading = 'typed'): string | null {
  if (!key.control || key.alt || key.altGr) return null;
  const character = (reading === 'typed' ? null : placed(key, reading)) ?? key.key;
  const letter = /^[a-z]$/i.test(character) ? character.toUpperCase().charCodeAt(0) - 0x40 : null;
  if (letter !== null) return String.fromCharCode(letter);
  return withControl[character] ?? withControl[usControlKeys[key.code] ?? ''] ?? null;
}

/** The character that a key makes, Control left aside; null when it makes none. */
export function readCharacter(key: ScanKey, reading: KeyReading): string | null {
  // No place: the number was typed with Alt, or the keys come from another computer.
  if (reading !== 'typed' && hasPlace(key)) return placed(key, reading);
  return Array.from(key.key).length === 1 ? key.key : null;
}

function hasPlace({ code }: ScanKey): boolean {
  return characterAt('us', code, 'plain') !== null;
}

/** By its place. Caps Lock means nothing there: the scanner says each letter's case with Shift. */
function placed(key: ScanKey, layout: KeyboardLayout): string | null {
  return characterAt(layout, key.code, key.altGr || key.alt ? 'altGr' : key.shift ? 'shift' : 'plain');
}

/** Stands for a key that makes a character only with the next one. */
export const lostCharacter = '\ufffd';

/** The text of some keys; what is neither character nor control character (Enter, F2) is left out. */
export function readKeys(keys: readonly ScanKey[], reading: KeyReading): string {
  return keys
    .map((key) => {
      if (key.control && !key.alt && !key.altGr) return controlCharacter(key, reading) ?? '';
      return readCharacter(key, reading) ?? (hasPlace(key) ? lostCharacter : '');
    })
    .join('');
}

/**
 * Whether the computer's layout makes something of a key that a US keyboard does not: nobody knows then which of the two the
 * scanner meant, until it was checked. Case does not count, nor what is not told.
 */
export function isLayoutSensitive(key: ScanKey): boolean {
  // The numeric pad is the same everywhere; without NumLock its keys have names.
  if (key.control || !hasPlace(key) || key.code.startsWith('Numpad')) return false;
  const [plain, shift] = [characterAt('us', key.code, 'plain'), characterAt('us', key.code, 'shift')];
  return key.key !== plain && key.key !== shift;
}
