import { describe, expect, it } from 'vitest';
import { confirmationOf } from '../../../core/drive/drive';
import { cancelled, PrestageError } from '../../../core/base/errors';
import type { JobResult, JobState } from '../../../core/job/job';
import type { LedgerEntry, LedgerRecord } from '../../../core/ledger/record';
import { runJob, type BatchDependencies, type BatchRun, type JobReport } from '../../../station/jobs/run-job';
import type { BatchRequest, PlannedJob } from '../../../station/jobs/plan-batch';
import type { RunJournal } from '../../../station/jobs/run-journal';
import type { Engines } from '../../../station/helper-client/helpers';
import type { LedgerRow } from '../../../station/ledger/entry';
import type { AppendContext, Ledger } from '../../../station/ledger/ledger';
import type { Render } from '../../../station/image-cache/get-or-create-image';
import { settingsSchema } from '../../../station/state/settings';
import { sampleDrive } from '../core/drive/drives';
import { context, done as finishedRecord, sampleJob } from './ledger/samples';
import { FakeEngine } from './fake-helper-client';

const result: JobResult = {
  bytesWritten: 1000,
  bytesVerified: 1000,
  chunksVerified: 3,
  writeSeconds: 1,
  verifySeconds: 1,
  directIo: true,
  tableSha256: 'c'.repeat(64),
};
const done: JobState = { state: 'done', result };
const erasing: JobState = { state: 'erasing' };
const checking: JobState = { state: 'checking' };

const drive = sampleDrive();
const planned: PlannedJob = {
  ...{ drive, machineSerial: '0042PF', again: false, holdsMachine: null, machine: null },
};
const facts = sampleJob();
const request: BatchRequest = {
  mediaPath: '/media/gold.wim',
  imageIndex: 1,
  layoutName: 'uefi',
  expectSha256: null,
  assignments: [{ driveId: drive.id, machineSerial: '0042PF' }],
  benchDirectory: '/tmp/bench',
  operator: 'Ada Operator',
  againReason: null,
  workOrder: null,
  bays: [],
  proof: null,
};
const openedOrder: LedgerRecord = {
  kind: 'order-opened',
  orderId: '0b0f2c64-6a44-4c3c-9b0e-1d2f3a4b5c6d',
  number: '4711',
  orderSha256: 'd'.repeat(64),
  machines: 1,
};
const render: Partial<Render> = { directory: '/cache/render', fingerprint: facts.fingerprint };

const broken = (code: PrestageError['code']): PrestageError =>
  new PrestageError({ code, message: `The test's ${code}.`, remedy: 'None.' });

type Step = LedgerRecord['kind'] | 'recording' | 'released';

/** The helper says a state: of this job, unless another is named. */
type Say = (job: JobState, jobId?: string) => void;

interface Story {
  /** Answer of the helper that holds the drive. */
  readonly runJob: (say: Say) => JobState;
  /** The helper is dead once it was asked to run the job. */
  readonly dies?: boolean;
  /** What cannot be written. */
  readonly fails?: Step;
  /** What another batch did with the machine since this one was planned. */
  readonly machine?: 'finished' | 'begun' | 'ordered';
  readonly again?: boolean;
  readonly cannotRelease?: boolean;
  readonly onJob?: (state: JobState) => void;
}

interface Told {
  readonly report: JobReport;
  /** Everything that was done, in order. */
  readonly log: readonly string[];
  readonly records: readonly LedgerRecord[];
  /** The helper that is started when the first one is gone. */
  readonly second: FakeEngine;
}

function rowOf(sequence: number, record: LedgerRecord, made: AppendContext): LedgerRow {
  const entry: LedgerEntry = {
    version: 1,
    sequence,
    previousHash: '0'.repeat(64),
    time: '2026-01-02T03:04:05.006Z',
    station: { name: made.stationName, keyFingerprint: 'd'.repeat(64) },
    operator: made.operator,
    versions: { ...made.versions },
    record,
  };
  return { sequence, json: '', hash: '', signature: '', entry };
}

/** Runs one job against helpers, ledger and journal that note what is asked of them. */
async function tell(story: Story): Promise<Told> {
  const log: string[] = [];
  const note = (step: Step): void => {
    log.push(step);
    if (step === story.fails) throw broken('ledger-unavailable');
  };
  const first: FakeEngine = new FakeEngine('first', log, {
    runJob: () =>
      story.runJob((job, jobId = facts.jobId) => {
        first.say(jobId, job);
      }),
    ...(story.dies === true
      ? {}
      : {
          eraseTables: () => ({}),
          releaseDrive: () => {
            if (story.cannotRelease === true) throw broken('helper-died');
            return {};
          },
        }),
  });
  const second = new FakeEngine('second', log, {
    reserveDrives: () => ({ reservations: [{ reservation: 'r2', drive }] }),
    eraseTables: () => ({}),
  });
  const records: LedgerRecord[] = [];
  const others = sampleJob({ machineSerial: planned.machineSerial });
  const ledger: Pick<Ledger, 'append' | 'findShipped' | 'openJobs' | 'newestOf'> = {
    append: (record, made, precondition) => {
      note(record.kind);
      precondition?.();
      records.push(record);
      return rowOf(40 + records.length, record, made);
    },
    newestOf: (kind) =>
      story.machine === 'ordered' && kind === 'order-opened' ? rowOf(1, openedOrder, context) : null,
    findShipped: () => (story.machine === 'finished' ? rowOf(1, finishedRecord(others), context) : null),
    openJobs: () =>
      story.machine === 'begun' ? [{ sequence: 1, startedAt: '2026-01-01T00:00:00.000Z', job: others }] : [],
  };
  const journalStep = (step: Step): Promise<void> =>
    new Promise((resolve) => {
      note(step);
      resolve();
    });
  const journal: Pick<RunJournal, 'recording' | 'released'> = {
    recording: () => journalStep('recording'),
    released: () => journalStep('released'),
  };
  const engines: Pick<Engines, 'forDrive'> = { forDrive: () => Promise.resolve(second.client) };
  const run: Partial<BatchRun> = {
    context,
    request,
    journal: journal as RunJournal,
    protectedPaths: ['/media/gold.wim'],
  };
  const dependencies: Partial<BatchDependencies> = {
    engines: engines as Engines,
    ledger: ledger as Ledger,
    settings: settingsSchema.parse({ stationName: 'bench-7', cacheLimitBytes: 0, stallSeconds: 30 }),
    signal: new AbortController().signal,
    onJob: (_planned, state) => {
      log.push(`show ${state.state}`);
      story.onJob?.(state);
    },
  };
  const report = await runJob(
    { planned: { ...planned, again: story.again === true }, engine: first.client, reservation: 'r1' },
    render as Render,
    facts,
    run as BatchRun,
    dependencies as BatchDependencies,
  );
  expect(first.listening).toBe(0);
  return { report, log, records, second };
}

const erasures = (log: readonly string[]): string[] => log.filter((line) => line.endsWith(' eraseTables'));

/** The helper dies after it said so many states. */
const diesAfter =
  (...states: JobState[]) =>
  (say: Say): JobState => {
    for (const state of states) say(state);
    throw broken('helper-died');
  };

describe('runJob, of a drive that is done', () => {
  it('writes down that it records, records, gives the drive back, and shows the end last', async () => {
    const { report, log, records } = await tell({
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
    expect(report).toEqual({ job: planned, end: done, fingerprint: facts.fingerprint, ledgerEntry: 42 });
    expect(records).toEqual([
      { kind: 'job-started', job: facts },
      { kind: 'job-ended', job: facts, startedAt: '2026-01-02T03:04:05.006Z', end: done },
    ]);
  });

  it.each<[string, Step]>([
    ['that is not recorded', 'job-ended'],
    ['of which the journal cannot say that it is being recorded', 'recording'],
  ])('%s: takes its tables off and reports it as failed', async (_what, fails) => {
    const { report, log, records } = await tell({ runJob: () => done, fails });
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
    const { report, log, second } = await tell({ runJob: () => done, dies: true, fails: 'job-ended' });
    expect(second.requests.map(({ method }) => method)).toEqual(['reserveDrives', 'eraseTables']);
    expect(log.at(-1)).toBe('show failed');
    expect(report.ledgerEntry).toBeNull();
  });

  it('stays done when it is recorded and given back, and the journal cannot be written', async () => {
    const { report, log, records } = await tell({ runJob: () => done, fails: 'released' });
    expect(log).toContain('released');
    expect(erasures(log)).toEqual([]);
    expect(report).toMatchObject({ end: done, ledgerEntry: 42 });
    expect(records.at(-1)).toMatchObject({ kind: 'job-ended', end: done });
  });

  it.each<[string, Partial<Story>]>([
    ['cannot be given back', { cannotRelease: true }],
    ['was held by a helper that is gone', { dies: true }],
  ])('is withdrawn, and nothing is erased here, when it is recorded and %s', async (_what, trouble) => {
    const { report, log, records, second } = await tell({ runJob: () => done, ...trouble });
    expect(log.slice(-4)).toEqual(['job-ended', 'first releaseDrive', 'drive-verified', 'show failed']);
    expect(second.requests).toEqual([]);
    const end = { state: 'failed', reason: { code: 'helper-died' } };
    expect(report).toMatchObject({ end: { ...end, bytesWritten: 1000 }, ledgerEntry: 42 });
    expect(records.at(-1)).toMatchObject({ kind: 'drive-verified', jobId: facts.jobId, end });
    // The entry that says done stays as it is.
    expect(records.at(-2)).toMatchObject({ kind: 'job-ended', end: done });
  });

  it('is reported as failed also when that cannot be recorded', async () => {
    const { report, log } = await tell({ runJob: () => done, dies: true, fails: 'drive-verified' });
    expect(erasures(log)).toEqual([]);
    expect(report).toMatchObject({
      end: { state: 'failed', reason: { code: 'helper-died' } },
      ledgerEntry: 42,
    });
    expect(report.end).toMatchObject({ reason: { cause: "The test's ledger-unavailable." } });
  });

  it('stays done when nobody can show it', async () => {
    const { report, log } = await tell({
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
    const { report, log, second } = await tell({ runJob: diesAfter(...states), dies: true });
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
    const { report, log, records, second } = await tell({ runJob: diesAfter(...states), dies: true });
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
    const { log, second } = await tell({
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
    const { report, log } = await tell({ runJob: () => done, fails: 'job-started' });
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
    const { report, log, records } = await tell({ runJob: () => done, machine });
    expect(log).toEqual(['job-started', 'show failed']);
    expect(records).toEqual([]);
    expect(report).toMatchObject({ end: { state: 'failed', reason: { code } }, ledgerEntry: null });
    const named = machine === 'ordered' ? '4711' : '0042PF';
    expect(report.end).toMatchObject({ reason: { message: expect.stringContaining(named) as string } });
  });

  it('does a finished machine again when the operator said so', async () => {
    const { report } = await tell({ runJob: () => done, machine: 'finished', again: true });
    expect(report.end).toEqual(done);
  });

  it('records a cancelled job as cancelled', async () => {
    const { report, log } = await tell({
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
    const { report, log } = await tell({
      runJob: (say) => {
        say(erasing);
        return failed;
      },
    });
    expect(log).toEqual(['job-started', 'first runJob', 'show erasing', 'job-ended', 'show failed']);
    expect(report).toMatchObject({ end: failed, ledgerEntry: 42 });
  });

  it('takes an answer that is no end for a failure', async () => {
    const { report } = await tell({ runJob: () => checking });
    expect(report.end).toMatchObject({ state: 'failed', reason: { code: 'helper-protocol' } });
  });
});
