import { z } from 'zod';
import type { StoredEntry } from '../../core/ledger/record';
import { rawRowSchema, readRow, type RawRow } from './database';
import { ledgerBroken } from './ledger-errors';

/** Rows of the ledger as the database gives them, before anything about their entries is checked. */

const sequenceRow = z.object({ sequence: z.int() });

/** @throws PrestageError ledger-broken when the row is not even text */
export function toRawRow(row: unknown): RawRow {
  const read = readRow(row);
  if (read !== null) return read;
  const parsed = rawRowSchema.safeParse(row);
  if (parsed.success) return parsed.data;
  const sequence = sequenceRow.safeParse(row);
  const name = sequence.success ? `Entry ${sequence.data.sequence}` : 'An entry';
  throw ledgerBroken(`${name} of the ledger cannot be read.`, parsed.error.message);
}

export function toStored(row: RawRow): StoredEntry {
  return { sequence: row.sequence, json: row.json, hash: row.hash, signature: row.signature };
}
