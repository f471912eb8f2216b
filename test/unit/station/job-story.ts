import { nothingBefore } from '../../../core/job/drive-again';
import { noPast } from '../../../core/ledger/drive-past';
import { defaultHealthRules } from '../../../core/health/health-rules';
import type { DriveHealth } from '../../../core/health/health';
import { expect } from 'vitest';
import { PrestageError } from '../../../core/base/errors';
import type { JobResult, JobState } from '../../../core/job/job';
import type { LedgerEntry, LedgerRecord } from '../../../core/ledger/record';
import { runJob, type BatchDependencies, type BatchRun, type JobReport } from '../../../station/jobs/run-job';
import type { BatchRequest, PlannedJob } from '../../../station/jobs/batch-plan';
import type { RunJournal } from '../../../station/jobs/run-journal';
import type { Helpers } from '../../../station/helper-client/helpers';
import type { LedgerRow } from '../../../station/ledger/entry';
import type { AppendContext, Ledger } from '../../../station/ledger/ledger';
import type { DiskImage } from '../../../station/image-cache/get-or-create-image';
import { settingsSchema } from '../../../station/state/settings';
import { sampleDrive } from '../core/drive/drives';
import { context, done as finishedRecord, sampleJob } from './ledger/samples';
import { FakeHelperClient } from './fake-helper-client';

/** One job, told: a helper, a ledger and a journal that do what a test says, and the order of what happened. */

const result: JobResult = {
  bytesWritten: 1000,
  bytesVerified: 1000,
  chunksVerified: 3,
  writeSeconds: 1,
  verifySeconds: 1,
  directIo: true,
  tableSha256: 'c'.repeat(64),
};

export const done: JobState = { state: 'done', result };
export const erasing: JobState = { state: 'erasing' };
export const checking: JobState = { state: 'checking' };
export const drive = sampleDrive();
export const planned: PlannedJob = {
  ...{ drive, machineSerial: '0042PF', again: false, holdsMachine: null, past: noPast, machine: null },
  before: nothingBefore,
  files: [],
  replaces: null,
  loader: null,
  health: { known: false, reason: 'a virtual drive has no health' },
};

export const details = sampleJob();
export const request: BatchRequest = {
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
  ...{ proof: null, healthRules: defaultHealthRules, checkSize: false },
};

const openedOrder: LedgerRecord = {
  kind: 'order-opened',
  orderId: '0b0f2c64-6a44-4c3c-9b0e-1d2f3a4b5c6d',
  number: '4711',
  orderSha256: 'd'.repeat(64),
  machines: 1,
};

const image: Partial<DiskImage> = { directory: '/cache/render', fingerprint: details.fingerprint };
export const broken = (code: PrestageError['code']): PrestageError =>
  new PrestageError({ code, message: `The test's ${code}.`, remedy: 'None.' });

const refuseErase = (): never => {
  throw broken('drive-write-failed');
};

export type Step = LedgerRecord['kind'] | 'recording' | 'released';
/** The helper says a state: of this job, unless another is named. */
type Say = (job: JobState, jobId?: string) => void;

export interface Story {
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
  /** The drive takes no more writes: its tables stay on. */
  readonly cannotErase?: boolean;
  readonly onJob?: (state: JobState) => void;
  /** The drive is hardware: what it says of its health before and after; null: it does not answer any more. */
  readonly health?: readonly [before: DriveHealth, after: DriveHealth | null];
}

interface Told {
  readonly report: JobReport;
  /** Everything that was done, in order. */
  readonly log: readonly string[];
  readonly records: readonly LedgerRecord[];
  /** The helper that is started when the first one is gone. */
  readonly second: FakeHelperClient;
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
export async function send(story: Story): Promise<Told> {
  const log: string[] = [];
  const note = (step: Step): void => {
    log.push(step);
    if (step === story.fails) throw broken('ledger-unavailable');
  };
  const first: FakeHelperClient = new FakeHelperClient('first', log, {
    runJob: () =>
      story.runJob((job, jobId = details.jobId) => {
        first.say(jobId, job);
      }),
    ...(story.dies === true
      ? {}
      : {
          eraseTables: () => (story.cannotErase === true ? refuseErase() : {}),
          releaseDrive: () => {
            if (story.cannotRelease === true) throw broken('helper-died');
            return {};
          },
          readHealth: () => {
            const after = story.health?.[1] ?? null;
            if (after === null) throw broken('drive-changed');
            return { health: [after] };
          },
        }),
  });
  const second = new FakeHelperClient('second', log, {
    reserveDrives: () => ({ reservations: [{ reservation: 'r2', drive }] }),
    eraseTables: () => (story.cannotErase === true ? refuseErase() : {}),
  });
  const records: LedgerRecord[] = [];
  const others = sampleJob({ machineSerial: planned.machineSerial });
  const ledger: Pick<Ledger, 'append' | 'findShipped' | 'lastEntries' | 'openJobs' | 'newestOf'> = {
    append: (record, made, precondition) => {
      note(record.kind);
      precondition?.();
      records.push(record);
      return rowOf(40 + records.length, record, made);
    },
    newestOf: (kind) =>
      story.machine === 'ordered' && kind === 'order-opened' ? rowOf(1, openedOrder, context) : null,
    lastEntries: () => [],
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
  const helpers: Pick<Helpers, 'forDrive'> = { forDrive: () => Promise.resolve(second.client) };
  const run: Partial<BatchRun> = {
    context,
    request,
    journal: journal as RunJournal,
    protectedPaths: ['/media/gold.wim'],
  };
  const dependencies: Partial<BatchDependencies> = {
    helpers: helpers as Helpers,
    ledger: ledger as Ledger,
    settings: settingsSchema.parse({ stationName: 'bench-7', cacheLimitBytes: 0, stallSeconds: 30 }),
    signal: new AbortController().signal,
    onJob: (_planned, state) => {
      log.push(`show ${state.state}`);
      story.onJob?.(state);
    },
  };
  const report = await runJob(
    {
      planned: {
        ...{ ...planned, again: story.again === true },
        ...(story.health === undefined ? {} : { drive: { ...drive, kind: 'disk' }, health: story.health[0] }),
      },
      ...{ client: first.client, reservation: 'r1', previousDiskGuid: null, foundMachine: null },
    },
    image as DiskImage,
    details,
    run as BatchRun,
    dependencies as BatchDependencies,
  );
  expect(first.listening).toBe(0);
  return { report, log, records, second };
}

export const erasures = (log: readonly string[]): string[] =>
  log.filter((line) => line.endsWith(' eraseTables'));
/** The helper dies after it said so many states. */
export const diesAfter =
  (...states: JobState[]) =>
  (say: Say): JobState => {
    for (const state of states) say(state);
    throw broken('helper-died');
  };
