import { createHash } from 'node:crypto';
import {
  comparePaths,
  contentLine,
  emptySha1,
  fileList,
  packageFolder,
  packageKey,
  type ListedFile,
  type MediaContents,
  type Package,
} from '../../core/contents/contents';
import { sanitizeForDisplay } from '../../core/base/display';
import { counted, plural } from '../../core/base/plurals';
import { hashContent } from './hash-content';
import { readDentries, type Dentry } from './dentries';
import { imageMissing } from './inspect-media';
import { DriverNames } from './inspect-drivers';
import { openMedia } from './open-media';
import { readNames } from './read-names';
import { wimlibSourceArguments } from './wim-source';

export interface ContentsRequest {
  readonly path: string;
  readonly imageIndex: number;
  /** Packages of which the content itself is read, for a list with SHA-256 of files. */
  readonly contentOf: readonly string[];
}

/**
 * The packages of an image: one listing, in which each package's list of files is hashed as soon as it is complete. No
 * file is unpacked, but those of {@link ContentsRequest.contentOf}.
 * @param onProgress bytes of content that were read, and that are to be read
 * @throws PrestageError media-…, state-unavailable, tool-missing, cancelled
 */
export async function listContents(
  { path, imageIndex, contentOf }: ContentsRequest,
  onProgress: (done: number, total: number) => void,
  signal: AbortSignal,
): Promise<MediaContents> {
  const { parts, images } = await openMedia(path);
  const [first] = parts;
  if (!images.some(({ index }) => index === imageIndex)) throw imageMissing(first, imageIndex, images);
  const driverNames = new DriverNames();
  await readNames(first.path, imageIndex, signal, (name) => {
    driverNames.push(name);
  });
  const { file: wim, refs } = wimlibSourceArguments({ files: parts.map((part) => part.path) });
  const source = { wim, refs, imageIndex };
  const gathered = new PackageList(new Set(contentOf.map(packageKey)));
  const onDentry = (dentry: Dentry): void => {
    gathered.push(dentry);
  };
  const there = await readDentries(source, signal, onDentry, { path: packageFolder });
  const { packages, kept, notes } = gathered.finish();
  if (!there) notes.push(`Image ${imageIndex} has no folder \\SMS\\PKG: this media holds no packages.`);
  else if (packages.length === 0) notes.push('The folder \\SMS\\PKG is empty: this media holds no packages.');
  const hashes = await hashContent(source, [...kept.values()].flat(), onProgress, signal);
  return {
    imageIndex,
    drivers: await driverNames.finish(source, signal),
    notes,
    packages: packages.map((one) => {
      const files = kept.get(packageKey(one.id));
      return files === undefined ? one : { ...one, contentSha256: contentSha256(files, hashes) };
    }),
  };
}

function contentSha256(files: readonly ContentFile[], hashes: ReadonlyMap<string, string>): string {
  const hash = createHash('sha256');
  const lines = files
    .filter(({ main }) => main)
    .map(({ path, bytes, sha1 }) => contentLine({ path, bytes, sha256: hashes.get(sha1) ?? '' }));
  for (const line of lines.sort(comparePaths)) hash.update(line);
  return hash.digest('hex');
}

export interface ContentFile extends ListedFile {
  /** In the image, where the file is. */
  readonly place: string;
  /** The file's own content, not another stream of it. */
  readonly main: boolean;
}

/** Takes what is below `\SMS\PKG` as it comes, a package after the other, and keeps the files of one. */
class PackageList {
  readonly #wanted: ReadonlySet<string>;
  readonly #packages = new Map<string, Package>();
  readonly #kept = new Map<string, ContentFile[]>();
  readonly #twins: string[] = [];
  #strays = 0;
  #open: { readonly id: string; readonly list: ContentFile[]; files: number } | null = null;

  constructor(wanted: ReadonlySet<string>) {
    this.#wanted = wanted;
  }

  push(dentry: Dentry): void {
    const [, , , id, ...rest] = dentry.path.split('/');
    if (id === undefined) return;
    const { directory } = dentry.attributes;
    if (rest.length === 0 && !directory) {
      this.#strays += 1;
      return;
    }
    if (this.#open?.id !== id) {
      this.#close();
      this.#open = { id, list: [], files: 0 };
    }
    if (!directory) this.#open.files += 1;
    for (const { kind, name, bytes, sha1 } of dentry.streams) {
      const main = kind === 'Unnamed data';
      if (main && (directory || dentry.reparsePoint !== null)) continue;
      const stream = main ? '' : `:${kind === 'Reparse point' ? '$REPARSE_POINT' : name}`;
      this.#open.list.push({
        path: `${rest.join('/')}${stream}`,
        bytes,
        sha1: bytes === 0 ? emptySha1 : sha1,
        place: dentry.path,
        main,
      });
    }
  }

  #close(): void {
    if (this.#open === null) return;
    const { id, list, files } = this.#open;
    const key = packageKey(id);
    if (this.#packages.has(key)) {
      this.#twins.push(id);
      return;
    }
    const hash = createHash('sha256');
    for (const line of fileList(list)) hash.update(line);
    this.#packages.set(key, {
      id: sanitizeForDisplay(id, 255),
      name: null,
      version: null,
      files,
      bytes: list.reduce((sum, { bytes }) => sum + bytes, 0),
      sha256: hash.digest('hex'),
    });
    if (this.#wanted.has(key)) this.#kept.set(key, list);
  }

  finish(): { packages: Package[]; kept: ReadonlyMap<string, ContentFile[]>; notes: string[] } {
    this.#close();
    this.#open = null;
    const notes: string[] = [];
    if (this.#strays > 0) {
      notes.push(
        `${counted(this.#strays, 'file', 'files')} directly in \\SMS\\PKG ${plural(this.#strays, 'belongs', 'belong')} to no package.`,
      );
    }
    for (const id of this.#twins) {
      notes.push(
        `The package ${sanitizeForDisplay(id)} is there twice, in folders that differ only in upper and lower case: Windows finds one of them. Only the first is listed.`,
      );
    }
    const packages = [...this.#packages].sort(([one], [other]) => comparePaths(one, other));
    return { packages: packages.map(([, one]) => one), kept: this.#kept, notes };
  }
}
