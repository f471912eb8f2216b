import { foldLabel, type BayPlace } from '../drive/bays';
import { sanitizeForDisplay } from '../base/display';
import type { Drive } from '../drive/drive';
import { looksLikeMac, readMac, readUuid } from '../machine/identifiers';
import { detailsMember, readLabel } from './label';
import { hasCheckDigit } from './label-forms';
import { labelRulesOf, type LabelRule } from './label-rules';
import type { MachineDetails } from '../machine/machine';
import { scanCommands, type ScanCommand, type ScanKind } from './scan-outcome';
import { normalizeSerial, serialProblem } from '../machine/serial';
import type { ScanSettings, SerialPattern } from './scan-settings';
import { uuidProblem } from '../machine/smbios';

/** Kinds that tell more of a machine whose serial was scanned before. */
export type DetailsKind = Extract<ScanKind, 'uuid' | 'mac' | 'asset-tag'>;

/** Kinds that are nothing the station asks for. They are told apart so that the page can say what was scanned. */
export type WrongKind = Exclude<
  ScanKind,
  'command' | 'operator' | 'work-order' | 'sha256' | 'bay' | 'drive' | 'machine' | DetailsKind
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
  /** Normalized, and sound; whether it fits the makers' patterns is asked when it is paired. What else the label says. */
  | { readonly kind: 'machine'; readonly serial: string; readonly details?: MachineDetails }
  /** No serial. The kind is the first of what there is. */
  | { readonly kind: DetailsKind; readonly text: string; readonly details: MachineDetails }
  /** The text is sanitized. */
  | { readonly kind: WrongKind; readonly text: string };

/** What a barcode is compared with. */
export interface ScanContext {
  readonly settings: ScanSettings;
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
  const fromLabel = readFields(text, clean, labelRulesOf(settings.labelRules), bays, drives);
  return fromLabel ?? readNumber(clean, whole, settings.serialPatterns);
}

/** What the rules for labels know in a text, or null. A serial on it may still be an attached drive's. */
function readFields(
  text: string,
  clean: string,
  rules: readonly LabelRule[],
  bays: readonly BayPlace[],
  drives: readonly Drive[],
): ScanReading | null {
  const label = readLabel(text, rules);
  switch (label.kind) {
    case 'machine': {
      const { serial, details } = label;
      return readAttached(serial, bays, drives) ?? { kind: 'machine', serial, ...detailsMember(details) };
    }
    case 'facts': {
      const { details } = label;
      const kind = details.uuid !== undefined ? 'uuid' : details.macs !== undefined ? 'mac' : 'asset-tag';
      return { kind, text: sanitizeForDisplay(clean), details };
    }
    case 'placeholder':
      return wrong('placeholder', clean);
    case 'contradicts':
    case 'foreign':
      return wrong('unreadable', clean);
    case 'none':
      return null;
  }
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
  const conflict = place !== undefined && drive !== undefined && place.driveId !== drive.id;
  if (otherPlace !== undefined || otherDrive !== undefined || conflict) return wrong('unreadable', text);
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

/** Looks like a bay's label; the blank or the shortness parts it from a serial that begins with BAY. */
const bayForm = /^BAY(?:[^A-Z0-9].*|\d{0,3})$/i;

/** A text that is none of ours: a machine's serial, or another of the numbers on a machine's label. */
function readNumber(text: string, whole: boolean, patterns: readonly SerialPattern[]): ScanReading {
  const serial = normalizeSerial(withoutSerialPrefix(text));
  const problem = serialProblem(serial);
  const sound = whole && problem === null;
  const certain = patterns.length > 0 && fitsSerialPatterns(serial, patterns);
  if (sound && certain) return { kind: 'machine', serial };
  const alone = whole ? readAlone(serial, text) : null;
  if (alone !== null) return alone;
  const other = otherNumber(serial);
  if (other !== null) return wrong(other, text);
  // A hash that was cut short, or another kind of hash (SHA-1 has 40 digits, and no serial is as long).
  if (/^[0-9A-F]{40,}$/.test(serial)) return wrong('unreadable', text);
  if (bayForm.test(text)) return { kind: 'bay', label: sanitizeForDisplay(text, 40) };
  if (problem?.code === 'serial-placeholder') return wrong('placeholder', text);
  return sound ? { kind: 'machine', serial } : wrong('unreadable', text);
}

/** A UUID or a MAC that nobody named. */
function readAlone(serial: string, text: string): ScanReading | null {
  const shown = sanitizeForDisplay(text);
  const uuid = readUuid(serial);
  if (uuid !== null) {
    return uuidProblem(uuid) === null
      ? { kind: 'uuid', text: shown, details: { uuid } }
      : wrong('placeholder', text);
  }
  const bare = serial.replace(/^MAC\s+/, '');
  if (!looksLikeMac(bare)) return null;
  const mac = readMac(bare);
  return mac === null ? wrong('placeholder', text) : { kind: 'mac', text: shown, details: { macs: [mac] } };
}

/** What a text in upper case is by its form, when that is the form of a number that is no serial. */
function otherNumber(text: string): WrongKind | null {
  if (text.includes('://') || text.startsWith('WWW.')) return 'web-address';
  if (isTradeItemNumber(text)) return 'ean';
  if (isServiceCode(text)) return 'service-code';
  return partNumberForms.some((form) => form.test(text)) ? 'part-number' : null;
}

/** GTIN-8, -12 (UPC), -13 (EAN) and -14, alone or behind application identifier 01. */
function isTradeItemNumber(text: string): boolean {
  const digits = /^\(?01\)?(\d{14})/.exec(text)?.[1] ?? text;
  if (!/^(?:\d{8}|\d{12,14})$/.test(digits)) return false;
  return hasCheckDigit(digits);
}

/**
 * Ten or eleven digits: Dell's express service code, which is the service tag of seven read as a number to the base 36,
 * for the telephone, or Acer's SNID. Both stand on the label beside the serial and are never what firmware knows. It
 * is not turned into the tag: any other number of as many digits would become a serial that nobody printed. A maker whose serials
 * are such numbers needs a pattern.
 */
function isServiceCode(text: string): boolean {
  if (/^\d{11}$/.test(text)) return true;
  const number = /^\d{10}$/.test(text) ? Number(text) : 0;
  return number >= 36 ** 6;
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
