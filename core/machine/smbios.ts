import { isPlaceholder } from './serial';

/** What a machine's firmware says of it (DMTF DSP0134, SMBIOS). */

/** Of the tables, as their entry point says. */
export interface SmbiosVersion {
  readonly major: number;
  readonly minor: number;
}

/**
 * SMBIOS 2.6 says that the first three fields are little endian, and that they always were (DSP0134, 7.2.1). Linux
 * (drivers/firmware/dmi_scan.c, dmi_save_uuid) and dmidecode turn them from 2.6 on, and show older tables as the
 * bytes come, because their makers often had not turned them.
 */
function isTurned({ major, minor }: SmbiosVersion): boolean {
  return major > 2 || (major === 2 && minor >= 6);
}

/**
 * The form that is kept, of a UUID that Linux or dmidecode showed: the first three fields turned from little endian, whatever the
 * version, as Windows shows it and Configuration Manager imports it.
 * @param version null when it is not known; firmware older than 2.6 is older than 2008
 */
export function uuidOfPrinted(printed: string, version: SmbiosVersion | null): string {
  return version === null || isTurned(version) ? printed : turnedUuid(printed);
}

/** A UUID with its first three fields in the other byte order. Twice is the same again. */
export function turnedUuid(uuid: string): string {
  const [low = '', mid = '', high = '', ...rest] = uuid.split('-');
  const turn = (field: string): string => (field.match(/../g) ?? []).reverse().join('');
  return [turn(low), turn(mid), turn(high), ...rest].join('-');
}

/** The same text for UUIDs that name the same machine: of both byte orders the one that sorts first. Only to compare. */
export function uuidKey(uuid: string): string {
  const upper = uuid.toUpperCase();
  const turned = turnedUuid(upper);
  return turned < upper ? turned : upper;
}

/** Whether two UUIDs name the same machine: equal, or with the first three fields in swapped order. */
export function sameUuid(one: string, other: string): boolean {
  return uuidKey(one) === uuidKey(other);
}

/** UUIDs that many machines have: the maker's sample, or what is left when a field was never filled. */
const sharedUuids: readonly string[] = [
  // Samples that board makers left in: each is on thousands of boards.
  '03000200-0400-0500-0006-000700080009',
  '12345678-1234-5678-90AB-CDDEEFAABBCC',
  // Dell after a change of the board: the service tag in it is blanks.
  '4C4C4544-0000-2010-8020-80C04F202020',
];

/**
 * Why a UUID names no machine, or null when it may. All zeros means not present, all ones not set (DSP0134, 7.2.1); no
 * other byte makes a UUID by itself either.
 */
export function uuidProblem(uuid: string): 'not-set' | 'shared' | null {
  const digits = uuid.replace(/-/g, '');
  if (/^(..)\1*$/.test(digits)) return 'not-set';
  return sharedUuids.some((shared) => sameUuid(shared, uuid)) ? 'shared' : null;
}

/** Asset tags that firmware shows when nobody entered one; beside what is a placeholder anywhere. */
const assetPlaceholders: ReadonlySet<string> = new Set([
  'NOASSETTAG',
  'NOASSETINFORMATION',
  'ASSETTAG',
  'CHASSISASSETTAG',
  'BASEBOARDASSETTAG',
  'ASSET1234567890',
  'ATN12345678901234567',
]);

/** Whether an asset tag is one that somebody entered. */
export function isAssetPlaceholder(text: string): boolean {
  const folded = text.toUpperCase().replace(/[^A-Z0-9]/g, '');
  // A short list counts its machines from 1 on, and has a 7 and an 11.
  if (/^([1-9])\1{0,2}$/.test(folded)) return false;
  return folded === '' || isPlaceholder(text) || assetPlaceholders.has(folded);
}
