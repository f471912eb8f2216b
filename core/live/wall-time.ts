/** What a clock on the wall shows in a time zone, and the moment at which it shows it. Pure; zones are those of the runtime. */

const digits = {
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
  hour: 'numeric',
  minute: 'numeric',
} as const;

/** Milliseconds that the wall is ahead of UTC. @throws RangeError when there is no such zone */
function aheadAt(time: number, timeZone: string): number {
  const shown = new Intl.DateTimeFormat('en-US', { ...digits, timeZone, hourCycle: 'h23' }).formatToParts(
    time,
  );
  const part = (type: Intl.DateTimeFormatPartTypes): number =>
    Number(shown.find((one) => one.type === type)?.value);
  const wall = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'));
  return wall - Math.floor(time / 60_000) * 60_000;
}

/** As fields for date and time have it: `2026-11-29T09:30`. */
export function wallTimeAt(time: Date, timeZone: string): string {
  return new Date(time.getTime() + aheadAt(time.getTime(), timeZone)).toISOString().slice(0, 16);
}

/** The moment at which the wall shows this; null: it is no time. An hour that comes twice is either of the two. */
export function momentOfWall(shown: string, timeZone: string): Date | null {
  const wall = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/.test(shown) ? Date.parse(`${shown}Z`) : NaN;
  if (Number.isNaN(wall)) return null;
  // The offset is that of the moment, which is only known by the offset: the second look is right but in an hour that is left out.
  const near = wall - aheadAt(wall, timeZone);
  return new Date(wall - aheadAt(near, timeZone));
}
