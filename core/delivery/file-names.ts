import { longestName, windowsNameProblem } from '../base/windows-names';

/** Which names of files a manifest may say: hostile until they were looked at here. */

const invisible = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Cn}]/u;

/**
 * What is wrong with a name for a file of a delivery; null when it is fine on Windows and Linux.
 * @returns words to follow the name in a sentence
 */
export function badFileName(name: string): string | null {
  if (/[\\/]/.test(name)) return 'would leave the folder';
  // ext4 counts bytes of UTF-8, and takes as many as NTFS takes characters.
  if (utf8Bytes(name) > longestName) return `is longer than ${longestName} bytes`;
  const problem = windowsNameProblem(name);
  if (problem !== null) return problem;
  if (invisible.test(name)) return 'has invisible characters';
  if (name.startsWith('.')) return 'begins with a dot, as the names of temporary files do';
  return name.startsWith(' ') ? 'begins with a space' : null;
}

/** Bytes in UTF-8: there is no Buffer here. */
function utf8Bytes(text: string): number {
  return Array.from(text).reduce((sum, letter) => {
    const point = letter.codePointAt(0) ?? 0;
    return sum + (point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4);
  }, 0);
}

/** A name as Windows compares it, whatever form an accent has. */
export function foldedName(name: string): string {
  return name.normalize('NFC').toLowerCase();
}
