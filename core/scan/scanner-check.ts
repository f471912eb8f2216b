import { checkCode, checkParts } from './check-code';
import { keyboardLayouts, type KeyboardLayout } from './keyboard-layouts';
import { withControlCharacters } from './label-forms';
import {
  controlCharacter,
  keyReadings,
  lostCharacter,
  readCharacter,
  readKeys,
  type KeyReading,
  type ScanKey,
} from './scan-keys';
import { slowestGap, strippablePrefix, usualGap, type ScannerSettings } from './scanner-settings';

/** What the keys of one scan of the check code say of the scanner and the computer's keyboard. Pure. */

/** What the scanner has to be set to do otherwise: Prestage cannot make up for it. */
export const scannerProblems = [
  /** More than {@link slowestGap} between two characters. */
  'too-slow',
  /** GS is dropped: labels with several fields cannot be read. Everything else can. */
  'control-lost',
  /** Letters or digits before each scan, which could as well be its own. */
  'prefix-text',
  /** Characters behind each scan. */
  'suffix-text',
  /** A key before each scan that does something on the page. */
  'prefix-key',
  /** A function key behind another end, which opens a screen. */
  'suffix-key',
] as const;
export type ScannerProblem = (typeof scannerProblems)[number];

export interface ScannerCheck {
  readonly kind: 'read';
  /** Milliseconds between two characters: the middle one of all gaps, and the longest. */
  readonly medianGap: number;
  readonly longestGap: number;
  /** How the keys must be read. `typed`: the computer makes of them what was meant. */
  readonly layout: KeyReading;
  /** What the computer is set to, as far as the keys tell; null when it is none that is known. */
  readonly computer: KeyboardLayout | null;
  /** Characters of the code that the computer makes something else of: what was meant, and what it made. */
  readonly changed: readonly (readonly [meant: string, made: string])[];
  readonly capsLock: boolean;
  /** As one character, in words (`<GS>`), or not at all. */
  readonly control: 'sent' | 'in-words' | 'lost';
  /** Symbology identifier of ISO/IEC 15424, such as `]C0`. Always taken off. */
  readonly aim: string | null;
  /** What else stood before and behind; control characters left out. */
  readonly prefix: string;
  readonly suffix: string;
  /** Keys before and behind the text that make no character, by KeyboardEvent.key: `F2`, `Enter`, `Tab`, `Ctrl+J`. */
  readonly before: readonly string[];
  readonly after: readonly string[];
  readonly problems: readonly ScannerProblem[];
}

/** Much of the check code, but on a keyboard that is none of those known. */
export interface UnreadCheck {
  readonly kind: 'unread';
  readonly text: string;
}

/**
 * Looks whether some keys are the check code.
 * @param keys in the order in which they were pressed, with the end's
 * @returns null when they are something else
 */
export function analyseCheck(keys: readonly ScanKey[]): ScannerCheck | UnreadCheck | null {
  const { before, body, after } = partKeys(keys);
  // By place first: it holds when the computer's keyboard is changed, and with Caps Lock.
  for (const reading of [...keyboardLayouts, 'typed'] as const) {
    const found = findCode(body, reading);
    if (found !== null) return readCheck(body, reading, found, before, after);
  }
  const likeness = Math.max(...keyReadings.map((reading) => shared(readKeys(body, reading))));
  return likeness >= 0.5 ? { kind: 'unread', text: readKeys(body, 'typed') } : null;
}

/** What the check sets. What it cannot set stays as the scanner sends it. */
export function checkedScanner(check: ScannerCheck, checkedAt: string): ScannerSettings {
  const { longestGap, medianGap, prefix, before, after } = check;
  // Single late characters are allowed for anyway.
  const gap = Math.ceil(Math.min(longestGap, medianGap * 1.25) / 5) * 5;
  const [key = ''] = before;
  return {
    checkedAt,
    offer: false,
    gapMs: Math.min(Math.max(gap, usualGap), slowestGap),
    layout: check.layout,
    prefix: strippablePrefix.test(prefix) ? prefix : '',
    prefixKey: /^F\d+$/.test(key) ? key : '',
    end: after.some((one) => !one.startsWith('Ctrl+')) ? 'key' : 'none',
  };
}

interface Found {
  readonly before: string;
  readonly after: string;
  readonly control: ScannerCheck['control'];
}

const escaped = checkParts.map((part) => part.replace(/[-/\\^$*+?.()|[\]{}]/g, '\\$&'));
/** More than so many characters before, between or behind are no prefix any more. */
const around = '[^]{0,12}';
const codeForm = new RegExp(`^(${around}?)${escaped.join(`(${around}?)`)}(${around})$`);

function findCode(keys: readonly ScanKey[], reading: KeyReading): Found | null {
  const match = codeForm.exec(readKeys(keys, reading));
  if (match === null) return null;
  const [, before = '', between = '', after = ''] = match;
  const sent = withControlCharacters(between).includes('\u001d');
  const control = between === '\u001d' ? 'sent' : sent ? 'in-words' : 'lost';
  return { before, after, control };
}

/** The text, and the keys before and behind it that make no character. */
function partKeys(keys: readonly ScanKey[]): {
  readonly before: readonly string[];
  readonly body: readonly ScanKey[];
  readonly after: readonly string[];
} {
  const isText = (key: ScanKey): boolean => !key.control && readKeys([key], 'typed') !== '';
  const first = keys.findIndex(isText);
  const last = keys.findLastIndex(isText);
  if (first < 0) return { before: [], body: [], after: [] };
  const body = keys.slice(first, last + 1);
  // At the scanner's speed: what the operator pressed a moment before is not the scanner's.
  const gaps = gapsOf(body);
  const soon = Math.max(60, (gaps[Math.floor(gaps.length / 2)] ?? 0) * 1.5);
  const began = body[0]?.ms ?? 0;
  return {
    before: keys
      .slice(0, first)
      .filter(({ ms }) => began - ms <= soon)
      .map(nameOf),
    body,
    after: keys.slice(last + 1).map(nameOf),
  };
}

function nameOf(key: ScanKey): string {
  const control = controlCharacter(key, 'us');
  return control === null ? key.key : `Ctrl+${String.fromCharCode(control.charCodeAt(0) + 0x40)}`;
}

function readCheck(
  keys: readonly ScanKey[],
  layout: KeyReading,
  found: Found,
  before: readonly string[],
  after: readonly string[],
): ScannerCheck {
  const gaps = gapsOf(keys);
  const longestGap = gaps.at(-1) ?? 0;
  const medianGap = gaps[Math.floor(gaps.length / 2)] ?? 0;
  const [aim = null] = /^\][A-Za-z][0-9A-Za-z]/.exec(found.before) ?? [];
  const prefix = visible(aim === null ? found.before : found.before.slice(aim.length));
  const suffix = visible(found.after);
  const holds: Readonly<Record<ScannerProblem, boolean>> = {
    'too-slow': medianGap > slowestGap,
    'control-lost': found.control === 'lost',
    'prefix-text': prefix !== '' && !strippablePrefix.test(prefix),
    'suffix-text': suffix !== '',
    'prefix-key': before.some((key) => !/^(?:F\d+|Ctrl\+.)$/.test(key)) || before.length > 1,
    'suffix-key': after.slice(1).some((key) => /^F\d+$/.test(key)),
  };
  const changed = changedBy(keys, layout);
  return {
    kind: 'read',
    medianGap,
    longestGap,
    layout,
    computer: computerLayout(keys),
    changed,
    capsLock: keys.some(({ capsLock }) => capsLock),
    control: found.control,
    aim,
    prefix,
    suffix,
    before,
    after,
    problems: (Object.keys(holds) as ScannerProblem[]).filter((problem) => holds[problem]),
  };
}

/** Milliseconds from one key to the next, the shortest first. */
function gapsOf(keys: readonly ScanKey[]): number[] {
  return keys
    .slice(1)
    .map(({ ms }, index) => ms - (keys[index]?.ms ?? ms))
    .sort((one, other) => one - other);
}

function visible(text: string): string {
  return text.replace(/[\p{Cc}\s]/gu, '');
}

function changedBy(keys: readonly ScanKey[], layout: KeyReading): ScannerCheck['changed'] {
  const changed = new Map<string, string>();
  for (const key of keys) {
    if (key.control) continue;
    const [meant, made] = [readKeys([key], layout), readKeys([key], 'typed')];
    if (meant !== made) changed.set(meant, made);
  }
  return [...changed];
}

/** The layout that makes of each key what the computer made of it. A key that it made nothing of says nothing. */
function computerLayout(keys: readonly ScanKey[]): KeyboardLayout | null {
  const told = keys.filter((key) => !key.control && readKeys([key], 'typed') !== lostCharacter);
  const fits = (key: ScanKey, layout: KeyboardLayout): boolean => {
    // The right Alt is AltGr only where the layout has a third level.
    const bare = { ...key, alt: false, altGr: false };
    const made = readCharacter(key, layout) ?? readCharacter(bare, layout);
    const typed = readKeys([key], 'typed');
    return made === typed || (key.capsLock && made?.toLowerCase() === typed.toLowerCase());
  };
  return keyboardLayouts.find((layout) => told.every((key) => fits(key, layout))) ?? null;
}

/** How much of the check code a text has, from 0 to 1: the longest common subsequence. */
function shared(text: string): number {
  if (text.length < checkCode.length - 4 || text.length > checkCode.length + 12) return 0;
  let row = new Array<number>(text.length + 1).fill(0);
  for (const wanted of checkCode) {
    const next = [0];
    for (let at = 0; at < text.length; at += 1) {
      const same = text[at] === wanted ? (row[at] ?? 0) + 1 : 0;
      next.push(Math.max(same, row[at + 1] ?? 0, next[at] ?? 0));
    }
    row = next;
  }
  return (row.at(-1) ?? 0) / checkCode.length;
}
