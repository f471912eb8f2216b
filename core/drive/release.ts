import { sanitizeForDisplay } from '../base/display';
import type { BlockReason } from './drive';

/** How a drive is released that something of this computer holds: commands for a technician's terminal. */

type Release = Pick<BlockReason, 'release' | 'releaseLevel'>;

/** Above everything that is stacked: mounts and swap. */
export const topLevel = 1000;

/**
 * The sentence that gives commands; nothing when a name cannot be shown as it is.
 * @param level place in the stack; what has a higher one is released first
 */
export function releasedBy(commands: readonly (readonly string[])[], level: number): Release {
  const sentence = releaseSentence(commands);
  return sentence === null ? {} : { release: sentence, releaseLevel: level };
}

/**
 * What is typed to release a drive.
 * @param commands each without sudo; the names in them may be anything
 * @returns null when a name has characters that cannot be shown, and so not be typed, or could be taken for an option
 */
export function releaseSentence(commands: readonly (readonly string[])[]): string | null {
  const odd = (word: string): boolean =>
    sanitizeForDisplay(word, 300) !== word || (word.startsWith('-') && !ownOptions.has(word));
  if (commands.flat().some(odd)) return null;
  return `Run: ${commands.map((words) => `sudo ${words.map(quoted).join(' ')}`).join(' && ')}`;
}

const ownOptions: ReadonlySet<string> = new Set(['--activate', '--stop', '-f', '--detach']);

/** As a POSIX shell reads it as one word. */
function quoted(word: string): string {
  return /^[\w./:@%+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** All ways to release a drive, in the order in which they work. */
export function releasesOf(reasons: readonly BlockReason[]): string[] {
  const ordered = reasons.toSorted((a, b) => (b.releaseLevel ?? 0) - (a.releaseLevel ?? 0));
  return [...new Set(ordered.flatMap(({ release }) => release ?? []))];
}
