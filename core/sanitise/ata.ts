import { ordered, type Abilities, type HiddenArea, type ObstacleCode, type SanitiseMethod } from './methods';
import type { DriveStatus } from './nvme';

/**
 * What a SATA drive says, from the 256 words of its own IDENTIFY DEVICE data, which ACS-4 fixes (`hdparm --Istdout`), and from
 * the few lines of hdparm for what is not in them.
 */

export interface AtaDrive {
  readonly serial: string;
  readonly model: string;
  /** World Wide Name, 16 digits; empty: it tells none. */
  readonly wwn: string;
  /** It has a device configuration overlay, whether or not it tells of it now. */
  readonly hasDco: boolean;
  readonly sanitize: { readonly crypto: boolean; readonly block: boolean; readonly overwrite: boolean };
  readonly security: {
    readonly supported: boolean;
    readonly enabled: boolean;
    readonly locked: boolean;
    readonly frozen: boolean;
    readonly enhanced: boolean;
    /** Minutes that an erase, and an enhanced one, takes by its own word; null: not told. */
    readonly minutes: number | null;
    readonly enhancedMinutes: number | null;
  };
  readonly solidState: boolean;
  /** It says how fast it turns. */
  readonly turns: boolean;
}

/** Reads what `hdparm --Istdout` prints. @returns null for anything but 256 words with a serial */
export function parseIdentify(text: string): AtaDrive | null {
  const words = text
    .split('\n')
    .filter((line) => /^(?:[0-9a-f]{4} ?){8}$/.test(line.trim()))
    .flatMap((line) => line.trim().split(' '))
    .map((word) => Number.parseInt(word, 16));
  if (words.length !== 256) return null;
  const word = (index: number): number => words[index] ?? 0;
  const bit = (index: number, at: number): boolean => ((word(index) >>> at) & 1) === 1;
  // Word 0, bit 15: not an ATA device.
  if (bit(0, 15)) return null;
  const textOf = (from: number, to: number): string =>
    words
      .slice(from, to)
      .map((pair) => String.fromCharCode(pair >>> 8, pair & 0xff))
      .join('')
      .trim();
  const wwn = words.slice(108, 112).map((one) => one.toString(16).padStart(4, '0'));
  // Words 59 and 128; word 59 counts where bit 12 says that the feature set is there.
  const sanitize = bit(59, 12);
  return {
    serial: textOf(10, 20),
    model: textOf(27, 47),
    // Word 87 counts where its bits 15 and 14 are 01; bit 8 says that there is a name.
    wwn: (word(87) & 0xc100) === 0x4100 ? wwn.join('') : '',
    // Word 83 counts where its bits 15 and 14 are 01.
    hasDco: (word(83) & 0xc800) === 0x4800,
    sanitize: {
      crypto: sanitize && bit(59, 13),
      overwrite: sanitize && bit(59, 14),
      block: sanitize && bit(59, 15),
    },
    security: {
      supported: bit(128, 0),
      enabled: bit(128, 1),
      locked: bit(128, 2),
      frozen: bit(128, 3),
      enhanced: bit(128, 5),
      minutes: minutesOf(word(89)),
      enhancedMinutes: minutesOf(word(90)),
    },
    solidState: word(217) === 1,
    turns: word(217) >= 0x0401 && word(217) <= 0xfffe,
  };
}

/** Words 89 and 90: bit 15 says that the time stands in bits 14 to 0, else in 7 to 0; in units of 2 minutes, 0 is not told. */
function minutesOf(word: number): number | null {
  const time = word & ((word & 0x8000) === 0 ? 0xff : 0x7fff);
  return time === 0 ? null : time * 2;
}

/** Sectors that `hdparm -N` says are visible and there; null: not told. */
export function parseMaxSectors(text: string): { readonly visible: number; readonly native: number } | null {
  const found = /max sectors\s*=\s*(\d+)\/(\d+),/.exec(text);
  if (found === null || /bad\/missing sense data/.test(text)) return null;
  const [visible, native] = [Number(found[1]), Number(found[2])];
  if (!isCountable(Math.max(visible, native))) return null;
  // hdparm warns where the two are read from different commands.
  return native < visible || /may be invalid|\?/.test(text) ? null : { visible, native };
}

/**
 * Real sectors from `hdparm --dco-identify`; null: not told. A drive without DCO makes hdparm print figures of an answer that
 * it did not get, with status 0.
 */
export function parseDco(text: string): number | null {
  if (/bad\/missing sense data|unknown, treating as/.test(text)) return null;
  if (!/DCO Revision:\s*0x000[12]\b/.test(text)) return null;
  const found = /Real max sectors:\s*(\d+)/.exec(text);
  const sectors = Number(found?.[1] ?? 0);
  return sectors < 2 || !isCountable(sectors) ? null : sectors;
}

/** Whether so many sectors, of 4096 bytes at most, are a number of bytes that can be told: a drive may say anything. */
function isCountable(sectors: number): boolean {
  return Number.isSafeInteger(sectors * 4096);
}

const unreadRegisters = /SG_IO: (?:bad\/missing|missing|questionable) sense data/;

/** Reads `hdparm --sanitize-status`. */
export function parseSanitizeStatus(text: string): DriveStatus & { readonly frozen?: boolean } {
  // Then hdparm prints a state all the same, of registers that it did not get.
  if (unreadRegisters.test(text)) return { state: 'not-known' };
  const state = /(?:State:\s+|Drive in )SD(\d)/.exec(text)?.[1];
  const well = /Last Sanitize Operation Completed Without Error/i.test(text);
  switch (state) {
    case '0':
    case '4':
      return { state: well ? 'done' : state === '0' ? 'never' : 'not-known' };
    case '1':
      return { state: well ? 'done' : 'never', frozen: true };
    case '2': {
      const share = /Progress:\s+0x([0-9a-f]{1,4})\b/i.exec(text)?.[1];
      return {
        state: 'running',
        share: share === undefined ? null : Number.parseInt(share, 16) / 0x10000,
      };
    }
    case '3':
      return { state: 'failed' };
    default:
      return { state: 'not-known' };
  }
}

export interface AtaAnswers {
  readonly drive: AtaDrive;
  readonly logicalSectorSize: number;
  readonly maxSectors: ReturnType<typeof parseMaxSectors>;
  readonly dcoSectors: number | null;
  /** Null where the drive has no Sanitize feature set. */
  readonly status: ReturnType<typeof parseSanitizeStatus> | null;
}

/** Which ways there are. A frozen drive has none of those that it is frozen for. */
export function ataAbilities({ drive, status, ...sizes }: AtaAnswers): Abilities {
  const methods: SanitiseMethod[] = ['overwrite'];
  const obstacles: ObstacleCode[] = [];
  const { sanitize, security } = drive;
  const offersSanitize = sanitize.block || sanitize.crypto || sanitize.overwrite;
  const sanitizeFrozen = status?.frozen === true;
  if (!sanitizeFrozen) {
    if (sanitize.block) methods.push('ata-sanitize-block');
    if (sanitize.crypto) methods.push('ata-sanitize-crypto');
    if (sanitize.overwrite) methods.push('ata-sanitize-overwrite');
  }
  const byPassword = security.enhanced ? 'ata-security-erase-enhanced' : 'ata-security-erase';
  const minutes = security.enhanced ? security.enhancedMinutes : security.minutes;
  if (security.supported && !security.enabled && !security.frozen) methods.push(byPassword);
  if (security.locked) obstacles.push('ata-locked');
  else if (security.enabled) obstacles.push('ata-password');
  // Firmware freezes Security at every start: that matters only where the drive has nothing better.
  const securityFrozen = security.supported && security.frozen && !offersSanitize && drive.solidState;
  if ((offersSanitize && sanitizeFrozen) || securityFrozen) obstacles.push('frozen');
  const hidden = hiddenOf(sizes);
  const { maxSectors, dcoSectors, logicalSectorSize } = sizes;
  const sectors = Math.max(maxSectors?.native ?? 0, dcoSectors ?? 0);
  return {
    methods: ordered(methods),
    obstacles,
    hidden,
    ...(hidden.length === 0 ? {} : { lift: sectors * logicalSectorSize }),
    underWay: status?.state === 'running',
    ...(drive.turns ? { magnetic: true } : {}),
    ...(minutes === null ? {} : { seconds: { [byPassword]: minutes * 60 } }),
    notKnown: [
      ...(maxSectors === null
        ? ['Whether this drive hides an area (HPA) is not known: it does not tell its native size.']
        : []),
      ...(drive.hasDco && dcoSectors === null
        ? [
            'Whether the configuration of this drive (DCO) hides an area is not known: it does not tell it, as when the firmware of this computer has frozen it.',
          ]
        : []),
    ],
  };
}

function hiddenOf({
  logicalSectorSize,
  maxSectors,
  dcoSectors,
}: Omit<AtaAnswers, 'drive' | 'status'>): HiddenArea[] {
  const areas: HiddenArea[] = [];
  if (maxSectors === null) return areas;
  const { visible, native } = maxSectors;
  if (native > visible) areas.push({ kind: 'hpa', bytes: (native - visible) * logicalSectorSize });
  if (dcoSectors !== null && dcoSectors > native) {
    areas.push({ kind: 'dco', bytes: (dcoSectors - native) * logicalSectorSize });
  }
  return areas;
}
