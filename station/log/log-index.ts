import type { LogQuery, LogRow } from '../../core/contract/app-log';
import { sanitizeForDisplay } from '../../core/base/display';
import type { StoredEntry } from '../../core/ledger/record';

/** A row, and the text that a search looks through. */
interface Indexed {
  readonly row: LogRow;
  /** Lower case. */
  readonly text: string;
}

/**
 * The lines of the log in memory: one for each job that ended and each finished drive that was read again. Filled
 * from the newest entry backwards, so that the first screen need not wait for the oldest.
 *
 * Nothing is checked here beyond what is needed to show a line: that is for verify, and for an entry's own page.
 */
export class LogIndex {
  /** Newest first. */
  readonly #older: Indexed[] = [];
  /** Entries that came after the index was begun, oldest first. */
  readonly #newer: Indexed[] = [];
  #read = 0;

  /** Entries of the ledger that were looked at. */
  get read(): number {
    return this.#read;
  }

  /** Takes in entries that are older than all before, newest of them first. */
  addOlder(entries: readonly StoredEntry[]): void {
    this.#add(entries, this.#older);
  }

  /** Takes in entries that are newer than all before, oldest of them first. */
  addNewer(entries: readonly StoredEntry[]): void {
    this.#add(entries, this.#newer);
  }

  /** The lines that fit, newest first: how many, and a page of them. */
  find(query: LogQuery, offset: number, limit: number): { total: number; rows: LogRow[] } {
    const fits = matcher(query);
    const rows: LogRow[] = [];
    let total = 0;
    const look = (indexed: Indexed): void => {
      if (!fits(indexed)) return;
      if (total >= offset && rows.length < limit) rows.push(indexed.row);
      total += 1;
    };
    for (let index = this.#newer.length - 1; index >= 0; index -= 1) {
      const indexed = this.#newer[index];
      if (indexed !== undefined) look(indexed);
    }
    this.#older.forEach(look);
    return { total, rows };
  }

  #add(entries: readonly StoredEntry[], to: Indexed[]): void {
    for (const entry of entries) {
      this.#read += 1;
      const row = rowOf(entry);
      if (row !== null) to.push({ row, text: searchText(row) });
    }
  }
}

function matcher({ text, result, from, to }: LogQuery): (indexed: Indexed) => boolean {
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  // Days as the station's clock has them. ISO 8601 texts in UTC compare as the times they stand for.
  const begin = from === null ? null : new Date(`${from}T00:00:00`).toISOString();
  const end = to === null ? null : new Date(`${to}T23:59:59.999`).toISOString();
  return ({ row, text: all }) =>
    (result === null || row.result === result) &&
    (begin === null || row.time >= begin) &&
    (end === null || row.time <= end) &&
    words.every((word) => all.includes(word));
}

function searchText(row: LogRow): string {
  const { machineSerial, driveSerial, driveModel, bay, batchId, workOrder, mediaFile, operator } = row;
  return [machineSerial, driveSerial, driveModel, bay, batchId, workOrder, mediaFile, operator]
    .filter((part) => part !== null)
    .join('\n')
    .toLowerCase();
}

/** What a line shows, from an entry that may hold anything. Null when it is no line of the log. */
export function rowOf({ sequence, json }: StoredEntry): LogRow | null {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return null;
  }
  const record = member(value, 'record');
  const kind = member(record, 'kind');
  const result = resultOf(kind, member(member(record, 'end'), 'state'));
  const machineSerial = text(member(kind === 'job-ended' ? member(record, 'job') : record, 'machineSerial'));
  const time = text(member(value, 'time'));
  if (result === null || machineSerial === null || time === null) return null;
  const job = kind === 'job-ended' ? member(record, 'job') : undefined;
  const drive = member(job ?? record, 'drive');
  return {
    sequence,
    time,
    result,
    machineSerial,
    driveSerial: text(member(drive, 'serial')),
    driveModel: text(member(drive, 'model')),
    bay: text(member(drive, 'bay')),
    batchId: text(member(job, 'batchId')),
    workOrder: text(member(job, 'workOrder')),
    mediaFile: text(member(member(job, 'media'), 'fileName')),
    operator: text(member(value, 'operator')) ?? '',
  };
}

function resultOf(kind: unknown, state: unknown): LogRow['result'] | null {
  if (kind === 'job-ended') {
    return state === 'done' || state === 'failed' || state === 'cancelled' || state === 'interrupted'
      ? state
      : null;
  }
  if (kind === 'drive-rehearsed') return state === 'done' ? 'rehearsed' : 'rehearsal-failed';
  if (kind !== 'drive-verified') return null;
  return state === 'done' ? 'verified' : 'verify-failed';
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? sanitizeForDisplay(value, 200) : null;
}
