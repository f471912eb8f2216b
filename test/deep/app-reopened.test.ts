import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AppState } from '../../core/contract/app';
import type { BootTestVerdict } from '../../core/job/boot-test';
import { GiB } from '../../core/base/units';
import { Ledger } from '../../station/ledger/ledger';
import { LedgerReader } from '../../station/ledger/ledger-reader';
import { statePaths } from '../../station/state/state-paths';
import { makeBench } from '../support/virtual-bench';
import { removeArea, temporaryArea } from '../support/global-setup';
import { helperOf } from '../support/processes';
import { makeMedia, type MadeMedia } from '../support/wim';
import { TestApp } from '../support/app-service';
import { runHere } from '../support/command-line';
import { context } from '../unit/station/ledger/samples';

/** What the bench shows after the app was closed with nothing running, and opened again. */

let area: string;
let media: MadeMedia;
let sha256: string;
let own: string;
let bench: string;
let app: TestApp | null = null;

beforeAll(async () => {
  area = temporaryArea('reopened');
  media = await makeMedia(join(area, 'media'));
  sha256 = createHash('sha256').update(readFileSync(media.path)).digest('hex');
});
afterAll(() => {
  removeArea(area);
});
beforeEach(async () => {
  own = temporaryArea('reopened-one');
  bench = join(own, 'bench');
  await makeBench(bench, 4);
});
afterEach(async () => {
  await closed();
});

const state = (): string => join(own, 'state');
const session = (): string => statePaths(state()).sessionFile;
const bayFile = (number: number): string => join(bench, `drive-0${number}.img`);

async function closed(): Promise<void> {
  await app?.service.close();
  app = null;
}

/** Opens the app, and waits until it has taken over what was there. */
async function open(directory = bench): Promise<TestApp> {
  app = await TestApp.open(state(), directory);
  await app.until(({ drives }) => drives.listed, 'a list of drives');
  await app.service.recovery.recorded;
  await app.handlers.refreshDrives({});
  return app;
}

async function reopened(directory = bench): Promise<TestApp> {
  await closed();
  return await open(directory);
}

/** Pairs machines with bays 1, 2, … and starts them. */
async function begin(opened: TestApp, machines: readonly string[]): Promise<AppState> {
  await opened.scan('OP-Ada Byron');
  opened.service.media.select(media.path);
  await opened.handlers.expectHash({ sha256 });
  await opened.until(({ media: { status } }) => status === 'proved', 'a proved media file');
  for (const [index, machine] of machines.entries()) {
    await opened.scan(machine);
    await opened.scan(`BAY ${index + 1}`);
  }
  await opened.handlers.arm({ armed: true });
  const driveIds = opened.service.pairing.pairs.map(({ driveId }) => driveId);
  await opened.handlers.start({ driveIds });
  return opened.state;
}

const haveEnded = ({ jobs }: AppState): boolean =>
  jobs.length > 0 && jobs.every(({ endedAt }) => endedAt !== null);

/** PASS in bay 1, CANCELLED in bay 2. */
async function passAndCancelled(): Promise<AppState> {
  const opened = await open();
  await begin(opened, ['7KX9PQ1', '7KX9PQ2']);
  const id = await driveIn(opened, 'bay 2');
  await opened.handlers.cancelJob({ driveId: id });
  await opened.until(haveEnded, 'two ends');
  // The listing that follows the end of a batch tells what is on the drives now.
  await opened.service.jobs.settled();
  await opened.handlers.refreshDrives({});
  return await opened.handlers.getState({});
}

async function driveIn(opened: TestApp, bay: string): Promise<string> {
  const { drives } = await opened.handlers.getState({});
  return drives.bays.find(({ label }) => label === bay)?.driveId ?? '';
}

async function cards(opened: TestApp): Promise<[bay: string, state: string, machine: string][]> {
  const { jobs } = await opened.handlers.getState({});
  return jobs.map(({ bay, state: { state: name }, machineSerial }) => [bay, name, machineSerial]);
}

const both = [
  ['bay 1', 'done', '7KX9PQ1'],
  ['bay 2', 'cancelled', '7KX9PQ2'],
];

describe('the app, closed with nothing running and opened again', () => {
  it('shows the cards that were not cleared as they were, and not those that were', async () => {
    const before = await passAndCancelled();
    expect(before.jobs.map(({ state: { state: name } }) => name)).toEqual(['done', 'cancelled']);
    const again = await reopened();
    const after = await again.handlers.getState({});
    expect(after.jobs).toEqual(before.jobs);
    expect(after.progress.total).toMatchObject({ drives: 2, passed: 1, stopped: 1, over: true });
    // A finished drive is no free bay.
    await again.scan('OP-Ada Byron');
    await again.scan('7KX9PQ3');
    expect((await again.scan('BAY 1'))?.outcome).toMatchObject({ reason: 'drive-finished' });

    await again.handlers.dismissJob({ driveId: await driveIn(again, 'bay 1') });
    expect(await cards(await reopened())).toEqual([both[1]]);
  });

  it('shows a FAIL with its reason, also when its drive was pulled; a PASS goes with its drive', async () => {
    const opened = await open();
    await begin(opened, ['7KX9PQ1', '7KX9PQ2']);
    await opened.until(({ jobs }) => jobs.length === 2, 'two jobs');
    process.kill(helperOf(process), 'SIGKILL');
    const before = (await opened.until(haveEnded, 'two ends')).jobs;
    expect(before.map(({ state: { state: name } }) => name)).toEqual(['failed', 'failed']);
    expect((await (await reopened()).handlers.getState({})).jobs).toEqual(before);

    await closed();
    renameSync(bayFile(1), `${bayFile(1)}.pulled`);
    const pulled = await (await open()).handlers.getState({});
    expect(pulled.jobs.map(({ bay }) => bay)).toContain('bay 1');
    expect(pulled.jobs[0]?.state).toMatchObject({ state: 'failed', reason: { code: 'helper-died' } });
  });

  it('does not show a PASS whose drive was pulled, replaced by another, or has another table', async () => {
    await passAndCancelled();
    await closed();
    renameSync(bayFile(1), `${bayFile(1)}.pulled`);
    expect(await cards(await open())).toEqual([both[1]]);

    await closed();
    renameSync(`${bayFile(1)}.pulled`, bayFile(1));
    writeFileSync(`${bayFile(2)}.new`, '');
    truncateSync(`${bayFile(2)}.new`, 2 * GiB);
    renameSync(`${bayFile(2)}.new`, bayFile(2));
    const replaced = (await (await open()).handlers.getState({})).jobs;
    // As in a USB dock: what was cancelled is told, and is not tried again on a drive that nobody looked at.
    expect(replaced).toMatchObject([{ bay: 'bay 2', state: { state: 'cancelled' }, canRetry: false }]);
  });

  it('does not show a PASS whose partition table was taken off meanwhile', async () => {
    await passAndCancelled();
    await closed();
    execFileSync('sgdisk', ['--zap-all', bayFile(1)]);
    execFileSync('sgdisk', ['--new=1:0:0', bayFile(1)]);
    expect(await cards(await open())).toEqual([both[1]]);
  });

  it('does not show what the command line has written over since', async () => {
    const before = await passAndCancelled();
    await closed();
    const drives = before.jobs.map(({ driveId }) => driveId);
    const run = await runHere([
      ...['apply', '--media', media.path, '--expect-sha256', sha256, '--bench', bench, '--state', state()],
      ...['--drive', `${drives[1] ?? ''}=7KX9PQ8`, '--yes'],
    ]);
    expect(run.status).toBe(0);
    expect(await cards(await open())).toEqual([both[0]]);
  });

  it('keeps the cards of a bench that was exchanged for another, and shows them when it is back', async () => {
    await passAndCancelled();
    const other = join(own, 'other');
    await makeBench(other, 2);
    const exchanged = await reopened(other);
    expect(await cards(exchanged)).toEqual([]);
    await exchanged.scan('OP-Ada Byron');
    expect(await cards(await reopened())).toEqual(both);
  });

  it('reads the session of an older Prestage, which kept interrupted cards only', async () => {
    const before = await passAndCancelled();
    await closed();
    const stored = JSON.parse(readFileSync(session(), 'utf8')) as Record<string, unknown>;
    const { cards: _, bootTests: __, ...older } = stored;
    const job = before.jobs[1];
    const interrupted = [
      {
        ...{ driveId: job?.driveId, bay: 'bay 2', machineSerial: '7KX9PQ2', startedAt: job?.startedAt },
        ...{ endedAt: job?.endedAt, ledgerEntry: job?.ledgerEntry, attachment: job?.attachment },
      },
    ];
    writeFileSync(session(), JSON.stringify({ ...older, interrupted }));
    const again = await open();
    expect(await cards(again)).toEqual([['bay 2', 'interrupted', '7KX9PQ2']]);
    expect((await again.handlers.getState({})).notices).toEqual([]);
  });

  it('shows what a boot test found, as long as the drive is as it was', async () => {
    await passAndCancelled();
    const driveId = (await driveIn(await reopened(), 'bay 1')) || 'none';
    await closed();
    const sequence = recordBootTest();
    const stored = JSON.parse(readFileSync(session(), 'utf8')) as { cards: { attachment: string }[] };
    const test = { driveId, status: 'ended', verdict, picture: null, ledgerEntry: sequence };
    const bootTests = [{ test, attachment: stored.cards[0]?.attachment ?? null }];
    writeFileSync(session(), JSON.stringify({ ...stored, bootTests }));
    expect((await (await open()).handlers.getState({})).rehearsals).toMatchObject([{ driveId }]);
    // It is kept again.
    const kept = await reopened();
    expect((await kept.handlers.getState({})).rehearsals).toMatchObject([{ driveId, status: 'ended' }]);
    await kept.handlers.dismissJob({ driveId });
    expect((await (await reopened()).handlers.getState({})).rehearsals).toEqual([]);
  });
});

const verdict: BootTestVerdict = {
  ...{ passed: true, what: 'The loader was started.', sign: { kind: 'display' }, secureBoot: false },
  ...{ accelerator: 'tcg', seconds: 3, console: [] },
};

/** A boot test of bay 1's drive in the ledger, as one that ran would leave it. @returns its entry */
function recordBootTest(): number {
  const reader = LedgerReader.openForReading(statePaths(state()));
  const record = reader.findShipped('7KX9PQ1')?.entry.record;
  reader.close();
  if (record?.kind !== 'job-ended') throw new Error('no finished job');
  const { jobId, machineSerial, drive, diskGuid, fingerprint } = record.job;
  const ledger = Ledger.open(statePaths(state()));
  const { sequence } = ledger.append(
    {
      kind: 'drive-rehearsed',
      ...{ jobId, machineSerial, drive, diskGuid, fingerprint },
      ...{ end: { state: 'done' }, verdict, picture: null },
    },
    context,
  );
  ledger.close();
  return sequence;
}
