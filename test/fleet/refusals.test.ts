import { generateKeyPairSync } from 'node:crypto';
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ledgerEntrySchema, type LedgerEntry, type StoredEntry } from '../../core/ledger/record';
import { sealEntry, sha256Hex } from '../../station/ledger/entry';
import { loadStationKey } from '../../station/ledger/keys';
import { errorOf, runCli } from '../support/cli';
import { Postgres, queryAs } from '../support/postgres';
import { entriesThere, makeDatabase, stateOf, Station, succeeded } from './plant';

let server: Postgres;
const database = 'refusals';
let number = 0;
let station: Station;
beforeAll(async () => {
  server = await Postgres.start();
  await makeDatabase(server, database);
});
afterAll(async () => {
  await server.stop();
});
beforeEach(async () => {
  number += 1;
  station = await new Station(`refusal-${number}`, 6).join(server, database);
  station.setFleet(server.port, database);
});

/** An entry of the station, changed and sealed again with a key. */
function sealedAgain(entry: StoredEntry, change: Partial<LedgerEntry>, by = station): StoredEntry {
  const details = { ...ledgerEntrySchema.parse(JSON.parse(entry.json)), ...change };
  const key = loadStationKey(by.paths);
  if (key === null) throw new Error('the station has no key');
  const { sequence, json, hash, signature } = sealEntry(details, key.privateKey);
  return { sequence, json, hash, signature };
}

const first = (): StoredEntry => entryAt(0);
function entryAt(index: number): StoredEntry {
  const entry = station.entries[index];
  if (entry === undefined) throw new Error('there is no such entry');
  return entry;
}
const push = (entries: readonly object[], fingerprint?: string): Promise<Record<string, unknown>[]> =>
  station.pushRaw(server, database, entries, fingerprint);
const there = (): Promise<StoredEntry[]> => entriesThere(server, database, station);

describe('on arrival the database refuses', () => {
  it('an entry with other contents than its hash', async () => {
    const changed = { ...first(), json: first().json.replace('operator 1', 'operator 7') };
    expect(changed.json).not.toBe(first().json);
    expect(await stateOf(push([changed]))).toBe('23514');
    expect(await there()).toEqual([]);
  });

  it('an entry that leaves one out, and nothing of its batch is kept', async () => {
    expect(await stateOf(push([entryAt(1)]))).toBe('PF003');
    expect(await stateOf(push([entryAt(0), entryAt(1), entryAt(3)]))).toBe('PF003');
    expect(await there()).toEqual([]);
  });

  it('an entry that names another predecessor', async () => {
    await push([first()]);
    expect(await stateOf(push([sealedAgain(entryAt(1), { previousHash: 'd'.repeat(64) })]))).toBe('PF003');
    expect(await there()).toEqual([first()]);
  });

  it('an entry under another number than it says', async () => {
    await push([first()]);
    expect(await stateOf(push([{ ...entryAt(2), sequence: 2 }]))).toBe('PF005');
  });

  it('another history', async () => {
    await push(station.entries);
    const other = sealedAgain(entryAt(3), { operator: 'somebody else' });
    expect(await stateOf(push([other]))).toBe('PF004');
    const otherSignature = { ...entryAt(3), signature: entryAt(2).signature };
    expect(await stateOf(push([otherSignature]))).toBe('PF004');
    expect(await there()).toEqual(station.entries);
  });

  it('a station whose key nobody added, and a key under the wrong login', async () => {
    const unexpected = new Station(`stranger-${number}`, 2);
    expect(await stateOf(push(unexpected.entries, unexpected.fingerprint))).toBe('PF001');
    const other = await new Station(`other-${number}`, 2).join(server, database);
    expect(await stateOf(push(other.entries, other.fingerprint))).toBe('PF002');
    expect(await entriesThere(server, database, other)).toEqual([]);
    // The role does not help: what counts is who logged in.
    const sql = `SET ROLE prestage_station; SELECT prestage.push_position('${other.fingerprint}')`;
    expect(await stateOf(queryAs(station.access(server, database), sql))).toBe('PF002');
  });

  it('entries made with the key of another station', async () => {
    const other = await new Station(`other-${number}`, 2).join(server, database);
    expect(await stateOf(push(other.entries))).toBe('PF002');
    expect(await there()).toEqual([]);
  });

  it('what is no entry at all', async () => {
    const row = (json: string): object => ({
      sequence: 1,
      json,
      hash: sha256Hex(json),
      signature: first().signature,
    });
    expect(await stateOf(push([row('not JSON')]))).toBe('PF005');
    expect(await stateOf(push([row('{"time":"2025-13-45T00:00:00.000Z"}')]))).toBe('PF005');
    expect(await stateOf(push([row('{"time":"today"}')]))).toBe('PF005');
    expect(await stateOf(push([{ ...first(), signature: 'none' }]))).toBe('PF005');
    expect(await stateOf(push([{ sequence: 1 }]))).not.toBeNull();
    expect(await there()).toEqual([]);
  });

  it('every way of a station around the function', async () => {
    await push([first()]);
    const tries = [
      'SELECT * FROM prestage.entries',
      'SELECT * FROM prestage.stations',
      "INSERT INTO prestage.entries (station, sequence, json, hash, previous_hash, signature) VALUES (1, 1, '', '', '', '')",
      "UPDATE prestage.stations SET login = 'x'",
      'DELETE FROM prestage.entries',
      'TRUNCATE prestage.entries',
      'ALTER TABLE prestage.entries DISABLE TRIGGER ALL',
      "SELECT prestage.authorize('x')",
      'CREATE TABLE prestage.mine ()',
      'SET ROLE prestage_owner',
      'SET ROLE prestage_reader',
    ];
    for (const sql of tries) {
      expect([sql, await stateOf(queryAs(station.access(server, database), sql))]).toEqual([sql, '42501']);
    }
    expect(await there()).toEqual([first()]);
  });

  it('tables of a station’s own that are named like those of the functions', async () => {
    const own = `CREATE TEMP TABLE stations AS SELECT 1 AS id; CREATE TEMP TABLE entries AS SELECT 1 AS sequence;
      SET search_path = pg_temp, prestage, public; SELECT prestage.push_position('${'e'.repeat(64)}')`;
    expect(await stateOf(queryAs(station.access(server, database), own))).toBe('PF001');
  });

  it('changes, also those of the owner and of a superuser', async () => {
    await push(station.entries);
    const changes = [
      "UPDATE prestage.entries SET signature = ''",
      'DELETE FROM prestage.entries',
      'TRUNCATE prestage.entries',
      'TRUNCATE prestage.stations CASCADE',
      'UPDATE prestage.stations SET key_fingerprint = key_fingerprint',
    ];
    for (const sql of changes) {
      expect([sql, await stateOf(server.query(database, sql))]).toEqual([sql, 'PF006']);
      const asReplica = `SET session_replication_role = replica; ${sql}`;
      expect([sql, await stateOf(server.query(database, asReplica))]).toEqual([sql, 'PF006']);
    }
    for (const sql of changes.slice(0, 3)) {
      const asOwner = `SET ROLE prestage_owner; ${sql}`;
      expect([sql, await stateOf(server.query(database, asOwner))]).toEqual([sql, '42501']);
    }
    const changed = "UPDATE prestage.stations SET public_key = '\\x00'";
    expect(await stateOf(server.query(database, changed))).toBe('PF006');
    expect(await there()).toEqual(station.entries);
  });

  it('an insert by hand that does not continue the chain, also by a superuser', async () => {
    await push([first()]);
    const [row] = await server.query(
      database,
      'SELECT id FROM prestage.stations WHERE key_fingerprint = $1',
      [station.fingerprint],
    );
    const { sequence, json, hash, signature } = entryAt(2);
    const insert = `INSERT INTO prestage.entries (station, sequence, json, hash, previous_hash, signature)
      VALUES ($1, $2, $3, $4, $5, $6)`;
    const values = [row?.['id'], sequence, json, hash, entryAt(1).hash, signature];
    expect(await stateOf(server.query(database, insert, values))).toBe('PF003');
  });
});

describe('a repeated push', () => {
  it('changes nothing, whole or in part', async () => {
    await push(station.entries.slice(0, 4));
    const stamp = (): Promise<unknown> =>
      server.query(
        database,
        `SELECT e.sequence, e.xmin::text, e.received_at FROM prestage.entries e
         JOIN prestage.stations s ON s.id = e.station
         WHERE s.key_fingerprint = $1 AND e.sequence <= 4 ORDER BY 1`,
        [station.fingerprint],
      );
    const before = await stamp();
    expect(await push(station.entries.slice(0, 4))).toEqual(await push(station.entries.slice(1, 3)));
    expect(await stamp()).toEqual(before);
    await push(station.entries.slice(2));
    expect(await there()).toEqual(station.entries);
    expect(await stamp()).toEqual(before);
  });

  it('at the same time from two processes takes each entry once', async () => {
    const args = ['fleet', 'push', '--json', '--state', station.state];
    const runs = await Promise.all([runCli(args), runCli(args), runCli(args)]);
    for (const run of runs) expect(JSON.parse(succeeded(run).stdout)).toMatchObject({ sequence: 6 });
    expect(await there()).toEqual(station.entries);
  });
});

describe('prestage fleet push', () => {
  const run = (...more: string[]): ReturnType<typeof runCli> =>
    runCli(['fleet', 'push', '--json', '--state', station.state, ...more]);

  it('takes text that jsonb cannot hold', async () => {
    const [last] = station.entries.slice(-1);
    if (last === undefined) throw new Error('no entry');
    const odd = sealedAgain(last, {
      sequence: 7,
      previousHash: last.hash,
      operator: 'nul \0, backslash \\u0000, both \\\0, “quotes” \u{1f600} \ufffd',
    });
    await push([...station.entries, odd]);
    const verify = succeeded(await runCli(['fleet', 'verify'], { env: server.adminEnv(database) }));
    expect(verify.stdout).toContain('The database is intact');
  });

  it('says what to do about an unknown key, and ends with 4', async () => {
    const unexpected = new Station(`unknown-${number}`, 2);
    await server.query('postgres', `CREATE ROLE ${unexpected.login} LOGIN PASSWORD '${unexpected.password}'`);
    await server.query('postgres', `GRANT prestage_station TO ${unexpected.login}`);
    unexpected.setFleet(server.port, database);
    const refused = await runCli(['fleet', 'push', '--json', '--state', unexpected.state]);
    expect(refused.status).toBe(4);
    expect(errorOf(refused)).toMatchObject({ code: 'fleet-refused' });
    expect(errorOf(refused).remedy).toContain('fleet add-station');
  });

  it('refuses when the ledger is shorter than what the database has', async () => {
    await push([...station.entries, sealedAgain(entryAt(5), { sequence: 7, previousHash: entryAt(5).hash })]);
    const refused = await run();
    expect(refused.status).toBe(4);
    expect(errorOf(refused)).toMatchObject({
      code: 'fleet-refused',
      message: 'The database has 7 entries of this station, but the station’s ledger has only 6.',
    });
  });

  it('refuses when the database has another entry in its place', async () => {
    await push([sealedAgain(first(), { operator: 'somebody else' })]);
    const refused = await run();
    expect(refused.status).toBe(4);
    expect(errorOf(refused).code).toBe('fleet-refused');
    expect(errorOf(refused).message).toMatch(/^Entry 1 in the database differs from entry 1/);
    const status = await runCli(['fleet', 'status', '--json', '--state', station.state]);
    expect(status.status).toBe(4);
    expect(JSON.parse(status.stdout)).toMatchObject({ entries: 6, error: { code: 'fleet-refused' } });
  });

  it('refuses a wrong password and a wrong database, and says which', async () => {
    await server.query('postgres', `ALTER ROLE ${station.login} PASSWORD 'another'`);
    expect(errorOf(await run())).toMatchObject({
      code: 'fleet-refused',
      cause: expect.stringContaining('28P01') as string,
    });
    await server.query('postgres', `ALTER ROLE ${station.login} PASSWORD '${station.password}'`);
    station.setFleet(server.port, 'elsewhere');
    expect(errorOf(await run())).toMatchObject({
      code: 'fleet-refused',
      cause: expect.stringContaining('3D000') as string,
    });
    station.setFleet(server.port, 'postgres');
    expect(errorOf(await run()).remedy).toContain('fleet migrate');
    expect(await there()).toEqual([]);
  });

  it('sends again what a database lost that was restored from an older backup', async () => {
    succeeded(await run());
    await server.query(
      database,
      `ALTER TABLE prestage.entries DISABLE TRIGGER USER;
       DELETE FROM prestage.entries WHERE sequence > 2 AND station =
         (SELECT id FROM prestage.stations WHERE key_fingerprint = '${station.fingerprint}');
       ALTER TABLE prestage.entries ENABLE ALWAYS TRIGGER check_entry;
       ALTER TABLE prestage.entries ENABLE ALWAYS TRIGGER entries_are_only_added`,
    );
    expect(JSON.parse(succeeded(await run()).stdout)).toEqual({ sequence: 6, sent: 4 });
    expect(await there()).toEqual(station.entries);
  });

  it('sends nothing without the station’s key', async () => {
    rmSync(station.paths.publicKeyFile);
    const refused = await run();
    expect(refused.status).toBe(3);
    expect(errorOf(refused).code).toBe('ledger-broken');
  });

  it('does not send an entry that was changed on the station', async () => {
    const { default: Database } = await import('libsql');
    const ledger = new Database(station.paths.ledgerFile);
    ledger.exec('DROP TRIGGER entries_no_update');
    const other = generateKeyPairSync('ed25519').privateKey;
    const forged = sealEntry(
      { ...ledgerEntrySchema.parse(JSON.parse(entryAt(2).json)), operator: 'forger' },
      other,
    );
    ledger
      .prepare('UPDATE entries SET json = ?, hash = ?, signature = ? WHERE sequence = 3')
      .run([forged.json, forged.hash, forged.signature]);
    ledger.close();
    const refused = await run();
    expect(refused.status).toBe(3);
    expect(errorOf(refused).code).toBe('ledger-broken');
    expect(await there()).toEqual([]);
  });
});
