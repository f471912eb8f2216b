import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { GiB } from '../../core/base/units';
import { benchState, makeBench } from '../support/virtual-bench';
import {
  benchDrives,
  errorOf,
  prestage,
  reportOf,
  runCli,
  type CliResult,
  type ListedDrive,
} from '../support/cli';
import { runHere } from '../support/command-line';
import { hasNoTable } from '../support/drive-check';
import { removeArea, temporaryArea } from '../support/global-setup';
import { heldPrograms } from '../support/held-programs';
import { Hold } from '../support/hold';
import { present } from '../support/present';
import { makeMedia, type MadeMedia } from '../support/wim';

/** Work orders through the command line. */

let area: string;
let media: MadeMedia;
let sha256: string;
let bench: string;
let drives: ListedDrive[];
let state: string;
let scenes = 0;

beforeAll(async () => {
  area = temporaryArea('order');
  media = await makeMedia(join(area, 'media'));
  sha256 = createHash('sha256').update(readFileSync(media.path)).digest('hex');
});
afterAll(() => {
  removeArea(area);
});
beforeEach(async () => {
  scenes += 1;
  bench = join(area, `bench-${scenes}`);
  state = join(area, `state-${scenes}`);
  await makeBench(bench, 3);
  drives = await benchDrives(bench);
});

const order = (...args: string[]): Promise<CliResult> =>
  runHere(['order', ...args, '--state', state, '--json', '--operator', 'Ada Byron']);

function orderFile(text: string, name = 'order.csv'): string {
  const file = join(area, `${scenes}-${name}`);
  writeFileSync(file, text);
  return file;
}

const plain = (): string => `serial;asset tag;name\n7KX9PQ1;A-1;PC-1\n7KX9PQ2;A-2;PC-2\n7KX9PQ3;A-3;PC-3\n`;

async function openOrder(text: string, ...more: string[]): Promise<void> {
  const run = await order('open', orderFile(text), ...more);
  expect(run.status, run.stderr).toBe(0);
}

const apply = (serials: readonly string[], ...more: string[]): Promise<CliResult> =>
  runHere(
    ['apply', '--media', media.path, '--bench', bench, '--state', state, '--yes', '--json', ...more].concat(
      serials.flatMap((serial, index) => ['--drive', `${present(drives[index]).id}=${serial}`]),
    ),
  );

const showSchema = z.object({
  number: z.string(),
  open: z.number(),
  unexpected: z.number(),
  counts: z.record(z.string(), z.number()),
  machines: z.array(z.looseObject({ serial: z.string(), state: z.string(), reason: z.string().nullable() })),
});

async function show(): Promise<z.infer<typeof showSchema>> {
  const run = await order('show');
  expect(run.status, run.stderr).toBe(0);
  return showSchema.parse(JSON.parse(run.stdout));
}

const states = async (): Promise<string[]> => (await show()).machines.map((one) => one.state);

/** The records of the ledger, as they were signed. */
async function records(): Promise<unknown[]> {
  const run = await runHere(['ledger', 'export', '--format', 'json', '--state', state]);
  expect(run.status, run.stderr).toBe(0);
  const { entries } = z
    .object({ entries: z.array(z.object({ json: z.object({ record: z.unknown() }) })) })
    .parse(JSON.parse(run.stdout));
  return entries.map(({ json }) => json.record);
}

describe('an order', () => {
  it('goes from its file to its close, and every job carries what it says', async () => {
    await openOrder(plain(), '--number', 'WO-118');
    expect(await show()).toMatchObject({ number: 'WO-118', open: 3, counts: { expected: 3 } });

    const first = await apply(['7KX9PQ1', '7KX9PQ2']);
    expect(reportOf(first).jobs.map((job) => job.state)).toEqual(['done', 'done']);
    expect(await states()).toEqual(['done', 'done', 'expected']);

    const early = await order('close');
    expect(early.status).toBe(3);
    expect(errorOf(early)).toMatchObject({ code: 'order-unfinished', cause: '7KX9PQ3: expected' });
    expect(errorOf(early).message).toContain('7KX9PQ3');

    const left = await order('except', '7kx9pq3', '--reason', 'Never arrived');
    expect(left.status, left.stderr).toBe(0);
    expect(await states()).toEqual(['done', 'done', 'left-out']);
    const closed = await order('close');
    expect(JSON.parse(closed.stdout)).toMatchObject({
      number: 'WO-118',
      machines: 3,
      closed: { done: 2, leftOut: 1, unexpected: 0 },
    });

    const all = await records();
    const [opened] = all;
    const { orderId } = z.object({ orderId: z.string() }).parse(opened);
    expect(all).toMatchObject([
      { kind: 'order-opened', number: 'WO-118', machines: 3 },
      { kind: 'job-started', job: { orderId, workOrder: 'WO-118' } },
      { kind: 'job-started', job: { orderId, workOrder: 'WO-118' } },
      { kind: 'job-ended' },
      { kind: 'job-ended' },
      {
        kind: 'order-exception',
        orderId,
        what: 'left-out',
        machineSerial: '7KX9PQ3',
        reason: 'Never arrived',
      },
      { kind: 'order-closed', orderId, number: 'WO-118', done: 2, leftOut: 1, unexpected: 0 },
    ]);
    expect(JSON.stringify(all)).toContain('"machine":{"assetTag":"A-2","computerName":"PC-2"}');
    expect((await runHere(['ledger', 'verify', '--state', state])).status).toBe(0);
    const named = await runHere(['order', 'list', '--state', state, '--json']);
    expect(JSON.parse(named.stdout)).toMatchObject({
      orders: [{ number: 'WO-118', openedBy: 'Ada Byron', closed: { done: 2 } }],
    });
    // Closed is closed: nothing carries it any more, and there is nothing to show.
    expect(errorOf(await order('show')).code).toBe('order-not-open');
    expect(errorOf(await order('close')).code).toBe('order-not-open');
    expect(errorOf(await order('except', '7KX9PQ3', '--reason', 'x')).code).toBe('order-not-open');
  });

  it('is told whole what is wrong with it, and is not opened', async () => {
    const file = orderFile('serial,uuid\n1.23E+11,\n7KX9PQ1,zz\n7KX9PQ1,\n');
    const run = await order('open', file);
    expect(run.status).toBe(3);
    const { code, message, cause } = errorOf(run);
    expect(code).toBe('order-invalid');
    expect(message).toContain('has 4 errors');
    expect(cause?.split('\n')).toEqual([
      expect.stringContaining('the work order number is missing'),
      expect.stringContaining('line 2: '),
      expect.stringContaining('line 3: '),
      expect.stringContaining('line 4: '),
    ]);
    expect(run.stderr).toContain('line 2: ');
    expect(errorOf(await order('show')).code).toBe('order-not-open');
    expect(errorOf(await order('open', join(area, 'missing.csv'))).code).toBe('order-invalid');
    expect(errorOf(await order('open', media.path, '--number', '1')).code).toBe('order-invalid');
  });

  it('is one at a time', async () => {
    await openOrder(plain(), '--number', '1');
    const other = await order('open', orderFile('serial\nOTHER1\n', 'other.csv'), '--number', '2');
    expect(other.status).toBe(3);
    expect(errorOf(other).code).toBe('order-open');
    // The very same one as well, as long as nothing is wrong with the station's copy.
    expect(errorOf(await order('open', orderFile(plain()), '--number', '1')).code).toBe('order-open');
    expect((await show()).number).toBe('1');
  });

  it('is one at a time also when two are opened at once', async () => {
    const files = ['FIRST1', 'SECOND2'].map((serial) => orderFile(`serial\n${serial}\n`, `${serial}.csv`));
    const runs = await Promise.all(files.map((file, index) => order('open', file, '--number', `N${index}`)));
    expect(runs.map(({ status }) => status).sort()).toEqual([0, 3]);
    expect(errorOf(present(runs.find(({ status }) => status === 3))).code).toBe('order-open');
    expect(await records()).toHaveLength(1);
  });

  it('is typed on standard input', async () => {
    const child = spawn(
      process.execPath,
      [prestage, 'order', 'open', '-', '--number', '9', '--state', state],
      {
        stdio: ['pipe', 'ignore', 'inherit'],
      },
    );
    child.stdin.end('7kx9pq1\n7kx9pq2\n');
    expect(await new Promise((ended) => child.on('close', ended))).toBe(0);
    expect((await show()).machines.map(({ serial }) => serial)).toEqual(['7KX9PQ1', '7KX9PQ2']);
  });
});

describe('what is not ordered', () => {
  const untouched = (): void => {
    for (const { path } of drives) expect(hasNoTable(path, 2 * GiB)).toBe(true);
  };

  it.each([
    ['another image', ['--image', '2'], 'image 1'],
    ['another layout', ['--layout', 'configmgr-uefi'], 'layout uefi'],
    ['another number', ['--work-order', '77'], 'the number 77'],
    ['another hash', ['--expect-sha256', 'ab'.repeat(32)], 'SHA-256'],
  ])('is refused with nothing touched: %s', async (_name, more, words) => {
    await openOrder(`serial,sha256,image,layout\n7KX9PQ1,${sha256},1,uefi\n`, '--number', 'WO-1');
    const before = benchState(bench);
    const run = await apply(['7KX9PQ1'], ...more);
    expect(run.status).toBe(3);
    expect(errorOf(run)).toMatchObject({ code: 'order-mismatch' });
    expect(errorOf(run).message).toContain(words);
    expect(errorOf(run).remedy).toContain('Nothing was touched.');
    expect(benchState(bench)).toBe(before);
    expect(await states()).toEqual(['expected']);
  });

  it('is refused when it is the media itself, before anything is erased', async () => {
    await openOrder(`serial,sha256\n7KX9PQ1,${'ab'.repeat(32)}\n`, '--number', 'WO-1');
    const run = await apply(['7KX9PQ1']);
    expect(run.status).toBe(3);
    expect(errorOf(run)).toMatchObject({ code: 'order-mismatch' });
    expect(errorOf(run).cause).toContain(sha256);
    untouched();
    expect(await records()).toHaveLength(1);
  });

  it('takes image, layout and hash from the order when nobody says otherwise', async () => {
    await openOrder(`serial,sha256,layout\n7KX9PQ1,${sha256},uefi-recovery\n`, '--number', 'WO-1');
    expect(reportOf(await apply(['7KX9PQ1'])).jobs[0]?.state).toBe('done');
    expect((await records()).at(-1)).toMatchObject({
      job: { layout: 'uefi-recovery', media: { expected: 'given' } },
    });
  });

  it('is a machine that is not in it, until somebody says why', async () => {
    await openOrder(plain(), '--number', 'WO-1');
    const refused = await apply(['7KX9PQ1', 'STRANGER1']);
    expect(refused.status).toBe(3);
    expect(errorOf(refused)).toMatchObject({ code: 'order-mismatch' });
    expect(errorOf(refused).message).toContain('STRANGER1');
    untouched();

    expect(errorOf(await order('except', 'STRANGER1', '--reason', ' ')).code).toBe('usage');
    expect(errorOf(await order('except', 'none', '--reason', 'x')).code).toBe('serial-placeholder');
    expect((await order('except', 'stranger1', '--reason', 'Spare for a broken one')).status).toBe(0);
    expect(reportOf(await apply(['7KX9PQ1', 'STRANGER1'])).jobs.map((job) => job.state)).toEqual([
      'done',
      'done',
    ]);
    const { machines, unexpected } = await show();
    expect(unexpected).toBe(1);
    expect(machines.at(-1)).toMatchObject({
      serial: 'STRANGER1',
      state: 'done',
      unexpected: true,
      reason: 'Spare for a broken one',
    });
    // What is done needs no excuse.
    expect(errorOf(await order('except', '7KX9PQ1', '--reason', 'x')).code).toBe('order-mismatch');
  });
});

describe('kill -9 in the middle', () => {
  it('loses nothing: the order is open, done stays done, and the interrupted machine says so', async () => {
    // Of several chunks, so that the drive can be held between two.
    const large = await makeMedia(join(area, 'large'), { extraBytes: 24 * 1024 * 1024 });
    await openOrder(plain(), '--number', 'WO-1');
    expect(reportOf(await apply(['7KX9PQ1'])).jobs[0]?.state).toBe('done');
    const hold = await Hold.at('writing', join(area, 'hold'));
    const run = await runCli(
      ['apply', '--media', large.path, '--bench', bench, '--state', state, '--yes', '--drive'].concat(
        `${present(drives[1]).id}=7KX9PQ2`,
      ),
      {
        program: join(heldPrograms(), 'dist/prestage.cjs'),
        env: hold.environment,
        onStart: (child) => {
          void hold.reached(1).then(() => child.kill('SIGKILL'));
        },
      },
    );
    hold.release();
    expect(run.status, run.stderr).toBe(137);
    expect(await states()).toEqual(['done', 'interrupted', 'expected']);
    const refused = await order('close');
    expect(errorOf(refused).cause).toBe('7KX9PQ2: interrupted\n7KX9PQ3: expected');
    drives = await benchDrives(bench);
    const again = await runHere(
      [
        'apply',
        '--media',
        media.path,
        '--bench',
        bench,
        '--state',
        state,
        '--yes',
        '--json',
        '--drive',
      ].concat(`${present(drives[1]).id}=7KX9PQ2`),
    );
    expect(reportOf(again).jobs[0]?.state).toBe('done');
    expect(await states()).toEqual(['done', 'done', 'expected']);
  });

  it('finds a copy of the order that was changed or lost, writes nothing for it, and takes it back from its file', async () => {
    await openOrder(plain(), '--number', 'WO-1');
    const [name = ''] = readdirSync(join(state, 'orders'));
    const copy = join(state, 'orders', name);
    writeFileSync(copy, readFileSync(copy, 'utf8').replace('7KX9PQ3', '7KX9PQ4'));
    const before = benchState(bench);
    const run = await apply(['7KX9PQ4']);
    expect(run.status).toBe(3);
    expect(errorOf(run).code).toBe('order-invalid');
    expect(benchState(bench)).toBe(before);
    rmSync(copy);
    expect(errorOf(await order('show')).code).toBe('order-invalid');
    expect(errorOf(await order('open', orderFile('serial\nX123\n', 'x.csv'), '--number', 'WO-1')).code).toBe(
      'order-open',
    );
    await openOrder(plain(), '--number', 'WO-1');
    expect(await states()).toEqual(['expected', 'expected', 'expected']);
    expect(await records()).toHaveLength(1);
  });
});
