import { z } from 'zod';
import { sanitizeForDisplay } from '../base/display';
import { plural } from '../base/plurals';

/** What was found wrong with the parts of a delivery, and what to ask the sender for. */

export const partFindingSchema = z.strictObject({
  /** 1-based. */
  part: z.int().positive(),
  fileName: z.string(),
  /**
   * `missing`: there is no such file. `cut`: it is shorter. `damaged`: bytes differ. `foreign`: nothing of it fits.
   * `other-part`: it holds another part of the delivery. `unreadable`: its disk or its permissions do not let it be read.
   */
  what: z.enum(['missing', 'cut', 'damaged', 'foreign', 'other-part', 'unreadable']),
  /** The part that the file holds; null unless `other-part`. */
  holds: z.int().positive().nullable(),
  /** Bytes of the file that was found; null when there is none. */
  found: z.int().nonnegative().nullable(),
  /** Bytes of the part that are still wanted, first and last, counted from 0. */
  wanted: z.array(z.strictObject({ first: z.int().nonnegative(), last: z.int().nonnegative() })).min(1),
  /** Bytes of the whole part. */
  bytes: z.int().positive(),
});
export type PartFinding = z.infer<typeof partFindingSchema>;

/** Neighbouring ranges as one. They must be in order. */
export function joinRanges(ranges: PartFinding['wanted']): PartFinding['wanted'] {
  const joined: PartFinding['wanted'] = [];
  for (const range of ranges) {
    const last = joined.at(-1);
    if (last !== undefined && last.last + 1 === range.first) last.last = range.last;
    else joined.push({ ...range });
  }
  return joined;
}

/** A finding as a sentence. @param parts of the delivery */
export function findingText(finding: PartFinding, parts: number): string {
  const { part, fileName, what, holds, found, bytes } = finding;
  const name = `${sanitizeForDisplay(fileName, 200)} (part ${part} of ${parts})`;
  switch (what) {
    case 'missing':
      return `${name} is missing.`;
    case 'cut':
      return `${name} is cut off: it has ${found ?? 0} of ${bytes} bytes.`;
    case 'damaged':
      return `${name} is damaged.`;
    case 'foreign':
      return `${name} is another file: nothing in it belongs to this delivery.`;
    case 'other-part':
      return `${name} holds part ${holds ?? 0} instead.`;
    case 'unreadable':
      return `${name} cannot be read.`;
  }
}

const mostRanges = 8;

/** What to ask the sender for: `part 3, bytes 0-67108863`. A part that is wanted whole is named without bytes. */
export function askFor({ part, wanted, bytes }: PartFinding): string {
  const [only, ...more] = wanted;
  if (more.length === 0 && only?.first === 0 && only.last === bytes - 1) return `part ${part}`;
  const ranges = wanted.slice(0, mostRanges).map(({ first, last }) => `${first}-${last}`);
  const rest = wanted.length - ranges.length;
  const others = rest > 0 ? ` and ${rest} more ${plural(rest, 'range', 'ranges')}` : '';
  return `part ${part}, bytes ${ranges.join(', ')}${others}`;
}
