import { z } from 'zod';

/**
 * How long a media is of use, and where its machines sign in: as the recipe, the media's own variables or a signed
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
