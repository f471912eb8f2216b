import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
  chownSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { temporaryArea } from './global-setup';

/**
 * A real PostgreSQL from Debian's package, in a folder of its own, on a port of the loopback address, with passwords. It
 * belongs to the test that started it and never outlives the test process.
 */

const packages = '/usr/lib/postgresql';

/** The programs of Debian's newest package; whatever else is called postgres on the PATH is not asked. */
export function postgresPrograms(): string {
  const versions = existsSync(packages)
    ? readdirSync(packages)
        .map(Number)
        .filter((version) => version > 0)
    : [];
  const folder = join(packages, String(Math.max(...versions)), 'bin');
  if (!existsSync(join(folder, 'postgres'))) {
    throw new Error('Debian’s package postgresql is not installed: run build/setup.sh --fleet');
  }
  return folder;
}

/** PostgreSQL does not run as root: its package has a user for it. */
function runAs(): { uid: number; gid: number } | null {
  if (process.getuid?.() !== 0) return null;
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith('postgres:'));
  const [, , uid, gid] = line?.split(':') ?? [];
  if (uid === undefined || gid === undefined) throw new Error('there is no user postgres');
  return { uid: Number(uid), gid: Number(gid) };
}

export interface PostgresOptions {
  /** PEM files; with them the server speaks TLS, and on TCP nothing else. */
  readonly tls?: { readonly certificate: string; readonly key: string };
}

export class Postgres {
  readonly port: number;
  readonly password = 'administrator password';
  readonly #data: string;
  readonly #settings: readonly string[];
  #server: ChildProcess | null = null;
  #log = '';
  readonly #atExit = (): void => {
    this.#server?.kill('SIGKILL');
  };

  private constructor(port: number, data: string, settings: readonly string[]) {
    this.port = port;
    this.#data = data;
    this.#settings = settings;
    process.once('exit', this.#atExit);
  }

  /** Makes a new server and starts it. The caller stops it. */
  static async start(options: PostgresOptions = {}): Promise<Postgres> {
    const area = temporaryArea('postgres');
    const user = runAs();
    // The server's user must come through to its folder; the folders on the way are the tests' own.
    for (const folder of [area, dirname(area)]) {
      if (user !== null && folder !== tmpdir()) chmodSync(folder, 0o711);
    }
    const data = join(area, 'data');
    const passwordFile = join(area, 'password');
    const password = 'administrator password';
    mkdirSync(data, { mode: 0o700 });
    writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
    if (user !== null) for (const path of [data, passwordFile]) chownSync(path, user.uid, user.gid);
    const made = spawnSync(
      join(postgresPrograms(), 'initdb'),
      [
        ...['--pgdata', data, '--username', 'admin', '--pwfile', passwordFile],
        ...['--encoding', 'UTF8', '--locale', 'C', '--auth', 'scram-sha-256', '--no-sync'],
      ],
      { encoding: 'utf8', cwd: '/', ...(user ?? {}) },
    );
    if (made.status !== 0) throw new Error(`initdb: ${made.stderr}${String(made.error ?? '')}`);
    const settings = [
      'listen_addresses=127.0.0.1',
      `unix_socket_directories=${data}`,
      'fsync=off',
      'max_connections=60',
    ];
    if (options.tls !== undefined) {
      const { certificate, key } = options.tls;
      for (const [name, text] of [
        ['server.crt', readFileSync(certificate)],
        ['server.key', readFileSync(key)],
        ['pg_hba.conf', 'hostssl all all 127.0.0.1/32 scram-sha-256\n'],
      ] as const) {
        writeFileSync(join(data, name), text, { mode: 0o600 });
        if (user !== null) chownSync(join(data, name), user.uid, user.gid);
      }
      settings.push('ssl=on');
    }
    const server = new Postgres(await freePort(), data, settings);
    await server.#run();
    return server;
  }

  /** kill -9: nothing is said, flushed or finished. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** Starts it again on the same data and port. */
  async restart(): Promise<void> {
    await this.#run();
  }

  /** For good. */
  async stop(): Promise<void> {
    await this.#end('SIGINT');
    process.off('exit', this.#atExit);
    rmSync(this.#data, { recursive: true, force: true });
  }

  async #end(signal: 'SIGKILL' | 'SIGINT'): Promise<void> {
    const server = this.#server;
    this.#server = null;
    if (server === null) return;
    const ended = once(server, 'exit');
    server.kill(signal);
    await ended;
  }

  async #run(): Promise<void> {
    const settings = this.#settings.flatMap((setting) => ['-c', setting]);
    const argv = ['-D', this.#data, '-p', String(this.port), ...settings];
    for (let tries = 0; tries < 50; tries += 1) {
      const server = spawn(join(postgresPrograms(), 'postgres'), argv, {
        stdio: ['ignore', 'ignore', 'pipe'],
        cwd: '/',
        env: { PATH: '/usr/bin:/bin', LANG: 'C' },
        ...(runAs() ?? {}),
      });
      this.#server = server;
      server.stderr.on(
        'data',
        (piece: Buffer) => (this.#log = (this.#log + piece.toString()).slice(-20_000)),
      );
      while (server.exitCode === null && server.signalCode === null) {
        if (await this.#answers()) return;
        await sleep(50);
      }
      // After a kill its children need a moment to notice that they are alone.
      this.#server = null;
      await sleep(200);
    }
    throw new Error(`PostgreSQL does not start: ${this.#log}`);
  }

  /** Whether somebody answers in PostgreSQL's way: a wrong password is an answer too. */
  async #answers(): Promise<boolean> {
    const client = new Client({ ...this.access('admin', 'not the password', 'postgres'), ssl: false });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return true;
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : '';
      return code === '28P01' || code === '28000';
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  /** Folder of its socket. */
  get socketFolder(): string {
    return this.#data;
  }

  /** What a driver needs to log in. */
  access(user: string, password: string, database: string): Access {
    return { host: '127.0.0.1', port: this.port, user, password, database };
  }

  /** Runs statements as the administrator, who is a superuser. */
  async query(database: string, sql: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
    return await queryAs(this.access('admin', this.password, database), sql, values);
  }

  /** libpq's variables for `prestage fleet` as the administrator. */
  adminEnv(database: string): NodeJS.ProcessEnv {
    return {
      PGHOST: '127.0.0.1',
      PGPORT: String(this.port),
      PGUSER: 'admin',
      PGPASSWORD: this.password,
      PGDATABASE: database,
    };
  }
}

export interface Access {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

/** One connection, one statement. */
export async function queryAs(
  access: Access,
  sql: string,
  values: unknown[] = [],
): Promise<Record<string, unknown>[]> {
  const client = new Client({ ...access, ssl: false });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql, values)).rows;
  } finally {
    await client.end();
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
