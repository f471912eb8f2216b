import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { timeouts } from '../../core/base/timeouts';
import type { AppState } from '../../core/contract/app';
import type { AppRackMachine } from '../../core/contract/app-rack';
import { commandBarcode } from '../../core/scan/scan';
import { returnReason } from '../../station/app/rack-returns';
import { openStation } from '../../station/jobs/open-station';
import { TestApp } from '../support/app-service';
import { removeArea, temporaryArea } from '../support/global-setup';
import { heldPrograms } from '../support/held-programs';
import { Hold } from '../support/hold';
import { present } from '../support/present';
import { Running } from '../support/rack';
import { benchState, makeBench } from '../support/virtual-bench';
import { makeMedia, type MadeMedia } from '../support/wim';

/** The app's rack: agents as processes, on drives that are files, beside the drives of the bench. */

const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')) as {
  readonly version: string;
};

let area: string;
let media: MadeMedia;
let scenes = 0;
const closing: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  area = temporaryArea('app-rack');
  media = await makeMedia(join(area, 'media'));
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});
afterAll(() => {
  removeArea(area);
});

interface Scene {
  readonly app: TestApp;
  readonly folder: string;
  /** Starts a machine. */
  readonly machine: (name: string, options?: MachineOptions) => Promise<Running>;
}

interface MachineOptions {
  readonly serial?: string;
  readonly disks?: number;
  readonly program?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** The app with one drive on its bench, a badge, proved media, and its rack served. */
async function scene(closedNetwork = false): Promise<Scene> {
  const folder = join(area, `scene-${String((scenes += 1))}`);
  const bench = join(folder, 'bench');
  mkdirSync(folder);
  await makeBench(bench, 1);
  const app = await TestApp.open(join(folder, 'state'), bench, undefined, version);
  closing.push(() => app.service.close());
  await app.until(({ drives }) => drives.listed, 'the drives of the bench');
  await app.scan('OP-Ada Byron');
  app.service.media.select(media.path);
  await app.handlers.expectHash({
    sha256: createHash('sha256').update(readFileSync(media.path)).digest('hex'),
  });
  await app.until((state) => state.media.status === 'proved', 'proved media');
  await app.handlers.changeSettings({ rack: { ...app.state.settings.rack, closedNetwork } });
  await app.handlers.serveRack({ listen: '127.0.0.1:0', boot: null });
  const { rack } = await app.until((state) => state.rack.serves === 'here', 'a rack that is served');
  const machine = async (name: string, options: MachineOptions = {}): Promise<Running> => {
    const own = join(folder, name);
    await makeBench(own, options.disks ?? 1).catch(() => undefined);
    const running = new Running(
      [
        ...['agent', '--station', present(rack.listens), '--fingerprint', present(rack.certificate)],
        ...['--bench', own, '--key-folder', join(folder, `${name}-key`)],
        ...(options.serial === undefined ? [] : ['--serial', options.serial]),
      ],
      { TMPDIR: folder, ...options.env },
      options.program,
    );
    closing.push(() => running.kill());
    return running;
  };
  return { app, folder, machine };
}

const waiting = ({ rack }: AppState): AppRackMachine[] =>
  rack.machines.filter(({ state }) => state === 'waiting');
const pairsOf = ({ pairing }: AppState): (readonly [string, string])[] =>
  pairing.pairs.map(({ bay, machineSerial }) => [bay, machineSerial] as const);

const everything = { text: '', kind: null, result: null, from: null, to: null, offset: 0, limit: 10 };

async function startAll(app: TestApp): Promise<void> {
  await app.scan(commandBarcode('START'));
  await sleep(timeouts.startRepeat + 50);
  await app.scan(commandBarcode('START'));
}

const endedWell = ({ jobs }: AppState, count: number): boolean =>
  jobs.filter(({ state }) => state.state === 'done').length === count;

describe('the rack of the app', () => {
  it('lets the operator choose on the START list what machines do at the end, and records what came of it', async () => {
    const { app, machine } = await scene(true);
    const one = await machine('end', { serial: '5CD1234XE1' });
    await app.until((state) => pairsOf(state).length === 1, 'a machine with its disk');
    // Nothing is chosen where nothing is shown.
    await expect(app.handlers.chooseEnd({ atEnd: 'off' })).rejects.toMatchObject({ code: 'not-confirmed' });
    expect((await app.scan(commandBarcode('ENDOFF')))?.outcome).toMatchObject({ reason: 'wrong-kind' });
    await app.scan(commandBarcode('START'));
    await app.until(({ startPlan: { atEnd } }) => atEnd?.does === 'wait', 'what the settings say');
    await app.handlers.chooseEnd({ atEnd: 'restart' });
    await app.until(({ startPlan: { atEnd } }) => atEnd?.does === 'restart', 'what was pressed');
    expect((await app.scan(commandBarcode('ENDOFF')))?.outcome).toMatchObject({
      effect: 'end-chosen',
      text: 'off',
    });
    const shown = await app.until(({ startPlan: { atEnd } }) => atEnd?.does === 'off', 'what was scanned');
    expect(shown.pairing.armed).toBe(true);
    await sleep(timeouts.startRepeat + 50);
    await app.scan(commandBarcode('START'));
    const done = await app.until((state) => endedWell(state, 1), 'a drive that passed');
    await one.says(/It would turn off now/);
    const ended = present(present(done.jobs[0]).ledgerEntry);
    const job = (await app.handlers.getLogEntry({ sequence: ended })).entry.record;
    expect(job).toMatchObject({ job: { agent: { atEnd: 'off' } } });
    await expect
      .poll(async () => (await app.handlers.queryLog({ ...everything, kind: 'end' })).rows, {
        timeout: 20_000,
      })
      .toMatchObject([
        {
          result: 'end-confirmed',
          machineSerial: '5CD1234XE1',
          reason: expect.stringContaining('switch off') as string,
        },
      ]);
  });

  it('an order that says what machines do at the end is told on the list, and stands', async () => {
    const { app, machine } = await scene(true);
    const order = { version: 1, number: 'WO-1', atEnd: 'restart', machines: [{ serial: '5CD1234XE2' }] };
    await app.handlers.openOrder({ number: '', text: JSON.stringify(order) });
    await machine('ordered', { serial: '5CD1234XE2' });
    await app.until((state) => pairsOf(state).length === 1, 'a machine with its disk');
    await app.scan(commandBarcode('START'));
    await app.until(
      ({ startPlan: { atEnd } }) => atEnd?.ordered === true && atEnd.does === 'restart',
      'the order’s',
    );
    expect((await app.scan(commandBarcode('ENDOFF')))?.outcome).toMatchObject({ reason: 'end-ordered' });
    await expect(app.handlers.chooseEnd({ atEnd: 'off' })).rejects.toMatchObject({
      message: 'The work order says what machines of the rack do at the end.',
    });
    expect(app.state.startPlan.atEnd).toEqual({ does: 'restart', ordered: true });
  });

  it('drops machines that an order opened later does not list, says so, and has them back with an exception', async () => {
    const { app, machine } = await scene(true);
    await machine('first', { serial: '5CD1234XE3' });
    await machine('second', { serial: '5CD1234XE4' });
    await app.until((state) => pairsOf(state).length === 2, 'two machines with their disks');
    const order = { version: 1, number: 'WO-2', machines: [{ serial: '5CD1234XE3' }] };
    await app.handlers.openOrder({ number: '', text: JSON.stringify(order) });
    const one = await app.until((state) => pairsOf(state).length === 1, 'the machine of the order');
    expect(pairsOf(one)).toEqual([['5CD1234XE3', '5CD1234XE3']]);
    expect(one.notices.map(({ error }) => error.message)).toEqual([
      'Machine 5CD1234XE4 of the rack is not in the work order, and was taken out of the batch.',
    ]);
    await app.handlers.exceptOrder({ machineSerial: '5CD1234XE4', reason: 'in the place of another' });
    await app.until((state) => pairsOf(state).length === 2, 'the machine with an exception');
  });

  it('lets machines in, pairs each with its own disk, and writes them beside the bench', async () => {
    const { app, folder, machine } = await scene();
    const first = await machine('first', { serial: '5CD1234XY1' });
    const second = await machine('second');
    const asking = await app.until((state) => waiting(state).length === 2, 'two machines that ask');
    const before = benchState(join(folder, 'first'));
    const named = present(waiting(asking).find(({ serial }) => serial === '5CD1234XY1'));
    const unnamed = present(waiting(asking).find(({ serial }) => serial === null));
    await first.says(new RegExp(`Code: ${named.code.slice(0, 3)} ${named.code.slice(3)}`));
    await app.handlers.admitMachine({ code: named.code, serial: null });
    // What no firmware says, a label must.
    await expect(app.handlers.admitMachine({ code: unnamed.code, serial: null })).rejects.toMatchObject({
      code: 'serial-invalid',
    });
    await expect(
      app.handlers.admitMachine({ code: unnamed.code, serial: '5CD1234XY1' }),
    ).rejects.toMatchObject({ code: 'rack-double' });
    await app.handlers.admitMachine({ code: unnamed.code, serial: '5cd1234xy2' });
    await second.says(/is admitted/);

    const paired = await app.until((state) => pairsOf(state).length === 2, 'two machines with their disks');
    expect(pairsOf(paired).sort()).toEqual([
      ['5CD1234XY1', '5CD1234XY1'],
      ['5CD1234XY2', '5CD1234XY2'],
    ]);
    expect(paired.drives.bays.map(({ label }) => label)).toEqual(['bay 1', '5CD1234XY1', '5CD1234XY2']);
    expect(benchState(join(folder, 'first'))).toBe(before);

    // The disk of a machine is for no other one, whatever is scanned or typed.
    const disk = present(paired.drives.bays[1]).driveId ?? '';
    await app.handlers.unpair({ driveId: disk });
    await app.scan('7KX9PQ3');
    expect((await app.scan('5CD1234XY1'))?.outcome).toMatchObject({
      result: 'refused',
      reason: 'disk-of-another',
    });
    await app.scan('BAY 1');
    await expect(app.handlers.pair({ machineSerial: '7KX9PQ4', driveId: disk })).rejects.toMatchObject({
      message: "'7KX9PQ4' was not paired: the drive is in machine 5CD1234XY1.",
    });
    // What was taken back stays so, until somebody scans the machine.
    await app.handlers.refreshDrives({});
    // The service's own word: what the page is told comes a moment later.
    expect(
      pairsOf(await app.handlers.getState({}))
        .map(([bay]) => bay)
        .sort(),
    ).toEqual(['5CD1234XY2', 'bay 1']);
    expect((await app.scan('5CD1234XY1'))?.outcome).toMatchObject({ result: 'accepted', effect: 'paired' });

    await startAll(app);
    const done = await app.until((state) => endedWell(state, 3), 'three drives that passed');
    expect(done.jobs.map(({ bay, machineSerial }) => [bay, machineSerial]).sort()).toEqual([
      ['5CD1234XY1', '5CD1234XY1'],
      ['5CD1234XY2', '5CD1234XY2'],
      ['bay 1', '7KX9PQ3'],
    ]);
    const job = present(done.jobs.find(({ bay }) => bay === '5CD1234XY2'));
    const { entry } = await app.handlers.getLogEntry({ sequence: present(job.ledgerEntry) });
    expect(entry.record).toMatchObject({
      job: { agent: { admission: { how: 'code', by: 'Ada Byron', serial: '5CD1234XY2' } } },
    });
    await expect(app.handlers.stopRack({})).resolves.toEqual({});
    expect((await app.until((state) => state.rack.serves === 'off', 'no rack')).rack.machines).toEqual([]);
    // A machine that is off by now passed all the same.
    expect(endedWell(app.state, 3)).toBe(true);
  });

  it('is served on where its network is said to be closed and nobody has said who works', async () => {
    const { app } = await scene();
    await app.handlers.setBatch({ operator: '' });
    const rack = { ...app.state.settings.rack, closedNetwork: true };
    await expect(app.handlers.changeSettings({ rack })).rejects.toMatchObject({ code: 'not-confirmed' });
    const still = await app.handlers.getState({});
    expect([still.settings.rack.closedNetwork, still.rack.serves]).toEqual([false, 'here']);
    expect(still.notices).toEqual([]);
    await app.scan('OP-Ada Byron');
    await app.handlers.changeSettings({ rack });
    await app.until((state) => state.rack.closedNetwork, 'a rack that lets everybody in');
  });

  it('has machines paired again when it is served again, but for the one that was taken out by scan', async () => {
    const { app, machine } = await scene(true);
    await machine('first', { serial: '5CD1234XY1' });
    await machine('second', { serial: '5CD1234XY2' });
    await app.until((state) => pairsOf(state).length === 2, 'two machines with their disks');
    expect((await app.scan('5CD1234XY1'))?.outcome).toMatchObject({ effect: 'in-batch' });
    expect((await app.scan(commandBarcode('UNDO')))?.outcome).toMatchObject({
      ...{ effect: 'undone', machineSerial: '5CD1234XY1' },
    });
    const listen = present(app.state.rack.listens);
    await app.handlers.stopRack({});
    await app.until(
      ({ drives, pairing }) => drives.bays.length === 1 && pairing.pairs.length === 0,
      'no rack',
    );
    await app.handlers.serveRack({ listen, boot: null });
    const back = await app.until(
      (state) => state.drives.bays.length === 3 && pairsOf(state).length > 0,
      'both machines again, and one with its disk',
    );
    expect(pairsOf(back)).toEqual([['5CD1234XY2', '5CD1234XY2']]);
  });

  it('goes on by itself where a machine was started again in the middle of its job', async () => {
    const { app, folder, machine } = await scene(true);
    const hold = await Hold.at('writing', join(folder, 'hold'));
    const held = { program: join(heldPrograms(), 'dist/prestage.cjs'), env: hold.environment };
    const options = { serial: '5CD1234XY1', disks: 2 };
    const killed = await machine('only', { ...options, ...held });
    // Of two disks one has to be chosen.
    const both = await app.until(
      ({ drives, rack }) => drives.bays.length === 3 && (rack.machines[0]?.disks ?? null) !== null,
      'two disks of one machine',
    );
    expect(both.drives.bays.map(({ label }) => label).slice(1)).toEqual([
      '5CD1234XY1 disk 1',
      '5CD1234XY1 disk 2',
    ]);
    expect(present(both.rack.machines[0]).disks).toMatch(/^2 disks fit/);
    expect(pairsOf(both)).toEqual([]);
    const meant = present(both.drives.drives.find(({ bay }) => bay === '5CD1234XY1 disk 2'));
    await app.handlers.changeSettings({
      rack: { ...app.state.settings.rack, disk: { choose: 'named', name: present(meant.serial) } },
    });
    const chosen = await app.until((state) => pairsOf(state).length === 1, 'the disk that the rule names');
    expect(chosen.pairing.pairs[0]).toMatchObject({ driveId: meant.id, bay: '5CD1234XY1' });

    await startAll(app);
    await hold.reached(1);
    expect(app.state.rack).toMatchObject({ closedNetwork: true });
    // The other disk does not become the machine's because this one is at work.
    expect(app.state.drives.bays).toHaveLength(2);
    await killed.kill();
    hold.release();
    await machine('only', options);
    const lost = await app.until(
      ({ jobs }) => jobs[0]?.driveAgain?.reason === returnReason,
      'the job that is tried again',
    );
    expect(lost.jobs).toHaveLength(1);
    const done = await app.until((state) => endedWell(state, 1), 'a drive that passed');
    expect(done.jobs[0]).toMatchObject({ driveId: meant.id, machineSerial: '5CD1234XY1' });
    const { state } = present(done.jobs[0]);
    expect(state.state === 'done' && state.result.received !== undefined).toBe(true);
  });

  it('ends in seconds while a machine does not answer, with its job in the record', async () => {
    const { app, folder, machine } = await scene(true);
    const hold = await Hold.at('writing', join(folder, 'hold'));
    const held = { program: join(heldPrograms(), 'dist/prestage.cjs'), env: hold.environment };
    const running = await machine('only', { serial: '5CD1234XY1', ...held });
    await app.until((state) => pairsOf(state).length === 1, 'the machine with its disk');
    await startAll(app);
    await hold.reached(1);
    running.child.kill('SIGSTOP');
    const before = performance.now();
    await app.service.close();
    expect(performance.now() - before).toBeLessThan(timeouts.rackGoodbye + 10_000);
    running.child.kill('SIGKILL');
    hold.release();
    const station = openStation(join(folder, 'state'));
    expect(station.ledger.openJobs()).toEqual([]);
    const kinds = [...station.ledger.checkedAfter(0)].map(({ entry: { record } }) =>
      record.kind === 'job-ended' ? record.end.state : record.kind,
    );
    // It was told nothing any more, and the record says so.
    expect(kinds).toEqual(['job-started', 'cancelled', 'machine-ended']);
    station.ledger.close();
  });

  it('is refused where a rack is served already, and shows that one', async () => {
    const { app, folder } = await scene();
    const other = await TestApp.open(join(folder, 'state-2'), null, undefined, version);
    closing.push(() => other.service.close());
    expect(other.state.rack.serves).toBe('off');
    const listens = present(app.state.rack.listens);
    // The port is taken: told before anything is answered, and nothing is left behind.
    await expect(other.handlers.serveRack({ listen: listens, boot: null })).rejects.toMatchObject({
      code: 'rack-address',
    });
    await expect(other.handlers.serveRack({ listen: 'nowhere', boot: null })).rejects.toMatchObject({
      code: 'rack-address',
    });
    const { rack } = await other.until((state) => state.rack.error !== null, 'why it is not served');
    expect(rack).toMatchObject({ serves: 'off', machines: [] });
  });
});
