import type { LogQuery, LogRow } from '../../core/contract/app-log';
import { sanitizeForDisplay } from '../../core/base/display';
import { careKinds, type CareRecord, type StoredEntry } from '../../core/ledger/record';
import { machineEndSchema, machineEndWords } from '../../core/machine/at-end';
import { sanitisedSchema } from '../../core/sanitise/sanitised';
import { careOutcome } from '../ledger/care-outcome';

/** A row, and the text that a search looks through. */
interface Indexed {
  readonly row: LogRow;
  /** Lower case. */
  readonly text: string;
  /** The order whose number the row shows, where its entry does not say the number. */
  readonly orderId: string | null;
}

/**
 * The lines of the log in memory: one for each job that ended, each finished drive that was read again, each end of a rack's machine, and each entry
 * about a work order or a shipment. Filled from the newest entry backwards, so that the first screen need not wait for the oldest.
 *
 * Nothing is checked here beyond what is needed to show a line: that is for verify, and for an entry's own page.
 */
export class LogIndex {
  /** Newest first. */
  readonly #older: Indexed[] = [];
  /** Entries that came after the index was begun, oldest first. */
  readonly #newer: Indexed[] = [];
  /** Numbers of the orders that were opened, by their ID. */
  readonly #orders = new Map<string, string>();
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
      const { orderId } = indexed;
      const number = orderId === null ? null : (this.#orders.get(orderId) ?? null);
      if (!fits(indexed, number)) return;
      const { row } = indexed;
      if (total >= offset && rows.length < limit) {
        rows.push(number === null ? row : { ...row, workOrder: number });
      }
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
      const value = parsed(entry);
      const record = member(value, 'record');
      const row = lineOf(entry.sequence, value, record);
      if (row === null) continue;
      const orderId = text(member(record, 'orderId'));
      if (row.result === 'order-opened' && orderId !== null && row.workOrder !== null) {
        this.#orders.set(orderId, row.workOrder);
      }
      to.push({ row, text: searchText(row, record), orderId: row.workOrder === null ? orderId : null });
    }
  }
}

function matcher({
  text,
  kind,
  result,
  from,
  to,
}: LogQuery): (indexed: Indexed, orderNumber: string | null) => boolean {
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  // Days as the station's clock has them. ISO 8601 texts in UTC compare as the times they stand for.
  const begin = from === null ? null : new Date(`${from}T00:00:00`).toISOString();
  const end = to === null ? null : new Date(`${to}T23:59:59.999`).toISOString();
  return ({ row, text: all }, orderNumber) =>
    (kind === null || row.kind === kind) &&
    (result === null || row.result === result) &&
    (begin === null || row.time >= begin) &&
    (end === null || row.time <= end) &&
    words.every((word) => all.includes(word) || orderNumber?.toLowerCase().includes(word) === true);
}

function searchText(row: LogRow, record: unknown): string {
  const { machineSerial, driveSerial, driveModel, bay, batchId, workOrder, mediaFile, operator } = row;
  const { shipment, reason } = row;
  return [
    ...[
      machineSerial,
      driveSerial,
      driveModel,
      bay,
      batchId,
      workOrder,
      mediaFile,
      operator,
      shipment,
      reason,
    ],
    ...machinesOf(record),
  ]
    .filter((part) => part !== null)
    .join('\n')
    .toLowerCase();
}

/** Serials of the machines of a shipment. */
function machinesOf(record: unknown): (string | null)[] {
  const machines = member(record, 'machines');
  return Array.isArray(machines)
    ? machines.map((machine: unknown) => text(member(machine, 'machineSerial')))
    : [];
}

function parsed({ json }: StoredEntry): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}

/** What a line shows, from an entry that may hold anything. Null when it is no line of the log. */
export function rowOf(entry: StoredEntry): LogRow | null {
  const value = parsed(entry);
  return lineOf(entry.sequence, value, member(value, 'record'));
}

function lineOf(sequence: number, value: unknown, record: unknown): LogRow | null {
  const time = text(member(value, 'time'));
  const what = kindOf(member(record, 'kind'), record);
  if (what === null || time === null) return null;
  const line: LogRow = {
    ...{ sequence, time, ...what, operator: text(member(value, 'operator')) ?? '' },
    ...{ machineSerial: null, machines: null, shipment: null, reason: null },
    ...{ driveSerial: null, driveModel: null, bay: null, batchId: null, workOrder: null, mediaFile: null },
  };
  if (what.kind === 'end') return { ...line, ...endLine(record) };
  if (what.kind === 'media') return { ...line, ...gotLine(record) };
  if (what.kind === 'order' || what.kind === 'shipment') return { ...line, ...orderLine(what, record) };
  const job = what.kind === 'job' ? member(record, 'job') : undefined;
  const machineSerial = text(member(job ?? record, 'machineSerial'));
  const aboutDriveAlone = careKinds.some((kind) => kind === member(record, 'kind'));
  if (machineSerial === null && !aboutDriveAlone) return null;
  const drive = member(job ?? record, 'drive');
  return {
    ...line,
    machineSerial,
    driveSerial: text(member(drive, 'serial')),
    driveModel: text(member(drive, 'model')),
    bay: text(member(drive, 'bay')),
    batchId: text(member(job, 'batchId')),
    workOrder: text(member(job, 'workOrder')),
    mediaFile: text(member(member(job, 'media'), 'fileName')),
  };
}

/** What a line about the end of a machine of a rack shows. */
function endLine(record: unknown): Partial<LogRow> {
  const end = machineEndSchema.safeParse({
    ...{ verdict: member(record, 'verdict'), told: member(record, 'told'), end: member(record, 'end') },
  });
  return {
    machineSerial: text(member(record, 'machineSerial')),
    reason: end.success ? machineEndWords(end.data) : null,
  };
}

/** What a line about something from another station shows. */
function gotLine(record: unknown): Partial<LogRow> {
  const what = member(record, 'what');
  const station = text(member(member(record, 'from'), 'station'));
  return {
    mediaFile: text(member(what, 'name')) ?? text(member(what, 'mediaSha256'))?.slice(0, 16) ?? null,
    reason: station === null ? null : `from station ${station}`,
  };
}

/** What a line about a work order or a shipment shows. */
function orderLine({ result }: Pick<LogRow, 'result'>, record: unknown): Partial<LogRow> {
  const number = text(member(record, 'number'));
  if (result === 'shipped') {
    return {
      shipment: number,
      workOrder: text(member(record, 'orderNumber')),
      machines: machinesOf(record).length,
    };
  }
  if (result === 'machine-returned') {
    const machineSerial = text(member(record, 'machineSerial')) ?? '';
    const by = text(member(record, 'replacedBy'));
    return {
      machineSerial: machineSerial === '' ? text(member(record, 'computerName')) : machineSerial,
      reason: text(member(record, 'note')) ?? (by === null ? null : `replaced by ${by}`),
    };
  }
  const machines = count(member(record, result === 'order-closed' ? 'done' : 'machines'));
  return {
    workOrder: number,
    machineSerial: text(member(record, 'machineSerial')),
    reason: text(member(record, 'reason')),
    machines,
  };
}

function kindOf(kind: unknown, record: unknown): Pick<LogRow, 'kind' | 'result'> | null {
  const state = member(member(record, 'end'), 'state');
  const done = state === 'done';
  switch (kind) {
    case 'job-ended':
      return state === 'done' || state === 'failed' || state === 'cancelled' || state === 'interrupted'
        ? { kind: 'job', result: state }
        : null;
    case 'drive-rehearsed':
      return { kind: 'check', result: done ? 'rehearsed' : 'rehearsal-failed' };
    case 'drive-verified':
      return { kind: 'check', result: done ? 'verified' : 'verify-failed' };
    case 'drive-sanitised':
      return sanitisedSchema.safeParse(member(record, 'sanitised')).success ? careLine(record) : null;
    case 'size-checked':
    case 'station-disk':
      return typeof state === 'string' ? careLine(record) : null;
    case 'order-opened':
    case 'order-closed':
      return { kind: 'order', result: kind };
    case 'order-exception': {
      const leftOut = member(record, 'what') === 'left-out';
      return { kind: 'order', result: leftOut ? 'machine-left-out' : 'machine-allowed' };
    }
    case 'machine-returned':
      return { kind: 'order', result: kind };
    case 'shipment-closed':
      return { kind: 'shipment', result: 'shipped' };
    case 'machine-ended':
      return { kind: 'end', result: state === 'confirmed' ? 'end-confirmed' : 'end-not-confirmed' };
    case 'got-from-station':
      return member(member(record, 'what'), 'is') === 'media'
        ? { kind: 'media', result: 'media-got' }
        : { kind: 'media', result: 'image-got' };
    default:
      return null;
  }
}

/** Of an erase or a check of the size, whose beginning has a line as well: one that was broken off must not look like none. */
function careLine(record: unknown): Pick<LogRow, 'kind' | 'result'> | null {
  try {
    return { kind: 'check', result: careOutcome(record as CareRecord).result };
  } catch {
    return null;
  }
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? sanitizeForDisplay(value, 200) : null;
}

function count(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null;
}
