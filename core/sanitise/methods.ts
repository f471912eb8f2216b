import { z } from 'zod';

/**
 * Ways to erase a drive, strongest first, in the words of NIST SP 800-88r2: `purge` also withstands a laboratory, `clear`
 * withstands reading through the drive's own interface. Deallocating alone (blkdiscard, TRIM) is none of them: what a drive
 * then answers says nothing of what it still holds. Which source says what of each: docs/adr/0049 and 0051.
 */
export const sanitiseMethods = [
  'nvme-sanitize-block',
  'nvme-sanitize-crypto',
  'nvme-sanitize-overwrite',
  'nvme-format-crypto',
  'ata-sanitize-block',
  'ata-sanitize-crypto',
  'ata-sanitize-overwrite',
  'ata-security-erase-enhanced',
  'nvme-format-user',
  'ata-security-erase',
  'overwrite',
] as const;
export const sanitiseMethodSchema = z.enum(sanitiseMethods);
export type SanitiseMethod = z.infer<typeof sanitiseMethodSchema>;

export const nistLevels = ['clear', 'purge'] as const;
export type NistLevel = (typeof nistLevels)[number];

interface MethodFacts {
  /** Short name, for lists and papers. */
  readonly name: string;
  /** At best; {@link levelOf} says what may be claimed of one drive. */
  readonly nist: NistLevel;
  /** The standard says that it also reaches what the drive hides: unattached namespaces, unallocated capacity. */
  readonly reachesHidden: boolean;
  /** The drive does it by itself: once begun it cannot be taken back, and goes on after a power cut. */
  readonly byDrive: boolean;
}

/**
 * NVMe Base Specification 2.0, 8.21 (Sanitize): all user data of the subsystem. ACS-4, 4.18 and 4.20 for ATA.
 *
 * NIST SP 800-88r2, 3.1.2, names overwrite, block erase and cryptographic erase by dedicated sanitize commands as purge, and leaves
 * the rest to IEEE 2883. The tables of SP 800-88r1 (A-5, A-8; withdrawn in 2025) call ATA Security Erase of flash a clear, its
 * enhanced form a purge of magnetic disks only, and NVMe Format a purge; here a command that is no sanitize command is a
 * clear, but for the cryptographic erase.
 */
export const methodFacts: Readonly<Record<SanitiseMethod, MethodFacts>> = {
  'nvme-sanitize-block': facts('NVMe Sanitize, block erase', 'purge', true),
  'nvme-sanitize-crypto': facts('NVMe Sanitize, crypto erase', 'purge', true),
  'nvme-sanitize-overwrite': facts('NVMe Sanitize, overwrite', 'purge', true),
  'nvme-format-crypto': facts('NVMe Format, crypto erase', 'purge', false),
  'nvme-format-user': facts('NVMe Format, user data erase', 'clear', false),
  'ata-sanitize-block': facts('ATA Sanitize, block erase', 'purge', false),
  'ata-sanitize-crypto': facts('ATA Sanitize, crypto scramble', 'purge', false),
  'ata-sanitize-overwrite': facts('ATA Sanitize, overwrite', 'purge', false),
  'ata-security-erase-enhanced': facts('ATA Enhanced Security Erase', 'clear', false),
  'ata-security-erase': facts('ATA Security Erase', 'clear', false),
  overwrite: { name: 'Overwrite with zeros', nist: 'clear', reachesHidden: false, byDrive: false },
};

function facts(name: string, nist: NistLevel, reachesHidden: boolean): MethodFacts {
  return { name, nist, reachesHidden, byDrive: true };
}

/** A part of a drive that its size does not show. */
export const hiddenAreaKinds = ['hpa', 'dco', 'nvme-unattached', 'nvme-unallocated'] as const;
export const hiddenAreaSchema = z.strictObject({
  kind: z.enum(hiddenAreaKinds),
  /** Bytes; null: the drive does not tell. */
  bytes: z.int().nonnegative().nullable(),
  /** The controller says that its Format with secure erase takes this as well. Missing: no, or it cannot be. */
  byFormat: z.literal(true).optional(),
});
export type HiddenArea = z.infer<typeof hiddenAreaSchema>;

/** `ata-password`: it has a password and is open now; after the next power cut it is locked. */
export const obstacleCodes = [
  'frozen',
  'ata-locked',
  'ata-password',
  'opal-locked',
  'other-namespaces',
] as const;
export type ObstacleCode = (typeof obstacleCodes)[number];

/**
 * Password of an ATA Security Erase: the drive wants one before it erases itself, and forgets it with the data. Known and the same
 * for all drives, so that one whose power failed in between can be unlocked by anybody (docs/guide/writing-drives.md).
 */
export const ataPassword = 'prestage';

/** An erase for which the drive is given {@link ataPassword}. */
export function needsPassword(method: SanitiseMethod): boolean {
  return method === 'ata-security-erase' || method === 'ata-security-erase-enhanced';
}

/** What a drive says that it can do, read without changing it. */
export const abilitiesSchema = z.strictObject({
  /** Strongest first. The last is always the overwrite. */
  methods: z.array(sanitiseMethodSchema).min(1),
  /** What keeps the drive from being erased, or from being erased in a stronger way. */
  obstacles: z.array(z.enum(obstacleCodes)),
  hidden: z.array(hiddenAreaSchema),
  /** Bytes that the drive has once its hidden areas (HPA, DCO) are opened; missing: it hides none that can be. */
  lift: z.int().positive().optional(),
  /** A tool that is not installed, without which the drive cannot be asked; missing: all there is was there. */
  missing: z.strictObject({ tool: z.string(), package: z.string() }).optional(),
  /** The drive is erasing itself now: somebody began it before. */
  underWay: z.boolean(),
  /** The drive says that it turns; missing where it does not. */
  magnetic: z.literal(true).optional(),
  /** Seconds that a way takes by the drive's own word, as far as it tells. */
  seconds: z.partialRecord(sanitiseMethodSchema, z.int().nonnegative()).optional(),
  /** What could not be found out. Sentences, safe to show. */
  notKnown: z.array(z.string()),
});
export type Abilities = z.infer<typeof abilitiesSchema>;

/** A drive that has no erase command of its own, or is behind an adapter that is not known to pass one on. */
export function overwriteOnly(notKnown: readonly string[] = []): Abilities {
  return { methods: ['overwrite'], obstacles: [], hidden: [], underWay: false, notKnown: [...notKnown] };
}

/** In the order of {@link sanitiseMethods}. */
export function ordered(methods: readonly SanitiseMethod[]): SanitiseMethod[] {
  return sanitiseMethods.filter((method) => methods.includes(method));
}

/** Areas of a SATA drive that a command opens, so that they are a part of its size like any other. */
export function canOpen({ kind }: Pick<HiddenArea, 'kind'>): boolean {
  return kind === 'hpa' || kind === 'dco';
}

/** What a drive says that can be, once its hidden areas are opened. */
export function onceOpened(abilities: Abilities): Abilities {
  const { lift: _, ...rest } = abilities;
  return { ...rest, hidden: abilities.hidden.filter((area) => !canOpen(area)) };
}

/** Whether the standard says that a way of erasing reaches a hidden area as well. */
export function reaches(method: SanitiseMethod, { byFormat }: HiddenArea): boolean {
  const isFormat = method === 'nvme-format-crypto' || method === 'nvme-format-user';
  return methodFacts[method].reachesHidden || (isFormat && byFormat === true);
}

/** What {@link levelOf} must know of a drive. */
export interface LevelFacts {
  readonly hidden: readonly HiddenArea[];
  readonly notKnown?: readonly string[];
  readonly magnetic?: true | undefined;
}

/**
 * What may be claimed of an erase: a hidden area that the command is not known to reach keeps it from being a purge, and so does a
 * drive that does not tell whether it hides one. An ATA drive that overwrites itself is purged where it turns: SP 800-88r1
 * lists that of disks, and not of flash.
 */
export function levelOf(method: SanitiseMethod, { hidden, notKnown = [], magnetic }: LevelFacts): NistLevel {
  const { nist, reachesHidden } = methodFacts[method];
  if (hidden.some((area) => !reaches(method, area))) return 'clear';
  if (notKnown.length > 0 && !reachesHidden) return 'clear';
  return method === 'ata-sanitize-overwrite' && magnetic !== true ? 'clear' : nist;
}

/** Whether a level is at least another one. */
export function isAtLeast(level: NistLevel, least: NistLevel): boolean {
  return nistLevels.indexOf(level) >= nistLevels.indexOf(least);
}

/** "NVMe Sanitize, block erase (purge)". */
export function methodWords(method: SanitiseMethod, nist: NistLevel): string {
  return `${methodFacts[method].name} (${nist})`;
}
