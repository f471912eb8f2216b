import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { AppState } from '../../core/contract/app';
import { commandBarcode } from '../../core/scan/scan';
import { timeouts } from '../../core/base/timeouts';
import { applyTo } from './apply';
import { makeBench } from '../support/virtual-bench';
import { CutNetwork } from '../support/cut-network';
import { temporaryArea } from '../support/global-setup';
import { Postgres } from '../support/postgres';
import { makeMedia, type MadeMedia } from '../support/wim';
import { TestApp } from '../support/app-service';
import { entriesThere, makeDatabase, Station } from './plant';

/** The bench itself, while the plant's database says nothing. */

let server: Postgres;
let network: CutNetwork;
let media: MadeMedia;
beforeAll(async () => {
  server = await Postgres.start();
  network = await CutNetwork.to(server.port);
  media = await makeMedia(join(temporaryArea('fleet-media'), 'media'));
});
afterAll(async () => {
  await network.close();
  await server.stop();
});

it('the app writes a drive while the database is silent, and pushes the record when it answers', async () => {
  const database = await makeDatabase(server, 'app');
  const station = await new Station('app', 0).join(server, database);
  station.setFleet(network.port, database);
  const bench = join(temporaryArea('fleet-bench'), 'bench');
  await makeBench(bench, 1);
  network.set('silent');
  const app = await TestApp.open(station.state, bench);
  try {
    expect(app.state.fleet.status).toBe('connecting');
    while (network.swallowed === 0) await sleep(20);

    await app.until(({ drives }) => drives.listed, 'a list of drives');
    await app.scan('OP-Ada Byron');
    app.service.media.select(media.path);
    const sha256 = createHash('sha256').update(readFileSync(media.path)).digest('hex');
    await app.handlers.expectHash({ sha256 });
    await app.until((state) => state.media.status === 'proved', 'a proved media file');
    await app.scan('7KX9PQ3');
    await app.scan('BAY 1');
    await app.scan(commandBarcode('START'));
    await sleep(timeouts.startRepeat + 50);
    await app.scan(commandBarcode('START'));
    const ended = ({ jobs }: AppState): boolean => jobs.some(({ endedAt }) => endedAt !== null);
    const { jobs, fleet } = await app.until(ended, 'an ended job');
    expect(jobs.map(({ state }) => state.state)).toEqual(['done']);
    expect(station.count).toBe(2);
    expect(['connecting', 'unavailable']).toContain(fleet.status);
    expect(await entriesThere(server, database, station)).toEqual([]);

    network.set('whole');
    const { fleet: later } = await app.until((state) => state.fleet.status === 'caught-up', 'all pushed');
    expect(later).toMatchObject({ behind: 0, lastError: null });
    expect(await entriesThere(server, database, station)).toEqual(station.entries);
  } finally {
    await app.service.close();
  }
});

it('the app shows that the database refuses, and works on', async () => {
  const database = await makeDatabase(server, 'app_refused');
  const station = new Station('app-refused', 4);
  await server.query('postgres', `CREATE ROLE ${station.login} LOGIN PASSWORD '${station.password}'`);
  await server.query('postgres', `GRANT prestage_station TO ${station.login}`);
  station.setFleet(server.port, database);
  const bench = join(temporaryArea('fleet-bench'), 'bench');
  await makeBench(bench, 1);
  const app = await TestApp.open(station.state, bench);
  try {
    const { fleet } = await app.until((state) => state.fleet.status === 'refused', 'a refusal');
    expect(fleet).toMatchObject({ behind: 4, lastError: { code: 'fleet-refused' } });
    expect(fleet.lastError?.remedy).toContain('fleet add-station');
    await app.until(({ drives }) => drives.listed && drives.drives.length > 0, 'a list of drives');
    expect(app.state.notices).toEqual([]);
  } finally {
    await app.service.close();
  }
});

it('the command line writes a drive while the database is silent, and does not even ask it', async () => {
  const database = await makeDatabase(server, 'apply');
  const station = await new Station('apply', 0).join(server, database);
  station.setFleet(network.port, database);
  network.set('silent');
  const before = network.connections;
  await applyTo(station, media.path);
  expect(network.connections).toBe(before);
  expect(station.count).toBe(2);
  network.set('whole');
});
