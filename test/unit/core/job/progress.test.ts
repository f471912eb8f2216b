import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { taskSchema } from '../../../../core/base/task';
import { jobStateSchema, type JobResult } from '../../../../core/job/job';
import { advanceProgress, progressOf, startProgress, type JobProgress } from '../../../../core/job/progress';
import { commonPace, paceOf, type JobLook, type Pace } from '../../../../core/job/work-plan';

const lookSchema = z.union([
  z.strictObject({ state: z.literal('preparing'), task: taskSchema.nullable() }),
  jobStateSchema,
]);
const recordedSchema = z.array(z.tuple([z.number(), z.int().nullable(), lookSchema]));

interface Heard {
  readonly time: number;
  readonly look: JobLook;
}

/** What was heard of one drive of a recorded run. */
function recorded(name: string, drive: number): Heard[] {
  const file = join(resolve(import.meta.dirname, '../../../fixtures/recorded/progress'), `${name}.json`);
  return recordedSchema
    .parse(JSON.parse(readFileSync(file, 'utf8')))
    .filter(([, one]) => one === null || one === drive)
    .map(([time, , look]) => ({ time, look }));
}

interface Shown extends Heard, JobProgress {}

/** What is shown after each thing that was heard, and twice a second in between, as the station looks. */
function replay(heard: readonly Heard[], pace: Pace = commonPace, stretch = 1): Shown[] {
  const [first] = heard;
  if (first === undefined) throw new Error('nothing was heard');
  let track = startProgress(first.look, first.time * stretch, pace);
  const shown: Shown[] = [];
  let before = first;
  for (const next of heard) {
    for (let time = before.time * stretch + 500; time < next.time * stretch; time += 500) {
      track = advanceProgress(track, before.look, time);
      shown.push({ time, look: before.look, ...progressOf(track) });
    }
    track = advanceProgress(track, next.look, next.time * stretch);
    shown.push({ time: next.time * stretch, look: next.look, ...progressOf(track) });
    before = next;
  }
  return shown;
}

const result: JobResult = {
  bytesWritten: 20e9,
  bytesVerified: 20e9,
  chunksVerified: 5400,
  writeSeconds: 100,
  verifySeconds: 50,
  directIo: true,
  tableSha256: 'ab'.repeat(32),
};

/** Shows are in order, bounded, and say no more than is true. */
function requireSound(shown: readonly Shown[], started: number): void {
  let before: Shown | null = null;
  for (const one of shown) {
    const done = one.look.state === 'done';
    expect(one.percent).toBeGreaterThanOrEqual(before?.percent ?? 0);
    expect(one.percent).toBeLessThanOrEqual(done ? 100 : 99);
    if (done) expect(one).toMatchObject({ percent: 100, secondsLeft: null });
    if (one.time - started < 5000) expect(one.secondsLeft).toBeNull();
    if (before !== null && before.secondsLeft !== null && !done) {
      expect(one.secondsLeft).not.toBeNull();
      const after = one.secondsLeft ?? 0;
      const most = Math.max(before.secondsLeft, after);
      const elapsed = (one.time - before.time) / 1000;
      const step = most <= 60 ? 1 : most <= 630 ? 5 : 30;
      const allowed = Math.max(0.5, 0.08 * most) * (elapsed + 0.4) + 2 * step + 1;
      expect(Math.abs(after - (before.secondsLeft - elapsed))).toBeLessThanOrEqual(allowed);
    }
    before = one;
  }
}

const firstIn = (shown: readonly Shown[], state: JobLook['state']): number =>
  shown.find(({ look }) => look.state === state)?.percent ?? -1;

describe('recorded jobs', () => {
  it.each(['image-made', 'image-cached-with-pause'])('%s: goes from 0 to 100 and never back', (name) => {
    for (const drive of [0, 1, 2, 3]) {
      const shown = replay(recorded(name, drive));
      expect(shown[0]?.percent).toBe(0);
      expect(shown.at(-1)?.percent).toBe(100);
      requireSound(shown, 0);
      // No leap at the end either: sealing is near the top.
      expect(firstIn(shown, 'sealing')).toBeGreaterThanOrEqual(95);
    }
  });

  it('preparing has the share that it takes: much when the image is made, little when it is in the cache', () => {
    const made = replay(recorded('image-made', 0));
    expect(firstIn(made, 'writing')).toBeGreaterThan(35);
    expect(firstIn(made, 'writing')).toBeLessThan(65);
    const cached = replay(recorded('image-cached-with-pause', 0));
    expect(firstIn(cached, 'writing')).toBeGreaterThan(5);
    expect(firstIn(cached, 'writing')).toBeLessThan(35);
    // In the app the media is hashed before: then nearly all is writing and reading back.
    const unhashed = recorded('image-cached-with-pause', 0).filter(
      ({ look }) => look.state !== 'preparing' || look.task?.phase !== 'hashing',
    );
    expect(firstIn(replay(unhashed), 'writing')).toBeLessThan(25);
  });

  it('a pause in which nothing moves never makes minutes of seconds', () => {
    // As of a drive with six times the data: 24 s in which nothing moves, of 100 s.
    const shown = replay(recorded('image-cached-with-pause', 1), commonPace, 6);
    requireSound(shown, 0);
    const end = shown.at(-1)?.time ?? 0;
    const told = shown.filter(({ secondsLeft }) => secondsLeft !== null);
    expect(told.length).toBeGreaterThan(60);
    for (const { time, secondsLeft } of told) {
      expect(secondsLeft).toBeLessThan(2 * ((end - time) / 1000) + 30);
    }
  });

  it('the time that is told half-way is nearly right', () => {
    const shown = replay(recorded('image-made', 2), commonPace, 20);
    const end = shown.at(-1)?.time ?? 0;
    for (const { look, time, secondsLeft } of shown) {
      if (look.state !== 'verifying' || look.bytesDone < look.bytesTotal / 4) continue;
      if (look.bytesDone > (look.bytesTotal * 3) / 4) continue;
      const real = (end - time) / 1000;
      expect(Math.abs((secondsLeft ?? 0) - real)).toBeLessThan(real / 2 + 10);
    }
  });
});

describe('progress', () => {
  const task = (phase: 'applying' | 'checking' | 'formatting' | 'mapping', done = 0, total = 0): JobLook => ({
    state: 'preparing',
    task: { phase, done, total },
  });
  const writing = (bytesDone: number): JobLook => ({ state: 'writing', bytesDone, bytesTotal: 20e9 });
  const verifying = (bytesDone: number): JobLook => ({ state: 'verifying', bytesDone, bytesTotal: 20e9 });

  it('stays where it is while nothing is counted', () => {
    const looks: JobLook[] = [
      { state: 'preparing', task: null },
      task('formatting'),
      task('applying', 10e9, 20e9),
      task('formatting'),
      { state: 'queued' },
      { state: 'checking' },
      { state: 'erasing' },
    ];
    const shown = replay(looks.map((look, index) => ({ time: index * 1000, look })));
    const percents = shown.map(({ percent }) => percent);
    expect(percents.slice(0, 3)).toEqual([0, 0, 0]);
    expect(new Set(percents.filter((percent) => percent > 0)).size).toBe(1);
  });

  it('goes on where it stands when a second image must be made', () => {
    const looks = [task('mapping', 20e9, 20e9), task('applying', 1e9, 40e9), task('applying', 40e9, 40e9)];
    const [first, second, third] = replay(looks.map((look, time) => ({ time, look }))).map(
      ({ percent }) => percent,
    );
    expect(second).toBeGreaterThanOrEqual(first ?? 0);
    expect(third).toBeGreaterThan(second ?? 0);
    expect(third).toBeLessThan(99);
  });

  it('knows what lies behind a job that it sees first in its midst', () => {
    expect(progressOf(startProgress(verifying(0), 0)).percent).toBeGreaterThan(45);
    expect(progressOf(startProgress({ state: 'sealing' }, 0)).percent).toBe(99);
    expect(progressOf(startProgress({ state: 'done', result }, 0)).percent).toBe(100);
  });

  it('keeps where a job failed, and says no time for it', () => {
    let track = startProgress(writing(10e9), 0);
    track = advanceProgress(track, { state: 'cancelled', bytesWritten: 10e9 }, 60_000);
    expect(progressOf(track)).toEqual({ percent: 26, secondsLeft: null });
  });

  it('uses what the station’s drives did: for the shares, and for a time while the image is still made', () => {
    const pace = paceOf([result]);
    expect(pace).toMatchObject({ writing: 200e6, verifying: 400e6, measured: true });
    expect(progressOf(startProgress(verifying(0), 0, pace)).percent).toBe(66);
    const looks = Array.from({ length: 40 }, (_, index) => ({
      time: index * 500,
      look: task('checking', index * 0.5e9, 20e9),
    }));
    expect(replay(looks).at(-1)?.secondsLeft).toBeNull();
    // 20 s of checking are left nearly none, then 100 s of writing and 50 s of reading.
    expect(replay(looks, pace).at(-1)?.secondsLeft).toBeGreaterThan(145);
    expect(replay(looks, pace).at(-1)?.secondsLeft).toBeLessThan(160);
  });

  it('takes no pace from drives that were too quick to tell, or from none', () => {
    expect(paceOf([])).toBe(commonPace);
    expect(paceOf([{ ...result, writeSeconds: 0.1 }])).toBe(commonPace);
  });

  it('is sound whatever the drives do', () => {
    const step = fc.record({
      elapsed: fc.integer({ min: 1, max: 4000 }),
      part: fc.double({ min: 0, max: 0.3, noNaN: true }),
    });
    const phase = fc.array(step, { minLength: 1, maxLength: 15 });
    const job = fc.record({
      total: fc.integer({ min: 1, max: 1e12 }),
      checking: fc.option(phase),
      applying: fc.option(phase),
      writing: phase,
      verifying: phase,
      ends: fc.boolean(),
    });
    fc.assert(
      fc.property(job, ({ total, checking, applying, writing: written, verifying: read, ends }) => {
        const heard: Heard[] = [{ time: 0, look: { state: 'preparing', task: null } }];
        const counted = (steps: typeof written | null, look: (done: number) => JobLook): void => {
          let done = 0;
          for (const { elapsed, part } of steps ?? []) {
            done = Math.min(total, done + Math.floor(part * total));
            heard.push({ time: (heard.at(-1)?.time ?? 0) + elapsed, look: look(done) });
          }
        };
        counted(applying, (done) => task('applying', done, total));
        counted(checking, (done) => task('checking', done, total));
        counted(written, (bytesDone) => ({ state: 'writing', bytesDone, bytesTotal: total }));
        counted(read, (bytesDone) => ({ state: 'verifying', bytesDone, bytesTotal: total }));
        const last = (heard.at(-1)?.time ?? 0) + 100;
        heard.push({ time: last, look: { state: 'sealing' } });
        heard.push({
          time: last + 50,
          look: ends ? { state: 'done', result } : { state: 'cancelled', bytesWritten: 0 },
        });
        const shown = replay(heard);
        requireSound(ends ? shown : shown.slice(0, -1), 0);
        expect(shown.at(-1)?.percent === 100).toBe(ends);
      }),
    );
  });
});
