/**
 * The packages that a media file holds under `\SMS\PKG`: their form, and the list of files whose SHA-256 names a package's
 * content. Computed from the media, never typed.
 */
import { z } from 'zod';
import { mediaDriversSchema } from '../drivers/driver-table';
import { sha256Schema } from '../media/chunk-map';

/** Folder of a media file that holds a folder for each package; found without regard to case. */
export const packageFolder = '/SMS/PKG';

/** One package of a media file. */
export const packageSchema = z.strictObject({
  /** Its folder's name: `ABC00001`, or the content ID of an application. Safe to show; compared without regard to case. */
  id: z.string().min(1).max(255),
  /** What a list or recipe calls it; null where nothing says. Safe to show. */
  name: z.string().max(255).nullable(),
  /** Of the list or recipe; null where nothing says. Safe to show. */
  version: z.string().max(64).nullable(),
  /** Names of files: a file with two names is counted twice. Folders are not counted. */
  files: z.int().nonnegative(),
  /** Of all files that are counted, unpacked. */
  bytes: z.int().nonnegative(),
  /** SHA-256 of {@link fileList}. */
  sha256: sha256Schema,
});
export type Package = z.infer<typeof packageSchema>;

/** Packages that a media file or a list may have: more than a site has. */
export const mostPackages = 100_000;

/** What a media file holds: its packages in the order of {@link comparePaths} of their IDs in upper case, each ID once. */
export const contentsSchema = z.strictObject({ packages: z.array(packageSchema).max(mostPackages) });
export type Contents = z.infer<typeof contentsSchema>;

/** The packages of one image of a media file, and what was noticed. */
export const mediaContentsSchema = z.strictObject({
  packages: z.array(
    z.strictObject({
      ...packageSchema.shape,
      /** SHA-256 of the list of {@link contentLine}; only where it was asked for. */
      contentSha256: sha256Schema.optional(),
    }),
  ),
  imageIndex: z.int().positive(),
  /** Its driver packs; null: it has none. */
  drivers: mediaDriversSchema.nullable(),
  /** What a user should know, but that is no error: no `\SMS\PKG`, files beside the packages. Safe to show. */
  notes: z.array(z.string()),
});
export type MediaContents = z.infer<typeof mediaContentsSchema>;

/** A package's ID as two IDs are compared: Windows does not tell upper from lower case. */
export function packageKey(id: string): string {
  return id.toUpperCase();
}

/** One stream of a file of a package. */
export interface ListedFile {
  /**
   * From the package's folder on, `/` between names, as the media has it: neither case nor Unicode normal form is
   * changed. A named stream follows its file's path after a colon, which no name on Windows can have.
   */
  readonly path: string;
  /** Unpacked. */
  readonly bytes: number;
  /** 40 hexadecimal digits, in lower case. */
  readonly sha1: string;
}

/** SHA-1 of no bytes at all: a WIM stores none for an empty file. */
export const emptySha1 = 'da39a3ee5e6b4b0d3255bfef95601890afd80709';

/**
 * One line of a package's file list: `path<TAB>bytes<TAB>SHA-1<LF>`.
 *
 * The list has a line for each file of the package, in the order of {@link comparePaths}, and nothing else: no folders,
 * times, attributes or permissions. Its SHA-256, as UTF-8 without a byte order mark, is the package's. With GNU tools:
 * `find . -type f -printf '%P\t%s\t'` with `sha1sum` of each, through `LC_ALL=C sort | sha256sum`.
 */
export function fileLine({ path, bytes, sha1 }: ListedFile): string {
  return `${path}\t${bytes}\t${sha1}\n`;
}

/**
 * One line of a package's list with SHA-256, as a site's content library has it: `path<TAB>bytes<TAB>SHA-256<LF>`, the path in
 * lower case, since the library's own file names need not have the case of the package's. Otherwise as {@link fileLine};
 * only the files' own content, no named streams.
 */
export function contentLine(file: {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}): string {
  return `${file.path.toLowerCase()}\t${file.bytes}\t${file.sha256.toLowerCase()}\n`;
}

/** The lines of a package's file list, in their order. */
export function fileList(files: readonly ListedFile[]): string[] {
  return [...files].sort((one, other) => comparePaths(one.path, other.path)).map(fileLine);
}

/**
 * Order of two texts by the bytes of their UTF-8, as `LC_ALL=C sort` has it. UTF-16, in which JavaScript compares, differs
 * from it only where one text has a character beyond U+FFFF and the other one from U+E000 on.
 */
export function comparePaths(one: string, other: string): number {
  const length = Math.min(one.length, other.length);
  for (let at = 0; at < length; at += 1) {
    const left = one.charCodeAt(at);
    const right = other.charCodeAt(at);
    if (left !== right) return rank(left) - rank(right);
  }
  return one.length - other.length;
}

/** Puts surrogates, which stand for what is beyond U+FFFF, behind everything else. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
