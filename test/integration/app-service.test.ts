import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AppState } from '../../core/contract/app';
import { GiB } from '../../core/base/units';
import { timeouts } from '../../core/base/timeouts';
import { reasonBarcode } from '../../core/scan/reasons';
import { commandBarcode } from '../../core/scan/scan';
import { makeBench } from '../support/virtual-bench';
import { hasNoTable } from '../support/drive-check';
import { removeArea, temporaryArea } from '../support/global-setup';
import { helperOf } from '../support/processes';
import { makeMedia, type MadeMedia } from '../support/wim';
import { TestApp } from '../support/app-service';

let area: string;
let media: MadeMedia;
let sha256: string;
let app: TestApp;
let bench: string;

beforeAll(async () => {
  area = temporaryArea('service');
  media = await makeMedia(join(area, 'media'));
  sha256 = createHash('sha256').update(readFileSync(media.path)).digest('hex');
});
afterAll(() => {
  removeArea(area);
});
beforeEach(async () => {
  const own = temporaryArea('app');
  bench = join(own, 'bench');
  await makeBench(bench, 3);
  app = await TestApp.open(join(own, 'state'), bench);
});
afterEach(async () => {
  await app.service.close();
});

const listed = ({ drives }: AppState): boolean => drives.listed;
const status =
  (wanted: AppState['media']['status']) =>
  ({ media: { status: found } }: AppState): boolean =>
    found === wanted;

async function proveMedia(): Promise<void> {
  app.service.media.select(media.path);
  await app.handlers.expectHash({ sha256 });
  await app.until(status('proved'), 'a proved media file');
}

/** START, and once more when that is no repeated read. */
async function startByScan(): Promise<void> {
  await app.scan(commandBarcode('START'));
  await sleep(timeouts.startRepeat + 50);
  await app.scan(commandBarcode('START'));
}

const bayFile = (number: number): string => join(bench, `drive-0${number}.img`);
const ended = ({ jobs }: AppState, count: number): boolean =>
  jobs.filter(({ endedAt }) => endedAt !== null).length === count;

describe('the media', () => {
  it('waits for somebody to say its hash, refuses a wrong one, and takes the right one after it', async () => {
    app.service.media.select(media.path);
    const waiting = await app.until(status('waiting-for-hash'), 'the hash is asked for');
    expect(waiting.pairing.obstacles).toContain('media-not-proved');
    await app.handlers.expectHash({ sha256: '0'.repeat(64) });
    const refused = await app.until(status('refused'), 'a refusal');
    expect(refused.media).toMatchObject({ error: { code: 'media-hash-mismatch' }, sha256 });
    await app.handlers.expectHash({ sha256 });
    const proved = await app.until(status('proved'), 'a proof');
    expect(proved.media).toMatchObject({ expected: { source: 'given', sha256 } });
  });

  it('is proved by the manifest beside it', async () => {
    const manifest = `${media.path}.sha256`;
    writeFileSync(manifest, `${sha256}  media.wim\n`);
    try {
      app.service.media.select(media.path);
      const proved = await app.until(status('proved'), 'a proof');
      expect(proved.media).toMatchObject({ expected: { source: 'manifest' } });
    } finally {
      rmSync(manifest);
    }
  });

  it('is refused when it is no WIM, and another can be chosen', async () => {
    const text = join(area, 'text.wim');
    writeFileSync(text, 'no image at all');
    app.service.media.select(text);
    const refused = await app.until(status('refused'), 'a refusal');
    expect(refused.media).toMatchObject({ error: { code: 'media-not-a-wim' } });
    await proveMedia();
  });

  it('does not take for a hash what is none', async () => {
    app.service.media.select(media.path);
    await expect(app.handlers.expectHash({ sha256: 'abc' })).rejects.toMatchObject({ code: 'usage' });
  });
});

describe('the whole loop by scanner', () => {
  it('goes from the badge to a recorded drive', async () => {
    await app.until(listed, 'a list of drives');
    await app.scan('OP-Ada Byron');
    await app.scan('WO-4711');
    await proveMedia();
    expect(app.state.drives.bays.map(({ label }) => label)).toEqual(['bay 1', 'bay 2', 'bay 3']);
    await app.scan('7KX9PQ3');
    expect((await app.scan('BAY 2'))?.outcome).toMatchObject({ result: 'accepted', effect: 'paired' });
    await app.scan('7KX9PQ4');
    expect((await app.scan(commandBarcode('NEXT')))?.outcome).toMatchObject({ bay: 'bay 1' });
    await startByScan();
    const { jobs, pairing } = await app.until((state) => ended(state, 2), 'two ended jobs');
    expect(jobs.map(({ state, bay, machineSerial }) => [state.state, bay, machineSerial]).sort()).toEqual([
      ['done', 'bay 1', '7KX9PQ4'],
      ['done', 'bay 2', '7KX9PQ3'],
    ]);
    expect(pairing.pairs).toEqual([]);
    expect(hasNoTable(bayFile(3), 2 * GiB)).toBe(true);
    execFileSync('sgdisk', ['-v', bayFile(2)]);

    const page = await app.handlers.queryLog({
      text: '7kx9pq3',
      kind: null,
      result: null,
      from: null,
      to: null,
      offset: 0,
      limit: 10,
    });
    expect(page).toMatchObject({
      total: 1,
      rows: [{ result: 'done', operator: 'Ada Byron', workOrder: '4711', bay: 'bay 2' }],
    });
    expect((await app.scan('7KX9PQ3'))?.outcome).toMatchObject({ effect: 'taken-out' });
    // The machine is known now: nobody gets to write it again by mistake.
    expect((await app.scan('7KX9PQ3'))?.outcome).toMatchObject({
      result: 'refused',
      reason: 'machine-shipped',
    });
    // Neither does anybody erase its drive unseen.
    await app.handlers.dismissJob({ driveId: jobs.find(({ bay }) => bay === 'bay 2')?.driveId ?? '' });
    await app.scan('7KX9PQ5');
    expect((await app.scan('BAY 2'))?.outcome).toMatchObject({ reason: 'drive-holds' });
    await app.scan(reasonBarcode({ code: 'REUSED' }));
    await app.scan(commandBarcode('START'));
    const list = await app.until(({ pairing: { armed } }) => armed, 'the list of what is erased');
    expect(list.pairing.pairs).toMatchObject([{ machineSerial: '7KX9PQ5', holdsMachine: '7KX9PQ3' }]);
  });

  it('starts nothing that was not shown, and nothing before the media is proved', async () => {
    await app.until(listed, 'a list of drives');
    await app.scan('OP-Ada');
    await app.scan('7KX9PQ3');
    await app.scan('bay 1');
    expect((await app.scan(commandBarcode('START')))?.outcome).toMatchObject({
      result: 'refused',
      reason: 'not-ready',
    });
    const [first, second] = app.state.drives.drives.map(({ id }) => id);
    await expect(app.handlers.start({ driveIds: [first ?? ''] })).rejects.toMatchObject({
      code: 'not-confirmed',
    });
    await proveMedia();
    await app.handlers.arm({ armed: true });
    await expect(app.handlers.start({ driveIds: [second ?? ''] })).rejects.toMatchObject({
      code: 'not-confirmed',
    });
    expect(app.state.jobs).toEqual([]);
    expect(hasNoTable(bayFile(1), 2 * GiB)).toBe(true);
  });

  it('writes nothing when the media changed after it was proved', async () => {
    const copy = join(area, 'copy.wim');
    writeFileSync(copy, readFileSync(media.path));
    await app.until(listed, 'a list of drives');
    await app.scan('OP-Ada');
    app.service.media.select(copy);
    await app.handlers.expectHash({ sha256 });
    await app.until(status('proved'), 'a proof');
    await app.scan('7KX9PQ3');
    await app.scan('bay 1');
    writeFileSync(copy, readFileSync(media.path));
    await startByScan();
    const { jobs } = await app.until(
      (state) => ended(state, 1) || state.pairing.refusal !== null,
      'a refusal',
    );
    const reason =
      app.state.pairing.refusal ?? (jobs[0]?.state.state === 'failed' ? jobs[0].state.reason : null);
    expect(reason?.code).toBe('media-changed');
    expect(hasNoTable(bayFile(1), 2 * GiB)).toBe(true);
  });
});

describe('one job among others', () => {
  it('is cancelled alone, and can be tried again', async () => {
    await app.until(listed, 'a list of drives');
    await app.scan('OP-Ada');
    await proveMedia();
    await app.scan('7KX9PQ3');
    await app.scan('bay 1');
    await app.scan('7KX9PQ4');
    await app.scan('bay 2');
    await startByScan();
    const [job] = (await app.until(({ jobs }) => jobs.length === 2, 'two jobs')).jobs;
    await app.handlers.cancelJob({ driveId: job?.driveId ?? '' });
    const { jobs } = await app.until((state) => ended(state, 2), 'two ended jobs');
    expect(jobs.map(({ state }) => state.state)).toEqual(['cancelled', 'done']);
    expect(hasNoTable(bayFile(1), 2 * GiB)).toBe(true);
    await app.handlers.retryJob({ driveId: job?.driveId ?? '' });
    await app.until(({ jobs: now }) => now.every(({ state }) => state.state === 'done'), 'both done');
  });

  it('fails on its own when the helper dies, says so, and the next start has a new helper', async () => {
    await app.until(listed, 'a list of drives');
    await app.scan('OP-Ada');
    await proveMedia();
    await app.scan('7KX9PQ3');
    await app.scan('bay 1');
    await startByScan();
    await app.until(({ jobs }) => jobs.length === 1, 'a job');
    const pid = helperOf(process);
    process.kill(pid, 'SIGKILL');
    const { jobs } = await app.until((state) => ended(state, 1), 'an ended job');
    expect(jobs[0]?.state).toMatchObject({ state: 'failed', reason: { code: 'helper-died' } });
    const driveId = jobs[0]?.driveId ?? '';
    await app.handlers.retryJob({ driveId });
    // It asks for a reason where the helper had begun to write: small drives are written faster than it is killed.
    const { pairing, jobs: now } = await app.handlers.getState({});
    const outcome = pairing.lastScan?.outcome;
    const asked = outcome?.result === 'refused' && outcome.reason === 'drive-failed-before';
    expect(asked).toBe(now[0]?.state.state === 'failed');
    if (asked) await app.handlers.giveReason({ machineSerial: null, driveId, reason: 'Helper was killed' });
    await app.until(({ jobs: after }) => after[0]?.state.state === 'done', 'a finished job');
  });
});

describe('another drive in the same bay, with the same serial', () => {
  /** As in a USB dock: the id stays, the drive is another. */
  const replace = async (): Promise<void> => {
    writeFileSync(`${bayFile(1)}.new`, '');
    truncateSync(`${bayFile(1)}.new`, 2 * GiB);
    renameSync(`${bayFile(1)}.new`, bayFile(1));
    await app.handlers.refreshDrives({});
  };

  it('is not the one that was paired', async () => {
    await app.until(listed, 'a list of drives');
    await app.scan('OP-Ada');
    await app.scan('7KX9PQ3');
    await app.scan('bay 1');
    await app.until(({ pairing }) => pairing.pairs.length === 1, 'a pair');
    await replace();
    const { notices } = await app.until(({ pairing }) => pairing.pairs.length === 0, 'no pair');
    expect(notices.at(-1)?.error.message).toContain('7KX9PQ3');
  });

  it('is not the one that was finished, nor the one to write again', async () => {
    await app.until(listed, 'a list of drives');
    await app.scan('OP-Ada');
    await proveMedia();
    await app.scan('7KX9PQ3');
    await app.scan('bay 1');
    await startByScan();
    const done = await app.until((state) => ended(state, 1), 'an ended job');
    expect(done.jobs[0]?.state.state).toBe('done');
    await replace();
    await app.until(({ jobs }) => jobs.length === 0, 'no card');

    await app.scan('7KX9PQ4');
    await app.scan('bay 1');
    await startByScan();
    const running = await app.until(({ jobs }) => jobs.length === 1, 'a job');
    const driveId = running.jobs[0]?.driveId ?? '';
    await app.handlers.cancelJob({ driveId });
    await app.until((state) => ended(state, 1), 'a cancelled job');
    await replace();
    await app.until(({ jobs }) => jobs[0]?.canRetry === false, 'a card that offers no retry');
    await expect(app.handlers.retryJob({ driveId })).rejects.toThrow();
    expect(hasNoTable(bayFile(1), 2 * GiB)).toBe(true);
  });
});
