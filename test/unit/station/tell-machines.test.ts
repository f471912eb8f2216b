import { expect, it } from 'vitest';
import { PrestageError } from '../../../core/base/errors';
import type { EndRecord } from '../../../core/ledger/record';
import type { AtEnd } from '../../../core/machine/at-end';
import type { JobReport, ReservedJob } from '../../../station/jobs/run-job';
import {
  endMachines,
  showVerdict,
  stillFinished,
  tellVerdict,
  type ToldJob,
} from '../../../station/jobs/tell-machines';

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

const always = (): boolean => true;

/** As a batch has it once all of its jobs have ended and their machines were told. */
async function ended(
  job: ReservedJob,
  state: 'done' | 'failed' | 'cancelled' = 'done',
  ledgerEntry: number | null = 7,
): Promise<ToldJob> {
  const how = report(job, state, ledgerEntry);
  return { job, jobId: 'j', report: how, told: await tellVerdict(job, how) };
}

it('at the end of the batch only machines go off all whose drives passed and are recorded', async () => {
  const told: unknown[] = [];
  const recorded: EndRecord[] = [];
  const jobs = ['passed', 'passed', 'mixed', 'mixed', 'unrecorded', null].map((name) => jobOn(name, told));
  const states = ['done', 'done', 'done', 'cancelled', 'done', 'done'] as const;
  const all = await Promise.all(jobs.map((job, at) => ended(job, states[at], at === 4 ? null : 7)));
  told.length = 0;
  await endMachines(all, 'off', always, (end) => recorded.push(end));
  expect(told).toEqual([['passed', 'tellMachine', { verdict: 'passed', text: '', atEnd: 'off' }]]);
  // What has no job in the ledger has no end there either.
  expect(recorded.map(({ verdict, told: what, end }) => [verdict, what, end.state]).toSorted()).toEqual([
    ['passed', 'off', 'confirmed'],
    ['passed', 'off', 'confirmed'],
    ['passed', 'wait', 'confirmed'],
    ['stopped', 'wait', 'confirmed'],
  ]);
});

it.each([
  ['was worked on since', () => false],
  [
    'nobody can tell of any more',
    (): boolean => {
      throw new Error('damaged');
    },
  ],
])('a machine with a drive that %s is neither switched off nor recorded as passed', async (_how, holds) => {
  const told: unknown[] = [];
  const recorded: EndRecord[] = [];
  const all = [await ended(jobOn('again', told)), await ended(jobOn('as it was', told))];
  told.length = 0;
  await endMachines(
    all,
    'off',
    (one) => one.job.planned.drive.rack?.machine !== 'again' || holds(),
    (end) => recorded.push(end),
  );
  expect(told).toEqual([['as it was', 'tellMachine', { verdict: 'passed', text: '', atEnd: 'off' }]]);
  expect(recorded).toHaveLength(1);
});

it('a job counts as long as it is the newest of its machine, and nobody erased its drive', async () => {
  const one = await ended(jobOn('a', []));
  const ledger = (jobId: string, erased: boolean): Parameters<typeof stillFinished>[1] =>
    ({
      findShipped: (serial: string) =>
        serial === 'S' ? { entry: { sequence: 4, record: { kind: 'job-ended', job: { jobId } } } } : null,
      findErasure: () => (erased ? { machineSerial: 'S', certain: true } : null),
    }) as unknown as Parameters<typeof stillFinished>[1];
  expect(stillFinished(one, ledger('j', false))).toBe(true);
  expect(stillFinished(one, ledger('newer', false))).toBe(false);
  expect(stillFinished(one, ledger('j', true))).toBe(false);
});

it('where machines wait nobody is told twice, and that they wait is recorded', async () => {
  const told: unknown[] = [];
  const recorded: EndRecord[] = [];
  const one = await ended(jobOn('a', told));
  told.length = 0;
  await endMachines([one], 'wait', always, (end) => recorded.push(end));
  expect(told).toEqual([]);
  expect(recorded).toMatchObject([{ told: 'wait', end: { state: 'confirmed', did: 'wait' } }]);
});

it.each([
  [
    'is gone',
    () => Promise.reject(new PrestageError({ code: 'rack-silent', message: 'Silent.' })),
    'rack-silent',
  ],
  ['answers something else', () => Promise.resolve({ did: 'wait' }), 'helper-protocol'],
] as const)(
  'a machine that %s stops nothing, and is not taken for one that confirmed',
  async (_how, call, code) => {
    const recorded: EndRecord[] = [];
    const one = await ended(jobOn('a', []));
    const gone = { ...one, job: { ...one.job, client: { call } } as unknown as ReservedJob };
    await endMachines([gone], 'off', always, (end) => recorded.push(end));
    expect(recorded).toMatchObject([
      { kind: 'machine-ended', told: 'off', end: { state: 'not-confirmed', reason: { code } } },
    ]);
  },
);

it('a record that cannot be written does not undo a drive that is finished', async () => {
  const one = await ended(jobOn('a', []));
  await expect(
    endMachines([one], 'off', always, () => {
      throw new Error('no room');
    }),
  ).resolves.toBeUndefined();
});

it('what reading a drive back found is told to the machine that it is in, and keeps nothing from going on', async () => {
  const told: unknown[] = [];
  const job = jobOn('a', told);
  const { client, planned } = job;
  await showVerdict(client, planned.drive, 'failed', 'x'.repeat(500));
  await showVerdict(client, jobOn(null, told).planned.drive, 'passed');
  expect(told).toEqual([['a', 'tellMachine', { verdict: 'failed', text: 'x'.repeat(400), atEnd: 'wait' }]]);
  const gone = new PrestageError({ code: 'rack-silent', message: 'Silent.' });
  const silent = { call: () => Promise.reject(gone) } as unknown as typeof client;
  await expect(showVerdict(silent, planned.drive, 'passed')).resolves.toBeUndefined();
});
