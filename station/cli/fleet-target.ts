import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { Option } from 'commander';
import { isLoopback } from '../../core/settings/fleet';
import { readCertificates, type FleetTarget } from '../fleet/connection';
import { fleetInvalid } from '../fleet/fleet-errors';
import { parseCount } from './command-context';

/** How an administrator says which database. What is left out comes from libpq's variables, as with psql. */
export interface TargetOptions {
  readonly host?: string;
  readonly port?: number;
  readonly database?: string;
  readonly user?: string;
  readonly caFile?: string;
}

/** Adds the options to a command. There is none for a password: other users see command lines. */
export function addTargetOptions(command: Command): Command {
  return command
    .addOption(new Option('--host <host>', 'server, or folder of its socket (PGHOST)'))
    .addOption(new Option('--port <port>', 'port of the server (PGPORT)').argParser(parseCount))
    .addOption(new Option('--database <name>', 'database (PGDATABASE)'))
    .addOption(new Option('--user <role>', 'login (PGUSER); its password comes from PGPASSWORD or ~/.pgpass'))
    .addOption(new Option('--ca-file <file>', 'certificate authority of the server, PEM (PGSSLROOTCERT)'));
}

/** @throws PrestageError fleet-invalid */
export function adminTarget(options: TargetOptions, env: NodeJS.ProcessEnv = process.env): FleetTarget {
  const host = options.host ?? set(env['PGHOST']) ?? '/var/run/postgresql';
  const port = options.port ?? Number(set(env['PGPORT']) ?? 5432);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw fleetInvalid('The port is not a number from 1 to 65535.', 'Check --port and PGPORT.');
  }
  const caFile = options.caFile ?? set(env['PGSSLROOTCERT']);
  const local = host.startsWith('/') || isLoopback(host);
  if (!local && caFile === undefined) {
    throw fleetInvalid(
      'A database on another computer needs TLS, and its server must prove its identity.',
      'Give the file of its certificate authority with --ca-file. Nothing was sent.',
    );
  }
  return {
    host,
    port,
    database: options.database ?? set(env['PGDATABASE']) ?? 'prestage',
    user: options.user ?? set(env['PGUSER']) ?? userInfo().username,
    password: undefined,
    ca: caFile === undefined || host.startsWith('/') ? null : readCertificates(caFile),
  };
}

const set = (value: string | undefined): string | undefined => (value === '' ? undefined : value);
