import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { DeskState } from '../../core/contract/app';
import { GiB } from '../../core/base/units';
import { timeouts } from '../../core/base/timeouts';
import { commandBarcode } from '../../core/scan/scan';
import { makeBench } from '../support/virtual-bench';
import { hasNoTable } from '../support/drive-check';
import { temporaryArea } from '../support/global-setup';
import { makeMedia, type MadeMedia } from '../support/wim';
import { TestWorkplace } from '../support/app-service';

let area: string;
let media: MadeMedia;
let sha256: string;
let desk: TestWorkplace;
let bench: string;

beforeAll(async () => {
  area = temporaryArea('workplace');
  media = await makeMedia(join(area, 'media'));
  sha256 = createHash('sha256').update(readFileSync(media.path)).digest('hex');
});
afterAll(() => {
  rmSync(area, { recursive: true, force: true });
});
beforeEach(async () => {
  const own = temporaryArea('desk');
  bench = join(own, 'bench');
  await makeBench(bench, 3);
  desk = await TestWorkplace.open(join(own, 'state'), bench);
});
afterEach(async () => {
  await desk.place.close();
});

const listed = ({ drives }: DeskState): boolean => drives.listed;
const status =
  (wanted: DeskState['media']['status']) =>
  ({ media: { status: found } }: DeskState): boolean =>
    found === wanted;

async function proveMedia(): Promise<void> {
  desk.place.selectMedia(media.path);
  await desk.handlers.expectHash({ sha256 });
  await desk.until(status('proved'), 'a proved media');
}

/** START, and once more when that is no repeated read. */
async function startByScan(): Promise<void> {
  await desk.scan(commandBarcode('START'));
  await sleep(timeouts.startRepeat + 50);
  await desk.scan(commandBarcode('START'));
}

const bayFile = (number: number): string => join(bench, `drive-0${number}.img`);
const ended = ({ jobs }: DeskState, count: number): boolean =>
  jobs.filter(({ endedAt }) => endedAt !== null).length === count;

describe('the media', () => {
  it('waits for somebody to say its hash, refuses a wrong one, and takes the right one after it', async () => {
    desk.place.selectMedia(media.path);
    const waiting = await desk.until(status('waiting-for-hash'), 'the hash is asked for');
    expect(waiting.pairing.obstacles).toContain('media-not-proved');
    await desk.handlers.expectHash({ sha256: '0'.repeat(64) });
    const refused = await desk.until(status('refused'), 'a refusal');
    expect(refused.media).toMatchObject({ error: { code: 'media-hash-mismatch' }, sha256 });
    await desk.handlers.expectHash({ sha256 });
    const proved = await desk.until(status('proved'), 'a proof');
    expect(proved.media).toMatchObject({ expected: { source: 'given', sha256 } });
  });

  it('is proved by the manifest beside it', async () => {
    const manifest = `${media.path}.sha256`;
    writeFileSync(manifest, `${sha256}  media.wim\n`);
    try {
      desk.place.selectMedia(media.path);
      const proved = await desk.until(status('proved'), 'a proof');
      expect(proved.media).toMatchObject({ expected: { source: 'manifest' } });
    } finally {
      rmSync(manifest);
    }
  });

  it('is refused when it is no WIM, and another can be chosen', async () => {
    const text = join(area, 'text.wim');
    writeFileSync(text, 'no image at all');
    desk.place.selectMedia(text);
    const refused = await desk.until(status('refused'), 'a refusal');
    expect(refused.media).toMatchObject({ error: { code: 'media-not-a-wim' } });
    await proveMedia();
  });

  it('does not take for a hash what is none', async () => {
    desk.place.selectMedia(media.path);
    await expect(desk.handlers.expectHash({ sha256: 'abc' })).rejects.toMatchObject({ code: 'usage' });
  });
});

describe('the whole loop by scanner', () => {
  it('goes from the badge to a recorded drive', async () => {
    await desk.until(listed, 'a list of drives');
    await desk.scan('OP-Ada Byron');
    await desk.scan('WO-4711');
    await proveMedia();
    expect(desk.state.drives.bays.map(({ label }) => label)).toEqual(['bay 1', 'bay 2', 'bay 3']);
    await desk.scan('7KX9PQ3');
    expect((await desk.scan('BAY 2'))?.outcome).toMatchObject({ result: 'accepted', effect: 'paired' });
    await desk.scan('7KX9PQ4');
    expect((await desk.scan(commandBarcode('NEXT')))?.outcome).toMatchObject({ bay: 'bay 1' });
    await startByScan();
    const { jobs, pairing } = await desk.until((state) => ended(state, 2), 'two ended jobs');
    expect(jobs.map(({ state, bay, machineSerial }) => [state.state, bay, machineSerial]).sort()).toEqual([
      ['done', 'bay 1', '7KX9PQ4'],
      ['done', 'bay 2', '7KX9PQ3'],
    ]);
    expect(pairing.pairs).toEqual([]);
    expect(hasNoTable(bayFile(3), 2 * GiB)).toBe(true);
    execFileSync('sgdisk', ['-v', bayFile(2)]);

    const page = await desk.handlers.queryLog({
      text: '7kx9pq3',
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
    // The machine is known now: nobody gets to write it again by mistake.
    expect((await desk.scan('7KX9PQ3'))?.outcome).toMatchObject({
      result: 'refused',
      reason: 'machine-shipped',
    });
    // Neither does anybody erase its drive unseen.
    await desk.handlers.dismissJob({ driveId: jobs.find(({ bay }) => bay === 'bay 2')?.driveId ?? '' });
    await desk.scan('7KX9PQ5');
    await desk.scan('BAY 2');
    await desk.scan(commandBarcode('START'));
    const list = await desk.until(({ pairing: { armed } }) => armed, 'the list of what is erased');
    expect(list.pairing.pairs).toMatchObject([{ machineSerial: '7KX9PQ5', holdsMachine: '7KX9PQ3' }]);
  });

  it('starts nothing that was not shown, and nothing before the media is proved', async () => {
    await desk.until(listed, 'a list of drives');
    await desk.scan('OP-Ada');
    await desk.scan('7KX9PQ3');
    await desk.scan('bay 1');
    expect((await desk.scan(commandBarcode('START')))?.outcome).toMatchObject({
      result: 'refused',
      reason: 'not-ready',
    });
    const [first, second] = desk.state.drives.drives.map(({ id }) => id);
    await expect(desk.handlers.start({ driveIds: [first ?? ''] })).rejects.toMatchObject({
      code: 'not-confirmed',
    });
    await proveMedia();
    await desk.handlers.arm({ armed: true });
    await expect(desk.handlers.start({ driveIds: [second ?? ''] })).rejects.toMatchObject({
      code: 'not-confirmed',
    });
    expect(desk.state.jobs).toEqual([]);
    expect(hasNoTable(bayFile(1), 2 * GiB)).toBe(true);
  });

  it('writes nothing when the media changed after it was proved', async () => {
    const copy = join(area, 'copy.wim');
    writeFileSync(copy, readFileSync(media.path));
    await desk.until(listed, 'a list of drives');
    await desk.scan('OP-Ada');
    desk.place.selectMedia(copy);
    await desk.handlers.expectHash({ sha256 });
    await desk.until(status('proved'), 'a proof');
    await desk.scan('7KX9PQ3');
    await desk.scan('bay 1');
    writeFileSync(copy, readFileSync(media.path));
    await startByScan();
    const { jobs } = await desk.until(
      (state) => ended(state, 1) || state.pairing.refusal !== null,
      'a refusal',
    );
    const reason =
      desk.state.pairing.refusal ?? (jobs[0]?.state.state === 'failed' ? jobs[0].state.reason : null);
    expect(reason?.code).toBe('media-changed');
    expect(hasNoTable(bayFile(1), 2 * GiB)).toBe(true);
  });
});

describe('one job among others', () => {
  it('is cancelled alone, and can be tried again', async () => {
    await desk.until(listed, 'a list of drives');
    await desk.scan('OP-Ada');
    await proveMedia();
    await desk.scan('7KX9PQ3');
    await desk.scan('bay 1');
    await desk.scan('7KX9PQ4');
    await desk.scan('bay 2');
    await startByScan();
    const [job] = (await desk.until(({ jobs }) => jobs.length === 2, 'two jobs')).jobs;
    await desk.handlers.cancelJob({ driveId: job?.driveId ?? '' });
    const { jobs } = await desk.until((state) => ended(state, 2), 'two ended jobs');
    expect(jobs.map(({ state }) => state.state)).toEqual(['cancelled', 'done']);
    expect(hasNoTable(bayFile(1), 2 * GiB)).toBe(true);
    await desk.handlers.retryJob({ driveId: job?.driveId ?? '' });
    await desk.until(({ jobs: now }) => now.every(({ state }) => state.state === 'done'), 'both done');
  });

  it('fails on its own when the helper dies, says so, and the next start has a new helper', async () => {
    await desk.until(listed, 'a list of drives');
    await desk.scan('OP-Ada');
    await proveMedia();
    await desk.scan('7KX9PQ3');
    await desk.scan('bay 1');
    await startByScan();
    await desk.until(({ jobs }) => jobs.length === 1, 'a job');
    const pid = helperPid();
    process.kill(pid, 'SIGKILL');
    const { jobs } = await desk.until((state) => ended(state, 1), 'an ended job');
    expect(jobs[0]?.state).toMatchObject({ state: 'failed', reason: { code: 'helper-died' } });
    await desk.handlers.retryJob({ driveId: jobs[0]?.driveId ?? '' });
    await desk.until(({ jobs: now }) => now[0]?.state.state === 'done', 'a finished job');
  });
});

/** The helper of this process: its child that runs helper.cjs. */
function helperPid(): number {
  const list = execFileSync('ps', ['-o', 'pid=,args=', '--ppid', String(process.pid)], { encoding: 'utf8' });
  const line = list.split('\n').find((text) => text.includes('helper.cjs'));
  return Number(line?.trim().split(' ')[0]);
}
