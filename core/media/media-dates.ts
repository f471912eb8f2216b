import { z } from 'zod';
import { sanitizeForDisplay } from '../base/display';
import { PrestageError } from '../base/errors';
import { dayOf } from '../base/day';

/**
 * How long a media file is of use, and where its machines sign in: as the recipe, the media's own variables or a signed
 * manifest say it. A machine that ships late fails at the customer, so that it is stopped at the bench.
 */

export const mediaDatesSchema = z.strictObject({
  /** Time from which on the certificate is valid; null: not known. ISO 8601, UTC. */
  certificateStart: z.iso.datetime().nullable(),
  /** Time until which the certificate is valid; null: not known. ISO 8601, UTC. */
  certificateEnd: z.iso.datetime().nullable(),
  /** Last day on which a machine with this media may leave the depot, `YYYY-MM-DD`; null: none is named. */
  shipBy: z.iso.date().nullable(),
  /** Code of the site; null: not known. */
  site: z.string().nullable(),
  /** Addresses of the management points that the media asks. */
  managementPoints: z.array(z.string()),
});
export type MediaDates = z.infer<typeof mediaDatesSchema>;

const dayMilliseconds = 24 * 60 * 60 * 1000;

/** The end of a day (`YYYY-MM-DD`) in UTC. */
export function endOfDay(day: string): Date {
  return new Date(Date.parse(`${day}T00:00:00Z`) + dayMilliseconds);
}

/** Whole days from one time to a later one. */
export function daysBetween(from: Date, to: Date): number {
  return Math.floor((to.getTime() - from.getTime()) / dayMilliseconds);
}

/** What several sources say of one media file: of two times the one that leaves less. @returns null when nobody says anything */
export function mergeMediaDates(sources: readonly (MediaDates | null)[]): MediaDates | null {
  const known = sources.filter((one) => one !== null);
  const [first] = known;
  if (first === undefined) return null;
  const sorted = (values: readonly (string | null)[]): string[] =>
    values.filter((one) => one !== null).toSorted();
  return {
    certificateStart: sorted(known.map((one) => one.certificateStart)).at(-1) ?? null,
    certificateEnd: sorted(known.map((one) => one.certificateEnd))[0] ?? null,
    shipBy: sorted(known.map((one) => one.shipBy))[0] ?? null,
    site: known.find((one) => one.site !== null)?.site ?? null,
    managementPoints: [...new Set(known.flatMap((one) => one.managementPoints))],
  };
}

/** Days before the end of the certificate in which the bench warns. */
export const warningDays = 30;

/** When a batch is written, and when its machines leave. */
export interface Shipping {
  readonly now: Date;
  /** Day that the open work order names; null: none does, and the machines may leave today. */
  readonly shipBy: string | null;
}

/**
 * Why machines with this media must not be made: each reason a whole sentence. What is not known refuses nothing.
 */
export function lateReasons(dates: MediaDates, { now, shipBy }: Shipping): string[] {
  const today = dayOf(now.toISOString());
  const reasons: string[] = [];
  const end = dates.certificateEnd;
  if (end !== null && new Date(end) <= now) {
    reasons.push(`The certificate of the media ended on ${dayOf(end)}: no machine with it can sign in.`);
  } else if (end !== null && shipBy !== null && new Date(end) < endOfDay(shipBy)) {
    reasons.push(
      `The certificate of the media ends on ${dayOf(end)}, but the work order ships until ${shipBy}: those machines could not sign in.`,
    );
  }
  if (dates.shipBy !== null && dates.shipBy < today) {
    reasons.push(`Machines with this media had to leave the depot by ${dates.shipBy}.`);
  } else if (dates.shipBy !== null && shipBy !== null && dates.shipBy < shipBy) {
    reasons.push(
      `Machines with this media must leave the depot by ${dates.shipBy}, but the work order ships until ${shipBy}.`,
    );
  }
  return reasons;
}

/** What the bench and the command line warn of while the work goes on: whole sentences. */
export function dateWarnings(dates: MediaDates, { now, shipBy }: Shipping): string[] {
  const warnings: string[] = [];
  const { certificateStart, certificateEnd } = dates;
  const leaves = shipBy === null || endOfDay(shipBy) < now ? now : endOfDay(shipBy);
  if (certificateEnd !== null) {
    const left = daysBetween(leaves, new Date(certificateEnd));
    if (left >= 0 && left < warningDays) {
      const when = shipBy === null ? 'from now' : 'after the work order ships';
      warnings.push(
        `The certificate of the media ends on ${dayOf(certificateEnd)}, ${left === 1 ? '1 day' : `${left} days`} ${when}.`,
      );
    }
  }
  if (certificateStart !== null && new Date(certificateStart) > leaves) {
    warnings.push(
      `The certificate of the media is valid only from ${dayOf(certificateStart)} on: machines that start before cannot sign in.`,
    );
  }
  return warnings;
}

/** Everything that speaks against the dates, now or soon: first what would stop a batch. Whole sentences. */
export function dateNotices(dates: MediaDates | null, shipping: Shipping): string[] {
  return dates === null ? [] : [...lateReasons(dates, shipping), ...dateWarnings(dates, shipping)];
}

/**
 * Stops a batch before anything is erased when its machines would come too late.
 * @throws PrestageError media-too-late
 */
export function requireInTime(dates: MediaDates | null, shipping: Shipping): void {
  const [first, ...more] = dates === null ? [] : lateReasons(dates, shipping);
  if (first === undefined) return;
  throw new PrestageError({
    code: 'media-too-late',
    message: first,
    cause: more.length === 0 ? null : more.join('\n'),
  });
}

/** What is known of the dates, as short words for a list: name → value. Safe to show. */
export function dateLines(dates: MediaDates): [string, string | string[]][] {
  const day = (time: string | null): string =>
    time === null ? 'not known' : `${time.slice(0, 16).replace('T', ' ')} UTC`;
  return [
    ['certificate from', day(dates.certificateStart)],
    ['certificate until', day(dates.certificateEnd)],
    ...(dates.shipBy === null ? [] : ([['ship by', dates.shipBy]] as [string, string][])),
    ['site', dates.site === null ? 'not known' : sanitizeForDisplay(dates.site)],
    [
      'management points',
      dates.managementPoints.length === 0
        ? 'not known'
        : dates.managementPoints.map((one) => sanitizeForDisplay(one, 300)),
    ],
  ];
}
