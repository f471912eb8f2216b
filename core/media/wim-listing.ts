import { endsBadly, flawWords, isDeviceName, longestName, ntfsFlaw } from '../base/windows-names';
import { sanitizeForDisplay } from '../base/display';
import { counted, plural } from '../base/plurals';

/** A name that must not be applied. */
export interface ListingProblem {
  /** The path as it was listed: hostile, sanitize it before showing it. */
  readonly path: string;
  /** What is wrong with it, to follow the path in a sentence. */
  readonly what: string;
}

export interface ListingReport {
  /** Reasons to refuse the image, at most {@link problemLimit}. */
  readonly problems: readonly ListingProblem[];
  /** What a user should know, but that does not stop the work. Safe to show. */
  readonly notes: readonly string[];
}

export const problemLimit = 20;

/** What wimlib says of names it leaves out, in our words. What is applied then is not what was captured. */
const badNameWarnings: readonly (readonly [RegExp, string])[] = [
  [/Ignoring file named/, 'contains a file named "." or "..", which would leave its folder'],
  [/Ignoring duplicate file/, 'occurs twice'],
  [/Ignoring unnamed file/, 'contains a file without a name'],
  [/Ignoring filename with embedded null/, 'contains a name with a NUL character'],
  [/Ignoring children of/, 'is a file but contains files'],
  [/root directory has a nonempty name/, '(the root) has a name of its own'],
];

/** Warnings of wimlib-imagex in its standard error, without their mark. */
export function wimlibWarnings(stderr: string): string[] {
  return stderr
    .split(/[\r\n]+/)
    .map((line) => /^\s*\[?WARNING\]?:? (.+)$/.exec(line)?.[1])
    .filter((text) => text !== undefined);
}

/** Whether a warning is about a name that wimlib leaves out. */
export function isBadNameWarning(warning: string): boolean {
  return badNameWarnings.some(([pattern]) => pattern.test(warning));
}

/** Warnings of an apply that nothing else tells: neither the judgement of the names nor that of the header. */
export function applyWarnings(stderr: string): string[] {
  return wimlibWarnings(stderr).filter(
    (warning) => !isBadNameWarning(warning) && !warning.includes('WIM_HDR_FLAG_WRITE_IN_PROGRESS'),
  );
}

/** A folder whose entries are being listed. */
interface OpenFolder {
  readonly path: string;
  readonly names: Set<string>;
  /** In lower case. */
  readonly folded: Set<string>;
}

/**
 * Judges the names in an image from its listing (`wimlib-imagex dir`: a folder, then all that is in it, then the next)
 * as it comes, and from the warnings that came with it. Only the folders that are open are kept: a media file may have
 * millions of paths.
 *
 * Refused is what no Windows can have written: names that are paths, forbidden characters, the same path
 * twice, over-long names. Names that NTFS holds but that programs stumble over (a trailing space or dot,
 * device names, names that differ in case only) are notes: real images have them, in Linux subsystems and
 * case-sensitive folders.
 */
export class ListingCheck {
  readonly #problems: ListingProblem[] = [];
  readonly #odd = new Tally();
  readonly #open: OpenFolder[] = [openFolder('')];

  /** Takes the next path: `/` between names, the root as `/`. */
  push(line: string): void {
    if (line === '/') return;
    const cut = line.lastIndexOf('/');
    const name = line.slice(cut + 1);
    if (cut === -1) {
      this.#report(line, 'is not below the root');
      return;
    }
    const what = assessName(name);
    const folder = this.#folderAt(line.slice(0, cut));
    if (what !== null) this.#report(line, what);
    else if (folder === null) {
      this.#report(line, 'is in a folder that does not exist: its name is a path');
    }
    // Names that are not Unicode all come as U+FFFD, so that two of them can look the same here.
    else if (folder.names.has(name) && !name.includes('\uFFFD')) this.#report(line, 'occurs twice');
    else {
      const fold = name.toLowerCase();
      if (folder.folded.has(fold)) this.#odd.add('case', line);
      folder.folded.add(fold);
      if (endsBadly(name)) this.#odd.add('trailing', line);
      if (isDeviceName(name)) this.#odd.add('device', line);
    }
    folder?.names.add(name);
    this.#open.push(openFolder(line));
  }

  /** What was found. @param warnings of wimlib, without their mark */
  finish(warnings: readonly string[]): ListingReport {
    const left: ListingProblem[] = [];
    for (const warning of warnings) {
      const what = badNameWarnings.find(([pattern]) => pattern.test(warning))?.[1];
      if (what === undefined) this.#odd.add('warning', warning);
      else left.push({ path: /"(\/.*)"/.exec(warning)?.[1] ?? '/', what });
    }
    return { problems: [...left, ...this.#problems].slice(0, problemLimit), notes: this.#odd.notes() };
  }

  /** The open folder at this path; those below it are finished. Null when none is there. */
  #folderAt(path: string): OpenFolder | null {
    const at = this.#open.findLastIndex((folder) => folder.path === path);
    if (at === -1) return null;
    this.#open.length = at + 1;
    return this.#open[at] ?? null;
  }

  #report(path: string, what: string): void {
    if (this.#problems.length < problemLimit) this.#problems.push({ path, what });
  }
}

function openFolder(path: string): OpenFolder {
  return { path, names: new Set(), folded: new Set() };
}

/** No image captured on Windows has a name that NTFS refuses. */
function assessName(name: string): string | null {
  const found = ntfsFlaw(name);
  switch (found?.flaw) {
    case undefined:
      return null;
    case 'empty':
      return 'contains an empty name: it is an absolute path or ends in a slash';
    case 'relative':
      return `would leave its folder ("${name}")`;
    case 'long':
      return `has a name longer than ${longestName} characters`;
    case 'character':
      return flawWords(found);
  }
}

type Oddity = 'warning' | 'case' | 'trailing' | 'device';

/** Counts oddities of a kind and keeps one example of each. */
class Tally {
  readonly #found = new Map<Oddity, { count: number; example: string }>();

  add(kind: Oddity, example: string): void {
    const entry = this.#found.get(kind);
    if (entry === undefined) this.#found.set(kind, { count: 1, example });
    else entry.count += 1;
  }

  notes(): string[] {
    return [...this.#found].map(([kind, { count, example }]) => {
      const shown = sanitizeForDisplay(example, 300);
      const many = counted(count, 'name', 'names');
      switch (kind) {
        case 'warning':
          return count === 1 ? `wimlib: ${shown}` : `wimlib (${String(count)} warnings, the first): ${shown}`;
        case 'case':
          return `${many} ${plural(count, 'differs', 'differ')} from another in the same folder only in upper and lower case, for example ${shown}`;
        case 'trailing':
          return `${many} with a space or a dot at the end, for example ${shown}`;
        case 'device':
          return `${many} reserved for Windows devices, for example ${shown}`;
      }
    });
  }
}
