import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JobDetails } from '../../core/ledger/record';
import { EraseJournal, type EraseRun } from '../../station/jobs/erase-journal';
import { closeLeftOpen, RunJournal } from '../../station/jobs/run-journal';
import { Ledger } from '../../station/ledger/ledger';
import { statePaths, type StatePaths } from '../../station/state/state-paths';
import { context, done, failed, sampleJob, started } from '../unit/station/ledger/samples';

/** What a station finds at its start that another left behind. */

let folder: string;
let paths: StatePaths;
let ledger: Ledger;
let journalFile: string;
let job: JobDetails;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'prestage-runs-'));
  paths = statePaths(folder);
  ledger = Ledger.open(paths);
  job = sampleJob({ machineSerial: 'PC 0042' });
  journalFile = join(paths.runs, job.batchId);
});
afterEach(() => {
  ledger.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The first line of a journal whose station was killed: a process that has ended. */
function deadMark(): string {
  const mark = spawnSync(
    'sh',
    ['-c', 'printf "%s-%s-%s" $$ "$(cut -d" " -f22 /proc/$$/stat)" "$(cat /proc/sys/kernel/random/boot_id)"'],
    { encoding: 'utf8' },
  ).stdout;
  expect(mark).toMatch(/^\d+-\d+-[0-9a-f-]{36}$/);
  return mark;
}

const leaveBehind = (...lines: string[]): void => {
  writeFileSync(journalFile, [deadMark(), ...lines, ''].join('\n'));
};

describe('what a killed station left open', () => {
  it('is doubtful when the job is recorded as done and the helper was not told: once', async () => {
    ledger.append(started(job), context);
    ledger.append(done(job), context);
    leaveBehind(`recording ${job.jobId} ${job.machineSerial}`);
    const left = await closeLeftOpen(paths, ledger, context);
    expect(left.interrupted).toEqual([]);
    expect(left.suspect).toMatchObject([{ machineSerial: 'PC 0042', drive: job.drive, ledgerEntry: 2 }]);
    // The next start does not say it again.
    expect(readdirSync(paths.runs)).toEqual([]);
    expect(await closeLeftOpen(paths, ledger, context)).toEqual({ interrupted: [], suspect: [] });
    // It counts as shipped no more; what was recorded stays, and is whole.
    expect(ledger.findShipped('PC 0042')).toBeNull();
    expect(ledger.verify()).toMatchObject({ ok: true, entries: 3 });
  });

  it('tells of an erase that was cut off with its job, and of none that another job had begun', async () => {
    const erase: EraseRun = {
      ...{ version: 1, run: randomUUID(), startedAt: '2026-01-01T00:00:00.000Z', jobId: job.jobId },
      ...{ method: 'nvme-sanitize-block', nist: 'purge', hidden: [], samples: [], overwritten: 0 },
      before: { size: job.drive.size, table: 'none', partitions: [] },
    };
    for (const jobId of [job.jobId, randomUUID()]) {
      const one = sampleJob({ machineSerial: 'PC 0042', jobId, batchId: job.batchId });
      ledger.append(started(one), context);
      new EraseJournal(paths, job.drive).write(erase);
      leaveBehind();
      await closeLeftOpen(paths, ledger, context);
    }
    const ends = [...ledger.checkedAfter(0)].flatMap(({ entry: { record } }) =>
      record.kind === 'job-ended' ? [record] : [],
    );
    expect(ends).toMatchObject([
      { end: { state: 'interrupted' }, sanitised: { outcome: 'not-known', method: 'nvme-sanitize-block' } },
      { end: { state: 'interrupted' } },
    ]);
    expect(ends[1]).not.toHaveProperty('sanitised');
  });

  it('tells of an erase that had ended before its job was killed, once', async () => {
    const before = { size: job.drive.size, table: 'none' as const, partitions: [] };
    const ended = {
      ...({ before, method: 'overwrite', nist: 'clear', outcome: 'erased', why: null } as const),
      ...{ bytesReadBack: job.drive.size, seconds: 60, hidden: [] },
    };
    const erase: EraseRun = {
      ...({
        version: 1,
        run: randomUUID(),
        startedAt: '2026-01-01T00:00:00.000Z',
        jobId: job.jobId,
      } as const),
      ...{ method: 'overwrite', before, samples: [], overwritten: 0, ended },
    };
    ledger.append(started(job), context);
    const journal = new EraseJournal(paths, job.drive);
    journal.write(erase);
    // It is over: nobody goes on with it.
    expect(await journal.read()).toBeNull();
    leaveBehind();
    await closeLeftOpen(paths, ledger, context);
    const last = [...ledger.checkedAfter(1)].map(({ entry }) => entry.record);
    expect(last).toMatchObject([{ end: { state: 'interrupted' }, sanitised: ended }]);
    expect(readdirSync(paths.erasures)).toEqual([]);
  });

  it('is not doubtful once the helper was told', async () => {
    ledger.append(started(job), context);
    ledger.append(done(job), context);
    leaveBehind(`recording ${job.jobId} ${job.machineSerial}`, `released ${job.jobId}`);
    expect(await closeLeftOpen(paths, ledger, context)).toEqual({ interrupted: [], suspect: [] });
  });

  it('tells the jobs of a batch apart', async () => {
    const other = sampleJob({ machineSerial: 'PC-0043' });
    for (const one of [job, other]) {
      ledger.append(started(one), context);
      ledger.append(done(one), context);
    }
    leaveBehind(
      `recording ${job.jobId} ${job.machineSerial}`,
      `recording ${other.jobId} ${other.machineSerial}`,
      `released ${job.jobId}`,
    );
    expect((await closeLeftOpen(paths, ledger, context)).suspect).toMatchObject([
      { machineSerial: 'PC-0043' },
    ]);
  });

  it('is interrupted, not doubtful, when the end was not recorded any more', async () => {
    ledger.append(started(job), context);
    leaveBehind(`recording ${job.jobId} ${job.machineSerial}`);
    expect(await closeLeftOpen(paths, ledger, context)).toMatchObject({
      interrupted: [{ machineSerial: 'PC 0042', drive: job.drive }],
      suspect: [],
    });
    expect(ledger.openJobs()).toEqual([]);
  });

  it.each([
    ['failed', (): JobDetails => job],
    ['done, but in another job', (): JobDetails => sampleJob({ machineSerial: 'PC 0042' })],
  ])('is not doubtful when the machine is recorded as %s', async (what, recorded) => {
    const details = recorded();
    ledger.append(started(details), context);
    ledger.append(what === 'failed' ? failed(details) : done(details), context);
    leaveBehind(`recording ${job.jobId} ${job.machineSerial}`);
    expect((await closeLeftOpen(paths, ledger, context)).suspect).toEqual([]);
  });

  it('is let alone while its station still runs', async () => {
    ledger.append(started(job), context);
    const running = await RunJournal.begin(paths.runs, job.batchId);
    await running.recording(job.jobId, job.machineSerial);
    expect(await closeLeftOpen(paths, ledger, context)).toEqual({ interrupted: [], suspect: [] });
    expect(ledger.openJobs()).toHaveLength(1);
    expect(existsSync(journalFile)).toBe(true);
    await running.end();
    expect(existsSync(journalFile)).toBe(false);
  });

  it('is read from what a journal wrote itself, torn last line included', async () => {
    ledger.append(started(job), context);
    ledger.append(done(job), context);
    const journal = await RunJournal.begin(paths.runs, job.batchId);
    await journal.recording(job.jobId, job.machineSerial);
    appendFileSync(journalFile, `released ${job.jobId.slice(0, 8)}`);
    const [, ...lines] = readFileSync(journalFile, 'utf8').split('\n');
    leaveBehind(...lines);
    expect((await closeLeftOpen(paths, ledger, context)).suspect).toMatchObject([
      { machineSerial: 'PC 0042' },
    ]);
  });
});
