import { z } from 'zod';
import { sanitizeForDisplay } from '../base/display';
import { PrestageError } from '../base/errors';
import type { BootDetails, EfiProgramDetails } from './boot-details';
import {
  authorityOf,
  certificateYears,
  loaderTrusts,
  signerWords,
  startsWith,
  trustOf,
  trustWords,
  type CertificateYear,
  type LoaderTrust,
} from './loader-trust';

/** Which boot loader goes on the EFI partition, and whether the machines that a batch is for will start it. Pure. */

/** `as-is`: the media's own; a year: the one that a machine starts which trusts only Microsoft's certificates of that year. */
export const loaderChoices = ['as-is', ...certificateYears] as const;
export const loaderChoiceSchema = z.enum(loaderChoices);
export type LoaderChoice = z.infer<typeof loaderChoiceSchema>;

/** Which of Microsoft's certificates firmware trusts. */
export const firmwareTrusts = [...certificateYears, 'both'] as const;
export const firmwareTrustSchema = z.enum(firmwareTrusts);
export type FirmwareTrust = z.infer<typeof firmwareTrustSchema>;

/** The member `bootLoader` of settings.json. */
export const bootLoaderSettingsSchema = z.strictObject({
  /** Boot loader of a batch that names none. */
  choice: loaderChoiceSchema.default('as-is'),
  /** Microsoft's certificates that machines trust of which the work order does not say it. Missing: not known. */
  firmwareTrust: firmwareTrustSchema.optional(),
  /** Refuse a media file that these machines would not start, instead of warning; and machines of which nobody said what they trust. */
  require: z.boolean().default(false),
});
export type BootLoaderSettings = z.infer<typeof bootLoaderSettingsSchema>;

/** What the record says of the loaders of a job. */
export const recordedLoaderSchema = z.strictObject({
  choice: loaderChoiceSchema,
  /** Microsoft's certificates that the machine's firmware was said to trust. Missing when nobody said it, and in older entries. */
  firmwareTrust: firmwareTrustSchema.optional(),
  /** The programs that start first, as they lie on the EFI partition. */
  programs: z.array(
    z.strictObject({
      place: z.string(),
      /** Who signed it, in words; null: nobody. */
      signers: z.string().nullable(),
      trust: z.enum(loaderTrusts),
    }),
  ),
});
export type RecordedLoader = z.infer<typeof recordedLoaderSchema>;

/** What a choice makes of a media file. */
export interface LoaderPlan {
  readonly choice: LoaderChoice;
  /** The programs that start first, as they will lie on the EFI partition. */
  readonly programs: readonly EfiProgramDetails[];
  /** Places below `\EFI`, in lower case, that get the image's own boot manager of that year. */
  readonly replaced: readonly string[];
}

const managerPlace = 'microsoft/boot/bootmgfw.efi';
const defaultPlace = /^boot\/boot(?:x64|aa64|ia32)\.efi$/;
const cpuOfPlace: Readonly<Record<string, EfiProgramDetails['cpu']>> = {
  'boot/bootx64.efi': 'x64',
  'boot/bootaa64.efi': 'arm64',
  'boot/bootia32.efi': 'ia32',
};

/** A place as it is compared: below `\EFI`, `/` between names, in lower case. */
function placeKey({ place }: EfiProgramDetails): string {
  return place.toLowerCase().replaceAll('\\', '/').slice('/efi/'.length);
}

/** The programs that firmware starts: on a disk that it does not know, and once Windows has told it of itself. */
function startingPrograms({ programs }: BootDetails): EfiProgramDetails[] {
  return (programs ?? []).filter((one) => placeKey(one) === managerPlace || defaultPlace.test(placeKey(one)));
}

const hasYear = ({ signatures }: EfiProgramDetails, year: CertificateYear): boolean =>
  (signatures ?? []).some((one) => authorityOf(one)?.year === year);

/**
 * Decides what has to change so that the chosen loader goes on. A program that has a signature of the year stays.
 * @throws PrestageError loader-missing, loader-not-windows
 */
export function planLoader(details: BootDetails, choice: LoaderChoice): LoaderPlan {
  const starting = startingPrograms(details);
  if (choice === 'as-is') return { choice, programs: starting, replaced: [] };
  const other = starting.filter((one) => !hasYear(one, choice));
  if (starting.length > 0 && other.length === 0) return { choice, programs: starting, replaced: [] };
  for (const one of other) requireReplaceable(one, choice);
  const manager = requireManager(details, choice);
  const name = Object.entries(cpuOfPlace).find(([, cpu]) => cpu === manager.cpu)?.[0];
  if (starting.length === 0 && name !== undefined) {
    const places = [name, managerPlace];
    const programs = places.map((place) => ({ ...manager, place: `\\EFI\\${place.replaceAll('/', '\\')}` }));
    return { choice, programs, replaced: places };
  }
  for (const one of other) {
    const wanted = cpuOfPlace[placeKey(one)] ?? (one.cpu === 'none' ? manager.cpu : one.cpu);
    if (wanted !== manager.cpu) {
      throw loaderMissing(
        choice,
        `${manager.path} is for ${manager.cpu} machines, and ${one.place} for ${wanted}`,
      );
    }
  }
  return {
    choice,
    programs: starting.map((one) => (other.includes(one) ? { ...manager, place: one.place } : one)),
    replaced: other.map(placeKey),
  };
}

/** What somebody else than Microsoft's Windows signed does more than start Windows. */
function requireReplaceable(program: EfiProgramDetails, choice: CertificateYear): void {
  const { path, signatures } = program;
  const own = path.toLowerCase().startsWith('\\efi\\');
  const trust = trustOf(signatures);
  const windows = (signatures ?? []).some((one) => authorityOf(one)?.signs === 'windows');
  if (!own || windows || trust === 'nobody') return;
  const who = signatures === undefined ? null : signerWords(signatures);
  throw new PrestageError({
    code: 'loader-not-windows',
    message:
      `The loader of the media, ${path}, is not Windows' own boot manager (${who === null ? 'its signatures were not read' : `signed by ${who}`}): ` +
      `Prestage does not replace it with the one for Microsoft's ${choice} certificates.`,
  });
}

function requireManager({ bootManagers }: BootDetails, year: CertificateYear): EfiProgramDetails {
  const manager = bootManagers?.[year] ?? null;
  if (manager === null) throw loaderMissing(year, `the image has no ${managerPaths[year]}`);
  if (hasYear(manager, year)) return manager;
  const who = manager.signatures === undefined ? null : signerWords(manager.signatures);
  throw loaderMissing(year, `${manager.path} ${who === null ? 'is not signed' : `is signed by ${who}`}`);
}

const managerPaths = {
  '2011': '\\Windows\\Boot\\EFI\\bootmgfw.efi',
  '2023': '\\Windows\\Boot\\EFI_EX\\bootmgfw_EX.efi',
} as const;

function loaderMissing(year: CertificateYear, why: string): PrestageError {
  return new PrestageError({
    code: 'loader-missing',
    message: `The image has no boot manager for machines that trust Microsoft's ${year} certificates: ${why}.`,
    remedy:
      year === '2023'
        ? 'No drive was touched. Ask the enterprise for media whose Windows has the updates of April 2024 or later, or choose the loader as it is on the media (--loader as-is).'
        : 'No drive was touched. Ask the enterprise for media with that boot manager, or choose the loader as it is on the media (--loader as-is).',
  });
}

/**
 * What to know of the loaders for machines that trust certain certificates; empty when they start, or nobody said what the
 * machines trust.
 */
export function firmwareDoubts(
  { programs }: Pick<LoaderPlan, 'programs'>,
  firmware: FirmwareTrust | undefined,
): string[] {
  if (firmware === undefined) return [];
  const whose =
    firmware === 'both' ? "Microsoft's certificates" : `only Microsoft's ${firmware} certificates`;
  return ([false, null] as const).flatMap((doubt) => {
    const doubtful = programs.filter(({ signatures }) => startsOn(trustOf(signatures), firmware) === doubt);
    if (doubtful.length === 0) return [];
    const words = doubtful.map(({ place, signatures }) => `${place} ${trustShort[trustOf(signatures)]}`);
    const start = doubt === false ? 'will not start' : 'may not start';
    return [`machines that trust ${whose} ${start} this drive: ${words.join('; ')}`];
  });
}

/** Null: not known. */
function startsOn(trust: LoaderTrust, firmware: FirmwareTrust): boolean | null {
  if (firmware !== 'both') return startsWith(trust, firmware);
  return startsWith(trust, '2011') === null ? null : trust !== 'nobody';
}

/** A machine, and what its firmware was said to trust; undefined: nobody said it. */
export interface TrustingMachine {
  readonly machineSerial: string;
  readonly firmwareTrust: FirmwareTrust | undefined;
}

/** {@link firmwareDoubts} of the machines of a batch: those that trust the same are told together. */
export function machineDoubts(
  plan: Pick<LoaderPlan, 'programs'>,
  machines: readonly TrustingMachine[],
): string[] {
  const trusts = [...new Set(machines.map(({ firmwareTrust }) => firmwareTrust))];
  return trusts.flatMap((trust) => {
    const group = machines.filter(({ firmwareTrust }) => firmwareTrust === trust);
    const whose = trusts.length === 1 ? '' : `${machinesNamed(group)}: `;
    return firmwareDoubts(plan, trust).map((doubt) => `${whose}${doubt}`);
  });
}

/** More are counted. */
const maxNamed = 5;

function machinesNamed(machines: readonly TrustingMachine[]): string {
  const named = machines
    .slice(0, maxNamed)
    .map(({ machineSerial }) => sanitizeForDisplay(machineSerial, 64))
    .join(', ');
  const more = machines.length - maxNamed;
  return `${machines.length === 1 ? 'machine' : 'machines'} ${named}${more > 0 ? ` and ${more} more` : ''}`;
}

/**
 * For when the enterprise asks that its machines start the media.
 * @throws PrestageError loader-not-trusted; firmware-trust-unknown where nobody said what a machine trusts
 */
export function requireTrusted(plan: LoaderPlan, machines: readonly TrustingMachine[]): void {
  const unknown = machines.filter(({ firmwareTrust }) => firmwareTrust === undefined);
  if (unknown.length > 0) {
    throw new PrestageError({
      code: 'firmware-trust-unknown',
      message: `Nobody said which of Microsoft's certificates the firmware trusts of ${machinesNamed(unknown)}, and media that machines would not start is to be refused.`,
    });
  }
  const [doubt] = machineDoubts(plan, machines);
  if (doubt === undefined) return;
  throw new PrestageError({
    code: 'loader-not-trusted',
    message: `The machines would not start this media, as far as is known: ${doubt}.`,
  });
}

/** What is recorded of the loaders; null where the programs were not read. */
export function recordedLoader(
  { choice, programs }: LoaderPlan,
  firmwareTrust: FirmwareTrust | undefined,
): RecordedLoader | null {
  if (programs.length === 0 && choice === 'as-is') return null;
  return {
    choice,
    ...(firmwareTrust === undefined ? {} : { firmwareTrust }),
    programs: programs.map(({ place, signatures }) => ({
      place,
      signers: signatures === undefined ? null : signerWords(signatures),
      trust: trustOf(signatures),
    })),
  };
}

/** Who signed a program, and on which machines it starts. */
export function programWords({ cpu, signatures }: EfiProgramDetails): string {
  if (cpu === 'none') return 'is not a program';
  const who = signatures === undefined ? null : signerWords(signatures);
  return `${trustWords(signatures)}${who === null ? '' : `. Signed by ${who}`}`;
}

/** A line for each program. */
export function programLines({ programs }: Pick<LoaderPlan, 'programs'>): string[] {
  return programs.map((program) => `${program.place} ${programWords(program)}`);
}

/** What the image has to choose from: Windows' own boot managers, by the certificates that they are meant for. */
export function managerLines({ bootManagers }: Pick<BootDetails, 'bootManagers'>): string[] {
  if (bootManagers === undefined) return [];
  return certificateYears.map((year) => {
    const manager = bootManagers[year];
    if (manager === null) return `--loader ${year}: the image has no ${managerPaths[year]}`;
    return `--loader ${year}: ${manager.path} ${trustWords(manager.signatures)}`;
  });
}

/** What is recorded, in short: the choice, what the machine trusts, and the programs. */
export function recordedLoaderWords({ choice, firmwareTrust, programs }: RecordedLoader): string {
  const machine =
    firmwareTrust === undefined ? '' : `; the machine trusts ${firmwareTrustWords[firmwareTrust]}`;
  const [chosen = '', ...lines] = programParts({ choice, programs });
  return [`${chosen}${machine}`, ...lines].join('; ');
}

/** The same without what the machine trusts, for a table. */
export function recordedProgramWords(loader: Pick<RecordedLoader, 'choice' | 'programs'>): string {
  return programParts(loader).join('; ');
}

function programParts({ choice, programs }: Pick<RecordedLoader, 'choice' | 'programs'>): string[] {
  const chosen = choice === 'as-is' ? 'as on the media' : `for Microsoft's ${choice} certificates`;
  const lines = programs.map(
    ({ place, signers, trust }) => `${place}: ${trustShort[trust]}${signers === null ? '' : ` (${signers})`}`,
  );
  return [chosen, ...lines];
}

/** The choice and where it starts, in one line; null where the programs were not read. */
export function loaderSummary(plan: LoaderPlan): string | null {
  const recorded = recordedLoader(plan, undefined);
  if (recorded === null) return null;
  const { choice, programs } = recorded;
  const chosen = choice === 'as-is' ? 'as on the media' : `for Microsoft's ${choice} certificates`;
  const trusts = [...new Set(programs.map(({ trust }) => trust))];
  const [trust] = trusts;
  if (trust !== undefined && trusts.length === 1) return `${chosen}: ${trustShort[trust]}`;
  return [chosen, ...programs.map((one) => `${one.place} ${trustShort[one.trust]}`)].join('; ');
}

/** What a machine's firmware trusts, as the end of "the machine trusts …". */
export const firmwareTrustWords: Readonly<Record<FirmwareTrust, string>> = {
  '2011': "only Microsoft's 2011 certificates",
  '2023': "only Microsoft's 2023 certificates",
  both: "Microsoft's 2011 and 2023 certificates",
};

/** The same where it is plain whose certificates they are. */
export const firmwareTrustShort: Readonly<Record<FirmwareTrust, string>> = {
  '2011': 'only the 2011 certificates',
  '2023': 'only the 2023 certificates',
  both: 'the 2011 and 2023 certificates',
};

/** What starts a program, as a record or a certificate tells it. */
export const trustShort: Readonly<Record<RecordedLoader['programs'][number]['trust'], string>> = {
  both: 'starts with the 2011 and with the 2023 certificates',
  '2011': 'starts with the 2011 certificates only',
  '2023': 'starts with the 2023 certificates only',
  others: 'starts only where its own signer is trusted',
  nobody: 'starts only with Secure Boot off',
  unknown: 'has signatures that were not read',
};
