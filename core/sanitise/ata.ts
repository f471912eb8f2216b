import { ordered, type Abilities, type HiddenArea, type ObstacleCode, type SanitiseMethod } from './methods';
import type { DriveStatus } from './nvme';

/**
 * What a SATA drive says, from the 256 words of its own IDENTIFY DEVICE data, which ACS-4 fixes (`hdparm --Istdout`), and from
 * the few lines of hdparm for what is not in them.
 */

export interface AtaDrive {
  readonly serial: string;
  readonly sanitize: { readonly crypto: boolean; readonly block: boolean; readonly overwrite: boolean };
  readonly security: {
    readonly supported: boolean;
    readonly enabled: boolean;
    readonly locked: boolean;
    readonly frozen: boolean;
    readonly enhanced: boolean;
    /** Minutes that an erase takes by its own word, and an enhanced one; null: not told. */
    readonly minutes: number | null;
    readonly enhancedMinutes: number | null;
  };
  readonly solidState: boolean;
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
  const serial = words
    .slice(10, 20)
    .map((pair) => String.fromCharCode(pair >>> 8, pair & 0xff))
    .join('')
    .trim();
  // Words 59 and 128; word 59 counts where bit 12 says that the feature set is there.
  const sanitize = bit(59, 12);
  // Bit 15 says that the time has 15 bits, else it has 8. 0: not told; the largest number: longer than that.
  const minutes = (index: number): number | null => {
    const told = word(index) & (bit(index, 15) ? 0x7fff : 0xff);
    return told === 0 ? null : told * 2;
  };
  return {
    serial,
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
      minutes: minutes(89),
      enhancedMinutes: minutes(90),
    },
    solidState: word(217) === 1,
  };
}

/** Sectors that `hdparm -N` says are visible and there; null: not told. */
export function parseMaxSectors(text: string): { readonly visible: number; readonly native: number } | null {
  const found = /max sectors\s*=\s*(\d+)\/(\d+),/.exec(text);
  if (found === null || /bad\/missing sense data/.test(text)) return null;
  const [visible, native] = [Number(found[1]), Number(found[2])];
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
  return found === null || Number(found[1]) < 2 ? null : Number(found[1]);
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
  if (security.supported && !security.enabled && !security.frozen) {
    methods.push(security.enhanced ? 'ata-security-erase-enhanced' : 'ata-security-erase');
  }
  if (security.locked) obstacles.push('ata-locked');
  else if (security.enabled) obstacles.push('ata-password');
  // Firmware freezes Security at every start: that matters only where the drive has nothing better.
  const securityFrozen = security.supported && security.frozen && !offersSanitize && drive.solidState;
  if ((offersSanitize && sanitizeFrozen) || securityFrozen) obstacles.push('frozen');
  return {
    methods: ordered(methods),
    obstacles,
    hidden: hiddenOf(sizes),
    underWay: status?.state === 'running',
    notKnown:
      sizes.maxSectors === null
        ? ['Whether this drive hides an area (HPA) is not known: it does not tell its native size.']
        : [],
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
