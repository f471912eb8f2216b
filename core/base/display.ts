import { MiB } from './units';

/**
 * Text that comes from devices and media is hostile: it can hold terminal escapes, right-to-left overrides
 * and invisible characters that make one drive look like another.
 */

// Cc and Cf (control, bidi, zero-width, soft hyphen, tags), Zl, Zp, surrogates, private use, and the
// fillers and variation selectors that Unicode counts as letters or marks but that show as nothing.
const invisible =
  /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Cn}\u115F\u1160\u3164\uFFA0\u034F\u{FE00}-\u{FE0F}\u{E0100}-\u{E01EF}]/gu;

/**
 * A string that is safe to show and to log: NFC, one line, no control, bidi, zero-width or unassigned
 * characters, white space folded, at most `limit` characters.
 */
export function sanitizeForDisplay(text: string, limit = 128): string {
  const clean = text
    .replace(/\s+/gu, ' ')
    .replace(invisible, '')
    .normalize('NFC')
    .replace(/ {2,}/g, ' ')
    .trim();
  const characters = Array.from(clean);
  return characters.length > limit ? `${characters.slice(0, limit - 1).join('')}…` : clean;
}

/** A path or the name of a file, as messages show it. */
export function shownPath(path: string): string {
  return sanitizeForDisplay(path, longestShownPath);
}

/** Longer paths are cut: whoever reads them needs their beginning. */
const longestShownPath = 512;

/** {@link sanitizeForDisplay}, with an empty result turned into null. */
export function sanitizeOrNull(text: string | null | undefined, limit = 128): string | null {
  if (text === null || text === undefined) return null;
  const clean = sanitizeForDisplay(text, limit);
  return clean === '' ? null : clean;
}

const wide =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\u3000-\u303f\uff01-\uff60\uffe0-\uffe6]/u;

/** Columns that a text takes in a terminal: two for what is wide in East Asia (UAX 11), none for marks. */
export function terminalWidth(text: string): number {
  return Array.from(text).reduce(
    (columns, letter) => columns + (/^\p{M}$/u.test(letter) ? 0 : wide.test(letter) ? 2 : 1),
    0,
  );
}

/** A text in exactly as many columns of a terminal: cut with an ellipsis, or filled up with blanks. */
export function inColumns(text: string, columns: number): string {
  const missing = columns - terminalWidth(text);
  if (missing >= 0) return text + ' '.repeat(missing);
  let cut = '';
  for (const letter of text) {
    if (terminalWidth(cut + letter) > columns - 1) break;
    cut += letter;
  }
  return `${cut}…${' '.repeat(columns - 1 - terminalWidth(cut))}`;
}

const binaryUnits = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;

/** Bytes in binary units with one decimal: `8.0 GiB`. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < binaryUnits.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return unit === 0 ? `${bytes} bytes` : `${value.toFixed(1)} ${binaryUnits[unit] ?? ''}`;
}

/** Binary megabytes a second: `212 MiB/s`, `1.5 MiB/s`. */
export function formatRate(bytesPerSecond: number): string {
  const rate = bytesPerSecond / MiB;
  return `${rate >= 10 ? Math.round(rate) : rate.toFixed(1)} MiB/s`;
}

/** Seconds as `m:ss`, or `h:mm:ss` from one hour on. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const two = (value: number): string => String(value).padStart(2, '0');
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/**
 * Reads a size such as `8G`, `512M`, `1.5T`, `4096` (binary units, as truncate(1) and lsblk(8) use them).
 * @returns bytes, or null when the text is not a size.
 */
export function parseSize(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?)\s*([KMGT])?(?:i?B)?$/i.exec(text.trim());
  if (match === null) return null;
  const power = { K: 1, M: 2, G: 3, T: 4 }[(match[2] ?? '').toUpperCase()] ?? 0;
  const bytes = Math.round(Number(match[1]) * 1024 ** power);
  return Number.isSafeInteger(bytes) && bytes > 0 ? bytes : null;
}

/** Words as a sentence begins: with a capital. */
export function atStart(words: string): string {
  return `${words.slice(0, 1).toUpperCase()}${words.slice(1)}`;
}
