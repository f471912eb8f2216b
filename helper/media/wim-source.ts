/** Finds all parts of a split media file. */
import { readdir } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { sanitizeForDisplay } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import type { Media } from '../../core/media/media';
import { mediaFileError, readWimFile, type WimFile } from './wim-file';
import { plural } from '../../core/base/plurals';

/** Files beside the media that are looked at in search of parts. */
const candidateLimit = 2000;

/**
 * Every file of the media that `path` is, or is a part of, in order.
 *
 * Parts are known by what their headers say, not by their names: same GUID, same number of parts, each part
 * once. Names only decide which of two copies of a part is meant (`name.swm`, `name2.swm`, …).
 * @throws PrestageError media-part-missing, and what reading a header throws
 */
export async function findParts(path: string): Promise<readonly [WimFile, ...WimFile[]]> {
  const given = await readWimFile(resolve(path));
  const { guid, part, parts } = given.header;
  if (parts === 1) return [given];

  const found = new Map<number, WimFile[]>([[part, [given]]]);
  for (const candidate of await candidates(given.path)) {
    const file = await readWimFile(candidate).catch(() => null);
    if (file === null || file.header.guid !== guid || file.header.parts !== parts) continue;
    if (file.header.part === part) continue;
    found.set(file.header.part, [...(found.get(file.header.part) ?? []), file]);
  }

  const set: WimFile[] = [];
  const missing: number[] = [];
  for (let number = 1; number <= parts; number += 1) {
    const files = found.get(number) ?? [];
    const expected = partName(given, number);
    const file = files.find((one) => basename(one.path) === expected) ?? files[0];
    if (file === undefined) missing.push(number);
    else if (files.length > 1 && basename(file.path) !== expected) throw ambiguous(given, number, files);
    else set.push(file);
  }
  const [first, ...others] = set;
  if (missing.length > 0 || first === undefined) throw partsMissing(given, missing);
  return [first, ...others];
}

/** Files beside the given one with the same extension. */
async function candidates(path: string): Promise<string[]> {
  const folder = dirname(path);
  const extension = extname(path).toLowerCase();
  const names = await readdir(folder).catch((error: unknown) => {
    throw mediaFileError(error, folder);
  });
  return names
    .filter((name) => extname(name).toLowerCase() === extension && name !== basename(path))
    .sort()
    .slice(0, candidateLimit)
    .map((name) => join(folder, name));
}

/** What wimlib and DISM call a part: the first has no number. */
function partName(given: WimFile, number: number): string {
  const extension = extname(given.path);
  const stem = basename(given.path, extension);
  const own = given.header.part === 1 ? '' : String(given.header.part);
  const base = stem.endsWith(own) ? stem.slice(0, stem.length - own.length) : stem;
  return `${base}${number === 1 ? '' : String(number)}${extension}`;
}

function ambiguous(given: WimFile, number: number, files: readonly WimFile[]): PrestageError {
  const names = files.map((file) => sanitizeForDisplay(basename(file.path))).join(', ');
  return new PrestageError({
    code: 'media-part-missing',
    message: `Part ${number} of ${sanitizeForDisplay(given.path, 300)} was found more than once: ${names}.`,
    remedy: 'Keep only one file for each part in the folder, then try again.',
  });
}

function partsMissing(given: WimFile, missing: readonly number[]): PrestageError {
  const name = sanitizeForDisplay(given.path, 300);
  const shown = missing.slice(0, 20);
  const which = `${plural(missing.length, 'part', 'parts')} ${shown.join(', ')}${missing.length > shown.length ? ', …' : ''}`;
  const { part, parts } = given.header;
  return new PrestageError({
    code: 'media-part-missing',
    message: `${name} is part ${part} of ${parts}, and ${which} ${plural(missing.length, 'is', 'are')} not in the same folder.`,
    remedy: `Copy ${shown.map((number) => sanitizeForDisplay(partName(given, number))).join(', ')} into the same folder, then try again.`,
  });
}

/**
 * How to tell wimlib-imagex which files a media file is made of.
 * @returns `file`: its WIMFILE argument; `refs`: further arguments (`--ref=…`), one a part
 */
export function wimlibSourceArguments(media: Pick<Media, 'files'>): { file: string; refs: string[] } {
  const [file, ...others] = media.files;
  if (file === undefined) throw new Error('a media file without a file');
  return { file, refs: wimlibReferences({ files: others }) };
}

/** Arguments by which wimlib-imagex finds content in files that it is not told of otherwise, one a file. */
export function wimlibReferences({ files }: Pick<Media, 'files'>): string[] {
  // --ref takes a pattern for glob(3), where a backslash takes a character's special meaning away.
  return files.map((path) => `--ref=${path.replace(/[\\*?[\]]/g, '\\$&')}`);
}
