import { unzipSync } from 'fflate';
import { createHash, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { JobDetails } from '../../core/ledger/record';
import { reasonBarcode, scanReasons } from '../../core/scan/reasons';
import { commandBarcode } from '../../core/scan/scan';
import { timeouts } from '../../core/base/timeouts';
import { Ledger } from '../../station/ledger/ledger';
import { LedgerReader } from '../../station/ledger/ledger-reader';
import { statePaths } from '../../station/state/state-paths';
import { setTimeout as sleep } from 'node:timers/promises';
import { TestApp } from '../support/app-service';
import { errorOf } from '../support/cli';
import { runHere } from '../support/command-line';
import { apply, idIn, place, type Place } from '../support/finished-bench';
import { removeArea, temporaryArea } from '../support/global-setup';
import { runAtTerminal } from '../support/refusal-run';
import { pdfText } from '../support/pdf-text';
import { benchState } from '../support/virtual-bench';
import { makeMedia, type MadeMedia } from '../support/wim';
import { context } from '../unit/station/ledger/samples';

/** A drive that holds a finished image, or whose last job failed, is written for a reason, which stays with it. */

let area: string;
let media: MadeMedia;
let sha256: string;
let app: TestApp | null = null;

beforeAll(async () => {
  area = temporaryArea('written-again');
  media = await makeMedia(join(area, 'media'), { smallFiles: 20 });
  sha256 = createHash('sha256').update(readFileSync(media.path)).digest('hex');
});
afterEach(async () => {
  await app?.service.close();
  app = null;
});
afterAll(() => {
  removeArea(area);
});

/** A bench whose first drive was finished for FIRST-01. */
async function finished(name: string): Promise<Place & { readonly id: string }> {
  const at = await place(area, name, 2);
  const id = await idIn(at, 'drive-01.img');
  expect((await apply(at, media.path, [`${id}=FIRST-01`])).status).toBe(0);
  return { ...at, id };
}

/** The newest job of a machine in the ledger. */
function jobOf({ state }: Place, machineSerial: string): JobDetails {
  const reader = LedgerReader.openForReading(statePaths(state));
  try {
    const records = reader.find({ by: 'machine', machineSerial }).map(({ entry }) => entry.record);
    const last = records.findLast((record) => record.kind === 'job-ended');
    if (last?.kind !== 'job-ended') throw new Error(`no job of ${machineSerial}`);
    return last.job;
  } finally {
    reader.close();
  }
}

/** Records a job on a machine's drive that failed after it had begun to write, or before. */
function recordFailure(at: Place, machineSerial: string, untouched: boolean): void {
  const before = jobOf(at, machineSerial);
  const job = { ...before, jobId: randomUUID(), diskGuid: randomUUID(), previousDiskGuid: before.diskGuid };
  const ledger = Ledger.open(statePaths(at.state));
  const reason = { code: 'verify-mismatch' as const, message: 'It differs.', cause: null, remedy: 'None.' };
  ledger.append({ kind: 'job-started', job }, context);
  ledger.append(
    {
      kind: 'job-ended',
      ...{ job, startedAt: '2026-01-02T03:04:05.000Z' },
      end: { state: 'failed', reason, bytesWritten: untouched ? 0 : 4096 },
      ...(untouched ? { untouched } : {}),
    },
    context,
  );
  ledger.close();
}

describe('apply', () => {
  it('refuses to reuse a finished drive without a reason, with nothing touched, and records the reason', async () => {
    const at = await finished('reuse');
    const before = benchState(at.bench);
    const refused = await apply(at, media.path, [`${at.id}=SECOND-02`]);
    expect([refused.status, errorOf(refused).code]).toEqual([3, 'drive-holds-finished']);
    expect(errorOf(refused).message).toMatch(
      /holds the finished image for machine FIRST-01, recorded on \d{4}-/,
    );
    expect(errorOf(refused).remedy).toContain('--again REASON');
    expect(benchState(at.bench)).toBe(before);

    const run = await apply(at, media.path, [`${at.id}=SECOND-02`], ['--again', 'Order was cancelled']);
    expect(run.status).toBe(0);
    expect(jobOf(at, 'SECOND-02')).toMatchObject({
      againReason: null,
      driveAgain: { reason: 'Order was cancelled', held: { machineSerial: 'FIRST-01' } },
    });
    expect(jobOf(at, 'FIRST-01')).not.toHaveProperty('driveAgain');
  });

  it('refuses a second try without a reason; the certificate says what it was', async () => {
    const at = await finished('second-try');
    recordFailure(at, 'FIRST-01', false);
    const before = benchState(at.bench);
    const refused = await apply(at, media.path, [`${at.id}=SECOND-02`]);
    expect([refused.status, errorOf(refused).code]).toEqual([3, 'drive-failed-before']);
    expect(errorOf(refused).remedy).toContain('--again REASON');
    expect(benchState(at.bench)).toBe(before);

    const options = ['--again', 'Cable was loose'];
    expect((await apply(at, media.path, [`${at.id}=SECOND-02`], options)).status).toBe(0);
    const { driveAgain } = jobOf(at, 'SECOND-02');
    expect(driveAgain).toMatchObject({ reason: 'Cable was loose', failed: { failures: 1 } });
    const output = join(area, 'second-try.zip');
    const where = ['--machine', 'SECOND-02', '--output', output, '--state', at.state];
    expect((await runHere(['ship', '--number', 'LOT-1', ...where])).status).toBe(0);
    const pdf = unzipSync(readFileSync(output))['certificates/0001-SECOND-02.pdf'];
    const text = pdfText(pdf ?? new Uint8Array()).join(' ');
    expect(text).toContain('Second try. The first failed on');
    expect(text.replace(/\s+/g, ' ')).toContain('Cable was loose');
  });

  it('asks nothing after a job that ended before it touched the drive, or was cancelled', async () => {
    const at = await finished('untouched');
    // The drive still holds what was finished, and that alone asks.
    recordFailure(at, 'FIRST-01', true);
    expect(errorOf(await apply(at, media.path, [`${at.id}=SECOND-02`])).code).toBe('drive-holds-finished');
    const other = await idIn(at, 'drive-02.img');
    expect((await apply(at, media.path, [`${other}=THIRD-03`])).status).toBe(0);
  });
});

describe('apply at a terminal, without --again', () => {
  it.each([
    ['', 3],
    ['Wrong machine', 0],
  ])('names what the drive holds, and wants a reason typed: "%s"', async (typed, status) => {
    const at = await finished(`terminal-${status}`);
    const before = benchState(at.bench);
    const where = ['--bench', at.bench, '--state', at.state, '--layout', 'uefi'];
    const run = await runAtTerminal(
      ['apply', '--media', media.path, '--drive', `${at.id}=SECOND-02`, ...where],
      join(area, `terminal-${status}.out`),
      (screen) => {
        expect(screen).toMatch(/holds the finished image for machine FIRST-01/);
        return Promise.resolve('erase');
      },
      undefined,
      { shown: 'Reason for', typed, ends: 'the record: ' },
    );
    expect(run.status).toBe(status);
    if (status === 0) expect(jobOf(at, 'SECOND-02').driveAgain).toMatchObject({ reason: typed });
    else expect(benchState(at.bench)).toBe(before);
  });
});

/** Opens the app on a bench, signed in and with a proved media file. */
async function opened(at: Place): Promise<TestApp> {
  app = await TestApp.open(at.state, at.bench);
  await app.until(({ drives }) => drives.listed, 'a list of drives');
  await app.service.recovery.recorded;
  await app.scan('OP-Ada Byron');
  app.service.media.select(media.path);
  await app.handlers.expectHash({ sha256 });
  await app.until(({ media: { status } }) => status === 'proved', 'a proved media file');
  return app;
}

const reused = reasonBarcode(scanReasons[3]);

describe('the app', () => {
  it('pairs a drive that holds an image by the scan of a reason, once, and records it', async () => {
    const at = await finished('app-reuse');
    const bench = await opened(at);
    const { handlers } = bench;
    expect((await bench.scan(reused))?.outcome).toMatchObject({ reason: 'no-reason-asked' });
    await bench.scan('SECOND-02');
    expect((await bench.scan('BAY 1'))?.outcome).toMatchObject({
      ...{ result: 'refused', reason: 'drive-holds', driveId: at.id },
    });
    expect((await bench.scan(reused))?.outcome).toMatchObject({
      effect: 'paired',
      machineSerial: 'SECOND-02',
    });
    expect(bench.service.pairing.state.pairs).toMatchObject([{ driveReason: scanReasons[3].words }]);
    // Taken apart, it is asked for again.
    await handlers.undo({});
    expect((await bench.scan('BAY 1'))?.outcome).toMatchObject({ reason: 'drive-holds' });
    const asked = { machineSerial: null, driveId: at.id };
    await expect(handlers.giveReason({ ...asked, reason: ' ' })).rejects.toMatchObject({ code: 'usage' });
    await expect(
      handlers.giveReason({ ...asked, driveId: 'another', reason: 'Why not' }),
    ).rejects.toMatchObject({ code: 'usage' });
    await handlers.giveReason({ ...asked, reason: 'Typed reason' });
    await bench.scan(commandBarcode('START'));
    await sleep(timeouts.startRepeat + 50);
    await bench.scan(commandBarcode('START'));
    const { jobs } = await bench.until((now) => now.jobs[0]?.state.state === 'done', 'a finished job');
    expect(jobs[0]?.driveAgain).toMatchObject({
      reason: 'Typed reason',
      held: { machineSerial: 'FIRST-01' },
    });
    expect(jobOf(at, 'SECOND-02').driveAgain).toEqual(jobs[0]?.driveAgain);
  });

  it('tries a failed drive again only for a reason, by button and by scan', async () => {
    const at = await finished('app-retry');
    recordFailure(at, 'FIRST-01', false);
    const bench = await opened(at);
    await bench.scan('SECOND-02');
    expect((await bench.scan('BAY 1'))?.outcome).toMatchObject({ reason: 'drive-failed-before' });
    const secondTry = reasonBarcode(scanReasons[4]);
    expect((await bench.scan(secondTry))?.outcome).toMatchObject({ effect: 'paired' });
    await bench.scan(commandBarcode('START'));
    await sleep(timeouts.startRepeat + 50);
    await bench.scan(commandBarcode('START'));
    await bench.until(({ jobs }) => jobs.length === 1, 'a job');
    await bench.handlers.cancelJob({ driveId: at.id });
    await bench.until(({ jobs }) => jobs[0]?.endedAt !== null, 'an end');
    const { state } = (await bench.handlers.getState({})).jobs[0] ?? {};
    expect(state?.state).toBe('cancelled');
    // What was stopped asks for no reason of its own.
    expect(bench.service.pairing.asksBeforeRetry(at.id)).toBe(false);
    // A drive that failed since asks for one, which may be said beforehand, for several; an empty one is none.
    recordFailure(at, 'FIRST-01', false);
    await bench.handlers.retryJob({ driveId: at.id });
    expect((await bench.handlers.getState({})).pairing.lastScan?.outcome).toMatchObject({
      reason: 'drive-failed-before',
    });
    await expect(bench.handlers.retryJob({ driveId: at.id, reason: ' ' })).rejects.toMatchObject({
      code: 'usage',
    });
    await bench.handlers.retryJob({ driveId: at.id, reason: 'Cable changed' });
    await bench.until(({ jobs }) => jobs[0]?.state.state === 'done', 'a finished job');
    expect(jobOf(at, 'SECOND-02').driveAgain).toMatchObject({ reason: 'Cable changed' });
  });
});
