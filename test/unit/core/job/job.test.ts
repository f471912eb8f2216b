import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ErrorData } from '../../../../core/base/errors';
import { advance, hasEnded, jobStateSchema, type JobEvent, type JobState } from '../../../../core/job/job';
import { present } from '../../../support/present';

const reason: ErrorData = { code: 'drive-gone', message: 'm', cause: null, remedy: 'r' };
const result = {
  bytesWritten: 1,
  bytesVerified: 1,
  chunksVerified: 1,
  writeSeconds: 1,
  verifySeconds: 1,
  directIo: true,
  tableSha256: 'x',
};
const progress = (phase: 'writing' | 'verifying'): JobEvent => ({
  type: 'progress',
  phase,
  bytesDone: 0,
  bytesTotal: 1,
});
const trip: JobEvent[] = [
  { type: 'check' },
  { type: 'erase' },
  progress('writing'),
  progress('verifying'),
  { type: 'seal' },
  { type: 'finish', result },
];
const others: JobEvent[] = [
  { type: 'fail', reason, bytesWritten: 0 },
  { type: 'cancel', bytesWritten: 0 },
  { type: 'interrupt' },
];
const queued = { state: 'queued' } as JobState;

/** Events that repeat, come too early or too late; few of them end the job. */
const noise = fc.array(
  fc.oneof(
    { weight: 40, arbitrary: fc.constantFrom(...trip) },
    { weight: 1, arbitrary: fc.constantFrom(...others) },
  ),
  { maxLength: 4 },
);
/** The trip with noise before every step; now and then a step is missing. */
const disturbedTrips = fc
  .tuple(
    ...trip.map((step) => {
      const stored = fc.oneof(
        { weight: 19, arbitrary: fc.constant([step]) },
        { weight: 1, arbitrary: noise },
      );
      return fc.tuple(noise, stored);
    }),
  )
  .map((steps) => steps.flat(2));

describe('advance', () => {
  it('takes a job through its trip', () => {
    const states = trip.map((_, index) => trip.slice(0, index + 1).reduce(advance, queued).state);
    expect(states).toEqual(['checking', 'erasing', 'writing', 'verifying', 'sealing', 'done']);
  });

  it('lets a job fail, be cancelled or be interrupted at any step, and then stay so', () => {
    for (const end of others) {
      for (let steps = 0; steps < trip.length - 1; steps += 1) {
        const ended = advance(trip.slice(0, steps).reduce(advance, queued), end);
        expect(hasEnded(ended)).toBe(true);
        for (const event of [...trip, ...others]) expect(() => advance(ended, event)).toThrow();
      }
    }
  });

  it('can reach done only through erasing, writing, verifying and sealing, in that order', () => {
    let runs = 0;
    let done = 0;
    fc.assert(
      fc.property(disturbedTrips, (events) => {
        let job = queued;
        const seen: string[] = [];
        for (const event of events) {
          try {
            job = advance(job, event);
          } catch {
            continue;
          }
          jobStateSchema.parse(job);
          if (seen.at(-1) !== job.state) seen.push(job.state);
        }
        runs += 1;
        if (job.state !== 'done') return;
        done += 1;
        expect(seen).toEqual(['checking', 'erasing', 'writing', 'verifying', 'sealing', 'done']);
      }),
      { numRuns: 500 },
    );
    // Otherwise nothing was shown, or nothing was put to the test.
    expect(done).toBeGreaterThan(runs / 10);
    expect(done).toBeLessThan(runs);
  });

  it.each([
    ['write before erasing', ['check'], progress('writing')],
    ['verify what was not written', ['check', 'erase'], progress('verifying')],
    ['go back to writing', ['check', 'erase', 'write', 'verify'], progress('writing')],
    ['seal what was not verified', ['check', 'erase', 'write'], present(trip[4])],
    ['finish what was not sealed', ['check', 'erase', 'write', 'verify'], present(trip[5])],
  ])('refuses to %s', (_name, steps, event) => {
    const job = trip.slice(0, steps.length).reduce(advance, queued);
    expect(() => advance(job, event)).toThrow(/cannot take/);
  });
});
