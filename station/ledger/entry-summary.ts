import { z } from 'zod';
import {
  isDriveRecord,
  ledgerEntrySchema,
  recordedDriveSchema,
  subjectOf,
  type DriveRecord,
  type LedgerRecord,
  type StoredEntry,
} from '../../core/ledger/record';
import { endResult } from '../../core/ledger/results';
import { isBeginning } from '../../core/sanitise/sanitised';
import { sizeWords } from '../../core/health/size-check';
import { assertNever } from '../../core/base/errors';
import { parseJson } from './check-entry';

/** One entry as lists show it. Strings are as recorded: sanitize them before they reach a terminal. */
export const entrySummarySchema = z.strictObject({
  sequence: z.int().positive(),
  /** Null when the entry is damaged. */
  time: z.iso.datetime({ precision: 3 }).nullable(),
  /** Kind of the record; null when the entry is damaged. */
  kind: z.string().nullable(),
  machineSerial: z.string().nullable(),
  drive: recordedDriveSchema.pick({ id: true, serial: true, model: true, bay: true, path: true }).nullable(),
  /** `recorded`: an order or a shipment. */
  result: z.enum([
    'started',
    'done',
    'failed',
    'cancelled',
    'interrupted',
    'verified',
    'rehearsed',
    'recorded',
    'erased',
    'not-erased',
    'not-known',
    'end-confirmed',
    'end-not-confirmed',
    'damaged',
  ]),
  /** Why it failed, or a machine did not confirm its end. */
  reason: z.strictObject({ code: z.string(), message: z.string() }).nullable(),
  jobId: z.uuid().nullable(),
  operator: z.string().nullable(),
  hash: z.string(),
});
export type EntrySummary = Readonly<z.infer<typeof entrySummarySchema>>;

/** Sums up a stored entry. A damaged one is listed as such: what is wrong with it is for verify to say. */
export function summarizeEntry(stored: StoredEntry): EntrySummary {
  const { sequence, hash } = stored;
  const parsed = ledgerEntrySchema.safeParse(parseJson(stored.json));
  if (!parsed.success) {
    const nothing = { time: null, kind: null, machineSerial: null, drive: null, jobId: null, operator: null };
    return { sequence, ...nothing, result: 'damaged', reason: null, hash };
  }
  const { time, operator, record } = parsed.data;
  if (record.kind === 'size-checked' || record.kind === 'station-disk') {
    const { id, serial, model, bay, path } = record.drive;
    const nothing = { machineSerial: null, jobId: null };
    const { result, reason } = record.kind === 'size-checked' ? sizeResult(record) : diskResult(record);
    return {
      ...{ sequence, time, kind: record.kind, ...nothing, drive: { id, serial, model, bay, path } },
      ...{ result, reason, operator, hash },
    };
  }
  if (record.kind === 'drive-sanitised') {
    const { id, serial, model, bay, path } = record.drive;
    const { outcome, why } = record.sanitised;
    const begins = isBeginning(record.sanitised);
    return {
      ...{ sequence, time, kind: record.kind, machineSerial: null, drive: { id, serial, model, bay, path } },
      ...{ result: begins ? ('started' as const) : outcome, jobId: null, operator, hash },
      reason: why === null || begins ? null : { code: eraseCode(outcome), message: why },
    };
  }
  if (record.kind === 'machine-ended') {
    const { machineSerial, jobId, end } = record;
    const reason = end.state === 'confirmed' ? null : { code: end.reason.code, message: end.reason.message };
    return {
      ...{ sequence, time, kind: record.kind, machineSerial, drive: null },
      ...{ result: endResult(record), reason, jobId, operator, hash },
    };
  }
  if (!isDriveRecord(record)) {
    const machineSerial =
      'machineSerial' in record && record.machineSerial !== '' ? record.machineSerial : null;
    const rest = { drive: null, result: 'recorded', reason: null, jobId: null } as const;
    return { sequence, time, kind: record.kind, machineSerial, ...rest, operator, hash };
  }
  const details = subjectOf(record);
  const { id, serial, model, bay, path } = details.drive;
  const end = record.kind === 'job-started' ? null : record.end;
  const reason = end?.state === 'failed' ? { code: end.reason.code, message: end.reason.message } : null;
  return {
    sequence,
    time,
    kind: record.kind,
    machineSerial: details.machineSerial,
    drive: { id, serial, model, bay, path },
    result: resultOf(record.kind, end?.state ?? null),
    reason,
    jobId: details.jobId,
    operator,
    hash,
  };
}

function eraseCode(outcome: 'erased' | 'not-erased' | 'not-known'): string {
  return outcome === 'not-known' ? 'drive-erase-unknown' : 'drive-not-erased';
}

/** A drive that is smaller than it says was checked well, and found bad. */
function sizeResult({
  end,
}: Extract<LedgerRecord, { kind: 'size-checked' }>): Pick<EntrySummary, 'result' | 'reason'> {
  if (end.state === 'begun') return { result: 'started', reason: null };
  if (end.state === 'cancelled') return { result: 'cancelled', reason: null };
  if (end.state === 'failed') {
    const { code, message } = end.reason;
    return { result: 'failed', reason: { code, message } };
  }
  if (end.verdict.what === 'whole') return { result: 'verified', reason: null };
  return {
    result: 'failed',
    reason: { code: 'drive-size-false', message: sizeWords(end.verdict, end.bytes) },
  };
}

function diskResult({
  end,
}: Extract<LedgerRecord, { kind: 'station-disk' }>): Pick<EntrySummary, 'result' | 'reason'> {
  if (end.state !== 'failed') return { result: end.state === 'done' ? 'done' : 'started', reason: null };
  const { code, message } = end.reason;
  return { result: 'failed', reason: { code, message } };
}

function resultOf(
  kind: DriveRecord['kind'],
  state: 'done' | 'failed' | 'cancelled' | 'interrupted' | null,
): EntrySummary['result'] {
  switch (kind) {
    case 'job-started':
      return 'started';
    case 'job-ended':
      return state ?? 'damaged';
    case 'drive-verified':
      return state === 'done' ? 'verified' : 'failed';
    case 'drive-rehearsed':
      return state === 'done' ? 'rehearsed' : 'failed';
    default:
      return assertNever(kind);
  }
}
