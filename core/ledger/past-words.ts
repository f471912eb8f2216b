import { sanitizeForDisplay } from '../base/display';
import type { DrivePast } from './drive-past';

/** A drive's past in words: the same on card, list, question and command line. */

/** Whose image a drive holds, and whether it went out with it. */
export function holdsWords({ machineSerial, shipped }: NonNullable<DrivePast['holds']>): string {
  const image = `Holds the image for ${sanitizeForDisplay(machineSerial)}`;
  return shipped === null
    ? `${image}, not shipped`
    : `${image}, shipped as ${sanitizeForDisplay(shipped.number)}`;
}

/** How the last job ended that did not end well. @param day of an ISO time, as it is written there */
export function badWords(
  { lastBad, failures }: Pick<DrivePast, 'lastBad' | 'failures'>,
  day: (iso: string) => string = isoDay,
): string | null {
  if (lastBad === null) return null;
  const on = day(lastBad.time);
  const kept = lastBad.touched ? '' : '. Nothing was written';
  switch (lastBad.state) {
    case 'failed':
      return failures > 1
        ? `Failed ${failures} times, last on ${on}: ${lastBad.reason}${kept}`
        : `Failed once on ${on}: ${lastBad.reason}${kept}`;
    case 'cancelled':
      return `Cancelled on ${on}${kept}`;
    case 'interrupted':
      return `Interrupted on ${on}${kept}`;
    case 'erase-unfinished':
      return `${lastBad.reason}, ${on}`;
  }
}

/** The more important of the two, in the few words that have room on a small card; null: nothing. */
export function shortPastWords(past: DrivePast, day: (iso: string) => string = isoDay): string | null {
  const { holds, lastBad } = past;
  if (holds !== null) {
    const where = holds.shipped === null ? 'not shipped' : sanitizeForDisplay(holds.shipped.number);
    return `Holds ${sanitizeForDisplay(holds.machineSerial)}, ${where}`;
  }
  return lastBad?.state === 'failed' ? `${lastBad.reason}, ${day(lastBad.time)}` : badWords(past, day);
}

/** Both, as far as there is something to say. */
export function pastWords(past: DrivePast, day?: (iso: string) => string): string[] {
  return [past.holds === null ? null : holdsWords(past.holds), badWords(past, day)].filter(
    (words) => words !== null,
  );
}

/** The day of an ISO time in UTC, as the ledger has it. */
function isoDay(iso: string): string {
  return iso.slice(0, 10);
}
