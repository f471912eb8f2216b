import { z } from 'zod';
import { keyReadings } from './scan-keys';

/** What a station knows of its barcode scanner. The scanner check finds it out and sets it. */

/** Between two characters, in milliseconds: what a scanner that nobody checked may take, and the most that is allowed for. */
export const usualGap = 35;
export const slowestGap = 200;

/** Signs that may stand before every scan and are taken off: no serial, no bay and no badge begins with one. */
export const strippablePrefix = /^[^\p{L}\p{N}\s\p{Cc}\]]{1,4}$/u;

export const scannerSettingsSchema = z.strictObject({
  /** When the check was last passed. ISO 8601, UTC; null: never. */
  checkedAt: z.iso.datetime().nullable().default(null),
  /** Whether the app offers the check while it was never passed. */
  offer: z.boolean().default(true),
  /** Milliseconds that the scanner may take between two characters. */
  gapMs: z.int().min(usualGap).max(slowestGap).default(usualGap),
  /** The keyboard that the scanner is set to, whatever the computer's is; `typed`: as the computer reads the keys. */
  layout: z.enum(keyReadings).default('typed'),
  /** Taken off the front of a scan. */
  prefix: z.union([z.literal(''), z.string().regex(strippablePrefix)]).default(''),
  /** A key that the scanner presses before each scan and that means nothing. */
  prefixKey: z.union([z.literal(''), z.string().regex(/^F(?:[1-9]|1\d|2[0-4])$/)]).default(''),
  /** What ends a scan. `unknown`: Enter or Tab; nothing, while no scan has ended with one of them. */
  end: z.enum(['unknown', 'key', 'none']).default('unknown'),
});
export type ScannerSettings = z.infer<typeof scannerSettingsSchema>;

/** A scanner that nobody checked. */
export const uncheckedScanner: ScannerSettings = scannerSettingsSchema.parse({});

/** A scan without the signs that the scanner puts before each. A symbology identifier may stand before them. */
export function withoutPrefix(text: string, prefix: string): string {
  if (prefix === '') return text;
  const aim = /^\][A-Za-z][0-9A-Za-z]/.exec(text)?.[0] ?? '';
  const rest = text.slice(aim.length);
  return rest.startsWith(prefix) ? aim + rest.slice(prefix.length) : text;
}
