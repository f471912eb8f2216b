import { expect, it } from 'vitest';
import { PrestageError } from '../../../core/base/errors';
import type { AtEnd } from '../../../core/machine/at-end';
import type { JobReport, ReservedJob } from '../../../station/jobs/run-job';
import { endMachines, tellVerdict } from '../../../station/jobs/tell-machines';

/** A job on a drive of a machine, and all that the machine is told. */
function jobOn(machine: string | null, told: unknown[]): ReservedJob {
  const drive = machine === null ? {} : { rack: { machine, serial: 'S' } };
  const client = {
    call: (method: string, request: { readonly atEnd: AtEnd }) => {
      told.push([machine, method, request]);
      return Promise.resolve({ did: request.atEnd });
    },
  };
  return { planned: { drive, machineSerial: 'S' }, client } as unknown as ReservedJob;
}

function report(
  job: ReservedJob,
  state: 'done' | 'failed' | 'cancelled',
  ledgerEntry: number | null = 7,
): JobReport {
  const reason = new PrestageError({ code: 'drive-stalled', message: 'It does not answer.' }).data;
  const end = state === 'failed' ? { state, reason, bytesWritten: 0 } : { state };
  return { job: job.planned, end, ledgerEntry } as unknown as JobReport;
}

it('a machine is told how its drive ended, and passes only with a record', async () => {
  const told: unknown[] = [];
  const job = jobOn('a', told);
  await tellVerdict(job, report(job, 'done'));
  await tellVerdict(job, report(job, 'done', null));
  await tellVerdict(job, report(job, 'failed'));
  expect(told).toEqual([
    ['a', 'tellMachine', { verdict: 'passed', text: '', atEnd: 'wait' }],
    ['a', 'tellMachine', { verdict: 'stopped', text: '', atEnd: 'wait' }],
    ['a', 'tellMachine', { verdict: 'failed', text: 'It does not answer.', atEnd: 'wait' }],
  ]);
});

it('at the end of the batch only machines go off all whose drives passed and are recorded', async () => {
  const told: unknown[] = [];
  const jobs = ['passed', 'passed', 'mixed', 'mixed', 'unrecorded', null].map((name) => jobOn(name, told));
  const states = ['done', 'done', 'done', 'cancelled', 'done', 'done'] as const;
  const reports = jobs.map((job, at) => report(job, states[at] ?? 'failed', at === 4 ? null : 7));
  await endMachines(jobs, reports, 'off');
  expect(told).toEqual([['passed', 'tellMachine', { verdict: 'passed', text: '', atEnd: 'off' }]]);
});

it('nobody is told anything where machines wait, and a machine that is gone stops nothing', async () => {
  const told: unknown[] = [];
  const job = jobOn('a', told);
  await endMachines([job], [report(job, 'done')], 'wait');
  expect(told).toEqual([]);
  const gone = {
    ...job,
    client: { call: () => Promise.reject(new Error('gone')) },
  } as unknown as ReservedJob;
  await expect(endMachines([gone], [report(gone, 'done')], 'off')).resolves.toBeUndefined();
});
