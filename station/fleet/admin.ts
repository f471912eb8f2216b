/** The administrator's side: migrations and stations. */
import { createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Client } from 'pg';
import { z } from 'zod';
import { sanitizeForDisplay, shownPath } from '../../core/base/display';
import { keyFingerprint } from '../ledger/keys';
import { fleetInvalid, fleetRefused } from './fleet-errors';
import { checksumOf, migrations as ours, type Migration } from './migrations';

/** Any number, the same for all: two administrators migrate one after the other. */
const migrationLock = 5_250_020;

const appliedRow = z.object({ number: z.int(), name: z.string(), checksum: z.string() });
const presentRow = z.object({ present: z.boolean() });

/** Runs `work` in one transaction. */
export async function inTransaction<T>(client: Client, work: () => Promise<T>): Promise<T> {
  await client.query('BEGIN');
  try {
    const result = await work();
    await client.query('COMMIT');
    return result;
  } catch (error) {
    // The first error is the one to tell, and the server rolls back a lost connection by itself.
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

/** What a database was migrated with; empty for a new one. */
export async function appliedMigrations(client: Client): Promise<z.infer<typeof appliedRow>[]> {
  const { rows } = await client.query<Record<string, unknown>>(
    "SELECT to_regclass('prestage.migrations') IS NOT NULL AS present",
  );
  if (!presentRow.parse(rows[0]).present) return [];
  const applied = await client.query<Record<string, unknown>>(
    'SELECT number, name, checksum FROM prestage.migrations ORDER BY number',
  );
  return applied.rows.map((row) => appliedRow.parse(row));
}

/**
 * Brings a database to the newest form, a transaction a step.
 * @returns names of the steps that were missing
 * @throws PrestageError fleet-refused when an applied step is not the one we know; what the driver throws
 */
export async function migrate(client: Client, steps: readonly Migration[] = ours): Promise<string[]> {
  const done: string[] = [];
  for (const step of steps) {
    await inTransaction(client, async () => {
      await client.query('SELECT pg_advisory_xact_lock($1)', [migrationLock]);
      const applied = await appliedMigrations(client);
      checkApplied(applied, steps);
      if (applied.some(({ number }) => number === step.number)) return;
      if (applied.length > 0) await client.query('SET LOCAL ROLE prestage_owner');
      await client.query(step.sql);
      await client.query('INSERT INTO prestage.migrations (number, name, checksum) VALUES ($1, $2, $3)', [
        step.number,
        step.name,
        checksumOf(step),
      ]);
      done.push(step.name);
    });
  }
  return done;
}

/** What is applied must be the beginning of what we know, unchanged. */
function checkApplied(applied: readonly z.infer<typeof appliedRow>[], steps: readonly Migration[]): void {
  const changed =
    'Nothing was changed. Use the version of Prestage that created the database, or a newer one.';
  applied.forEach(({ number, name, checksum }, index) => {
    const step = steps[index];
    const shown = sanitizeForDisplay(name, 80);
    if (step === undefined) {
      throw fleetRefused(
        `The database was migrated by a newer version of Prestage: ${shown} is not known here.`,
        changed,
      );
    }
    if (step.number !== number || checksumOf(step) !== checksum) {
      throw fleetRefused(
        `The migration ${shown} was changed after it was applied: its text in the database differs from this version of Prestage.`,
        changed,
      );
    }
  });
}

/** A station as the administrator adds it. */
export interface NewStation {
  readonly name: string;
  /** SPKI PEM. */
  readonly keyFile: string;
  /** The database login of the station; it must be there. */
  readonly login: string;
}

const loginRow = z.object({ rolcanlogin: z.boolean(), rolsuper: z.boolean() });
const stationRow = z.object({ id: z.int(), name: z.string(), login: z.string() });

/**
 * Adds a station, or gives one that is there another name or login.
 * @returns its fingerprint, and whether it is new
 * @throws PrestageError fleet-invalid, fleet-refused; what the driver throws
 */
export async function addStation(
  client: Client,
  { name, keyFile, login }: NewStation,
): Promise<{ keyFingerprint: string; added: boolean }> {
  if (name === '' || name !== sanitizeForDisplay(name)) {
    throw fleetInvalid('The name must be 1 to 128 visible characters.', 'Choose another name with --name.');
  }
  const { fingerprint, der } = readPublicKey(keyFile);
  return await inTransaction(client, async () => {
    await requireStationLogin(client, login);
    const role = client.escapeIdentifier(login);
    await client.query(`GRANT prestage_station TO ${role}`);
    await client.query('SET LOCAL ROLE prestage_owner');
    const { rows } = await client.query<Record<string, unknown>>(
      'SELECT id, name, login FROM prestage.stations WHERE key_fingerprint = $1 OR name = $2 OR login = $3',
      [fingerprint, name, login],
    );
    const known = await client.query<Record<string, unknown>>(
      'SELECT id, name, login FROM prestage.stations WHERE key_fingerprint = $1',
      [fingerprint],
    );
    const sameKey = stationRow.optional().parse(known.rows[0]);
    const stations = rows.map((row) => stationRow.parse(row));
    const sameName = stations.find((station) => station.name === name);
    if (sameName !== undefined && sameName.id !== sameKey?.id) {
      throw fleetRefused(
        `Another station already has the name ${sanitizeForDisplay(name)}.`,
        'Nothing was changed. Choose another name; the old station keeps its entries.',
      );
    }
    const sameLogin = stations.find((station) => station.login === login);
    if (sameLogin !== undefined && sameLogin.id !== sameKey?.id) {
      throw fleetRefused(
        `The station ${sanitizeForDisplay(sameLogin.name)} already uses the login ${sanitizeForDisplay(login)}.`,
        'Nothing was changed. Create a separate login for each station: one station must not write for another.',
      );
    }
    if (sameKey === undefined) {
      await client.query(
        'INSERT INTO prestage.stations (key_fingerprint, public_key, name, login) VALUES ($1, $2, $3, $4)',
        [fingerprint, der, name, login],
      );
    } else {
      await client.query('UPDATE prestage.stations SET name = $2, login = $3 WHERE id = $1', [
        sameKey.id,
        name,
        login,
      ]);
    }
    return { keyFingerprint: fingerprint, added: sameKey === undefined };
  });
}

function readPublicKey(file: string): { fingerprint: string; der: Buffer } {
  const shown = shownPath(file);
  let pem: string;
  try {
    pem = readFileSync(file, 'utf8');
  } catch (error) {
    throw fleetInvalid(`The key file ${shown} cannot be read.`, 'Check its path and permissions.', error);
  }
  const remedy = 'Give station-key.pub.pem from the station’s state folder.';
  // The private half would do as well, and must never leave its station.
  if (pem.includes('PRIVATE KEY')) {
    throw fleetInvalid(`The file ${shown} contains a private key, which is not needed here.`, remedy);
  }
  try {
    const key = createPublicKey(pem);
    if (key.asymmetricKeyType !== 'ed25519') throw new Error('it is not an Ed25519 key');
    return { fingerprint: keyFingerprint(key), der: key.export({ type: 'spki', format: 'der' }) };
  } catch (error) {
    throw fleetInvalid(`The file ${shown} does not contain a station key.`, remedy, error);
  }
}

async function requireStationLogin(client: Client, login: string): Promise<void> {
  const { rows } = await client.query<Record<string, unknown>>(
    'SELECT rolcanlogin, rolsuper FROM pg_catalog.pg_roles WHERE rolname = $1',
    [login],
  );
  const role = loginRow.optional().parse(rows[0]);
  const shown = sanitizeForDisplay(login);
  if (role === undefined) {
    throw fleetInvalid(
      `The server has no login ${shown}.`,
      `Create it first: createuser --pwprompt ${shown}. It needs no privileges of its own.`,
    );
  }
  if (!role.rolcanlogin || role.rolsuper) {
    throw fleetInvalid(
      `${shown} is ${role.rolsuper ? 'a superuser, which bypasses all checks' : 'a role that cannot log in'}.`,
      'Use a separate, ordinary login for the station.',
    );
  }
}
