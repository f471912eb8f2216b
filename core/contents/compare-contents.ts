import { z } from 'zod';
import { formatBytes } from '../base/display';
import { counted } from '../base/plurals';
import { comparePaths, packageKey, packageSchema, type MediaContents } from './contents';

/** What a list says of a package: an enterprise's manifest, a table, or a site's content library. */
export const expectedPackageSchema = z.strictObject({
  id: packageSchema.shape.id,
  name: packageSchema.shape.name,
  version: packageSchema.shape.version,
  /** Null where the list does not say. */
  files: packageSchema.shape.files.nullable(),
  /** Null where the list does not say. */
  bytes: packageSchema.shape.bytes.nullable(),
  /** Of the package's file list; null where the list does not say. */
  sha256: packageSchema.shape.sha256.nullable(),
  /** Of the list with the SHA-256 of each file, as a content library gives it; null where the list does not say. */
  contentSha256: packageSchema.shape.sha256.nullable(),
});
export type ExpectedPackage = z.infer<typeof expectedPackageSchema>;

export const packageStates = [
  /** The media has it with the content of the list: the machine takes it from its own drive. */
  'as-expected',
  /** The media has it with other content: the machine downloads what the site has now. */
  'revised',
  /** Only in the list: the machine downloads it. */
  'missing',
  /** Only on the media: nothing takes it. */
  'not-asked-for',
  /** The media has it, and the list does not say with what content. */
  'not-compared',
] as const;
export type PackageState = (typeof packageStates)[number];

export const comparedPackageSchema = z.strictObject({
  state: z.enum(packageStates),
  id: packageSchema.shape.id,
  name: packageSchema.shape.name,
  version: packageSchema.shape.version,
  /** On the media; null where it is not there. */
  files: packageSchema.shape.files.nullable(),
  /** On the media; null where it is not there. */
  bytes: packageSchema.shape.bytes.nullable(),
  /** On the media; null where it is not there. */
  sha256: packageSchema.shape.sha256.nullable(),
  /** By the list; null where the list does not say. */
  expectedBytes: packageSchema.shape.bytes.nullable(),
});
export type ComparedPackage = z.infer<typeof comparedPackageSchema>;

const shareSchema = z.strictObject({
  packages: z.int().nonnegative(),
  /** Of the packages whose size is known. */
  bytes: z.int().nonnegative(),
  /** Packages whose size nothing says. */
  unknownSize: z.int().nonnegative(),
});
type Share = z.infer<typeof shareSchema>;

export const comparisonSchema = z.strictObject({
  packages: z.array(comparedPackageSchema),
  /** What a machine takes from its own drive. */
  fromDrive: shareSchema,
  /** What it takes from a distribution point. */
  fromDistributionPoint: shareSchema,
  /** What is on the media and in no list. */
  notAskedFor: shareSchema,
  /** What is on the media, but could not be compared: counted with none of the others. */
  notCompared: shareSchema,
});
export type ContentsComparison = z.infer<typeof comparisonSchema>;

/**
 * Compares a media file's packages with a list. In the order of their IDs, whoever has them.
 * @param expected each ID once, whatever its case
 */
export function compareContents(
  { packages }: Pick<MediaContents, 'packages'>,
  expected: readonly ExpectedPackage[],
): ContentsComparison {
  const wanted = new Map(expected.map((one) => [packageKey(one.id), one]));
  const there = new Map(packages.map((one) => [packageKey(one.id), one]));
  const keys = [...new Set([...wanted.keys(), ...there.keys()])].sort(comparePaths);
  const compared = keys.map((key): ComparedPackage => {
    const want = wanted.get(key);
    const has = there.get(key);
    return {
      state: stateOf(has, want),
      id: has?.id ?? want?.id ?? key,
      name: want?.name ?? has?.name ?? null,
      version: want?.version ?? has?.version ?? null,
      files: has?.files ?? null,
      bytes: has?.bytes ?? null,
      sha256: has?.sha256 ?? null,
      expectedBytes: want?.bytes ?? null,
    };
  });
  const share = (
    states: readonly PackageState[],
    bytesOf: (one: ComparedPackage) => number | null,
  ): Share => {
    const sizes = compared.filter(({ state }) => states.includes(state)).map(bytesOf);
    return {
      packages: sizes.length,
      bytes: sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0),
      unknownSize: sizes.filter((size) => size === null).length,
    };
  };
  const onMedia = ({ bytes }: ComparedPackage): number | null => bytes;
  return {
    packages: compared,
    fromDrive: share(['as-expected'], onMedia),
    // What the media has of a revised package says nothing of how large it is now.
    fromDistributionPoint: share(['revised', 'missing'], ({ expectedBytes }) => expectedBytes),
    notAskedFor: share(['not-asked-for'], onMedia),
    notCompared: share(['not-compared'], onMedia),
  };
}

type MediaPackage = MediaContents['packages'][number];

function stateOf(has: MediaPackage | undefined, want: ExpectedPackage | undefined): PackageState {
  if (has === undefined) return 'missing';
  if (want === undefined) return 'not-asked-for';
  const differs =
    (want.files !== null && want.files !== has.files) || (want.bytes !== null && want.bytes !== has.bytes);
  if (differs) return 'revised';
  if (want.sha256 !== null) return want.sha256 === has.sha256 ? 'as-expected' : 'revised';
  if (want.contentSha256 !== null && has.contentSha256 !== undefined) {
    return want.contentSha256 === has.contentSha256 ? 'as-expected' : 'revised';
  }
  return 'not-compared';
}

/** `3 packages, 1.2 GiB`; where some sizes are not known, it says of how many. */
export function shareText({ packages, bytes, unknownSize }: Share): string {
  const count = counted(packages, 'package', 'packages');
  if (packages === 0) return 'nothing';
  if (unknownSize === packages) return `${count}, size not known`;
  const size = formatBytes(bytes);
  return unknownSize === 0
    ? `${count}, ${size}`
    : `${count}, more than ${size}: ${unknownSize} of unknown size`;
}
