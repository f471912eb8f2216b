import type { Client } from 'pg';
import { z } from 'zod';
import { sha256Schema } from '../../core/media/chunk-map';
import type { StoredEntry } from '../../core/ledger/record';
import { ledgerBroken } from '../ledger/ledger-errors';
import { fleetRefused } from './fleet-errors';
import type { Outbox, Position } from './outbox';

/** Brings a station's entries into the plant database, from where the database says that they end. */

const positionRow = z.object({
  // bigint, which the driver gives as text.
  last_sequence: z.coerce.number().pipe(z.int().nonnegative()),
  last_hash: sha256Schema,
});

/** How far the database is with a station's entries. */
export async function askPosition(client: Client, fingerprint: string): Promise<Position> {
  return await askOne(client, 'SELECT last_sequence, last_hash FROM prestage.push_position($1)', [
    fingerprint,
  ]);
}

/** Sends entries. The database takes all or none; those it has already change nothing. */
export async function sendBatch(
  client: Client,
  fingerprint: string,
  batch: readonly StoredEntry[],
): Promise<Position> {
  const entries = batch.map(({ sequence, json, hash, signature }) => ({ sequence, json, hash, signature }));
  return await askOne(client, 'SELECT last_sequence, last_hash FROM prestage.push($1, $2)', [
    fingerprint,
    JSON.stringify(entries),
  ]);
}

async function askOne(client: Client, sql: string, values: string[]): Promise<Position> {
  const { rows } = await client.query<Record<string, unknown>>(sql, values);
  const { last_sequence, last_hash } = positionRow.parse(rows[0]);
  return { sequence: last_sequence, hash: last_hash };
}

const proofs =
  'Nothing was pushed. Keep the state folder unchanged and tell the person responsible for this station: either the station was restored from a backup or copied, or the ledger or the database was changed. Run "prestage ledger verify" here and "prestage fleet verify" at the database.';

/**
 * Looks whether the database's entries are the beginning of this ledger.
 * @throws PrestageError fleet-refused
 */
export function checkPosition(outbox: Outbox, there: Position): void {
  const hash = outbox.hashOf(there.sequence);
  if (hash === null) {
    throw fleetRefused(
      `The database has ${there.sequence} entries of this station, but the station’s ledger has only ${outbox.count()}.`,
      proofs,
    );
  }
  if (hash !== there.hash) {
    throw fleetRefused(
      `Entry ${there.sequence} in the database differs from entry ${there.sequence} of this station.`,
      proofs,
      `database ${there.hash}, ledger ${hash}`,
    );
  }
}

/** What a push did. */
export interface Pushed {
  /** Number of entries in the database now. */
  readonly sequence: number;
  /** Number of entries sent this time. */
  readonly sent: number;
}

/**
 * Pushes until the database has everything. The database says where to go on: after a lost answer, an outage or a
 * restore on its side nothing is sent twice and nothing left out.
 * @param onProgress called with what the database has and what the ledger has
 * @throws PrestageError fleet-refused, ledger-broken, ledger-unavailable; what the driver throws
 */
export async function pushAll(
  client: Client,
  outbox: Outbox,
  onProgress: (confirmed: Position, entries: number) => void = () => undefined,
): Promise<Pushed> {
  const key = outbox.key();
  if (key === null) {
    if (outbox.count() === 0) return { sequence: 0, sent: 0 };
    throw ledgerBroken('The station’s public key is missing, so nothing can be pushed.');
  }
  let there = await askPosition(client, key.fingerprint);
  checkPosition(outbox, there);
  outbox.confirm(there);
  onProgress(there, outbox.count());
  let sent = 0;
  for (;;) {
    const batch = outbox.batchAfter(there, key);
    const last = batch.at(-1);
    if (last === undefined) return { sequence: there.sequence, sent };
    const answer = await sendBatch(client, key.fingerprint, batch);
    // Another process of this station may push too, and be further.
    checkPosition(outbox, answer);
    sent += batch.length;
    there = answer;
    outbox.confirm(there);
    onProgress(there, outbox.count());
  }
}
