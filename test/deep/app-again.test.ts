import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { LedgerReader } from '../../station/ledger/ledger-reader';
import { Ledger } from '../../station/ledger/ledger';
import { statePaths } from '../../station/state/state-paths';
import { makeBench } from '../support/virtual-bench';
import { removeArea, temporaryArea } from '../support/global-setup';
import { makeMedia, type MadeMedia } from '../support/wim';
import { TestApp } from '../support/app-service';
import { context, done, sampleJob, started } from '../unit/station/ledger/samples';

/** What is asked for again at the app: the badge, the reason for a second drive; and numbers that do not replace each other. */

let area: string;
let media: MadeMedia;
let sha256: string;
let state: string;
let bench: string;
let app: TestApp;

beforeAll(async () => {
  area = temporaryArea('app-again');
  media = await makeMedia(join(area, 'media'));
  sha256 = createHash('sha256').update(readFileSync(media.path)).digest('hex');
});
afterAll(() => {
  removeArea(area);
});
beforeEach(async () => {
  const own = temporaryArea('app-again-one');
  bench = join(own, 'bench');
  state = join(own, 'state');
  await makeBench(bench, 3);
  // A machine with a finished drive, which went long ago.
  const job = sampleJob({ machineSerial: '7KX9PQ1', drive: { ...sampleJob().drive, serial: 'LONG-GONE' } });
  const ledger = Ledger.open(statePaths(state));
  for (const record of [started(job), done(job)]) ledger.append(record, context);
  ledger.close();
  app = await TestApp.open(state, bench);
  await app.until(({ drives }) => drives.listed, 'a list of drives');
});
afterEach(async () => {
  await app.service.close();
});

async function prove(): Promise<void> {
  app.service.media.select(media.path);
  await app.handlers.expectHash({ sha256 });
  await app.until(({ media: { status } }) => status === 'proved', 'a proved media file');
}

/** Reasons in the ledger, by machine, of jobs that ended well. */
function reasons(): Record<string, string | null> {
  const reader = LedgerReader.openForReading(statePaths(state));
  try {
    const ended = ['7KX9PQ1', '7KX9PQ2'].flatMap((machineSerial) =>
      reader.find({ by: 'machine', machineSerial }),
    );
    const found: Record<string, string | null> = {};
    for (const { entry } of ended) {
      const { record } = entry;
      if (record.kind === 'job-ended') found[record.job.machineSerial] = record.job.againReason;
    }
    return found;
  } finally {
    reader.close();
  }
}

describe('a machine that has a finished drive', () => {
  it('is refused, gets another one for a reason, which is recorded for it alone, and is refused again', async () => {
    const { handlers } = app;
    await app.scan('OP-Ada Byron');
    await prove();
    const refused = await app.scan('7KX9PQ1');
    expect(refused?.outcome).toMatchObject({
      ...{ result: 'refused', reason: 'machine-shipped', machineSerial: '7KX9PQ1' },
    });
    const ask = { machineSerial: '7KX9PQ1', driveId: null };
    await expect(handlers.giveReason({ ...ask, reason: '  ' })).rejects.toMatchObject({ code: 'usage' });
    expect((await app.scan('BAY 1'))?.outcome).toMatchObject({ result: 'refused' });

    // Something else was scanned: the question is asked again first.
    await expect(handlers.giveReason({ ...ask, reason: 'Lost in transit' })).rejects.toMatchObject({
      code: 'usage',
    });
    expect((await app.scan('7KX9PQ1'))?.outcome).toMatchObject({ reason: 'machine-shipped' });
    // It waits; taken back, it is asked for again.
    await handlers.giveReason({ ...ask, reason: 'Lost in transit' });
    await app.until(({ pairing }) => pairing.waitingMachine === '7KX9PQ1', 'a machine that waits');
    await handlers.undo({});
    expect((await app.scan('7KX9PQ1'))?.outcome).toMatchObject({ reason: 'machine-shipped' });

    await handlers.giveReason({ ...ask, reason: 'Lost in transit' });
    await app.scan('BAY 1');
    await app.scan('7KX9PQ2');
    await app.scan('BAY 2');
    const paired = await app.until(({ pairing }) => pairing.pairs.length === 2, 'two pairs');
    expect(paired.pairing.pairs.map(({ againReason }) => againReason)).toEqual([
      'Lost in transit',
      undefined,
    ]);
    await handlers.arm({ armed: true });
    await handlers.start({ driveIds: paired.pairing.pairs.map(({ driveId }) => driveId) });
    await app.until(({ jobs }) => jobs.filter((job) => job.state.state === 'done').length === 2, 'two PASS');
    expect(reasons()).toEqual({ '7KX9PQ1': 'Lost in transit', '7KX9PQ2': null });
    // Its drive is still on the bench: the machine says that it is taken out. Once it is, the machine is refused.
    expect((await app.scan('7KX9PQ1'))?.outcome).toMatchObject({ effect: 'taken-out' });
    expect((await app.scan('7KX9PQ1'))?.outcome).toMatchObject({ reason: 'machine-shipped' });
  });

  it('is paired by hand for a reason', async () => {
    const { handlers } = app;
    const driveId = app.state.drives.bays[0]?.driveId ?? '';
    await expect(handlers.pair({ machineSerial: '7kx9pq1', driveId })).rejects.toThrow(
      /already has a finished/,
    );
    await handlers.giveReason({ machineSerial: '7kx9pq1', driveId: null, reason: 'Lost' });
    const { pairing } = await app.until((now) => now.pairing.pairs.length === 1, 'a pair');
    expect(pairing.pairs).toMatchObject([{ machineSerial: '7KX9PQ1', againReason: 'Lost' }]);
  });
});

describe('the number of a work order', () => {
  it('without a list is told when a list takes its place, and is not taken while a list is open', async () => {
    const { handlers } = app;
    await app.scan('WO-4711');
    await app.until(({ batch }) => batch.workOrder === '4711', 'a number');
    expect((await app.scan('WO-4712'))?.outcome).toMatchObject({
      effect: 'work-order-set',
      replaced: '4711',
    });
    const { warnings } = await handlers.openOrder({ number: 'WO-7', text: 'serial\n7KX9PQ2\n' });
    expect(warnings).toEqual([
      'Work order 4712 was set before, without a list. From now on drives are recorded under WO-7.',
    ]);
    expect((await app.scan('WO-4711'))?.outcome).toMatchObject({ reason: 'order-open', detail: 'WO-7' });
    await expect(handlers.setBatch({ workOrder: '4711' })).rejects.toMatchObject({ code: 'order-open' });
    expect((await app.scan('WO-7'))?.outcome).toMatchObject({ effect: 'work-order-set' });
    expect((await handlers.getState({})).batch.workOrder).toBe('WO-7');
  });
});

describe('the operator', () => {
  it('is asked for after a restart; nothing starts, and nothing is tried again, before', async () => {
    await app.scan('OP-Ada Byron');
    await prove();
    await app.scan('7KX9PQ2');
    await app.scan('BAY 1');
    await app.service.close();
    app = await TestApp.open(state, bench);
    const back = await app.until(({ pairing }) => pairing.pairs.length === 1, 'the pair of before');
    expect(back.batch).toMatchObject({ operator: '', lastOperator: 'Ada Byron' });
    await app.until(({ media: { status } }) => status === 'proved', 'a media file that is proved anew');
    expect(app.state.pairing.obstacles).toEqual(['no-operator']);
    // The button says why not as the barcode does, and shows no list.
    await app.handlers.arm({ armed: true });
    expect((await app.handlers.getState({})).pairing).toMatchObject({
      armed: false,
      lastScan: { outcome: { result: 'refused', reason: 'not-ready', detail: 'no-operator' } },
    });
    await app.scan('OP-Zoe Quark');
    expect((await app.handlers.getState({})).batch).toMatchObject({
      operator: 'Zoe Quark',
      lastOperator: '',
    });
    await app.handlers.arm({ armed: true });
    const [driveId = ''] = app.state.pairing.pairs.map((pair) => pair.driveId);
    await app.handlers.start({ driveIds: [driveId] });
    app.service.jobs.cancel(driveId);
    await app.until(({ jobs }) => jobs.some(({ canRetry }) => canRetry), 'a job that can be tried again');
    await retriedBySomebody(driveId);
  });
});

/** While nobody is signed in, a drive is not tried again; then it is, and recorded for whoever did it. */
async function retriedBySomebody(driveId: string): Promise<void> {
  await app.handlers.setBatch({ operator: '' });
  await expect(app.handlers.retryJob({ driveId })).rejects.toMatchObject({ code: 'not-confirmed' });
  await app.handlers.setBatch({ operator: 'Ada Byron' });
  await app.handlers.retryJob({ driveId });
  await app.until(({ jobs }) => jobs.some((job) => job.state.state === 'done'), 'a PASS');
  const reader = LedgerReader.openForReading(statePaths(state));
  try {
    const ended = reader.find({ by: 'machine', machineSerial: '7KX9PQ2' }).at(-1);
    expect(ended?.entry.operator).toBe('Ada Byron');
  } finally {
    reader.close();
  }
}
