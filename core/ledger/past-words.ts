import { sanitizeForDisplay } from '../base/display';
import { dayOf } from '../base/day';
import type { DrivePast } from './drive-past';
import type { CareResult } from './results';

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
  day: (iso: string) => string = dayOf,
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

const careTexts: Readonly<Record<CareResult, string>> = {
  'erase-begun': 'Erase broken off',
  erased: 'Erased',
  'not-erased': 'NOT erased',
  'not-known': 'Erase not known',
  'size-begun': 'Size check broken off',
  'size-checked': 'As large as it says',
  'size-failed': 'Smaller than it says, or damaged',
  'size-not-known': 'Size check: no result',
  'size-cancelled': 'Size check cancelled',
  'disk-begun': 'Not finished as the disk of a station',
  'disk-made': 'Made the disk of a station',
  'disk-failed': 'Not made the disk of a station',
};

/** Whether nothing speaks against the drive. */
export function careIsWell(result: CareResult): boolean {
  return result === 'erased' || result === 'size-checked' || result === 'disk-made';
}

/** What was done with it for no machine; null: nothing that its newest job came after. */
export function careWords(
  { care }: Pick<DrivePast, 'care'>,
  day: (iso: string) => string = dayOf,
): string | null {
  return care === undefined ? null : `${careTexts[care.result]}, ${day(care.time)}`;
}

/** The more important of the two, in the few words that have room on a small card; null: nothing. */
export function shortPastWords(past: DrivePast, day: (iso: string) => string = dayOf): string | null {
  const { holds, lastBad } = past;
  if (holds !== null) {
    const where = holds.shipped === null ? 'not shipped' : sanitizeForDisplay(holds.shipped.number);
    return `Holds ${sanitizeForDisplay(holds.machineSerial)}, ${where}`;
  }
  const care = careWords(past, day);
  if (care !== null && (lastBad === null || lastBad.entry < (past.care?.entry ?? 0))) return care;
  return lastBad?.state === 'failed' ? `${lastBad.reason}, ${day(lastBad.time)}` : badWords(past, day);
}

/** All, as far as there is something to say. */
export function pastWords(past: DrivePast, day?: (iso: string) => string): string[] {
  return [
    past.holds === null ? null : holdsWords(past.holds),
    badWords(past, day),
    careWords(past, day),
  ].filter((words) => words !== null);
}
