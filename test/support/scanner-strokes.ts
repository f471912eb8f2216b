import { checkParts } from '../../core/scan/check-code';
import { otherKeycodes, xKeycodes, type Stroke } from './real-keyboard';

/** How a scanner that is a keyboard presses a text, and the scans that are recorded. */

/** What a page is told of each key, by KeyboardEvent.code; `Dead` or `Process` where a key makes no character alone. */
export interface RecordedLayout {
  readonly plain: Record<string, string>;
  readonly shift: Record<string, string>;
  readonly altGr: Record<string, string>;
}

export interface ScannerHow {
  readonly text: string;
  /** The keyboard that the scanner is set to, by its name in xkb. */
  readonly scanner: string;
  /** How it sends control characters. */
  readonly control: 'with-control' | 'with-alt' | 'dropped' | 'in-words';
  readonly before?: readonly Stroke[];
  readonly after: readonly Stroke[];
}

export interface RecordedScan extends ScannerHow {
  readonly name: string;
  /** The keyboard that the computer is set to. */
  readonly computer: string;
  /** Milliseconds between two keys. */
  readonly gap: number;
}

const enter: Stroke = { keycode: otherKeycodes.Enter };
const tab: Stroke = { keycode: otherKeycodes.Tab };
const code = checkParts.join('\u001d');
const usual = { text: code, scanner: 'us', computer: 'us', control: 'with-control', after: [enter] } as const;

/** A serial with what a German keyboard swaps, and a badge that a French one makes signs of. */
export const recordedTexts = {
  serial: '5CG41YZ-ZY',
  badge: 'OP-Zoe Quark',
  command: 'PRESTAGE-UNDO',
} as const;
const work = (['us', 'de', 'fr'] as const).flatMap((computer) =>
  (['serial', 'badge', 'command'] as const).map((text) => ({
    ...{ name: `${text}, computer set to ${computer}`, text: recordedTexts[text], computer },
    ...({ scanner: 'us', control: 'with-control', gap: 8, after: [enter] } as const),
  })),
);

/** The check code as scanners send it, and some of what is scanned afterwards. */
export const recordedScans: readonly RecordedScan[] = [
  { ...usual, name: 'fast, Enter', gap: 6 },
  { ...usual, name: 'Bluetooth, 70 ms, Enter twice', gap: 70, after: [enter, enter] },
  { ...usual, name: 'computer set to German', computer: 'de', gap: 8 },
  { ...usual, name: 'computer set to French', computer: 'fr', gap: 8 },
  { ...usual, name: 'computer set to Swedish', computer: 'se', gap: 8 },
  { ...usual, name: 'computer set to British', computer: 'gb', gap: 8 },
  { ...usual, name: 'scanner set to German', scanner: 'de', gap: 8 },
  { ...usual, name: 'scanner set to French', scanner: 'fr', gap: 8 },
  { ...usual, name: 'both set to German', scanner: 'de', computer: 'de', gap: 8 },
  {
    ...usual,
    name: 'Caps Lock on',
    gap: 8,
    before: [{ keycode: otherKeycodes.CapsLock }],
    after: [enter, { keycode: otherKeycodes.CapsLock }],
  },
  { ...usual, name: 'AIM identifier, Enter and Tab', gap: 8, text: `]C0${code}`, after: [enter, tab] },
  {
    ...usual,
    name: 'a letter in front, control characters dropped',
    gap: 8,
    text: `D${code}`,
    control: 'dropped',
  },
  { ...usual, name: 'a sign in front, no end', gap: 8, text: `~${code}`, after: [] },
  {
    ...usual,
    name: 'F2 in front, CR LF',
    gap: 8,
    before: [{ keycode: otherKeycodes.F2 }],
    after: [enter, withControl('KeyJ')],
  },
  {
    ...usual,
    name: 'control characters in words, Escape',
    gap: 8,
    control: 'in-words',
    after: [{ keycode: otherKeycodes.Escape }],
  },
  ...work,
];

function withControl(code: string): Stroke {
  return { keycode: keycode(code), with: [otherKeycodes.ControlLeft] };
}

function keycode(code: string): number {
  const found = xKeycodes[code];
  if (found === undefined) throw new Error(`no key ${code}`);
  return found;
}

/** What the scanner presses. */
export function strokesOf(
  { text, scanner, control, before = [], after }: ScannerHow,
  layouts: Readonly<Record<string, RecordedLayout>>,
): Stroke[] {
  const layout = layouts[scanner];
  if (layout === undefined) throw new Error(`no layout ${scanner}`);
  const spelled = control === 'in-words' ? text.replaceAll('\u001d', '<GS>') : text;
  const strokes = Array.from(spelled).flatMap((character) => {
    if (character !== '\u001d') return [strokeOf(character, layout)];
    // Terminals sent GS as Control with ].
    return control === 'with-control' ? [withControl('BracketRight')] : [];
  });
  return [...before, ...strokes, ...after];
}

function strokeOf(character: string, { plain, shift, altGr }: RecordedLayout): Stroke {
  const find = (level: Readonly<Record<string, string>>): string | undefined =>
    Object.keys(level).find((code) => level[code] === character);
  const bare = find(plain);
  if (bare !== undefined) return { keycode: keycode(bare) };
  const shifted = find(shift);
  if (shifted !== undefined) return { keycode: keycode(shifted), with: [otherKeycodes.ShiftLeft] };
  const third = find(altGr);
  if (third !== undefined) return { keycode: keycode(third), with: [otherKeycodes.AltRight] };
  throw new Error(`no key makes ${character}`);
}
