import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { onlyDrive, prestage, reportOf, runCli } from '../support/cli';
import { removeArea, temporaryArea } from '../support/global-setup';
import { isRoot } from '../support/loop';
import { fill, makeRoom, mountMemory, remountReadOnly, undoDisks } from '../support/refusal-disk';
import {
  apply,
  applyArguments,
  expectRefusal,
  makeStation,
  nextMachine,
  verify,
  type RefusalStation,
} from '../support/refusal-station';
import { benchState, makeBench } from '../support/virtual-bench';
import { makeMedia, type MadeMedia } from '../support/wim';

/** Every disk that the station writes to, full or read-only: a refusal that names it, and what was good stays good. */

let area: string;
let media: MadeMedia;
let counter = 0;

beforeAll(async () => {
  area = temporaryArea('disk-full');
  media = await makeMedia(join(area, 'media'), { smallFiles: 60, extraBytes: 4_000_000 });
});
afterEach(undoDisks);
afterAll(() => {
  removeArea(area);
});

const needsRoot = 'needs root: a small file system to mount';
const fresh = (name: string): string => join(area, `${name}${String((counter += 1))}`);

/** A station whose state lies on a small file system of its own. */
async function stationOn(size: string): Promise<RefusalStation> {
  const station = await makeStation(area, `station${String((counter += 1))}`);
  mountMemory(station.state, size);
  return station;
}

/** Writes the station's drive, and says for which machine. */
async function written(station: RefusalStation): Promise<string> {
  const machine = nextMachine();
  const run = await apply(station, { media: media.path, drives: [`${station.drives[0].id}=${machine}`] });
  expect(reportOf(run).jobs.map(({ state }) => state)).toEqual(['done']);
  return machine;
}

describe('apply, before a drive is touched', () => {
  it('when the record would not have room', async ({ skip }) => {
    skip(!isRoot, needsRoot);
    const station = await makeStation(area, 'no-room');
    const state = fresh('state');
    mountMemory(state, '2M');
    // The image cache is elsewhere, as it is where no folder is named.
    const cache = fresh('cache');
    const env = { XDG_STATE_HOME: state, XDG_CACHE_HOME: cache, XDG_CONFIG_HOME: fresh('config') };
    const before = benchState(station.bench);
    const args = applyArguments(station, { media: media.path });
    args.splice(args.indexOf('--state'), 2);
    const run = await runCli(args, { env });
    expectRefusal(run, {
      code: 'state-unavailable',
      names: [join(state, 'prestage'), 'is full', 'needed', 'missing'],
      remedy: 'No drive was touched',
    });
    expect(benchState(station.bench)).toBe(before);
  });

  it('when the chunk map has no room', async ({ skip }) => {
    skip(!isRoot, needsRoot);
    const station = await makeStation(area, 'chunk-map');
    const maps = join(station.state, 'chunk-maps');
    mountMemory(maps, '4k');
    fill(maps);
    const before = benchState(station.bench);
    const run = await apply(station, { media: media.path });
    expectRefusal(run, {
      code: 'state-unavailable',
      names: [maps, 'is full', 'needed', 'missing'],
      remedy: 'No drive was touched',
    });
    expect(benchState(station.bench)).toBe(before);
    undoDisks();
    await written(station);
  });

  it('when the temporary folder has no room', async ({ skip }) => {
    skip(!isRoot, needsRoot);
    const station = await makeStation(area, 'temporary');
    mountMemory(station.temporary, '64k');
    fill(station.temporary);
    const before = benchState(station.bench);
    expectRefusal(await apply(station, { media: media.path }), {
      code: 'state-unavailable',
      names: ['the temporary folder', station.temporary, 'is full'],
      remedy: 'TMPDIR',
    });
    expect(benchState(station.bench)).toBe(before);
  });

  it('when the disk with the state is read-only', async ({ skip }) => {
    skip(!isRoot, needsRoot);
    const station = await stationOn('64M');
    await written(station);
    remountReadOnly(station.state);
    const before = benchState(station.bench);
    const run = await apply(station, { media: media.path });
    expectRefusal(run, { code: 'state-unavailable', names: [station.state, 'read-only'], remedy: 'dmesg' });
    expect(benchState(station.bench)).toBe(before);
  });
});

describe('a good drive stays good', () => {
  it('when the ledger has no room for its verification', async ({ skip }) => {
    skip(!isRoot, needsRoot);
    const station = await stationOn('128M');
    await written(station);
    fill(station.state);
    const before = benchState(station.bench);
    const run = await verify(station);
    expectRefusal(run, {
      code: 'ledger-unavailable',
      names: [join(station.state, 'ledger.db'), 'is full'],
      remedy: 'Free some space',
    });
    expect(benchState(station.bench)).toBe(before);
    makeRoom(station.state);
    expect((await verify(station)).status).toBe(0);
    expect((await runCli(['ledger', 'verify', '--state', station.state])).status).toBe(0);
  });

  it('when the settings have no room', async ({ skip }) => {
    skip(!isRoot, needsRoot);
    const station = await stationOn('16M');
    expect((await runCli(['cache', 'limit', '20G', '--state', station.state])).status).toBe(0);
    const file = join(station.state, 'settings.json');
    const before = readFileSync(file, 'utf8');
    fill(station.state);
    const run = await runCli(['cache', 'limit', '30G', '--state', station.state, '--json']);
    expectRefusal(run, {
      code: 'state-unavailable',
      names: [station.state, 'is full'],
      remedy: 'The settings are as they were',
    });
    expect(readFileSync(file, 'utf8')).toBe(before);
  });

  it('when a work order has no room', async ({ skip }) => {
    skip(!isRoot, needsRoot);
    const station = await stationOn('16M');
    expect((await runCli(['cache', 'show', '--state', station.state])).status).toBe(0);
    const order = fresh('order.csv');
    writeFileSync(order, `serial\n${nextMachine()}\n`);
    const open = ['order', 'open', order, '--number', 'WO-1', '--state', station.state, '--json'];
    // The ledger is made, and then there is no room for more.
    expect((await runCli(['order', 'show', '--state', station.state, '--json'])).status).toBe(3);
    mountMemory(join(station.state, 'orders'), '4k');
    fill(join(station.state, 'orders'));
    expectRefusal(await runCli(open), {
      code: 'state-unavailable',
      names: [join(station.state, 'orders'), 'is full'],
      remedy: 'Nothing was opened',
    });
  });
});

describe('a file that goes elsewhere', () => {
  it('an export and a bundle have no room: no file is left, and what is recorded is said', async ({
    skip,
  }) => {
    skip(!isRoot, needsRoot);
    const station = await makeStation(area, 'elsewhere');
    const machine = await written(station);
    const small = fresh('small');
    mountMemory(small, '64k');
    fill(small);
    const file = join(small, 'export.json');
    const exported = await runCli(
      ['ledger', 'export', '--format', 'json', '--output', file, '--state', station.state],
      {},
    );
    expect(exported.status, exported.stderr).toBe(3);
    expect(exported.stderr).toContain(`(${file}) is full`);
    expect(existsSync(file)).toBe(false);

    const bundle = join(small, 'bundle.zip');
    const ship = ['ship', '--number', 'S-1', '--machine', machine, '--output', bundle];
    const shipped = await runCli([...ship, '--state', station.state, '--json']);
    expectRefusal(shipped, {
      code: 'disk-unwritable',
      names: [bundle, 'is full'],
      remedy: 'prestage ship --again S-1',
    });
    expect(existsSync(bundle)).toBe(false);
    makeRoom(small);
    mountMemory(fresh('large'), '8M');
    const again = join(area, `large${String(counter)}`, 'bundle.zip');
    const made = await runCli(['ship', '--again', 'S-1', '--output', again, '--state', station.state]);
    expect(made.status, made.stderr).toBe(0);
  });

  it('standard output takes no more: it is told, and is no good end', async () => {
    const station = await makeStation(area, 'full-output');
    const full = openSync('/dev/full', 'w');
    try {
      const { status, stderr } = spawnSync(
        process.execPath,
        [prestage, 'drives', '--bench', station.bench, '--json'],
        { stdio: ['ignore', full, 'pipe'], encoding: 'utf8' },
      );
      expect(status, stderr).toBe(3);
      expect(stderr).toContain('standard output');
      expect(stderr).toContain('is full');
    } finally {
      closeSync(full);
    }
  });
});

describe('virtual drives', () => {
  it('a virtual drive whose disk fills is not called failing', async ({ skip }) => {
    skip(!isRoot, needsRoot);
    const small = fresh('bench-disk');
    mountMemory(small, '8M');
    const station = await makeStation(area, `virtual${String(counter)}`);
    const bench = join(small, 'bench');
    await makeBench(bench, 1, '1G');
    const { id } = await onlyDrive(bench);
    const ended = await apply(station, { media: media.path, bench, drives: [`${id}=${nextMachine()}`] });
    expect(ended.status).toBe(4);
    const [job] = reportOf(ended).jobs;
    expect(job?.reason?.code).toBe('drive-write-failed');
    expect(job?.reason?.remedy).toContain('The virtual drive is not at fault');
    expect(job?.reason?.remedy).toContain(small);
  });

  it('a virtual bench has no room', async ({ skip }) => {
    skip(!isRoot, needsRoot);
    const small = fresh('full-disk');
    mountMemory(small, '64k');
    fill(small);
    const options = ['--drives', '4', '--size', '1G', '--json'];
    const made = await runCli(['bench', 'create', join(small, 'b'), ...options]);
    expectRefusal(made, { code: 'bench-invalid', names: [join(small, 'b'), 'is full'] });
  });
});
