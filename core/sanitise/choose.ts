import { z } from 'zod';
import { formatBytes } from '../base/display';
import { PrestageError } from '../base/errors';
import { driveLabel, type Drive, type DriveNote } from '../drive/drive';
import {
  ataPassword,
  hiddenAreaSchema,
  isAtLeast,
  levelOf,
  methodWords,
  nistLevels,
  onceOpened,
  sanitiseMethodSchema,
  type Abilities,
  type HiddenArea,
  type NistLevel,
  type SanitiseMethod,
} from './methods';

/** Which way a drive is erased, and which drives are refused before anything is touched. */

type Named = Pick<Drive, 'id' | 'bay' | 'byPath' | 'path' | 'serial'>;

/** What was shown of an erase before somebody confirmed it: it must not be done in a weaker way. */
export const shownEraseSchema = z.strictObject({
  method: sanitiseMethodSchema,
  /** At least: also where the drive does not give up what it hides. */
  nist: z.enum(nistLevels),
  /**
   * Its hidden areas (HPA, DCO) are opened first, for good. Missing: it has none, or they are left as they are.
   */
  lift: z
    .strictObject({
      /** Bytes that it has then: with any other it is not what was confirmed. */
      size: z.int().positive(),
      nist: z.enum(nistLevels),
    })
    .optional(),
  /** It has hidden areas that could be opened, and they are left as they are. */
  leaves: z.literal(true).optional(),
});
export type ShownErase = z.infer<typeof shownEraseSchema>;

/**
 * The strongest way that a drive offers, or the one that was asked for.
 * @param least what is demanded at least
 * @throws PrestageError drive-locked, tool-missing, drive-frozen, sanitise-unavailable, sanitise-too-weak
 */
export function chooseMethod(
  drive: Named,
  abilities: Abilities,
  wanted: SanitiseMethod | null,
  least: NistLevel = 'clear',
): SanitiseMethod {
  requireUnlocked(drive, abilities, wanted);
  requireTool(drive, abilities, wanted);
  const { methods } = abilities;
  const label = driveLabel(drive);
  const isFrozen = abilities.obstacles.includes('frozen');
  if (wanted !== null && wanted !== 'overwrite' && !methods.includes(wanted)) {
    if (isFrozen && wanted.startsWith('ata-')) throw frozen(label);
    throw new PrestageError({
      code: 'sanitise-unavailable',
      message: `The ${label} does not offer '${wanted}'${otherNamespaces(abilities)}.`,
      remedy: `Nothing was touched. It offers: ${offersOf(abilities)}.`,
    });
  }
  if (wanted === null && isFrozen && !methods.some((one) => levelOf(one, abilities) === 'purge')) {
    throw frozen(label);
  }
  const method = wanted ?? methods[0] ?? 'overwrite';
  requireLevel(drive, abilities, method, least);
  return method;
}

/** @param least what is demanded at least. @throws PrestageError sanitise-too-weak: nothing was touched */
export function requireLevel(
  drive: Named,
  abilities: Abilities,
  method: SanitiseMethod,
  least: NistLevel,
): void {
  const level = levelOf(method, abilities);
  if (isAtLeast(level, least)) return;
  const doubts = [...abilities.notKnown, hiddenNote(abilities.hidden)].filter((one) => one !== null);
  const way = methodWords(method, level);
  const can = abilities.underWay
    ? `is erasing itself by ${way}, which was begun before`
    : `can only be erased by ${way}${otherNamespaces(abilities)}`;
  throw new PrestageError({
    code: 'sanitise-too-weak',
    message: `The ${driveLabel(drive)} ${can}, and a ${least} is demanded.`,
    cause: doubts.length === 0 ? null : doubts.join(' '),
  });
}

/**
 * An erase that this station began and that goes on is waited for, whatever the drive offers meanwhile: with the password of that
 * erase it offers nothing at all.
 * @param least what is demanded at least
 * @throws PrestageError sanitise-too-weak
 */
export function planGoingOn(
  drive: Named,
  method: SanitiseMethod,
  abilities: Abilities,
  least: NistLevel,
): PlannedErase {
  const nist = levelOf(method, abilities);
  if (!isAtLeast(nist, least)) {
    throw new PrestageError({
      code: 'sanitise-too-weak',
      message: `The ${driveLabel(drive)} is still being erased by ${methodWords(method, nist)}, which was begun before, and a ${least} is demanded.`,
      remedy:
        'Nothing was touched. Let that erase come to its end first: prestage sanitise without --level. Then it can be erased again.',
    });
  }
  const { hidden, notKnown } = abilities;
  return { method, nist, hidden, notKnown, seconds: null, goesOn: true };
}

/**
 * What was shown and confirmed, as far as the drive still offers it.
 * @throws PrestageError drive-locked, drive-frozen, sanitise-changed: nothing was touched
 */
export function chooseAsShown(drive: Named, abilities: Abilities, shown: ShownErase): SanitiseMethod {
  const { method, nist, lift, leaves } = shown;
  requireUnlocked(drive, abilities, method);
  requireTool(drive, abilities, method);
  const size = leaves === true ? abilities.lift : lift?.size;
  if (size !== abilities.lift) throw hidesOther(drive, size, abilities);
  const offers = abilities.methods.includes(method);
  if (offers && isAtLeast(levelOf(method, abilities), nist)) return method;
  throw new PrestageError({
    code: 'sanitise-changed',
    message: `The ${driveLabel(drive)} was to be erased by ${methodWords(method, nist)}, and does not offer that any more${otherNamespaces(abilities)}.`,
    remedy: `Nothing was touched. Now it offers: ${offersOf(abilities)}. List the drives again, and confirm what they offer then.`,
  });
}

/** What it hides is part of what was confirmed: the drive grows by it. */
function hidesOther(drive: Named, size: number | undefined, { lift }: Abilities): PrestageError {
  const bytes = (one: number): string => `${formatBytes(one)} (${one} bytes) with what it hides`;
  const was = size === undefined ? 'hid nothing' : `was to have ${bytes(size)}`;
  const now = lift === undefined ? 'hides nothing any more' : `would have ${bytes(lift)}`;
  return new PrestageError({
    code: 'sanitise-changed',
    message: `The ${driveLabel(drive)} ${was} when it was shown, and now ${now}.`,
    remedy: 'Nothing was touched. List the drives again, and confirm what they hide then.',
  });
}

const offersOf = (abilities: Abilities): string =>
  abilities.methods.map((one) => `${one} (${levelOf(one, abilities)})`).join(', ');

function frozen(label: string): PrestageError {
  return new PrestageError({
    code: 'drive-frozen',
    message: `The ${label} is frozen: the firmware of this computer keeps it from erasing itself. It is not failing.`,
    remedy:
      'Nothing was touched. Suspend this computer and wake it, or pull the drive out of its running bay and put it in again, then list the drives again. To overwrite it instead, which is weaker (clear), choose the method overwrite.',
  });
}

/** A drive that cannot be asked is not taken for one that can do no more than be overwritten. @throws PrestageError tool-missing */
function requireTool(drive: Named, { missing }: Abilities, wanted: SanitiseMethod | null): void {
  if (missing === undefined || wanted === 'overwrite') return;
  throw new PrestageError({
    code: 'tool-missing',
    message: `The tool ${missing.tool} is not installed: how the ${driveLabel(drive)} can erase itself is not known.`,
    remedy: `Nothing was touched. Install the package ${missing.package} (sudo apt-get install ${missing.package}), then try again. To overwrite the drive instead, which is weaker (clear), choose the method overwrite.`,
  });
}

/** @throws PrestageError drive-locked */
function requireUnlocked(drive: Named, abilities: Abilities, wanted: SanitiseMethod | null): void {
  const locked = whyLocked(drive, abilities, wanted);
  if (locked !== null) throw locked;
}

/**
 * The lock that keeps a drive from being erased; null: none that it tells of.
 * @param wanted way that is asked for; null: none yet
 */
export function whyLocked(
  drive: Named,
  { obstacles }: Pick<Abilities, 'obstacles'>,
  wanted: SanitiseMethod | null,
): PrestageError | null {
  const label = driveLabel(drive);
  if (obstacles.includes('ata-locked')) {
    return new PrestageError({
      code: 'drive-locked',
      message: `The ${label} is locked by an ATA password. It is not failing.`,
      remedy: `Nothing was touched. Unlock it in the computer that it came out of, or set it aside. After an erase by Prestage that lost its power the password is: ${ataPassword}`,
    });
  }
  // Erased or not, it would be locked in the computer that it goes into.
  if (obstacles.includes('ata-password') && wanted !== 'overwrite') {
    return new PrestageError({
      code: 'drive-locked',
      message: `The ${label} has an ATA password. It is open now, and locked after its next power cut.`,
      remedy: `Nothing was touched. Take the password off in the computer that it came out of, or with hdparm --security-disable. After an erase by Prestage that was broken off it is: ${ataPassword}`,
    });
  }
  if (obstacles.includes('opal-locked')) {
    return new PrestageError({
      code: 'drive-locked',
      message: `The ${label} is locked by its own encryption (Opal). It is not failing.`,
      remedy:
        'Nothing was touched. Reset it with the PSID on its label and the tool of its maker, which erases it as well, then list the drives again.',
    });
  }
  return null;
}

function otherNamespaces({ obstacles }: Abilities): string {
  return obstacles.includes('other-namespaces')
    ? ', because it holds other namespaces that are drives of their own here and would be erased with it'
    : '';
}

/** A hidden area in words, for notes, list and papers. */
export function hiddenWords({ kind, bytes }: HiddenArea): string {
  const size = bytes === null ? '' : ` of ${formatBytes(bytes)}`;
  switch (kind) {
    case 'hpa':
      return `a host protected area (HPA)${size}`;
    case 'dco':
      return `an area${size} that its configuration (DCO) hides`;
    case 'nvme-unattached':
      return `NVMe namespaces that are not attached`;
    case 'nvme-unallocated':
      return `NVMe capacity${size} that is in no namespace`;
  }
}

/** What is noted of a drive that hides something; null: nothing. */
export function hiddenNote(hidden: readonly HiddenArea[]): string | null {
  if (hidden.length === 0) return null;
  const what = hidden.map(hiddenWords).join(' and ');
  return `This drive hides ${what}: writing it alone does not reach that.`;
}

/** The drive with a note of what it hides, and of what it does not tell. */
export function withHidden<T extends Pick<Drive, 'notes'>>(drive: T, abilities: Abilities | null): T {
  if (abilities === null) return drive;
  const hidden = hiddenNote(abilities.hidden);
  const notes = [...abilities.notKnown, ...(hidden === null ? [] : [hidden])].map((message): DriveNote => ({
    code: 'hidden-area',
    message,
  }));
  return notes.length === 0 ? drive : { ...drive, notes: [...drive.notes, ...notes] };
}

/** How a drive will be erased, as lists and questions show it. */
export const plannedEraseSchema = z.strictObject({
  ...shownEraseSchema.shape,
  hidden: z.array(hiddenAreaSchema),
  /** What the drive does not tell. Sentences. */
  notKnown: z.array(z.string()),
  /** Seconds that it takes by the drive's own word; null: it does not tell. */
  seconds: z.int().nonnegative().nullable(),
  /** This station began it before, and it is not finished: until it is, the drive may give out nothing. Missing where it begins anew. */
  goesOn: z.literal(true).optional(),
});
export type PlannedErase = z.infer<typeof plannedEraseSchema>;

/** What is asked of an erase beside the drive's own answers. */
export interface EraseWish {
  /** A way; null or missing: the strongest. */
  readonly method?: SanitiseMethod | null;
  readonly least: NistLevel;
  /** Hidden areas (HPA, DCO) are left as they are. Missing: they are opened and erased. */
  readonly keepHidden?: boolean;
}

/** @throws PrestageError as {@link chooseMethod} */
export function planErase(
  drive: Named & Pick<Drive, 'rack'>,
  abilities: Abilities,
  { method: wanted = null, least, keepHidden = false }: EraseWish,
): PlannedErase {
  // A drive that comes back as another one is found by the station itself alone.
  const size = keepHidden || drive.rack !== undefined ? undefined : abilities.lift;
  const then = size === undefined ? abilities : onceOpened(abilities);
  const method = chooseMethod(drive, then, wanted, least);
  const { hidden, notKnown, seconds } = abilities;
  return {
    ...{ method, nist: levelOf(method, abilities), hidden, notKnown },
    ...(size === undefined ? {} : { lift: { size, nist: levelOf(method, then) } }),
    ...(size === undefined && abilities.lift !== undefined ? { leaves: true } : {}),
    seconds: seconds?.[method] ?? null,
  };
}

/** What is confirmed of a plan: nothing else is done. */
export function shownOf({ method, nist, lift, leaves }: PlannedErase): ShownErase {
  return {
    ...{ method, nist },
    ...(lift === undefined ? {} : { lift }),
    ...(leaves === undefined ? {} : { leaves }),
  };
}
