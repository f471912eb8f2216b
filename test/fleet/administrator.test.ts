import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { migrate } from '../../station/fleet/admin';
import { migrations } from '../../station/fleet/migrations';
import { makeLargeLedger } from '../benchmark/large-ledger';
import { errorOf, runCli, type CliResult } from '../support/cli';
import { temporaryArea } from '../support/global-setup';
import { Postgres, postgresPrograms, queryAs } from '../support/postgres';
import { serveRack } from '../support/rack';
import { entriesThere, makeDatabase, stateOf, Station, succeeded } from './plant';

let server: Postgres;
beforeAll(async () => {
  server = await Postgres.start();
});
afterAll(async () => {
  await server.stop();
});

async function withAdmin<T>(database: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ ...server.access('admin', server.password, database), ssl: false });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

const run = (database: string, ...args: string[]): Promise<CliResult> =>
  runCli(['fleet', ...args, '--json'], { env: server.adminEnv(database) });

describe('prestage fleet migrate', () => {
  it('makes everything once, also when two administrators do it at once', async () => {
    await server.query('postgres', 'CREATE DATABASE twice');
    const runs = await Promise.all([run('twice', 'migrate'), run('twice', 'migrate')]);
    const applied = runs.flatMap(
      ({ stdout }) => z.object({ applied: z.array(z.string()) }).parse(JSON.parse(stdout)).applied,
    );
    expect(applied.toSorted()).toEqual(migrations.map(({ name }) => name));
    expect(JSON.parse(succeeded(await run('twice', 'migrate')).stdout)).toEqual({ applied: [] });
  });

  it('goes through the server’s socket too', async () => {
    await server.query('postgres', 'CREATE DATABASE socket');
    const env = { ...server.adminEnv('socket'), PGHOST: '' };
    const migrated = await runCli(['fleet', 'migrate', '--host', server.socketFolder], { env });
    expect(succeeded(migrated).stdout).toContain('0001-tables');
  });

  it('can be done by an administrator who is no superuser', async () => {
    await server.query('postgres', "CREATE ROLE plant_admin LOGIN CREATEROLE PASSWORD 'p'");
    await server.query('postgres', 'CREATE DATABASE modest OWNER plant_admin');
    // The roles are there already, from other databases, and were made by somebody else.
    await server.query('postgres', 'GRANT prestage_owner, prestage_station TO plant_admin WITH ADMIN OPTION');
    const env = { ...server.adminEnv('modest'), PGUSER: 'plant_admin', PGPASSWORD: 'p' };
    succeeded(await runCli(['fleet', 'migrate'], { env }));
    const station = new Station('modest-1', 4);
    await queryAs(
      server.access('plant_admin', 'p', 'modest'),
      `CREATE ROLE ${station.login} LOGIN PASSWORD '${station.password}'`,
    );
    const args = ['--name', station.name, '--key', station.paths.publicKeyFile, '--login', station.login];
    succeeded(await runCli(['fleet', 'add-station', ...args], { env }));
    station.setFleet(server.port, 'modest');
    succeeded(await runCli(['fleet', 'push', '--state', station.state]));
    expect(await entriesThere(server, 'modest', station)).toEqual(station.entries);
  });

  it('refuses when an applied migration was changed, or is not known', async () => {
    await makeDatabase(server, 'changed');
    const [first, ...others] = migrations;
    if (first === undefined) throw new Error('there are no migrations');
    const changed = [{ ...first, sql: `${first.sql}-- changed\n` }, ...others];
    await withAdmin('changed', async (client) => {
      await expect(migrate(client, changed)).rejects.toMatchObject({ code: 'fleet-refused' });
      await expect(migrate(client, [first])).rejects.toMatchObject({ code: 'fleet-refused' });
      const next = { number: 6, name: '0006-next', sql: 'CREATE TABLE prestage.next ()' };
      expect(await migrate(client, [...migrations, next])).toEqual(['0006-next']);
    });
    const refused = await run('changed', 'migrate');
    expect(refused.status).toBe(3);
    expect(errorOf(refused)).toMatchObject({ code: 'fleet-refused' });
    expect(errorOf(refused).message).toContain('0006-next');
  });

  it('leaves nothing of a step that fails', async () => {
    await server.query('postgres', 'CREATE DATABASE half');
    const broken = { number: 6, name: '0006-broken', sql: 'CREATE TABLE prestage.half (); SELECT 1/0' };
    await withAdmin('half', async (client) => {
      await expect(migrate(client, [...migrations, broken])).rejects.toMatchObject({ code: '22012' });
      const { rows } = await client.query("SELECT to_regclass('prestage.half') AS half");
      expect(rows).toEqual([{ half: null }]);
      expect(await migrate(client)).toEqual([]);
    });
  });

  it('refuses a database in which text is only bytes', async () => {
    await server.query(
      'postgres',
      "CREATE DATABASE ascii ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0",
    );
    const refused = await run('ascii', 'migrate');
    expect(refused.status).toBe(3);
    expect(errorOf(refused)).toMatchObject({ code: 'fleet-refused' });
    expect(errorOf(refused).message).toContain('UTF8');
  });
});

describe('prestage fleet add-station', () => {
  const station = new Station('added', 2);
  const add = (name: string, key: string, login: string): Promise<CliResult> =>
    run('added', 'add-station', '--name', name, '--key', key, '--login', login);
  beforeAll(async () => {
    await makeDatabase(server, 'added');
    await server.query('postgres', `CREATE ROLE ${station.login} LOGIN PASSWORD '${station.password}'`);
    await server.query('postgres', "CREATE ROLE another LOGIN PASSWORD 'x'");
  });

  it('refuses a private key, another file, a missing login and a superuser', async () => {
    const { keyFile, publicKeyFile, settingsFile } = station.paths;
    writeFileSync(settingsFile, '{}');
    for (const [key, login, word] of [
      [keyFile, station.login, 'private key'],
      [settingsFile, station.login, 'does not contain a station key'],
      ['/nowhere.pem', station.login, 'cannot be read'],
      [publicKeyFile, 'nobody', 'no login'],
      [publicKeyFile, 'admin', 'superuser'],
      [publicKeyFile, 'prestage_reader', 'cannot log in'],
    ] as const) {
      const refused = await add('added', key, login);
      expect(refused.status).toBe(3);
      expect(errorOf(refused)).toMatchObject({ code: 'fleet-invalid' });
      expect(errorOf(refused).message).toContain(word);
    }
    expect(await server.query('added', 'SELECT * FROM prestage.stations')).toEqual([]);
  });

  it('adds, changes name and login, and refuses a name that another station has', async () => {
    const { publicKeyFile } = station.paths;
    expect(JSON.parse(succeeded(await add('old name', publicKeyFile, 'another')).stdout)).toEqual({
      name: 'old name',
      login: 'another',
      keyFingerprint: station.fingerprint,
      added: true,
    });
    expect(await stateOf(station.pushRaw(server, 'added', station.entries))).toBe('42501');
    expect(JSON.parse(succeeded(await add('new name', publicKeyFile, station.login)).stdout)).toMatchObject({
      added: false,
    });
    await station.pushRaw(server, 'added', station.entries);
    const second = new Station('second', 2);
    const refused = await add('new name', second.paths.publicKeyFile, 'another');
    expect(refused.status).toBe(3);
    expect(errorOf(refused)).toMatchObject({ code: 'fleet-refused' });
    // One login for two stations would let one write for the other.
    const shared = await add('second', second.paths.publicKeyFile, station.login);
    expect(shared.status).toBe(3);
    expect(errorOf(shared).message).toContain(`already uses the login ${station.login}`);
  });
});

it('prestage fleet stations shows what each station holds and serves, and an older database takes its entries alone', async () => {
  const database = await makeDatabase(server, 'holdings');
  const station = await new Station('holds', 2).join(server, database);
  const silent = await new Station('silent', 2).join(server, database);
  const renders = join(station.paths.imageCache, 'd'.repeat(64));
  mkdirSync(renders, { recursive: true });
  const facts = {
    ...{
      mediaSha256: 'a'.repeat(64),
      mediaBytes: 1000,
      imageIndex: 1,
      layout: 'windows',
      driveSize: 2 ** 30,
    },
    ...{ sectorSize: 512, versions: { prestage: '1' } },
  };
  const from = {
    ...{ station: 'Bench 1', certificate: 'c'.repeat(64), keyFingerprint: null },
    time: '2026-01-01T00:00:00.000Z',
  };
  writeFileSync(join(renders, 'render.json'), JSON.stringify({ facts, fingerprint: 'b'.repeat(64), from }));
  station.setFleet(server.port, database);
  const rack = await serveRack(station.state);
  try {
    succeeded(await runCli(['fleet', 'push', '--state', station.state]));
  } finally {
    await rack.station.stop();
  }
  await server.query('postgres', "CREATE ROLE looks LOGIN PASSWORD 'r' IN ROLE prestage_reader");
  const env = { ...server.adminEnv(database), PGUSER: 'looks', PGPASSWORD: 'r' };
  const shown = succeeded(await runCli(['fleet', 'stations', '--json'], { env }));
  expect(JSON.parse(shown.stdout)).toMatchObject({
    stations: [
      {
        name: 'holds',
        rack: { listens: rack.address, interface: 'lo', certificate: rack.fingerprint, machines: 0 },
        held: [{ what: 'disk-image', sha256: 'b'.repeat(64), mediaSha256: 'a'.repeat(64), from: 'Bench 1' }],
      },
      { name: 'silent', toldAt: null, rack: null, held: [] },
    ],
  });
  const text = succeeded(await runCli(['fleet', 'stations'], { env })).stdout;
  expect(text).toContain('from Bench 1');
  // No station speaks for another, and none says what is no statement.
  const asOther = (state: string): Promise<unknown> =>
    queryAs(
      silent.access(server, database),
      `SELECT prestage.tell_state('${station.fingerprint}', '${state}')`,
    );
  expect(await stateOf(asOther('{}'))).toBe('PF002');
  await server.query(database, 'DROP FUNCTION prestage.tell_state(text, jsonb)');
  station.work(1);
  succeeded(await runCli(['fleet', 'push', '--state', station.state]));
  expect(await entriesThere(server, database, station)).toEqual(station.entries);
});

describe('prestage fleet verify', () => {
  const station = new Station('verified', 20);
  const other = new Station('verified-too', 10);
  const findingsSchema = z.object({
    ok: z.boolean(),
    findings: z.array(
      z.object({ station: z.string().nullable(), sequence: z.int().nullable(), code: z.string() }),
    ),
  });
  beforeAll(async () => {
    await makeDatabase(server, 'verified');
    for (const one of [station, other]) {
      await one.join(server, 'verified');
      await one.pushRaw(server, 'verified', one.entries);
    }
    await server.query('postgres', "CREATE ROLE reader LOGIN PASSWORD 'r' IN ROLE prestage_reader");
  });

  /** What verify finds, as a reader, while a change is there that a superuser made; the change is undone. */
  async function findingsAfter(change: string): Promise<z.infer<typeof findingsSchema>['findings']> {
    const name = `copy_${String(Math.random()).slice(2)}`;
    await server.query('postgres', `CREATE DATABASE ${name} TEMPLATE verified`);
    await server.query(
      name,
      `ALTER TABLE prestage.entries DISABLE TRIGGER USER; ALTER TABLE prestage.stations DISABLE TRIGGER USER;
       ${change};
       ALTER TABLE prestage.stations ENABLE ALWAYS TRIGGER keys_are_only_added;
       ALTER TABLE prestage.entries ENABLE ALWAYS TRIGGER check_entry;
       ALTER TABLE prestage.entries ENABLE ALWAYS TRIGGER entries_are_only_added`,
    );
    const found = await runCli(['fleet', 'verify', '--json'], {
      env: { ...server.adminEnv(name), PGUSER: 'reader', PGPASSWORD: 'r' },
    });
    await server.query('postgres', `DROP DATABASE ${name}`);
    const report = findingsSchema.parse(JSON.parse(found.stdout));
    expect(found.status).toBe(report.findings.length === 0 ? 0 : 4);
    expect(report.ok).toBe(report.findings.length === 0);
    return report.findings.map(({ station: name, sequence, code }) => ({ station: name, sequence, code }));
  }
  const here = (sequence: number | null, code: string): object => ({ station: 'verified', sequence, code });

  it('finds nothing in what stations pushed', async () => {
    expect(await findingsAfter('SELECT 1')).toEqual([]);
  });

  it('finds changed contents, whose hash a superuser computed anew', async () => {
    const found = await findingsAfter(
      `UPDATE prestage.entries SET json = replace(json, 'operator 5', 'operator 6'),
         hash = encode(sha256(convert_to(replace(json, 'operator 5', 'operator 6'), 'UTF8')), 'hex')
       WHERE station = 1 AND sequence = 5`,
    );
    expect(found).toEqual([here(5, 'signature-invalid'), here(6, 'chain-broken')]);
  });

  it('finds a changed signature', async () => {
    const change = `UPDATE prestage.entries SET signature = (SELECT signature FROM prestage.entries
      WHERE station = 1 AND sequence = 8) WHERE station = 1 AND sequence = 7`;
    expect(await findingsAfter(change)).toEqual([here(7, 'signature-invalid')]);
  });

  it('finds a missing entry, and one that stands elsewhere', async () => {
    const gone = 'DELETE FROM prestage.entries WHERE station = 1 AND sequence = 9';
    expect(await findingsAfter(gone)).toEqual([here(9, 'missing')]);
    const swapped = `UPDATE prestage.entries SET sequence = -3 WHERE station = 1 AND sequence = 3;
      UPDATE prestage.entries SET sequence = 3 WHERE station = 1 AND sequence = 4;
      UPDATE prestage.entries SET sequence = 4 WHERE station = 1 AND sequence = -3`;
    const withoutCheck = `ALTER TABLE prestage.entries DROP CONSTRAINT entries_sequence_check; ${swapped}`;
    expect(await findingsAfter(withoutCheck)).toEqual([
      here(3, 'sequence-mismatch'),
      here(4, 'sequence-mismatch'),
      here(5, 'chain-broken'),
    ]);
  });

  it('finds an entry that was given to another station, and a key that was replaced', async () => {
    const moved = `UPDATE prestage.entries SET station = 2, sequence = 11 WHERE station = 1 AND sequence = 20`;
    expect((await findingsAfter(moved)).map(({ code }) => code)).toContain('other-key');
    const replaced = `UPDATE prestage.stations SET public_key = key || '' FROM
      (SELECT public_key AS key FROM prestage.stations WHERE id = 2) AS two WHERE id = 1`;
    expect(await stateOf(findingsAfter(replaced))).toBe('23514');
    const withoutCheck = `ALTER TABLE prestage.stations DROP CONSTRAINT stations_fingerprint_is_of_key; ${replaced}`;
    expect((await findingsAfter(withoutCheck))[0]).toEqual(here(null, 'key-mismatch'));
  });

  it('finds reports that say something else than the entries', async () => {
    const change = `ALTER TABLE prestage.entries ALTER machine_serial DROP EXPRESSION, ALTER facts DROP EXPRESSION;
      UPDATE prestage.entries SET machine_serial = 'OTHER' WHERE station = 1 AND sequence = 2;
      UPDATE prestage.entries SET facts = jsonb_set(facts, '{operator}', '"x"') WHERE station = 1 AND sequence = 4`;
    expect(await findingsAfter(change)).toEqual([here(2, 'index-mismatch'), here(4, 'index-mismatch')]);
  });

  it('finds triggers that are off or gone, and changed migrations', async () => {
    const database = await makeDatabase(server, 'triggers');
    await server.query(
      database,
      `ALTER TABLE prestage.entries DISABLE TRIGGER check_entry;
       DROP TRIGGER keys_are_only_added ON prestage.stations;
       UPDATE prestage.migrations SET checksum = repeat('0', 64) WHERE number = 2`,
    );
    const found = await run(database, 'verify');
    expect(found.status).toBe(4);
    const { findings } = z
      .object({ findings: z.array(z.object({ code: z.string(), message: z.string() })) })
      .parse(JSON.parse(found.stdout));
    expect(findings.map(({ message }) => message)).toEqual([
      'The migration 0002-push differs from the one that was applied.',
      'The trigger check_entry was disabled.',
      'The trigger keys_are_only_added is missing.',
    ]);
  });

  it('refuses a database without tables', async () => {
    const refused = await run('postgres', 'verify');
    expect(refused.status).toBe(3);
    expect(errorOf(refused).remedy).toContain('fleet migrate');
  });
});

it('a database that was dumped and restored whole is whole', async () => {
  const database = await makeDatabase(server, 'dumped');
  const station = await new Station('dumped', 30).join(server, database);
  await station.pushRaw(server, database, station.entries.slice(0, 20));
  const file = join(temporaryArea('dump'), 'prestage.dump');
  await server.query('postgres', 'CREATE DATABASE restored');
  for (const [program, ...args] of [
    ['pg_dump', '--format', 'custom', '--file', file, database],
    ['pg_restore', '--dbname', 'restored', '--exit-on-error', file],
  ]) {
    const env = { ...process.env, ...server.adminEnv(database) };
    const ended = spawnSync(join(postgresPrograms(), program ?? ''), args, { encoding: 'utf8', env });
    if (ended.status !== 0) throw new Error(`${program ?? ''}: ${ended.stderr}`);
  }
  succeeded(await run('restored', 'verify'));
  station.setFleet(server.port, 'restored');
  succeeded(await runCli(['fleet', 'push', '--state', station.state]));
  expect(await entriesThere(server, 'restored', station)).toEqual(station.entries);
  succeeded(await run('restored', 'verify'));
});

describe('reports', () => {
  it('say where each machine was last, and which were finished at two stations', async () => {
    const database = await makeDatabase(server, 'reports');
    const one = new Station('report-one', 0);
    const two = new Station('report-two', 0);
    // Job 7 fails, the others are done; both stations do the machines 7K00000 to 7K0000B.
    makeLargeLedger(one.paths, 24);
    makeLargeLedger(two.paths, 24);
    one.work(1, 'VIRTUAL');
    two.work(1, 'VIRTUAL');
    for (const station of [one, two]) {
      await station.join(server, database);
      await station.pushRaw(server, database, station.entries);
    }
    const reader = server.access('reader_of_reports', 'r', database);
    await server.query(
      'postgres',
      "CREATE ROLE reader_of_reports LOGIN PASSWORD 'r' IN ROLE prestage_reader",
    );
    const machines = await queryAs(reader, 'SELECT machine_serial, result FROM prestage.machines ORDER BY 1');
    expect(machines).toHaveLength(13);
    expect(machines[7]).toEqual({ machine_serial: '7K00007', result: 'failed' });
    expect(machines[8]).toEqual({ machine_serial: '7K00008', result: 'done' });
    const twice = await queryAs(reader, 'SELECT * FROM prestage.machines_finished_twice ORDER BY 1');
    expect(twice.map((row) => row['machine_serial'])).toEqual(
      '012345689AB'.split('').map((digit) => `7K0000${digit}`),
    );
    expect(twice[0]).toMatchObject({ stations: ['report-one', 'report-two'] });
    const positions = await queryAs(
      reader,
      'SELECT station, entries FROM prestage.station_positions ORDER BY 1',
    );
    expect(positions).toEqual([
      { station: 'report-one', entries: '26' },
      { station: 'report-two', entries: '26' },
    ]);
  });

  it('count a machine again whose finding a later good reading lifted, and not one whose finding stands', async () => {
    const database = await makeDatabase(server, 'lifted');
    const one = new Station('lifted-one', 0);
    const two = new Station('lifted-two', 0);
    one.finish('LIFTED', ['drive-gone', 'good']);
    one.finish('STANDS', ['drive-gone']);
    one.finish('AGAIN', ['drive-gone', 'good', 'drive-gone']);
    one.finish('CONTENT', ['verify-mismatch', 'good']);
    for (const machine of ['LIFTED', 'STANDS', 'AGAIN', 'CONTENT']) two.finish(machine, []);
    for (const station of [one, two]) {
      await station.join(server, database);
      await station.pushRaw(server, database, station.entries);
    }
    const reader = server.access('reader_of_lifted', 'r', database);
    await server.query('postgres', "CREATE ROLE reader_of_lifted LOGIN PASSWORD 'r' IN ROLE prestage_reader");
    const twice = await queryAs(reader, 'SELECT machine_serial FROM prestage.machines_finished_twice');
    expect(twice).toEqual([{ machine_serial: 'LIFTED' }]);
    // What their machines were told at the end came along, and is whole.
    expect(await entriesThere(server, database, two)).toEqual(two.entries);
    succeeded(await run(database, 'verify'));
  });
});
