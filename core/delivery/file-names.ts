import { deviceName } from '../base/device-name';

/** Which names of files a manifest may say: hostile until they were looked at here. */

/** Characters that Windows cannot have in a name, and those that make a name a path. */
const forbidden = /[\u0000-\u001f\u007f<>:"\\/|?*]/;

/** What NTFS holds, in UTF-16 units; ext4 counts bytes of UTF-8 and holds as many. */
const longest = 255;

const invisible = /[\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Cn}]/u;

/**
 * What is wrong with a name for a file of a delivery; null when it is fine on Windows and Linux.
 * @returns words to follow the name in a sentence
 */
export function badFileName(name: string): string | null {
  if (name === '') return 'is empty';
  if (name === '.' || name === '..' || /[\\/]/.test(name)) return 'would leave the folder';
  const character = forbidden.exec(name)?.[0];
  if (character !== undefined) {
    const shown = character < ' ' || character === '\u007f' ? 'a control character' : character;
    return `has a character that Windows file names cannot have (${shown})`;
  }
  if (invisible.test(name)) return 'has invisible characters';
  if (name.startsWith('.')) return 'begins with a dot, as the names of temporary files do';
  if (/[ .]$/.test(name)) return 'ends with a space or a dot, which Windows drops';
  if (name.startsWith(' ')) return 'begins with a space';
  if (deviceName.test(name)) return 'is the name of a Windows device';
  if (name.length > longest || utf8Bytes(name) > longest) return `is longer than ${longest} bytes`;
  return null;
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
