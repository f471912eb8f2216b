/** What a page's processor time goes to, by the names that Chromium's trace gives to its work. */

/** An event of Chromium's trace format: times in microseconds, `tdur` of the thread's processor time. */
export interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts: number;
  readonly dur?: number;
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

/** Processor milliseconds by the name of what took them. */
export type ByName = ReadonlyMap<string, number>;

/** A part of the work, and what it took without the parts inside it. */
interface Part {
  readonly name: string;
  readonly begin: number;
  readonly end: number;
  own: number;
}

/** @param events of one thread */
function partsOf(events: readonly TraceEvent[]): Part[] {
  const whole = events
    .filter(({ ph }) => ph === 'X')
    .sort((one, other) => one.ts - other.ts || (other.dur ?? 0) - (one.dur ?? 0));
  const open: Part[] = [];
  return whole.map(({ name, ts, dur = 0, tdur = 0 }) => {
    while ((open.at(-1)?.end ?? Infinity) < ts + dur) open.pop();
    const around = open.at(-1);
    if (around !== undefined) around.own -= tdur / 1000;
    const part = { name, begin: ts, end: ts + dur, own: tdur / 1000 };
    open.push(part);
    return part;
  });
}

export interface Frame {
  /** Processor milliseconds. */
  readonly took: number;
  readonly parts: ByName;
}

/**
 * The frames of a page: all its work from one frame to the next. A task that hands over what is to be drawn (`Commit`) ends one.
 * @param events of the page's main thread
 */
export function framesOf(events: readonly TraceEvent[]): Frame[] {
  const named = (name: string): TraceEvent[] =>
    events.filter((event) => event.name === name).sort((one, other) => one.ts - other.ts);
  const commits = named('Commit').map(({ ts }) => ts);
  const parts = partsOf(events);
  const frames: Frame[] = [];
  let took = 0;
  let begin = -Infinity;
  let [nextCommit, nextPart] = [0, 0];
  for (const { ts, dur = 0, tdur = 0 } of named('RunTask')) {
    const end = ts + dur;
    took += tdur / 1000;
    if ((commits[nextCommit] ?? Infinity) > end) continue;
    while ((commits[nextCommit] ?? Infinity) <= end) nextCommit += 1;
    const sums = new Map<string, number>();
    for (let part = parts[nextPart]; part !== undefined && part.begin <= end; part = parts[++nextPart]) {
      if (part.begin >= begin) sums.set(part.name, (sums.get(part.name) ?? 0) + part.own);
    }
    frames.push({ took, parts: sums });
    [took, begin] = [0, end];
  }
  return frames;
}

/** `Paint 2.7, Layout 2.4, …`: the mean milliseconds of the largest parts of so many of the heaviest frames. */
export function heaviest(frames: readonly Frame[], count: number, names = 8): string {
  const some = [...frames].sort((one, other) => other.took - one.took).slice(0, count);
  const sums = new Map<string, number>();
  for (const { parts } of some) {
    for (const [name, own] of parts) sums.set(name, (sums.get(name) ?? 0) + own);
  }
  return [...sums]
    .sort(([, one], [, other]) => other - one)
    .slice(0, names)
    .map(([name, sum]) => `${name} ${(sum / some.length).toFixed(1)}`)
    .join(', ');
}
