/**
 * Which names Windows and its file systems take: one set of rules. Whoever judges names says which of them refuse: a media file as it
 * was captured may have names that no program on Windows could make, a package or a delivery may not.
 */

/** Characters of a name on NTFS, in UTF-16 units; ext4 takes as many bytes. */
export const longestName = 255;

/** What NTFS refuses in every namespace that Windows offers, and the slash, which ends a name. */
const forbidden = /[\u0000-\u001f<>:"/\\|?*]/;

/** CON, NUL, COM1 and the like, also with an extension. NTFS takes them; programs on Windows stumble. */
const device =
  /^(?:con|prn|aux|nul|com[0-9\u00b9\u00b2\u00b3]|lpt[0-9\u00b9\u00b2\u00b3]|conin\$|conout\$)(?:\s*\..*)?$/i;

/** Those that mtools takes for devices on FAT: fewer than Windows does. */
const mtoolsDevice = /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?$/i;

export type NtfsFlaw =
  | { readonly flaw: 'empty' | 'long' }
  /** It is `.` or `..`. */
  | { readonly flaw: 'relative' }
  | { readonly flaw: 'character'; readonly character: string };

/** Why NTFS holds no such name; null when it does. */
export function ntfsFlaw(name: string): NtfsFlaw | null {
  if (name === '') return { flaw: 'empty' };
  if (name === '.' || name === '..') return { flaw: 'relative' };
  const character = forbidden.exec(name)?.[0];
  if (character !== undefined) return { flaw: 'character', character };
  return name.length > longestName ? { flaw: 'long' } : null;
}

/** Whether Windows drops the end of the name: NTFS and Linux subsystems hold such names, FAT and programs do not. */
export function endsBadly(name: string): boolean {
  return /[ .]$/.test(name);
}

export function isDeviceName(name: string): boolean {
  return device.test(name);
}

export function isMtoolsDevice(name: string): boolean {
  return mtoolsDevice.test(name);
}

/** A flaw in words that follow the name in a sentence. */
export function flawWords(found: NtfsFlaw): string {
  switch (found.flaw) {
    case 'empty':
      return 'is empty';
    case 'relative':
      return 'would leave the folder';
    case 'long':
      return `is longer than ${longestName} characters`;
    case 'character': {
      const { character } = found;
      const shown = character < ' ' ? `control character ${character.charCodeAt(0)}` : character;
      return `has a character that Windows file names cannot have (${shown})`;
    }
  }
}

/**
 * Why programs on Windows cannot make a file of this name. Source: Microsoft, "Naming Files, Paths, and Namespaces".
 * @returns words that follow the name in a sentence; null when they can
 */
export function windowsNameProblem(name: string): string | null {
  const flaw = ntfsFlaw(name);
  if (flaw !== null) return flawWords(flaw);
  if (endsBadly(name)) return 'ends with a space or a dot, which Windows drops';
  return isDeviceName(name) ? 'is the name of a Windows device' : null;
}

/** Why this is no absolute path of a file of Windows: `C:\…` or `\\server\share\…`. @returns null when it is one */
export function windowsPathProblem(path: string): string | null {
  const share = /^\\\\([^\\/]+)\\([^\\/]+)\\(.+)$/.exec(path);
  const drive = /^[A-Za-z]:\\(.+)$/.exec(path);
  if (share === null && drive === null) {
    return 'must be a whole path of Windows: C:\\… or \\\\server\\share\\…';
  }
  if (/^\\\\[.?]\\/.test(path)) return 'must be a path without \\\\.\\ or \\\\?\\';
  const names = [...(share === null ? [drive?.[1] ?? ''] : share.slice(1))].join('\\').split('\\');
  for (const name of names) {
    const problem = windowsNameProblem(name);
    if (problem !== null) return `has the part '${name}', which ${problem}`;
  }
  return null;
}
