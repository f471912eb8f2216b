import { describe, expect, it } from 'vitest';
import { confirmationOf } from '../../../core/drive/drive';
import { cancelled } from '../../../core/base/errors';
import type { JobState } from '../../../core/job/job';
import { sampleJob } from './ledger/samples';
import {
  done,
  erasing,
  checking,
  drive,
  planned,
  details,
  broken,
  type Step,
  type Story,
  send,
  erasures,
  diesAfter,
} from './job-story';

describe('runJob, of a drive that is done', () => {
  it('writes down that it records, records, gives the drive back, and shows the end last', async () => {
    const { report, log, records } = await send({
      runJob: (say) => {
        for (const job of [checking, erasing, done]) say(job);
        return done;
      },
    });
    expect(log).toEqual([
      'job-started',
      'first runJob',
      'show checking',
      'show erasing',
      'recording',
      'job-ended',
      'first releaseDrive',
      'released',
      'show done',
    ]);
    expect(report).toEqual({
      job: planned,
      end: done,
      fingerprint: details.fingerprint,
      diskGuid: details.diskGuid,
      ledgerEntry: 42,
      ...{ health: null, slow: [] },
    });
    expect(records).toEqual([
      { kind: 'job-started', job: details },
      { kind: 'job-ended', job: details, startedAt: '2026-01-02T03:04:05.006Z', end: done },
    ]);
  });

  it.each<[string, Step]>([
    ['that is not recorded', 'job-ended'],
    ['of which the journal cannot say that it is being recorded', 'recording'],
  ])('%s: takes its tables off and reports it as failed', async (_what, fails) => {
    const { report, log, records } = await send({ runJob: () => done, fails });
    expect(log).toContain(fails);
    expect(erasures(log)).toEqual(['first eraseTables']);
    expect(log).not.toContain('first releaseDrive');
    expect(report).toMatchObject({
      end: { state: 'failed', reason: { code: 'ledger-unavailable' }, bytesWritten: 1000 },
      ledgerEntry: null,
    });
    expect(records.map(({ kind }) => kind)).toEqual(['job-started']);
    expect(log.at(-1)).toBe('show failed');
  });

  it('takes the tables off through another helper when the first one is gone too', async () => {
    const { report, log, second } = await send({ runJob: () => done, dies: true, fails: 'job-ended' });
    expect(second.requests.map(({ method }) => method)).toEqual(['reserveDrives', 'eraseTables']);
    expect(log.at(-1)).toBe('show failed');
    expect(report.ledgerEntry).toBeNull();
  });

  it('stays done when it is recorded and given back, and the journal cannot be written', async () => {
    const { report, log, records } = await send({ runJob: () => done, fails: 'released' });
    expect(log).toContain('released');
    expect(erasures(log)).toEqual([]);
    expect(report).toMatchObject({ end: done, ledgerEntry: 42 });
    expect(records.at(-1)).toMatchObject({ kind: 'job-ended', end: done });
  });

  it.each<[string, Partial<Story>]>([
    ['cannot be given back', { cannotRelease: true }],
    ['was held by a helper that is gone', { dies: true }],
  ])('is withdrawn, and nothing is erased here, when it is recorded and %s', async (_what, trouble) => {
    const { report, log, records, second } = await send({ runJob: () => done, ...trouble });
    expect(log.slice(-4)).toEqual(['job-ended', 'first releaseDrive', 'drive-verified', 'show failed']);
    expect(second.requests).toEqual([]);
    const end = { state: 'failed', reason: { code: 'helper-died' } };
    expect(report).toMatchObject({ end: { ...end, bytesWritten: 1000 }, ledgerEntry: 42 });
    expect(records.at(-1)).toMatchObject({ kind: 'drive-verified', jobId: details.jobId, end });
    // The entry that says done stays as it is.
    expect(records.at(-2)).toMatchObject({ kind: 'job-ended', end: done });
  });

  it('is reported as failed also when that cannot be recorded', async () => {
    const { report, log } = await send({ runJob: () => done, dies: true, fails: 'drive-verified' });
    expect(erasures(log)).toEqual([]);
    expect(report).toMatchObject({
      end: { state: 'failed', reason: { code: 'helper-died' } },
      ledgerEntry: 42,
    });
    expect(report.end).toMatchObject({ reason: { cause: "The test's ledger-unavailable." } });
  });

  it('stays done when nobody can show it', async () => {
    const { report, log } = await send({
      runJob: (say) => {
        say(erasing);
        return done;
      },
      onJob: () => {
        throw new Error('the terminal is gone');
      },
    });
    expect(log).toContain('show erasing');
    expect(log).toContain('show done');
    expect(erasures(log)).toEqual([]);
    expect(log).toContain('first releaseDrive');
    expect(report).toMatchObject({ end: done, ledgerEntry: 42 });
  });
});

describe('runJob, when the helper dies', () => {
  it.each<[string, JobState[]]>([
    ['at once', []],
    ['while it looks at the drive', [{ state: 'queued' }, checking]],
  ])('%s: erases nothing', async (_what, states) => {
    const { report, log, second } = await send({ runJob: diesAfter(...states), dies: true });
    expect(erasures(log)).toEqual([]);
    expect(second.requests).toEqual([]);
    expect(report).toMatchObject({
      end: { state: 'failed', reason: { code: 'helper-died' }, bytesWritten: 0 },
      ledgerEntry: 42,
    });
  });

  it.each<[string, JobState[]]>([
    ['while it erases', [checking, erasing]],
    ['while it writes', [checking, erasing, { state: 'writing', bytesDone: 1, bytesTotal: 2 }]],
    ['while it seals', [{ state: 'sealing' }]],
    ['when it is done', [done]],
  ])('%s: reserves the drive anew and takes its tables off', async (_what, states) => {
    const { report, log, records, second } = await send({ runJob: diesAfter(...states), dies: true });
    expect(second.requests).toMatchObject([
      {
        method: 'reserveDrives',
        request: {
          drives: [{ driveId: drive.id, confirmed: confirmationOf(drive) }],
          benchDirectory: '/tmp/bench',
          protectedPaths: ['/media/gold.wim'],
        },
      },
      { method: 'eraseTables', request: { reservation: 'r2' } },
    ]);
    // First the drive, then the record that says it failed.
    expect(log.indexOf('second eraseTables')).toBeLessThan(log.indexOf('job-ended'));
    expect(report).toMatchObject({ end: { state: 'failed', reason: { code: 'helper-died' } } });
    expect(report.end).toMatchObject({ reason: { message: expect.stringContaining('SN-0001') as string } });
    expect(records.at(-1)).toMatchObject({ kind: 'job-ended', end: report.end });
  });

  it('does not take the states of another job for its own', async () => {
    const { log, second } = await send({
      runJob: (say) => {
        say(erasing, sampleJob().jobId);
        throw broken('helper-died');
      },
      dies: true,
    });
    expect(log).toEqual(['job-started', 'first runJob', 'job-ended', 'show failed']);
    expect(second.requests).toEqual([]);
  });
});

describe('runJob, otherwise', () => {
  it('never asks the helper when the start cannot be recorded', async () => {
    const { report, log } = await send({ runJob: () => done, fails: 'job-started' });
    expect(log).toEqual(['job-started', 'show failed']);
    expect(report).toMatchObject({
      end: { state: 'failed', reason: { code: 'ledger-unavailable' }, bytesWritten: 0 },
      ledgerEntry: null,
    });
  });

  it.each([
    ['finished', 'serial-already-shipped'],
    ['begun', 'serial-repeated'],
    ['ordered', 'order-mismatch'],
  ] as const)('never asks the helper when the machine was %s meanwhile', async (machine, code) => {
    const { report, log, records } = await send({ runJob: () => done, machine });
    expect(log).toEqual(['job-started', 'show failed']);
    expect(records).toEqual([]);
    expect(report).toMatchObject({ end: { state: 'failed', reason: { code } }, ledgerEntry: null });
    const named = machine === 'ordered' ? '4711' : '0042PF';
    expect(report.end).toMatchObject({ reason: { message: expect.stringContaining(named) as string } });
  });

  it('does a finished machine again when the operator said so', async () => {
    const { report } = await send({ runJob: () => done, machine: 'finished', again: true });
    expect(report.end).toEqual(done);
  });

  it('records a cancelled job as cancelled', async () => {
    const { report, log } = await send({
      runJob: (say) => {
        say(checking);
        throw cancelled('The job');
      },
    });
    expect(erasures(log)).toEqual([]);
    expect(report).toMatchObject({ end: { state: 'cancelled', bytesWritten: 0 }, ledgerEntry: 42 });
  });

  it('records a failure as the helper told it, and leaves the drive to the helper', async () => {
    const failed: JobState = { state: 'failed', reason: broken('drive-gone').data, bytesWritten: 512 };
    const { report, log } = await send({
      runJob: (say) => {
        say(erasing);
        return failed;
      },
    });
    expect(log).toEqual(['job-started', 'first runJob', 'show erasing', 'job-ended', 'show failed']);
    expect(report).toMatchObject({ end: failed, ledgerEntry: 42 });
  });

  it('takes an answer that is no end for a failure', async () => {
    const { report } = await send({ runJob: () => checking });
    expect(report.end).toMatchObject({ state: 'failed', reason: { code: 'helper-protocol' } });
  });
});
