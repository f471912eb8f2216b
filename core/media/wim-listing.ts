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

// NTFS itself refuses these on creation, in every namespace Windows offers: no image captured on Windows
// has them. A slash would have been taken for the end of a folder's name before this rule is reached.

const forbidden = /[\u0000-\u001f<>:"\\|?*]/;

/** CON, NUL, COM1 and the like, also with an extension. NTFS takes them; programs on Windows stumble. */
const deviceName = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\..*)?$/i;

/** Characters an NTFS name can have, in UTF-16 units. */
const nameLimit = 255;

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

/**
 * Judges the names in an image from its listing (`wimlib-imagex dir`: a folder before what is in it) and
 * from the warnings that came with it.
 *
 * Refused is what no Windows can have written: names that are paths, forbidden characters, the same path
 * twice, over-long names. Names that NTFS holds but that programs stumble over (a trailing space or dot,
 * device names, names that differ in case only) are notes: real images have them, in Linux subsystems and
 * case-sensitive folders.
 * @param lines paths with `/` between names, the root as `/`
 */
export function checkListing(lines: readonly string[], warnings: readonly string[]): ListingReport {
  const problems: ListingProblem[] = [];
  const report = (path: string, what: string): void => {
    if (problems.length < problemLimit) problems.push({ path, what });
  };
  const odd = new Tally();

  for (const warning of warnings) {
    const what = badNameWarnings.find(([pattern]) => pattern.test(warning))?.[1];
    if (what === undefined) odd.add('warning', warning);
    else report(/"(\/.*)"/.exec(warning)?.[1] ?? '/', what);
  }

  const seen = new Set<string>(['']);
  const folded = new Set<string>();
  for (const line of lines) {
    if (line === '/') continue;
    const cut = line.lastIndexOf('/');
    const name = line.slice(cut + 1);
    if (cut === -1) {
      report(line, 'is not below the root');
      continue;
    }
    const what = assessName(name);
    if (what !== null) report(line, what);
    else if (!seen.has(line.slice(0, cut))) {
      report(line, 'is in a folder that does not exist: its name is a path');
    }
    // Names that are not Unicode all come as U+FFFD, so that two of them can look the same here.
    else if (seen.has(line) && !line.includes('\uFFFD')) report(line, 'occurs twice');
    else {
      const fold = line.toLowerCase();
      if (folded.has(fold)) odd.add('case', line);
      folded.add(fold);
      if (/[ .]$/.test(name)) odd.add('trailing', line);
      if (deviceName.test(name)) odd.add('device', line);
    }
    seen.add(line);
  }
  return { problems, notes: odd.notes() };
}

function assessName(name: string): string | null {
  if (name === '') return 'contains an empty name: it is an absolute path or ends in a slash';
  if (name === '.' || name === '..') return `would leave its folder ("${name}")`;
  const character = forbidden.exec(name)?.[0];
  if (character !== undefined) {
    const shown = character < ' ' ? `control character ${String(character.charCodeAt(0))}` : character;
    return `has a character that Windows file names cannot have (${shown})`;
  }
  return name.length > nameLimit ? `has a name longer than ${String(nameLimit)} characters` : null;
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
