/**
 * How numbers are written on the screen. Language-free: units are the same in every table. Sizes and rates are in binary
 * units (core/base/display.ts), as on the command line and in the record's papers; there are no others.
 */

/** Whole percents; 100 only when all of it is done. */
export function percentOf(done: number, total: number): number {
  return total <= 0 ? 0 : Math.min(100, Math.floor((done * 100) / total));
}

/** A hash, short enough to compare by eye: its first and last eight digits. */
export function shortHash(sha256: string): string {
  return sha256.length > 20 ? `${sha256.slice(0, 8)}…${sha256.slice(-8)}` : sha256;
}

const two = (value: number): string => String(value).padStart(2, '0');

/** Day of an ISO time, in local time: `2025-03-01`. */
export function formatDay(iso: string): string {
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return iso;
  return `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
}

/** Day and time of an ISO time, in local time: `2025-03-01 14:05`. */
export function formatTime(iso: string): string {
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return iso;
  return `${formatDay(iso)} ${two(time.getHours())}:${two(time.getMinutes())}`;
}

/** The name of a file, without its folders. */
export function fileName(path: string): string {
  return path.replace(/^.*[/\\]/s, '');
}
