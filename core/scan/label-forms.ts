import { hasGs1CheckDigit } from '../machine/check-digits';
import { foldName } from './label-rules';

/** How several values stand in one code. Says what is where, not what it means: that is the rules' (label-rules.ts). */

/** One value of a label with what stands before it. */
export interface LabelPiece {
  readonly form: 'name' | 'data-identifier' | 'application-identifier' | 'text';
  /** The name or the identifier; empty for `text`. */
  readonly key: string;
  readonly value: string;
}

const [fileSeparator, groupSeparator, recordSeparator, unitSeparator] = [
  '\u001c',
  '\u001d',
  '\u001e',
  '\u001f',
];
const endOfTransmission = '\u0004';

/**
 * What scanners send for a control character that their interface cannot send: in words, as a picture of Unicode, or
 * in caret notation. Control characters themselves come as they are (renderer/scanner).
 */
const substitutes: readonly (readonly [RegExp, string])[] = [
  [/<GS>|\{GS\}|\[GS\]|\u241d|\^\]|\\x1d|<FNC1>|\{FNC1\}/gi, groupSeparator],
  [/<RS>|\{RS\}|\[RS\]|\u241e|\^\^|\\x1e/gi, recordSeparator],
  [/<FS>|\{FS\}|\u241c|\\x1c/gi, fileSeparator],
  [/<US>|\{US\}|\u241f|\\x1f/gi, unitSeparator],
  [/<EOT>|\{EOT\}|\[EOT\]|\u2404|\\x04/gi, endOfTransmission],
];

/** The text with control characters where the scanner sent something else for them. */
export function withControlCharacters(text: string): string {
  return substitutes.reduce((result, [substitute, character]) => result.replace(substitute, character), text);
}

const ends = /^[\s\p{Cc}]+|[\s\p{Cc}]+$/gu;
/** Symbology identifiers (ISO/IEC 15424) that say that the code is one of GS1. */
const gs1Symbology = /^\](?:C1|e\d|d2|Q3|J1)/;

/**
 * Takes a label's text apart.
 * @returns its values; one `text` when there is nothing to take apart; null when the form is known and the text is
 *   not well formed: nothing of it can be trusted then
 */
export function labelPieces(text: string, isName: (folded: string) => boolean): LabelPiece[] | null {
  const framed = withControlCharacters(text).replace(ends, '');
  const isGs1 = gs1Symbology.test(framed);
  const plain = framed.replace(/^\][A-Za-z][0-9A-Za-z]/, '').replace(ends, '');
  if (plain.startsWith('[)>')) return messagePieces(plain);
  if (/^\(\d{2,4}\)/.test(plain)) return bracketPieces(plain);
  const parted = plain.includes(groupSeparator);
  if (isGs1 || parted || startsWithTradeItem(plain)) {
    const pieces = elementPieces(plain);
    if (pieces !== null && (isGs1 || hasMainKey(pieces))) return pieces;
    if (isGs1 && parted) return null;
  }
  const object = plain.startsWith('{') ? parseObject(plain) : null;
  return object === null ? namedPieces(plain, isName) : jsonPieces(plain, object);
}

/**
 * ISO/IEC 15434: `[)>` RS, then formats, each with its number and ended by RS, then EOT. 05 holds GS1's application
 * identifiers, 06 data identifiers, both parted by GS.
 */
function messagePieces(text: string): LabelPiece[] | null {
  const formats = text
    .slice('[)>'.length)
    .split(recordSeparator)
    .map((format) => format.replaceAll(endOfTransmission, ''))
    .filter((format) => format !== '');
  if (formats.length === 0) return null;
  const pieces: LabelPiece[] = [];
  for (const format of formats) {
    const [number = '', ...fields] = format.split(groupSeparator);
    if (number === '05') {
      const elements = elementPieces(fields.join(groupSeparator));
      if (elements === null) return null;
      pieces.push(...elements);
    } else if (number === '06') {
      for (const field of fields) {
        const match = /^(\d{0,3}[A-Z])(.*)$/s.exec(field);
        if (match === null) return null;
        pieces.push({ form: 'data-identifier', key: match[1] ?? '', value: match[2] ?? '' });
      }
    } else return null;
  }
  return pieces;
}

/** GS1's brackets: for people, but some scanners and label makers put them into the code. */
function bracketPieces(text: string): LabelPiece[] | null {
  const pieces: LabelPiece[] = [];
  let rest = text.replaceAll(groupSeparator, '');
  while (rest !== '') {
    const match = /^\((\d{2,4})\)([^(]+)/.exec(rest);
    if (match === null) return null;
    pieces.push({ form: 'application-identifier', key: match[1] ?? '', value: (match[2] ?? '').trim() });
    rest = rest.slice(match[0].length);
  }
  return pieces;
}

/** Digits of an application identifier, by its first two. GS1 General Specifications, 3.2; two where it is not named. */
const identifierDigits: Readonly<Record<string, number>> = {
  ...{ '23': 3, '24': 3, '25': 3, '40': 3, '41': 3, '42': 3, '71': 3 },
  ...{
    '31': 4,
    '32': 4,
    '33': 4,
    '34': 4,
    '35': 4,
    '36': 4,
    '39': 4,
    '43': 4,
    '70': 4,
    '72': 4,
    '80': 4,
    '81': 4,
  },
  ...{ '82': 4 },
};

/** Characters of a value by the identifier's first two digits, where no separator ends it. GS1 GS, 7.8.5. */
const fixedLengths: Readonly<Record<string, number>> = {
  ...{ '00': 18, '01': 14, '02': 14, '03': 14, '04': 16, '20': 2, '41': 13 },
  ...{ '11': 6, '12': 6, '13': 6, '14': 6, '15': 6, '16': 6, '17': 6, '18': 6, '19': 6 },
  ...{ '31': 6, '32': 6, '33': 6, '34': 6, '35': 6, '36': 6 },
};

/** The identifiers of two digits that there are. */
const shortIdentifiers = /^(?:0[0-4]|1\d|2[0-2]|30|37|9\d)$/;

/** GS1's element strings as they stand in the code: identifier and value, a separator after what has no fixed length. */
function elementPieces(text: string): LabelPiece[] | null {
  const pieces: LabelPiece[] = [];
  let rest = text;
  while (rest !== '') {
    if (rest.startsWith(groupSeparator)) {
      rest = rest.slice(1);
      continue;
    }
    const first = rest.slice(0, 2);
    const digits = identifierDigits[first] ?? 2;
    const key = rest.slice(0, digits);
    if (key.length < digits || !/^\d+$/.test(key)) return null;
    if (digits === 2 && !shortIdentifiers.test(key)) return null;
    const fixed = fixedLengths[first];
    const after = rest.slice(digits);
    const separator = after.indexOf(groupSeparator);
    const length = fixed ?? (separator === -1 ? after.length : separator);
    const value = after.slice(0, length);
    if (value.length < length || value === '' || value.includes(groupSeparator)) return null;
    if (fixed !== undefined && !/^\d+$/.test(value)) return null;
    pieces.push({ form: 'application-identifier', key, value });
    rest = after.slice(length);
  }
  return pieces.length === 0 ? null : pieces;
}

/**
 * Whether the elements name a trade item or an asset, without which a serial of GS1 does not stand (GS1 GS, 4.14). Digits
 * that look like elements by chance do not.
 */
function hasMainKey(pieces: readonly LabelPiece[]): boolean {
  return pieces.some(({ key, value }) => (key === '01' && hasGs1CheckDigit(value)) || key === '8004');
}

/** A GTIN with its identifier and a right check digit, and more behind it: no other text begins so. */
function startsWithTradeItem(text: string): boolean {
  const digits = /^01(\d{14})./.exec(text)?.[1];
  return digits !== undefined && hasGs1CheckDigit(digits);
}

function parseObject(text: string): object | null {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' ? parsed : null;
  } catch {
    return null;
  }
}

/** A flat JSON object. A name that stands in it twice makes it ill formed: JSON.parse kept one and said nothing. */
function jsonPieces(text: string, object: object): LabelPiece[] | null {
  const entries: [string, unknown][] = Object.entries(object);
  const strings = [...text.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?/g)];
  if (strings.filter(([, colon]) => colon !== undefined).length !== entries.length) return null;
  return entries.flatMap(([key, value]) =>
    (Array.isArray(value) ? (value as unknown[]) : [value]).flatMap((one): LabelPiece[] =>
      // A number lost its leading zeros: what must be exact is a string.
      typeof one === 'string' ? [{ form: 'name', key, value: one.trim() }] : [],
    ),
  );
}

/** Lines and `;` part values surely; blanks and commas only before a name that is known. */
const surely = new RegExp(
  `[\\r\\n\\t;|${fileSeparator}${groupSeparator}${recordSeparator}${unitSeparator}]+`,
  'u',
);

function namedPieces(text: string, isName: (folded: string) => boolean): LabelPiece[] {
  return text
    .split(surely)
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .flatMap((line) => linePieces(line, isName));
}

interface Mark {
  readonly name: string;
  readonly from: number;
  readonly valueFrom: number;
}

/** `NAME: VALUE NAME: VALUE` in one line; a text without a known name is one piece. */
function linePieces(line: string, isName: (folded: string) => boolean): LabelPiece[] {
  const marks: Mark[] = [];
  for (let at = 0; at < line.length; at += 1) {
    if (line[at] !== ':' && line[at] !== '=') continue;
    const mark = nameBefore(line, at, isName);
    if (mark !== null) marks.push(mark);
  }
  const [first] = marks;
  if (first === undefined) return [{ form: 'text', key: '', value: line }];
  const before = line.slice(0, first.from).trim();
  return [
    ...(before === '' ? [] : [{ form: 'text', key: '', value: before } as const]),
    ...marks.map(({ name, valueFrom }, index) => {
      const value = line.slice(valueFrom, marks[index + 1]?.from ?? line.length);
      return { form: 'name', key: name, value: value.replace(/^[\s"']+|[\s,"']+$/g, '') } as const;
    }),
  ];
}

/** Names are at most so long, and so many words. */
const longestName = 40;
const maxWords = 4;

/** The longest known name that ends before a colon or an equals sign. */
function nameBefore(line: string, at: number, isName: (folded: string) => boolean): Mark | null {
  const words = [...line.slice(Math.max(0, at - longestName), at).matchAll(/[^\s,]+/g)].slice(-maxWords);
  const start = Math.max(0, at - longestName);
  for (const word of words) {
    const from = start + word.index;
    const name = line.slice(from, at);
    if (isName(foldName(name.replaceAll('"', '')))) return { name, from, valueFrom: at + 1 };
  }
  return null;
}
