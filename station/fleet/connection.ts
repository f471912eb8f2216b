import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import { sanitizeForDisplay, shownPath } from '../../core/base/display';
import { cancelled } from '../../core/base/errors';
import type { FleetSettings } from '../../core/settings/fleet';
import { timeouts } from '../../core/base/timeouts';
import { fleetError } from './driver-errors';
import { fleetInvalid } from './fleet-errors';
import { requireServer } from './server-version';

/** How a database is reached. */
export interface FleetTarget {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  /** Undefined: PGPASSWORD or libpq's password file. */
  readonly password: string | undefined;
  /** Certificates of the authorities that the server's may come from; null: no TLS, which only the own computer gets. */
  readonly ca: string | null;
}

/** How long to wait for the database. Tests are shorter. */
export interface FleetWaits {
  readonly connect: number;
  readonly answer: number;
}
export const fleetWaits: FleetWaits = { connect: timeouts.fleetConnect, answer: timeouts.fleetAnswer };

/**
 * Reads what the settings name.
 * @throws PrestageError fleet-invalid
 */
export function targetOf(settings: FleetSettings): FleetTarget {
  const { host, port, database, user, passwordFile } = settings;
  return {
    host,
    port,
    database,
    user,
    password: passwordFile === undefined ? undefined : readPassword(passwordFile),
    ca: settings.tls === 'disable' ? null : readCertificates(settings.caFile),
  };
}

/** @throws PrestageError fleet-invalid */
export function readCertificates(file: string): string {
  const shown = shownPath(file);
  let pem: string;
  try {
    pem = readFileSync(file, 'utf8');
  } catch (error) {
    throw fleetInvalid(
      `The certificate file ${shown} cannot be read.`,
      'Check its path and permissions.',
      error,
    );
  }
  if (!pem.includes('-----BEGIN CERTIFICATE-----')) {
    throw fleetInvalid(
      `The file ${shown} does not contain a certificate in PEM format.`,
      'Give the certificate file of the certificate authority.',
    );
  }
  return pem;
}

function readPassword(file: string): string {
  const shown = shownPath(file);
  let descriptor: number;
  try {
    descriptor = openSync(file, constants.O_RDONLY);
  } catch (error) {
    throw fleetInvalid(
      `The password file ${shown} cannot be read.`,
      'Check its path and permissions.',
      error,
    );
  }
  try {
    const details = fstatSync(descriptor);
    if (!details.isFile() || (details.mode & 0o077) !== 0) {
      throw fleetInvalid(
        `The password file ${shown} is accessible to other users.`,
        `Run: chmod 600 ${shown}`,
      );
    }
    const password = readFileSync(descriptor, 'utf8').replace(/\r?\n$/, '');
    if (password === '' || /[\r\n]/.test(password)) {
      throw fleetInvalid(
        `The password file ${shown} does not contain exactly one line.`,
        'The file must contain the password and nothing else.',
      );
    }
    return password;
  } finally {
    closeSync(descriptor);
  }
}

/** A database as messages name it. */
export function shownTarget({ database, host }: Pick<FleetTarget, 'database' | 'host'>): string {
  return sanitizeForDisplay(`${database} at ${host}`, 200);
}

/**
 * Connects, works, and ends the connection. Every wait has an end, and the signal ends them all at once.
 * @throws PrestageError fleet-refused, fleet-server-old, fleet-unavailable, cancelled; what `work` throws that is ours
 */
export async function withFleetClient<T>(
  target: FleetTarget,
  signal: AbortSignal,
  work: (client: Client) => Promise<T>,
  waits: FleetWaits = fleetWaits,
): Promise<T> {
  // Loaded at the first connection: most stations have none, and every start of the command line would wait for it.
  const { Client } = await import('pg');
  // Ours, so that it can be torn down whatever state the conversation is in.
  const socket = new Socket();
  const client = new Client({
    host: target.host,
    port: target.port,
    database: target.database,
    user: target.user,
    ...(target.password === undefined ? {} : { password: target.password }),
    // Said in both cases: the driver would otherwise ask the environment.
    ssl: target.ca === null ? false : { ca: target.ca, rejectUnauthorized: true, minVersion: 'TLSv1.2' },
    stream: () => socket,
    connectionTimeoutMillis: waits.connect,
    // The server gives up a little earlier than we do, so that it does not go on alone.
    statement_timeout: Math.ceil(waits.answer * 0.9),
    query_timeout: waits.answer,
    keepAlive: true,
    application_name: 'prestage',
  });
  // A connection that breaks between two questions is told by the next one.
  client.on('error', () => undefined);
  const tearDown = (): void => {
    socket.destroy();
  };
  signal.addEventListener('abort', tearDown);
  try {
    if (signal.aborted) throw cancelled('Pushing');
    await client.connect();
    const { rows } = await client.query<Record<string, unknown>>('SHOW server_version_num');
    requireServer(rows[0]?.['server_version_num'], shownTarget(target));
    return await work(client);
  } catch (error) {
    if (signal.aborted) throw cancelled('Pushing');
    throw fleetError(error, shownTarget(target));
  } finally {
    signal.removeEventListener('abort', tearDown);
    if (!signal.aborted) await sayGoodbye(client);
    tearDown();
  }
}

async function sayGoodbye(client: Client): Promise<void> {
  const patience = new AbortController();
  await Promise.race([
    client.end().catch(() => undefined),
    sleep(timeouts.fleetGoodbye, undefined, { signal: patience.signal }).catch(() => undefined),
  ]);
  patience.abort();
}
