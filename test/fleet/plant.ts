import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FleetSettings } from '../../core/settings/fleet';
import { errorData, type ErrorCode } from '../../core/base/errors';
import type { JobDetails, StoredEntry } from '../../core/ledger/record';
import type { FleetPace } from '../../station/fleet/pusher';
import { Ledger } from '../../station/ledger/ledger';
import { LedgerReader } from '../../station/ledger/ledger-reader';
import { statePaths, type StatePaths } from '../../station/state/state-paths';
import { makeLargeLedger } from '../benchmark/large-ledger';
import { runCli, type CliResult } from '../support/cli';
import { temporaryArea } from '../support/global-setup';
import { queryAs, type Access, type Postgres } from '../support/postgres';
import { context, done, sampleJob, started } from '../unit/station/ledger/samples';

/** A plant for tests: a database that the command line made, and stations with real ledgers that push to it. */

/** Short, so that an outage of a test is an outage to the pusher. */
export const quick: FleetPace = {
  connect: 1_000,
  answer: 1_500,
  look: 30,
  retryFirst: 20,
  retryLongest: 200,
};

/** Makes a database and its tables through the front door. @returns its name */
export async function makeDatabase(server: Postgres, name: string): Promise<string> {
  await server.query('postgres', `CREATE DATABASE ${name}`);
  succeeded(await runCli(['fleet', 'migrate'], { env: server.adminEnv(name) }));
  return name;
}

/** Fails with what was said when a command did not end well. */
export function succeeded(run: CliResult): CliResult {
  if (run.status !== 0) throw new Error(`exit ${run.status}: ${run.stdout}${run.stderr}`);
  return run;
}

export class Station {
  readonly name: string;
  readonly login: string;
  readonly password: string;
  readonly state: string;
  readonly paths: StatePaths;

  /** @param entries that its ledger begins with */
  constructor(name: string, entries: number) {
    this.name = name;
    this.login = name.replaceAll('-', '_');
    this.password = `the password of ${name}`;
    this.state = temporaryArea(name);
    this.paths = statePaths(this.state);
    if (entries > 0) makeLargeLedger(this.paths, entries);
    else Ledger.open(this.paths).close();
  }

  get fingerprint(): string {
    return this.reading((ledger) => ledger.publicKey?.fingerprint ?? '');
  }

  get count(): number {
    return this.reading((ledger) => ledger.count());
  }

  get entries(): StoredEntry[] {
    return this.reading((ledger) => [...ledger.entries()]);
  }

  /** Appends as a batch does, `count` jobs with a beginning and an end each. */
  work(count: number, serial = 'PC'): void {
    const ledger = Ledger.open(this.paths);
    try {
      for (let number = 0; number < count; number += 1) {
        const job = sampleJob({ machineSerial: `${serial}-${number}` });
        ledger.append(started(job), context);
        ledger.append(done(job), context);
      }
    } finally {
      ledger.close();
    }
  }

  /** Appends a finished real drive in a machine of a rack, which was turned off, and what later readings of it found: an error's code, or that it is good. */
  finish(machineSerial: string, readings: readonly (ErrorCode | 'good')[]): void {
    const sample = sampleJob({ machineSerial });
    const job: JobDetails = { ...sample, drive: { ...sample.drive, kind: 'disk' } };
    const { jobId, drive, diskGuid, fingerprint } = job;
    const ledger = Ledger.open(this.paths);
    try {
      ledger.append(started(job), context);
      ledger.append(done(job), context);
      const end = { state: 'confirmed', did: 'off' } as const;
      ledger.append(
        { kind: 'machine-ended', jobId, machineSerial, verdict: 'passed', told: 'off', end },
        context,
      );
      for (const found of readings) {
        const end =
          found === 'good'
            ? ({ state: 'done', bytesVerified: 1, seconds: 1 } as const)
            : ({ state: 'failed', reason: errorData({ code: found, message: 'A finding.' }) } as const);
        ledger.append(
          { kind: 'drive-verified', jobId, machineSerial, drive, diskGuid, fingerprint, end },
          context,
        );
      }
    } finally {
      ledger.close();
    }
  }

  /** What the settings of this station say about the database. */
  settings(port: number, database: string): FleetSettings {
    const passwordFile = join(this.state, 'fleet-password');
    writeFileSync(passwordFile, `${this.password}\n`, { mode: 0o600 });
    chmodSync(passwordFile, 0o600);
    return { host: '127.0.0.1', port, database, user: this.login, passwordFile, tls: 'disable' };
  }

  /** Writes settings.json. */
  setFleet(port: number, database: string): void {
    const fleet = this.settings(port, database);
    writeFileSync(this.paths.settingsFile, JSON.stringify({ stationName: this.name, fleet }));
  }

  /** Makes its login and adds it, as the README says. */
  async join(server: Postgres, database: string): Promise<this> {
    await server.query('postgres', `CREATE ROLE ${this.login} LOGIN PASSWORD '${this.password}'`);
    await this.add(server, database);
    return this;
  }

  async add(server: Postgres, database: string): Promise<CliResult> {
    const station = ['--name', this.name, '--key', this.paths.publicKeyFile, '--login', this.login];
    return succeeded(await runCli(['fleet', 'add-station', ...station], { env: server.adminEnv(database) }));
  }

  access(server: Postgres, database: string): Access {
    return server.access(this.login, this.password, database);
  }

  /** Calls prestage.push with this station's login. */
  async pushRaw(
    server: Postgres,
    database: string,
    entries: readonly object[],
    fingerprint = this.fingerprint,
  ): Promise<Record<string, unknown>[]> {
    return await queryAs(this.access(server, database), 'SELECT * FROM prestage.push($1, $2)', [
      fingerprint,
      JSON.stringify(entries),
    ]);
  }

  reading<T>(look: (ledger: LedgerReader) => T): T {
    const ledger = LedgerReader.openForReading(this.paths);
    try {
      return look(ledger);
    } finally {
      ledger.close();
    }
  }
}

/** What the database has of a station. */
export async function entriesThere(
  server: Postgres,
  database: string,
  station: Station,
): Promise<StoredEntry[]> {
  const rows = await server.query(
    database,
    `SELECT e.sequence::int AS sequence, e.json, e.hash, e.signature
     FROM prestage.entries e JOIN prestage.stations s ON s.id = e.station
     WHERE s.key_fingerprint = $1 ORDER BY e.sequence`,
    [station.fingerprint],
  );
  return rows as unknown as StoredEntry[];
}

/** The SQLSTATE that a statement is refused with; null when it is not. */
export async function stateOf(statement: Promise<unknown>): Promise<string | null> {
  try {
    await statement;
    return null;
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
}
