/** Names of folders and files of Linux, as Windows will take them. */

/** Characters of a whole path that Windows takes at most (MAX_PATH with long paths). */
export const longestPath = 32_767;

/**
 * A name as Windows compares it. As NTFS does it, a UTF-16 unit at a time: `ß` and `ss` are two names.
 */
export function foldName(name: string): string {
  let folded = '';
  for (let at = 0; at < name.length; at += 1) {
    const upper = name.charAt(at).toUpperCase();
    folded += upper.length === 1 ? upper : name.charAt(at);
  }
  return folded;
}

/** The first two names of a folder that Windows takes for one; null when there are none. */
export function caseCollision(names: readonly string[]): readonly [string, string] | null {
  const seen = new Map<string, string>();
  for (const name of names) {
    const key = foldName(name);
    const twin = seen.get(key);
    if (twin !== undefined) return [twin, name];
    seen.set(key, name);
  }
  return null;
}
