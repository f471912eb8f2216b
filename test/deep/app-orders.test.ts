import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AppState } from '../../core/contract/app';
import { commandBarcode } from '../../core/scan/scan';
import { GiB, MiB } from '../../core/base/units';
import { makeBench } from '../support/virtual-bench';
import { runHere } from '../support/command-line';
import { hasNoTable } from '../support/drive-check';
import { removeArea, temporaryArea } from '../support/global-setup';
import { makeMedia, type MadeMedia } from '../support/wim';
import { TestApp } from '../support/app-service';

/** Work orders at the app, and what a crash leaves of them. */

let area: string;
let media: MadeMedia;
let sha256: string;
let own: string;
let bench: string;
let state: string;
let app: TestApp | null = null;

const hashOf = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex');

beforeAll(async () => {
  area = temporaryArea('service-order');
  media = await makeMedia(join(area, 'media'));
  sha256 = hashOf(media.path);
});
afterAll(() => {
  removeArea(area);
});
beforeEach(async () => {
  own = temporaryArea('app-order');
  bench = join(own, 'bench');
  state = join(own, 'state');
  await makeBench(bench, 3);
});
afterEach(async () => {
  await app?.service.close();
  app = null;
});

async function openApp(): Promise<TestApp> {
  app = await TestApp.open(state, bench);
  await app.until(({ drives }) => drives.listed, 'a list of drives');
  return app;
}

const order = (): string => `serial,name,sha256\n7KX9PQ1,PC-1,${sha256}\n7KX9PQ2,PC-2,\n7KX9PQ3,PC-3,\n`;
const statesOf = ({ order: shown }: AppState): string[] => shown?.lines.map((line) => line.state) ?? [];
const bayFile = (number: number): string => join(bench, `drive-0${number}.img`);

describe('an order in the app', () => {
  it('is opened, proves the media, refuses unexpected machines until a word is said, and is closed when nothing is open', async () => {
    const { service, handlers, scan, until } = bound(await openApp());
    await expect(handlers.openOrder({ number: '', text: 'serial,uuid\n1.2E+11,x\n' })).rejects.toMatchObject({
      code: 'order-invalid',
      data: { cause: expect.stringContaining('line 2') as string },
    });
    service.media.select(media.path);
    await until(({ media: { status } }) => status === 'waiting-for-hash', 'the hash is asked for');
    const opened = await handlers.openOrder({ number: 'WO-7', text: order() });
    expect(opened.warnings).toEqual([]);
    // The order says what the media must be.
    const proved = await until(({ media: { status } }) => status === 'proved', 'a proved media file');
    expect(proved.media).toMatchObject({ expected: { source: 'order', sha256 } });
    expect(proved.batch.workOrder).toBe('WO-7');
    await until(({ order: shown }) => shown !== null, 'an order');
    expect((await until(() => true, 'now')).order).toMatchObject({
      number: 'WO-7',
      machines: 3,
      open: 3,
      counts: { expected: 3 },
      lines: [{ serial: '7KX9PQ1', computerName: 'PC-1', state: 'expected' }, {}, {}],
    });

    await scan('OP-Ada');
    expect((await scan('STRANGER1'))?.outcome).toMatchObject({
      result: 'refused',
      reason: 'not-in-order',
      detail: 'STRANGER1',
    });
    await handlers.exceptOrder({ machineSerial: 'stranger1', reason: 'A spare' });
    expect((await scan('STRANGER1'))?.outcome).toMatchObject({ effect: 'machine-waiting' });
    await scan('BAY 1');
    await scan('7KX9PQ1');
    await scan('BAY 2');
    const paired = await until((now) => now.order?.counts.paired === 2, 'two paired machines');
    expect(paired.order).toMatchObject({ unexpected: 1, open: 4 });
    await expect(handlers.closeOrder({})).rejects.toMatchObject({ code: 'order-unfinished' });

    await handlers.arm({ armed: true });
    await handlers.start({ driveIds: paired.pairing.pairs.map(({ driveId }) => driveId) });
    await until((now) => now.order?.counts.done === 2, 'two done machines');
    await handlers.exceptOrder({ machineSerial: '7KX9PQ2', reason: 'Not delivered' });
    await handlers.exceptOrder({ machineSerial: '7KX9PQ3', reason: 'Not delivered' });
    const finished = await until((now) => now.order?.open === 0, 'nothing open');
    expect(statesOf(finished)).toEqual(['done', 'left-out', 'left-out', 'done']);
    await handlers.closeOrder({});
    const closed = await until((now) => now.order === null, 'no order');
    expect(closed.batch.workOrder).toBe('');
    expect(closed.media.status).toBe('waiting-for-hash');
  });

  it('refuses another media file than it names, and writes nothing', async () => {
    const { service, handlers, scan, until } = bound(await openApp());
    await handlers.openOrder({ number: 'WO-7', text: `serial,sha256\n7KX9PQ1,${'ab'.repeat(32)}\n` });
    service.media.select(media.path);
    const refused = await until(({ media: { status } }) => status === 'refused', 'a refusal');
    expect(refused.media).toMatchObject({ error: { code: 'order-mismatch' } });
    // The operator's own word does not help.
    await handlers.expectHash({ sha256 });
    await scan('OP-Ada');
    await scan('7KX9PQ1');
    await scan('BAY 1');
    const now = await until((next) => next.pairing.pairs.length === 1, 'a pair');
    expect(now.media.status).toBe('refused');
    expect(now.pairing.obstacles).toContain('media-not-proved');
    expect(hasNoTable(bayFile(1), 2 * GiB)).toBe(true);
  });

  it('tells before a start what the start would refuse, and why: one rule for both', async () => {
    writeFileSync(join(own, 'name.txt'), '{{assetTag}}');
    const machineFiles = join(own, 'files.yaml');
    writeFileSync(machineFiles, "machineFiles:\n  - { path: '\\name.txt', template: name.txt }\n");
    // A folder for each: what the app before had chosen and proved must not be taken for what this one did.
    const settings = (change: object, folder: string): void => {
      state = join(own, folder);
      mkdirSync(state, { recursive: true });
      writeFileSync(join(state, 'settings.json'), JSON.stringify(change));
    };
    const text = `serial,name,tag,firmware trust\n7KX9PQ1,PC-1,T-1,\n7KX9PQ2,PC-2,,2023\n`;
    for (const [change, code, words] of [
      [{ machineFiles }, 'machine-file-unfilled', /7KX9PQ2.*nothing is known for \{\{assetTag\}\}/],
      [{ desk: { requireDrivers: true } }, 'driver-pack-missing', /no table of driver packs/],
      [{ bootLoader: { require: true } }, 'firmware-trust-unknown', /7KX9PQ1/],
    ] as const) {
      settings(change, code);
      const { service, handlers, scan, until } = bound(await openApp());
      await handlers.openOrder({ number: 'WO-9', text });
      service.media.select(media.path);
      await handlers.expectHash({ sha256 });
      await until(({ media: { status } }) => status === 'proved', 'a proved media file');
      for (const one of ['OP-Ada', '7KX9PQ1', 'BAY 1', '7KX9PQ2', 'BAY 2']) await scan(one);
      await until(({ pairing: { pairs } }) => pairs.length === 2, 'two pairs');
      await handlers.arm({ armed: true });
      const { startPlan, pairing } = await until((now) => now.startPlan.refusals.length > 0, 'a refusal');
      expect(startPlan.refusals.map((one) => one.code)).toEqual([code]);
      expect(`${startPlan.refusals[0]?.message} ${startPlan.refusals[0]?.cause}`).toMatch(words);
      const { code: _code, ...said } = startPlan.refusals[0] ?? { code };
      await expect(
        handlers.start({ driveIds: pairing.pairs.map(({ driveId }) => driveId) }),
      ).rejects.toMatchObject({ code, data: said });
      await service.close();
      app = null;
    }
    expect(hasNoTable(bayFile(1), 2 * GiB)).toBe(true);
  });

  it('that was opened or closed on the command line meanwhile stops a start with nothing touched', async () => {
    const { service, handlers, scan, until } = bound(await openApp());
    service.media.select(media.path);
    await handlers.expectHash({ sha256 });
    await until(({ media: { status } }) => status === 'proved', 'a proved media file');
    await scan('OP-Ada');
    await scan('OTHER77');
    await scan('BAY 1');
    const file = join(own, 'order.csv');
    writeFileSync(file, order());
    expect((await runHere(['order', 'open', file, '--number', 'WO-8', '--state', state])).status).toBe(0);
    await handlers.arm({ armed: true });
    expect((await handlers.getState({})).pairing).toMatchObject({
      armed: false,
      lastScan: {
        outcome: { reason: 'not-in-order', pair: { bay: 'bay 1', machineSerial: 'OTHER77' } },
      },
    });
    expect(hasNoTable(bayFile(1), 2 * GiB)).toBe(true);
  });
});

describe('a restart', () => {
  it('brings back pairs, the machine that waits and media; disarmed, the media proved anew, and the badge asked for', async () => {
    const first = bound(await openApp());
    await first.handlers.openOrder({ number: 'WO-7', text: order() });
    first.service.media.select(media.path);
    await first.until(({ media: { status } }) => status === 'proved', 'a proved media file');
    await first.handlers.setBatch({ layout: 'uefi-recovery' });
    await first.scan('OP-Ada Byron');
    await first.scan('7KX9PQ1');
    await first.scan('BAY 1');
    await first.scan('7KX9PQ2');
    await first.scan('BAY 2');
    await first.scan(commandBarcode('START'));
    await first.until(({ pairing: { armed } }) => armed, 'an armed start');
    await first.service.close();
    // Its drive is another one now.
    renameSync(bayFile(2), join(own, 'away.img'));

    const { until } = bound(await openApp());
    const back = await until(({ pairing }) => pairing.pairs.length > 0, 'the pairs of before');
    expect(back.pairing).toMatchObject({ armed: false, pairs: [{ machineSerial: '7KX9PQ1', bay: 'bay 1' }] });
    expect(back.batch).toMatchObject({
      // Whoever goes on may be somebody else.
      operator: '',
      lastOperator: 'Ada Byron',
      workOrder: 'WO-7',
      layout: 'uefi-recovery',
    });
    const told = await until(({ notices }) => notices.length === 2, 'two notices');
    expect(told.notices.map(({ error }) => error.message)).toEqual([
      expect.stringContaining('1 pair from before Prestage stopped was restored'),
      expect.stringContaining('bay 2 (machine 7KX9PQ2)'),
    ]);
    await until(({ media: { status } }) => status === 'proved', 'a media file that is proved anew');
    await until((now) => now.order?.counts.paired === 1, 'an order with a paired machine');
  });

  it('goes on without what was kept when that cannot be read', async () => {
    const first = await openApp();
    await first.service.close();
    writeFileSync(join(state, 'desk.json'), '{"version":1,');
    const { until } = bound(await openApp());
    const { notices } = await until((now) => now.notices.length > 0, 'a notice');
    expect(notices[0]?.error.code).toBe('state-unavailable');
  });
});

describe('kill -9 of the app while a drive is written', () => {
  it('leaves the order, the pairs and the mark of the interrupted drive', async () => {
    const slow = await makeMedia(join(area, 'slow'), { extraBytes: 400 * MiB });
    const text = `serial\n7KX9PQ1\n7KX9PQ2\n7KX9PQ3\n7KX9PQ4\n`;
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', resolve(import.meta.dirname, '../support/app-process.ts')].concat(
        ...[state, bench, slow.path, hashOf(slow.path), text],
      ),
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const gone = new Promise((ended) => child.on('close', ended));
    await new Promise<void>((written, failed) => {
      let said = '';
      child.stdout.on('data', (piece: Buffer) => {
        said += piece.toString();
        if (said.includes('writing')) written();
      });
      child.on('close', () => {
        failed(new Error(`it ended early: ${said}`));
      });
    });
    child.kill('SIGKILL');
    await gone;

    const { until, service } = bound(await openApp());
    const back = await until(
      (now) => now.pairing.pairs.length === 2 && now.jobs.length === 1 && now.order !== null,
      'order, pairs and the interrupted job',
    );
    expect(back.jobs).toMatchObject([
      { bay: 'bay 1', machineSerial: '7KX9PQ1', state: { state: 'interrupted' }, canRetry: true },
    ]);
    expect(back.pairing).toMatchObject({
      armed: false,
      waitingMachine: '7KX9PQ4',
      pairs: [
        { machineSerial: '7KX9PQ2', bay: 'bay 2' },
        { machineSerial: '7KX9PQ3', bay: 'bay 3' },
      ],
    });
    const shown = await until((now) => now.order?.counts.interrupted === 1, 'the interrupted machine');
    expect(statesOf(shown)).toEqual(['interrupted', 'paired', 'paired', 'expected']);
    expect(shown.batch).toMatchObject({ operator: '', lastOperator: 'Ada Byron', workOrder: 'WO-7' });
    expect(hasNoTable(bayFile(1), 2 * GiB)).toBe(true);

    // Once more, in an orderly way: the mark is still there.
    await service.close();
    const again = bound(await openApp());
    const marked = await again.until((now) => now.jobs.length === 1, 'the mark');
    expect(marked.jobs[0]).toMatchObject({ machineSerial: '7KX9PQ1', state: { state: 'interrupted' } });
    expect(marked.jobs[0]?.ledgerEntry).toBe(back.jobs[0]?.ledgerEntry);

    // And it goes on where it stood.
    await again.until(({ media: { status } }) => status === 'proved', 'a media file that is proved anew');
    expect(marked.batch.lastOperator).toBe('Ada Byron');
    const retry = { driveId: shown.jobs[0]?.driveId ?? '' };
    await expect(again.handlers.retryJob(retry)).rejects.toMatchObject({ code: 'not-confirmed' });
    await again.scan('OP-Zoe Quark');
    await again.handlers.retryJob(retry);
    await again.until((now) => now.order?.counts.done === 1, 'a done machine');
  });
});

/** The app with methods that can be taken apart. */
function bound(of: TestApp): Pick<TestApp, 'service' | 'handlers' | 'scan' | 'until'> {
  const { service, handlers } = of;
  return { service, handlers, scan: (text) => of.scan(text), until: (...wanted) => of.until(...wanted) };
}
