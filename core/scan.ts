import { foldLabel, type BayPlace } from './bays';
import { sanitizeForDisplay } from './display';
import type { Drive } from './drive';
import { scanCommands, type ScanCommand, type ScanKind } from './scan-outcome';
import { normalizeSerial, serialProblem } from './serial';
import type { DeskSettings, SerialPattern } from './settings';

/** Kinds that are nothing the station asks for. They are told apart so that the page can say what was scanned. */
export type WrongKind = Exclude<
  ScanKind,
  'command' | 'operator' | 'work-order' | 'sha256' | 'bay' | 'drive' | 'machine'
>;

/** What a barcode says. */
export type ScanReading =
  | { readonly kind: 'command'; readonly command: ScanCommand }
  | { readonly kind: 'operator'; readonly name: string }
  | { readonly kind: 'work-order'; readonly number: string }
  | { readonly kind: 'sha256'; readonly sha256: string }
  /** The label as the bench has it, or the scanned text where it plainly means a bay and there is no such bay. */
  | { readonly kind: 'bay'; readonly label: string }
  | { readonly kind: 'drive'; readonly driveId: string }
  /** Normalized, and sound; whether it fits the makers' patterns is asked when it is paired. */
  | { readonly kind: 'machine'; readonly serial: string }
  /** The text is sanitized. */
  | { readonly kind: WrongKind; readonly text: string };

/** What a barcode is compared with. */
export interface ScanContext {
  readonly settings: Pick<DeskSettings, 'badgePattern' | 'workOrderPattern' | 'serialPatterns'>;
  readonly bays: readonly BayPlace[];
  readonly drives: readonly Drive[];
}

const commandPrefix = 'PRESTAGE';
/** Longer texts are no badge, whatever the pattern: a pattern may be slow on them. */
const longestBadge = 200;

/** The text to print as the barcode of a command. */
export function commandBarcode(command: ScanCommand): string {
  return `${commandPrefix}-${command}`;
}

/**
 * Says what a barcode is. What is known exactly (commands, hashes, bays, attached drives) comes before what only
 * looks like something, so a drive that is attached never passes for a machine. A text that means two things
 * means neither: it is unreadable.
 *
 * With serial patterns in the settings, a text that fits one is a machine at once. Without, what has the form of
 * another number on the label is refused. A maker whose serials are 12 digits (Surface) needs a pattern: one in
 * ten of them has a right GS1 check digit by chance and would be taken for an EAN.
 */
export function readScan(text: string, { settings, bays, drives }: ScanContext): ScanReading {
  const { clean, whole } = withoutFraming(text);
  // ASCII only: a scanner set to another keyboard layout types `ß` or `)` for the hyphen.
  const folded = clean.replace(/[^A-Za-z0-9]/g, '').toUpperCase();
  const command = scanCommands.find((one) => folded === commandPrefix + one);
  if (command !== undefined) return { kind: 'command', command };
  const sha256 = whole ? sha256In(clean) : null;
  if (sha256 !== null) return { kind: 'sha256', sha256 };
  const attached = readAttached(clean, bays, drives);
  if (attached !== null) return attached;
  const name = firstGroup(settings.badgePattern, clean);
  if (name !== null) return { kind: 'operator', name };
  const number = firstGroup(settings.workOrderPattern, clean);
  if (number !== null) return { kind: 'work-order', number };
  // A command that this version does not know, or that was cut short, must not become a machine.
  if (folded.startsWith(commandPrefix)) return wrong('unreadable', clean);
  return readLabel(clean, whole, settings.serialPatterns);
}

/** Whether a normalized serial is one that the makers' patterns allow. Without patterns all are. */
export function fitsSerialPatterns(serial: string, patterns: readonly SerialPattern[]): boolean {
  return (
    patterns.length === 0 || patterns.some(({ pattern }) => new RegExp(`^(?:${pattern})$`, 'u').test(serial))
  );
}

/** The drives that a text names by serial, WWN or id. More than one where drives report the same serial. */
export function drivesNamed(text: string, drives: readonly Drive[]): Drive[] {
  const names = new Set([text, withoutSerialPrefix(text)].map(normalizeSerial).filter((name) => name !== ''));
  const scannedWwn = bareWwn(text);
  return drives.filter(({ id, serial, wwn }) => {
    const own = [id, serial ?? '', wwn ?? ''].map(normalizeSerial);
    // Western Digital's firmware puts WD- before the serial that is printed on the label.
    own.push((own[1] ?? '').replace(/^WD-/, ''));
    return own.some((name) => names.has(name)) || (scannedWwn !== null && bareWwn(wwn ?? '') === scannedWwn);
  });
}

/**
 * Takes off what scanners put around a text: blanks, control characters (STX, CR, …), and the symbology identifier
 * of ISO/IEC 15424, three characters such as `]C0`, `]C1`, `]d2`, `]Q1` that say what kind of barcode it was.
 * @returns the text, and whether it was one piece. Control characters inside (GS, RS: ISO/IEC 15434, GS1) part
 *   several fields; without them the fields look like one number that nobody ever printed.
 */
function withoutFraming(text: string): { readonly clean: string; readonly whole: boolean } {
  const ends = /^[\s\p{Cc}]+|[\s\p{Cc}]+$/gu;
  const framed = text.replace(ends, '').replace(/^\][A-Za-z][0-9A-Za-z]/, '');
  const inner = framed.replace(ends, '');
  const clean = inner.replace(/\p{Cc}/gu, '');
  return { clean, whole: clean === inner };
}

function wrong(kind: WrongKind, text: string): ScanReading {
  return { kind, text: sanitizeForDisplay(text) };
}

/** Alone, after `sha256:`, as a line of sha256sum, or as such a line of the BSDs. */
function sha256In(text: string): string | null {
  const match =
    /^(?:sha-?256(?: \(.+\) =|[:=])\s*)?([0-9a-f]{64})$/i.exec(text) ??
    /^\\?([0-9a-f]{64}) [ *]\S.*$/i.exec(text);
  return match?.[1]?.toLowerCase() ?? null;
}

function firstGroup(pattern: string, text: string): string | null {
  if (text.length > longestBadge) return null;
  const match = new RegExp(pattern, 'iu').exec(text);
  if (match === null) return null;
  const value = sanitizeForDisplay(match[1] ?? match[0]);
  return value === '' ? null : value;
}

function readAttached(text: string, bays: readonly BayPlace[], drives: readonly Drive[]): ScanReading | null {
  const [place, otherPlace] = baysMeant(text, bays);
  const [drive, otherDrive] = drivesNamed(text, drives);
  if (place === undefined && drive === undefined) return null;
  const contradict = place !== undefined && drive !== undefined && place.driveId !== drive.id;
  if (otherPlace !== undefined || otherDrive !== undefined || contradict) return wrong('unreadable', text);
  if (place !== undefined) return { kind: 'bay', label: place.label };
  return drive === undefined ? null : { kind: 'drive', driveId: drive.id };
}

/** `7`, `BAY-7` and `bay 7` mean the bay `7`, unless another one is called `bay 7` itself. */
function baysMeant(text: string, bays: readonly BayPlace[]): BayPlace[] {
  const folded = foldLabel(text);
  const called = (name: string): BayPlace[] =>
    name === '' ? [] : bays.filter(({ label }) => foldLabel(label) === name);
  const exact = called(folded);
  if (exact.length > 0 || !folded.startsWith('BAY')) return exact;
  return called(folded.slice('BAY'.length));
}

/** A WWN is written with 0x, naa. (T10) or eui. (IEEE) before it, or with blanks, or bare. */
function bareWwn(text: string): string | null {
  const bare = text
    .trim()
    .toUpperCase()
    .replace(/^WWN[:\s]\s*/, '')
    .replace(/^(?:0X|NAA\.|EUI\.)/, '')
    .replace(/[\s:.-]/g, '');
  return /^(?:[0-9A-F]{16}|[0-9A-F]{32})$/.test(bare) ? bare : null;
}

function withoutSerialPrefix(text: string): string {
  return text.replace(/^(?:S\/N[:\s]|SN:)\s*/i, '');
}

/**
 * Lenovo's label: data identifier 1S, machine type model (type of 4; model of 6, which ends in two letters of the
 * country, or is S...00 for a contract), then the serial of 8. No other length is taken apart: it may be a part's.
 */
const lenovoLabel = /^1S[A-Z0-9]{4}(?:[A-Z0-9]{4}[A-Z]{2}|S[A-Z0-9]{3}00)([A-Z][A-Z0-9]{7})$/;

/** Looks like a bay's label; the blank or the shortness parts it from a serial that begins with BAY. */
const bayForm = /^BAY(?:[^A-Z0-9].*|\d{0,3})$/i;

/** A text that is none of ours: a machine's serial, or another of the numbers on a machine's label. */
function readLabel(text: string, whole: boolean, patterns: readonly SerialPattern[]): ScanReading {
  // Before the patterns: a wide one would keep the whole text, and the machine would have two serials.
  const fromLenovo = lenovoLabel.exec(normalizeSerial(text))?.[1];
  const serial = fromLenovo ?? normalizeSerial(withoutSerialPrefix(text));
  const problem = serialProblem(serial);
  const sound = whole && problem === null;
  const certain = fromLenovo !== undefined || (patterns.length > 0 && fitsSerialPatterns(serial, patterns));
  if (sound && certain) return { kind: 'machine', serial };
  const other = otherNumber(serial);
  if (other !== null) return wrong(other, text);
  // A hash that was cut short, or another kind of hash (SHA-1 has 40 digits, and no serial is as long).
  if (/^[0-9A-F]{40,}$/.test(serial)) return wrong('unreadable', text);
  if (bayForm.test(text)) return { kind: 'bay', label: sanitizeForDisplay(text, 40) };
  if (problem?.code === 'serial-placeholder') return wrong('placeholder', text);
  return sound ? { kind: 'machine', serial } : wrong('unreadable', text);
}

/** What a text in upper case is by its form, when that is the form of a number that is no serial. */
function otherNumber(text: string): WrongKind | null {
  if (text.includes('://') || text.startsWith('WWW.')) return 'web-address';
  if (uuidForm.test(text)) return 'uuid';
  if (isMac(text)) return 'mac';
  if (isTradeItemNumber(text)) return 'ean';
  return partNumberForms.some((form) => form.test(text)) ? 'part-number' : null;
}

/** RFC 9562, section 4; with or without hyphens and braces. */
const uuidForm =
  /^(?:URN:UUID:|UUID[:\s]\s*)?\{?[0-9A-F]{8}(-?)[0-9A-F]{4}\1[0-9A-F]{4}\1[0-9A-F]{4}\1[0-9A-F]{12}\}?$/;

/**
 * Twelve hexadecimal digits with separators are a MAC. Without, they are one when they hold a letter and are an
 * address that a maker can have burnt in: the two lowest bits of the first byte (group, local: IEEE 802) are zero,
 * so the second digit is 0, 4, 8 or C. Twelve bare decimal digits say nothing.
 */
function isMac(text: string): boolean {
  const bare = text.replace(/^MAC[:\s]\s*/, '');
  if (/^[0-9A-F]{2}([:-])(?:[0-9A-F]{2}\1){4}[0-9A-F]{2}$/.test(bare)) return true;
  if (/^[0-9A-F]{4}\.[0-9A-F]{4}\.[0-9A-F]{4}$/.test(bare)) return true;
  return /^[0-9A-F][048C][0-9A-F]{10}$/.test(bare) && /[A-F]/.test(bare);
}

/**
 * GTIN-8, -12 (UPC), -13 (EAN) and -14, alone or behind application identifier 01. GS1 General Specifications,
 * "Check digit calculation": from the right, before the check digit, weights 3 and 1 in turn; the sum with the
 * check digit is a multiple of ten.
 */
function isTradeItemNumber(text: string): boolean {
  const digits = /^\(?01\)?(\d{14})/.exec(text)?.[1] ?? text;
  if (!/^(?:\d{8}|\d{12,14})$/.test(digits)) return false;
  const sum = Array.from(digits)
    .reverse()
    .reduce((total, digit, index) => total + Number(digit) * (index % 2 === 0 ? 1 : 3), 0);
  return sum % 10 === 0;
}

const partNumberForms: readonly RegExp[] = [
  // Said by the label itself.
  /^(?:P\/N|PN:)/,
  // ANSI MH10.8.2: 1P is the supplier's item number. Also 1S that is not Lenovo's form above. Eight characters or
  // more: a Dell service tag has seven and may begin so.
  /^1[PS].{6,}$/,
  // IBM's and Lenovo's labels of parts: 11S or 8S, part number, serial of the part.
  /^(?:11S|8S)[A-Z0-9]{16,}$/,
  // HP: spare part and option (L12345-001, 123456-B21), product number with its country (1A2B3C4#ABA).
  /^[A-Z0-9]{6}-[A-Z0-9]{3}$/,
  /^[A-Z0-9]{5,8}#[A-Z0-9]{3}$/,
  // Lenovo: machine type (two digits first) and model, see lenovoLabel: 20XW-0012US, 20XWCTO1WW, 20XWS0AB00.
  /^\d{2}[A-Z0-9]{2}-?(?:[A-Z0-9]{4}[A-Z]{2}|S[A-Z0-9]{3}00)$/,
];
