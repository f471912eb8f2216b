import { foldLabel, type BayPlace } from '../drive/bays';
import { sanitizeForDisplay } from '../base/display';
import type { Drive } from '../drive/drive';
import { readCode } from '../machine/admission-code';
import { looksLikeMac, readMac, readUuid } from '../machine/identifiers';
import { readTicket, type TicketReading } from './job-ticket';
import { detailsMember, readLabel } from './label';
import { labelRulesOf } from './label-rules';
import type { MachineDetails } from '../machine/machine';
import { reasonIn, type ScanReason } from './reasons';
import type { ScanCommand, ScanKind } from './scan-outcome';
import { otherNumber, withoutSecrets, type OtherNumber } from '../machine/other-number';
import { normalizeSerial, serialProblem } from '../machine/serial';
import type { ScanSettings, SerialPattern } from './scan-settings';
import {
  commandIn,
  commandPrefix,
  firstGroup,
  isBayForm,
  isCommandForm,
  isOwnWord,
  withoutFraming,
  withoutSerialPrefix,
} from './scan-text';
import { uuidProblem } from '../machine/smbios';

/** Kinds that tell more of a machine whose serial was scanned before. */
export type DetailsKind = Extract<ScanKind, 'uuid' | 'mac' | 'asset-tag'>;

/** Kinds that are nothing the station asks for. They are told apart so that the page can say what was scanned. */
export type WrongKind = Exclude<
  ScanKind,
  | 'command'
  | 'reason'
  | 'ticket'
  | 'operator'
  | 'work-order'
  | 'sha256'
  | 'bay'
  | 'drive'
  | 'machine'
  | 'admission-code'
  | DetailsKind
>;

/** What a barcode says. */
export type ScanReading =
  | { readonly kind: 'command'; readonly command: ScanCommand }
  /** Why something is written again. */
  | { readonly kind: 'reason'; readonly reason: ScanReason }
  /** Whole or not: what begins like a ticket is nothing else. */
  | { readonly kind: 'ticket'; readonly reading: TicketReading }
  | { readonly kind: 'operator'; readonly name: string }
  | { readonly kind: 'work-order'; readonly number: string }
  | { readonly kind: 'sha256'; readonly sha256: string }
  /** The label as the bench has it, or the scanned text where it plainly means a bay and there is no such bay. */
  | { readonly kind: 'bay'; readonly label: string }
  | { readonly kind: 'drive'; readonly driveId: string }
  /** Normalized, and sound; whether it fits the makers' patterns is asked when it is paired. What else the label says. */
  | { readonly kind: 'machine'; readonly serial: string; readonly details?: MachineDetails }
  /** As a machine that asks to be let into the rack shows it. */
  | { readonly kind: 'admission-code'; readonly code: string }
  /** No serial. The kind is the first of what there is. */
  | { readonly kind: DetailsKind; readonly text: string; readonly details: MachineDetails }
  /** The text is sanitized. `doubtful`: a serial may look so; `tag`: of a service code, the tag it is made from. */
  | { readonly kind: WrongKind; readonly text: string; readonly doubtful?: true; readonly tag?: string };

/** What a barcode is compared with. */
export interface ScanContext {
  readonly settings: ScanSettings;
  readonly bays: readonly BayPlace[];
  readonly drives: readonly Drive[];
  /** Whether the open work order names a machine: whatever form its serial has, it is one. */
  readonly isOrdered?: (serial: string) => boolean;
  /** Codes of machines that ask to be let into the rack. */
  readonly codes?: readonly string[];
}

/** The text to print as the barcode of a command. */
export function commandBarcode(command: ScanCommand): string {
  return `${commandPrefix}-${command}`;
}

/**
 * Says what a barcode is. What is known exactly (commands, hashes, bays, attached drives, codes of machines that ask) comes before what only
 * looks like something, so a drive that is attached never passes for a machine. A text that means two things
 * means neither: it is unreadable.
 *
 * A text that fits a serial pattern of the settings, or that the open order names, is a machine at once. Without, what
 * has the form of another number on the label is refused; where serials of some maker have it too, as doubtful: one
 * in ten of Surface's 12 digits has a right GS1 check digit by chance.
 */
export function readScan(text: string, context: ScanContext): ScanReading {
  const { settings, bays, drives } = context;
  const { clean, whole } = withoutFraming(text);
  const ticket = readTicket(clean);
  if (ticket !== null) return { kind: 'ticket', reading: ticket };
  const command = commandIn(clean);
  if (command !== null) return { kind: 'command', command };
  const reason = reasonIn(clean);
  if (reason !== null) return { kind: 'reason', reason };
  const sha256 = whole ? sha256In(clean) : null;
  if (sha256 !== null) return { kind: 'sha256', sha256 };
  const attached = readAttached(clean, bays, drives);
  const code = whole ? codeIn(clean, context) : null;
  if (code !== null) return attached === null ? { kind: 'admission-code', code } : wrong('unreadable', clean);
  if (attached !== null) return attached;
  const name = firstGroup(settings.badgePattern, clean);
  if (name !== null) return { kind: 'operator', name };
  const number = firstGroup(settings.workOrderPattern, clean);
  if (number !== null) return { kind: 'work-order', number };
  // A command that this version does not know, or that was cut short, must not become a machine.
  if (isCommandForm(clean)) return wrong('unreadable', clean);
  const fromLabel = readFields(text, clean, context);
  return fromLabel ?? readNumber(clean, whole, context);
}

/** A scan as it is shown: a ticket by what it says, a part of one by its beginning, which is all that people know of it. */
export function shownScan(text: string, scan: ScanReading): string {
  if (scan.kind === 'reason') return scan.reason.words;
  if (scan.kind !== 'ticket') return sanitizeForDisplay(withoutSecrets(text), 120);
  if (scan.reading.problem !== null) return sanitizeForDisplay(text, 10);
  const { orderNumber, mediaName } = scan.reading.ticket;
  return sanitizeForDisplay(`${orderNumber} · ${mediaName}`, 130);
}

/** What the rules for labels know in a text, or null. A serial on it may still be an attached drive's. */
function readFields(text: string, clean: string, context: ScanContext): ScanReading | null {
  const { settings, bays, drives } = context;
  const label = readLabel(text, labelRulesOf(settings.labelRules));
  switch (label.kind) {
    case 'machine': {
      const { serial, details } = label;
      const attached = readAttached(serial, bays, drives);
      if (attached !== null) return attached;
      if (isOwnWord(serial)) return wrong('unreadable', clean);
      // Labels of parts call their number S/N, too.
      const other = isTaken(serial, context) ? null : otherNumber(serial);
      if (other?.sure === true) return otherReading(other, clean, true);
      return { kind: 'machine', serial, ...detailsMember(details) };
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

/** Whether a text is a machine whatever its form: by a pattern of the settings, or by the open order. */
function isTaken(serial: string, { settings, isOrdered }: ScanContext): boolean {
  const { serialPatterns: patterns } = settings;
  return (patterns.length > 0 && fitsSerialPatterns(serial, patterns)) || isOrdered?.(serial) === true;
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

function wrong(kind: WrongKind, text: string): Extract<ScanReading, { kind: WrongKind }> {
  return { kind, text: sanitizeForDisplay(text) };
}

/** Alone, after `sha256:`, as a line of sha256sum, or as such a line of the BSDs. */
function sha256In(text: string): string | null {
  const match =
    /^(?:sha-?256(?: \(.+\) =|[:=])\s*)?([0-9a-f]{64})$/i.exec(text) ??
    /^\\?([0-9a-f]{64}) [ *]\S.*$/i.exec(text);
  return match?.[1]?.toLowerCase() ?? null;
}

/** The code of a machine that asks, as it is shown or typed; null: it is none of them. */
function codeIn(text: string, { codes = [] }: ScanContext): string | null {
  const code = readCode(text);
  return code !== null && codes.includes(code) ? code : null;
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

/** A text that is none of ours: a machine's serial, or another of the numbers on a machine's label. */
function readNumber(text: string, whole: boolean, { settings, isOrdered }: ScanContext): ScanReading {
  const patterns = settings.serialPatterns;
  const serial = normalizeSerial(withoutSerialPrefix(text));
  const problem = serialProblem(serial);
  if (isOwnWord(serial)) return wrong('unreadable', text);
  const sound = whole && problem === null;
  const fits = patterns.length > 0 && fitsSerialPatterns(serial, patterns);
  if (sound && fits) return { kind: 'machine', serial };
  const ordered = whole && isOrdered !== undefined ? orderedSerial(serial, isOrdered) : null;
  if (ordered !== null) return { kind: 'machine', serial: ordered };
  const alone = whole ? readAlone(serial, text) : null;
  if (alone !== null) return alone;
  if (problem?.code === 'serial-placeholder') return wrong('placeholder', text);
  const other = otherNumber(serial);
  if (other !== null) return otherReading(other, text, sound);
  if (isBayForm(text)) return { kind: 'bay', label: sanitizeForDisplay(text, 40) };
  return sound ? { kind: 'machine', serial } : wrong('unreadable', text);
}

/**
 * The machine of the open order that a text names, whatever form its serial has. Behind the data identifier S of ANSI
 * MH10.8.2 too: any S may begin a serial, so without an order it is not taken off.
 */
export function orderedSerial(serial: string, isOrdered: (serial: string) => boolean): string | null {
  if (isOrdered(serial)) return serial;
  const bare = serial.slice(1);
  return serial.startsWith('S') && isOrdered(bare) ? bare : null;
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

/** @param sound whether it could be a serial */
function otherReading(other: OtherNumber, text: string, sound: boolean): ScanReading {
  const { kind, tag } = other;
  // A UUID or a MAC that is none, and a hash of another kind or cut short.
  if (kind === 'uuid' || kind === 'mac' || kind === 'hash') return wrong('unreadable', text);
  const reading = wrong(kind, withoutSecrets(text));
  return {
    ...reading,
    ...(other.sure || !sound ? {} : { doubtful: true }),
    ...(tag === undefined ? {} : { tag }),
  };
}
