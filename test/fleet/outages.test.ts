import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { FleetState } from '../../core/settings/fleet';
import { Ledger } from '../../station/ledger/ledger';
import { runPusher } from '../../station/fleet/pusher';
import { errorOf, runCli } from '../support/cli';
import { CutNetwork } from '../support/cut-network';
import { Postgres } from '../support/postgres';
import { context, sampleJob, started } from '../unit/station/ledger/samples';
import { entriesThere, makeDatabase, quick, Station, succeeded } from './plant';

let server: Postgres;
let network: CutNetwork;
beforeAll(async () => {
  server = await Postgres.start();
});
afterAll(async () => {
  await server.stop();
});

/** A station whose pusher runs. */
class Pushing {
  state: FleetState | null = null;
  /** Every status in the order in which it came, each once in a row. */
  readonly seen: string[] = [];
  readonly #controller = new AbortController();
  readonly ended: Promise<void>;

  constructor(
    readonly station: Station,
    database: string,
    pace = quick,
  ) {
    const settings = station.settings(network.port, database);
    this.ended = runPusher(
      {
        paths: station.paths,
        settings,
        pace,
        onState: (state) => {
          this.state = state;
          if (this.seen.at(-1) !== state.status) this.seen.push(state.status);
        },
      },
      this.#controller.signal,
    );
  }

  async stop(): Promise<void> {
    this.#controller.abort();
    await this.ended;
  }
}

let pushing: Pushing[] = [];
beforeAll(async () => {
  network = await CutNetwork.to(server.port);
});
afterEach(async () => {
  await Promise.all(pushing.map((one) => one.stop()));
  pushing = [];
  network.set('whole');
  network.killAfter(null);
  network.loseAnswers(false);
});
afterAll(async () => {
  await network.close();
});

/** Waits for a condition; the test's own time-out ends it. */
async function until(what: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await what())) await sleep(20);
}

describe('five stations', () => {
  it('bring every entry into the database once, whatever happens to the network and the server', async () => {
    const database = await makeDatabase(server, 'five');
    const stations: Station[] = [];
    for (let number = 1; number <= 5; number += 1) {
      const station = new Station(`line-${number}`, 700);
      stations.push(await station.join(server, database));
    }
    pushing = stations.map((station) => new Pushing(station, database));
    const everybodyWorks = async (jobs: number): Promise<void> => {
      for (const station of stations) {
        station.work(jobs);
        await sleep(1);
      }
    };
    const everybodyIs = (status: FleetState['status']) => (): boolean =>
      pushing.every(({ state }) => state?.status === status);

    await until(everybodyIs('caught-up'));

    // Connections die in the middle of a batch, again and again.
    network.killAfter(9_000);
    await everybodyWorks(10);
    await until(() => network.kills >= 15);
    expect(pushing.some(({ seen }) => seen.includes('unavailable'))).toBe(true);
    network.killAfter(null);
    await everybodyWorks(1);

    // Packets vanish; nobody says that the connection is gone.
    network.set('silent');
    await everybodyWorks(3);
    await until(everybodyIs('unavailable'));
    expect(network.swallowed).toBeGreaterThan(0);
    network.set('whole');
    await until(everybodyIs('caught-up'));

    // The line is cut.
    network.set('cut');
    await everybodyWorks(3);
    await until(everybodyIs('unavailable'));
    for (const { state } of pushing) {
      expect(state?.behind).toBe(6);
      expect(state?.lastError?.code).toBe('fleet-unavailable');
    }
    const { connections } = network;
    network.set('whole');
    await everybodyWorks(1);

    // The server dies without a word, while batches are under way.
    await until(() => network.connections > connections);
    await server.kill();
    await everybodyWorks(12);
    await until(everybodyIs('unavailable'));
    // Answers get lost after it is back: the entries are there, and no station knows.
    network.loseAnswers(true);
    const before = network.kills;
    await server.restart();
    await until(() => network.kills >= before + 5);
    network.loseAnswers(false);
    await everybodyWorks(2);

    await until(async () => {
      for (const station of stations) {
        if ((await entriesThere(server, database, station)).length < station.count) return false;
      }
      return true;
    });
    await until(() => pushing.every(({ state }) => state?.status === 'caught-up' && state.behind === 0));
    for (const { seen } of pushing) expect(seen).toContain('unavailable');

    for (const station of stations) {
      expect(await entriesThere(server, database, station)).toEqual(station.entries);
      expect(station.count).toBe(700 + 2 * (10 + 1 + 3 + 3 + 1 + 12 + 2));
      expect(station.reading((ledger) => ledger.verify()).ok).toBe(true);
    }
    const verified = succeeded(
      await runCli(['fleet', 'verify', '--json'], { env: server.adminEnv(database) }),
    );
    const report = JSON.parse(verified.stdout) as Record<string, unknown>;
    expect(report).toMatchObject({ ok: true, entries: 5 * 764, findings: [] });
    expect(report['stations']).toEqual(
      stations.map((station) => {
        const { sequence, hash } = station.entries.at(-1) ?? { sequence: 0, hash: '' };
        const { name, fingerprint } = station;
        return { name, keyFingerprint: fingerprint, entries: 764, head: { sequence, hash } };
      }),
    );
  });
});

describe('one station', () => {
  it('goes on after a lost answer without sending anything twice', async () => {
    const database = await makeDatabase(server, 'lost_answer');
    const station = await new Station('lost-answer', 300).join(server, database);
    station.setFleet(network.port, database);
    network.loseAnswers(true);
    const first = await runCli(['fleet', 'push', '--json', '--state', station.state]);
    expect(first.status).toBe(4);
    expect(errorOf(first).code).toBe('fleet-unavailable');
    await until(async () => (await entriesThere(server, database, station)).length === 200);

    network.loseAnswers(false);
    const second = succeeded(await runCli(['fleet', 'push', '--json', '--state', station.state]));
    expect(JSON.parse(second.stdout)).toEqual({ sequence: 300, sent: 100 });
    const third = succeeded(await runCli(['fleet', 'push', '--json', '--state', station.state]));
    expect(JSON.parse(third.stdout)).toEqual({ sequence: 300, sent: 0 });
    expect(await entriesThere(server, database, station)).toEqual(station.entries);
  });

  it('appends while the database says nothing', async () => {
    const database = await makeDatabase(server, 'silent');
    const station = await new Station('silent-line', 10).join(server, database);
    network.set('silent');
    const before = network.swallowed;
    // Longer than the test: only the test ends it.
    const one = new Pushing(station, database, { ...quick, connect: 600_000, answer: 600_000 });
    pushing = [one];
    await until(() => network.swallowed > before);
    station.work(25);
    expect(station.count).toBe(60);
    expect(one.state).toMatchObject({ status: 'connecting' });
    expect(network.open).toBeGreaterThan(0);
  });

  it('appends while a push hangs inside the database', async () => {
    const database = await makeDatabase(server, 'hanging');
    const station = await new Station('hanging-line', 10).join(server, database);
    // Somebody holds the station's row for as long as they like.
    const holder = server.query(
      database,
      `BEGIN; SELECT FROM prestage.stations FOR UPDATE; SELECT pg_sleep(600); COMMIT`,
    );
    holder.catch(() => undefined);
    const waiting = async (event: string): Promise<boolean> => {
      const sql = 'SELECT pid FROM pg_stat_activity WHERE datname = $1 AND wait_event_type = $2';
      return (await server.query('postgres', sql, [database, event])).length > 0;
    };
    await until(() => waiting('Timeout'));
    const one = new Pushing(station, database, { ...quick, answer: 600_000 });
    pushing = [one];
    await until(() => waiting('Lock'));
    station.work(25);
    expect(station.count).toBe(60);
    expect(one.state).toMatchObject({ status: 'connecting', behind: 10 });

    await server.query(
      'postgres',
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND wait_event = 'PgSleep'`,
      [database],
    );
    await until(() => one.state?.status === 'caught-up');
    expect(await entriesThere(server, database, station)).toEqual(station.entries);
  });

  it('appends in the moment in which its entries are read', async () => {
    const database = await makeDatabase(server, 'busy');
    const station = await new Station('busy-line', 2_000).join(server, database);
    const one = new Pushing(station, database);
    pushing = [one];
    const ledger = Ledger.open(station.paths);
    try {
      let during = 0;
      for (let number = 0; number < 5_000 && during < 60; number += 1) {
        ledger.append(started(sampleJob({ machineSerial: `BUSY-${number}` })), context);
        if (one.state?.status === 'pushing') during += 1;
        await sleep(1);
      }
      expect(during).toBe(60);
    } finally {
      ledger.close();
    }
    await until(async () => (await entriesThere(server, database, station)).length === station.count);
    expect(await entriesThere(server, database, station)).toEqual(station.entries);
  });
});
