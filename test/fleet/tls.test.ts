import { spawnSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errorOf, runCli, type CliResult } from '../support/cli';
import { temporaryArea } from '../support/global-setup';
import { Postgres } from '../support/postgres';
import { Station, succeeded } from './plant';

describe('over TLS', () => {
  let plain: Postgres;
  let secure: Postgres;
  let folder: string;
  const openssl = (...args: string[]): void => {
    const made = spawnSync('openssl', args, { cwd: folder, encoding: 'utf8' });
    if (made.status !== 0) throw new Error(`openssl: ${made.stderr}${String(made.error ?? '')}`);
  };
  const authority = (name: string): void => {
    openssl(
      ...[
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        '-days',
        '2',
      ],
      ...['-subj', `/CN=${name}`, '-keyout', `${name}.key`, '-out', `${name}.crt`],
    );
  };
  beforeAll(async () => {
    folder = temporaryArea('certificates');
    authority('plant');
    authority('stranger');
    openssl(
      ...['req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
      ...['-subj', '/CN=db', '-keyout', 'server.key', '-out', 'server.csr'],
    );
    // Of localhost, and not of 127.0.0.1.
    writeFileSync(join(folder, 'names'), 'subjectAltName=DNS:localhost\n');
    openssl(
      ...['x509', '-req', '-in', 'server.csr', '-CA', 'plant.crt', '-CAkey', 'plant.key', '-CAcreateserial'],
      ...['-days', '2', '-extfile', 'names', '-out', 'server.crt'],
    );
    const tls = { certificate: join(folder, 'server.crt'), key: join(folder, 'server.key') };
    secure = await Postgres.start({ tls });
    plain = await Postgres.start();
  });
  afterAll(async () => {
    await secure.stop();
    await plain.stop();
  });

  it('pushes to the server of the right name and authority, and to no other', async () => {
    const tls = ['--host', 'localhost', '--ca-file', join(folder, 'plant.crt')];
    const env = secure.adminEnv('postgres');
    succeeded(await runCli(['fleet', 'migrate', ...tls], { env }));
    const station = new Station('secure-line', 4);
    const create = `CREATE ROLE ${station.login} LOGIN PASSWORD '${station.password}'`;
    const client = new Client({
      ...secure.access('admin', secure.password, 'postgres'),
      ssl: { rejectUnauthorized: false },
    });
    await client.connect();
    await client.query(create);
    await client.end();
    const args = ['--name', station.name, '--key', station.paths.publicKeyFile, '--login', station.login];
    succeeded(await runCli(['fleet', 'add-station', ...args, ...tls], { env }));

    const pushWith = async (change: object): Promise<CliResult> => {
      const { passwordFile, user } = station.settings(secure.port, 'postgres');
      const fleet = { host: 'localhost', port: secure.port, database: 'postgres', user, passwordFile };
      const content = {
        fleet: { ...fleet, tls: 'verify-full', caFile: join(folder, 'plant.crt'), ...change },
      };
      writeFileSync(station.paths.settingsFile, JSON.stringify(content));
      return await runCli(['fleet', 'push', '--json', '--state', station.state]);
    };
    for (const change of [{ caFile: join(folder, 'stranger.crt') }, { host: '127.0.0.1' }]) {
      const refused = await pushWith(change);
      expect(refused.status).toBe(4);
      expect(errorOf(refused)).toMatchObject({ code: 'fleet-refused' });
      expect(errorOf(refused).message).toContain('could not prove');
    }
    const open = await pushWith({ tls: 'disable', caFile: undefined });
    expect(errorOf(open)).toMatchObject({
      code: 'fleet-refused',
      cause: expect.stringContaining('28000') as string,
    });
    expect(JSON.parse(succeeded(await pushWith({})).stdout)).toEqual({ sequence: 4, sent: 4 });
  });

  it('is what a station asks for: a server without it gets no password', async () => {
    const station = new Station('careful-line', 2);
    const { passwordFile, user } = station.settings(plain.port, 'postgres');
    const fleet = { host: '127.0.0.1', port: plain.port, user, passwordFile };
    const content = { fleet: { ...fleet, tls: 'verify-full', caFile: join(folder, 'plant.crt') } };
    writeFileSync(station.paths.settingsFile, JSON.stringify(content));
    const refused = await runCli(['fleet', 'push', '--json', '--state', station.state]);
    expect(refused.status).toBe(4);
    expect(errorOf(refused).message).toContain('does not support TLS');
    chmodSync(passwordFile ?? '', 0o644);
    const open = await runCli(['fleet', 'push', '--json', '--state', station.state]);
    expect(open.status).toBe(3);
    expect(errorOf(open)).toMatchObject({ code: 'fleet-invalid' });
  });
});
