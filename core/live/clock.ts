import { errorData, type ErrorData } from '../base/errors';

/**
 * Whether a clock can be right. Nothing on a station proves the time, but what already happened is in nobody's future: a clock
 * that stands before it is wrong.
 */

/** Something whose time is known and past. */
export interface KnownMoment {
  /** As the subject of a sentence, with its verb: `this version was built`. */
  readonly what: string;
  readonly time: Date;
}

/** Clocks of PCs differ by minutes, and dates without a time may be of any zone. Milliseconds. */
const tolerance = 24 * 60 * 60 * 1000;
/** A record was made by this very clock, or that of another PC with the same stick. Milliseconds. */
const recordTolerance = 10 * 60 * 1000;

export interface ClockDetails {
  readonly now: Date;
  /** When the version that runs was built; null when it does not tell. */
  readonly built: Date | null;
  /** Time of the newest entry of the ledger; null when there is none. */
  readonly newestEntry: Date | null;
  /** Certificates that somebody trusts here, and media that were received, each valid from a time. */
  readonly validFrom: readonly KnownMoment[];
}

/** What speaks against the clock; null: nothing does. */
export function clockProblem({ now, built, newestEntry, validFrom }: ClockDetails): ErrorData | null {
  const moments: (KnownMoment & { readonly allowed: number })[] = [
    ...(built === null ? [] : [{ what: 'this version was built', time: built, allowed: tolerance }]),
    ...(newestEntry === null
      ? []
      : [{ what: 'the newest entry was recorded', time: newestEntry, allowed: recordTolerance }]),
    ...validFrom.map((moment) => ({ ...moment, allowed: tolerance })),
  ];
  const [latest] = moments
    .filter(
      ({ time, allowed }) => Number.isFinite(time.getTime()) && time.getTime() - allowed > now.getTime(),
    )
    .sort((a, b) => b.time.getTime() - a.time.getTime());
  if (latest === undefined) return null;
  return errorData({
    code: 'clock-wrong',
    message: `The clock of this station says ${shownTime(now)}, but ${latest.what} on ${shownTime(latest.time)}.`,
  });
}

const shownTime = (time: Date): string => `${time.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
