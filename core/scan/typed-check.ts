import { keyboardLayouts, keyOfCharacter, type KeyboardLayout } from './keyboard-layouts';
import type { ScanKey } from './scan-keys';
import { analyseCheck, type ScannerCheck, type UnreadCheck } from './scanner-check';

/**
 * The scanner check from the text that reached a terminal. A terminal passes characters and not keys: their places are
 * guessed for each keyboard that the computer may be set to, and the guess is right that makes the check code of them.
 */

export interface TypedCheck {
  readonly kind: 'read';
  /** As {@link analyseCheck} reads it. Its gaps mean nothing: a terminal passes no times. */
  readonly check: ScannerCheck;
  /** Keyboards that explain the text; none where it came through as printed, when the two are the same. */
  readonly keyboards: readonly TypedKeyboards[];
}

export interface TypedKeyboards {
  readonly computer: KeyboardLayout;
  readonly scanner: KeyboardLayout;
}

/** Looks whether a text is the check code, with what ended it. @returns null when it is something else */
export function analyseTyped(text: string): TypedCheck | UnreadCheck | null {
  let unread: UnreadCheck | null = null;
  for (const capsLock of [false, true]) {
    const found = keyboardLayouts.flatMap((computer) => {
      const check = analyseCheck(keysOf(text, computer, capsLock));
      if (check?.kind === 'unread') unread ??= { kind: 'unread', text };
      return check?.kind === 'read' && check.layout !== 'typed'
        ? [{ check, computer, scanner: check.layout }]
        : [];
    });
    const same = found.find(({ computer, scanner }) => computer === scanner);
    if (same !== undefined) return { kind: 'read', check: same.check, keyboards: [] };
    const [first] = found;
    if (first === undefined) continue;
    const keyboards = found.map(({ computer, scanner }) => ({ computer, scanner }));
    return { kind: 'read', check: first.check, keyboards };
  }
  return unread;
}

/** Function keys as terminals send them: xterm, Linux, VT220. */
const functionKeys: readonly (readonly [form: string, name: string])[] = [
  ...Array.from('PQRS', (letter, index) => [`\u001bO${letter}`, `F${String(index + 1)}`] as const),
  ...Array.from('ABCDE', (letter, index) => [`\u001b[[${letter}`, `F${String(index + 1)}`] as const),
  ...[11, 12, 13, 14, 15, 17, 18, 19, 20, 21, 23, 24].map(
    (number, index) => [`\u001b[${String(number)}~`, `F${String(index + 1)}`] as const,
  ),
];

const namedKeys: ReadonlyMap<string, string> = new Map([
  ['\r', 'Enter'],
  ['\t', 'Tab'],
  ['\u001b', 'Escape'],
]);

function keysOf(text: string, computer: KeyboardLayout, capsLock: boolean): ScanKey[] {
  const keys: ScanKey[] = [];
  for (let rest = text; rest !== '';) {
    const [length, key] = firstKey(rest, computer, capsLock);
    keys.push(key);
    rest = rest.slice(length);
  }
  return keys;
}

/** The key that a text begins with, and how many UTF-16 units it takes. */
function firstKey(text: string, computer: KeyboardLayout, capsLock: boolean): readonly [number, ScanKey] {
  const pressed = functionKeys.find(([form]) => text.startsWith(form));
  if (pressed !== undefined) return [pressed[0].length, { ...noKey, key: pressed[1] }];
  const [first = '', second = ''] = text;
  // Where the computer has no third level, AltGr is Alt, and terminals send Escape for it.
  if (first === '\u001b' && second > ' ') {
    return [first.length + second.length, { ...keyOf(second, computer, capsLock), alt: true }];
  }
  return [first.length, keyOf(first, computer, capsLock)];
}

const noKey = {
  key: '',
  code: '',
  ms: 0,
  shift: false,
  control: false,
  alt: false,
  altGr: false,
  capsLock: false,
} as const satisfies ScanKey;

function keyOf(character: string, computer: KeyboardLayout, capsLock: boolean): ScanKey {
  const named = namedKeys.get(character);
  if (named !== undefined) return { ...noKey, key: named };
  if (character < ' ') {
    const letter = String.fromCharCode(character.charCodeAt(0) + 0x40);
    return { ...noKey, key: letter, control: true };
  }
  // Caps Lock turned the letter over on its way: the key is that of the other one.
  const key = keyOfCharacter(computer, capsLock ? otherCase(character) : character);
  if (key === null) return { ...noKey, key: character, capsLock };
  const { code, level } = key;
  return { ...noKey, key: character, code, capsLock, shift: level === 'shift', altGr: level === 'altGr' };
}

function otherCase(letter: string): string {
  const upper = letter.toUpperCase();
  return letter === upper ? letter.toLowerCase() : upper;
}
