import { isAscii, isUtf8 } from 'node:buffer';
import type { LedgerDatabase, RawRow } from './database';

/**
 * Many rows in one: SQLite puts a column of all of them into one text, a line a row. That takes a fifth of the time of
 * rows one by one, whose every value crosses from SQLite by itself.
 */
const columns = {
  json: 'json',
  hash: 'hash',
  signature: 'signature',
  kind: 'kind',
  // NULL has a line too, and none that a text can have.
  state: "CASE WHEN state IS NULL THEN '-' ELSE '=' || state END",
  machineSerial: 'machine_serial',
  driveKey: 'drive_key',
  jobId: 'job_id',
} as const;
const names = Object.keys(columns) as (keyof typeof columns)[];

const sql = `SELECT COUNT(*) AS count, ${names
  .map((name) => `CAST(GROUP_CONCAT(${columns[name]}, char(10)) AS BLOB) AS ${name}`)
  .join(', ')} FROM (SELECT * FROM entries WHERE sequence BETWEEN ? AND ? ORDER BY sequence)`;

/**
 * The rows of entries `first` to `last`, in their order.
 * @returns null when one is missing, is not text, or holds a line feed (canonical JSON has none): read them one by one
 */
export function packedRows(database: LedgerDatabase, first: number, last: number): RawRow[] | null {
  const count = last - first + 1;
  const [raw] = database.all(sql, first, last) as Readonly<Record<string, unknown>>[];
  if (count < 1 || raw?.['count'] !== count) return null;
  const lines = new Map<string, readonly string[]>();
  for (const name of names) {
    const bytes = raw[name];
    if (!(bytes instanceof ArrayBuffer) || !isUtf8(bytes)) return null;
    // Nearly all of it is ASCII, which is decoded faster when that is said.
    const texts = Buffer.from(bytes)
      .toString(isAscii(bytes) ? 'latin1' : 'utf8')
      .split('\n');
    // As many lines as rows: so no value holds a line feed, and each line is one value.
    if (texts.length !== count) return null;
    lines.set(name, texts);
  }
  const at = (name: keyof typeof columns, index: number): string => lines.get(name)?.[index] ?? '';
  return Array.from({ length: count }, (_, index) => {
    const state = at('state', index);
    return {
      sequence: first + index,
      json: at('json', index),
      hash: at('hash', index),
      signature: at('signature', index),
      kind: at('kind', index),
      state: state === '-' ? null : state.slice(1),
      machineSerial: at('machineSerial', index),
      driveKey: at('driveKey', index),
      jobId: at('jobId', index),
    };
  });
}
