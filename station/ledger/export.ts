import {
  ledgerEntrySchema,
  type LedgerEntry,
  type LedgerRecord,
  type StoredEntry,
} from '../../core/ledger/record';
import { parseJson } from './check-entry';
import { ledgerBroken } from './ledger-errors';
import { sha256Hex } from './entry';
import type { VerifyingKey } from './keys';
import type { LedgerReader } from './ledger-reader';
import { leafHash, MerkleTree } from './merkle';

/**
 * The columns of the CSV export, one row a job that ended. Times are ISO 8601 in UTC, sizes bytes, durations
 * seconds. A column that a job's end does not have is empty.
 *
 * - sequence, time: of the entry that recorded the end
 * - machineSerial: the machine the drive was paired with
 * - result: done, failed, cancelled or interrupted
 * - reason: of a failed job: error code, colon, message
 * - driveSerial, driveWwn, driveModel, driveBytes
 * - mediaFile, mediaSha256, imageIndex, imageName, layout
 * - fingerprint: SHA-256 of the chunk map (core/media/chunk-map.ts, fingerprintText)
 * - bytesWritten, bytesVerified, writeSeconds, verifySeconds
 * - startedAt: of the entry before the first destructive write
 * - operator, station, batchId, jobId
 * - entryHash: SHA-256 of the entry's canonical JSON
 */
export const csvColumns = [
  'sequence',
  'time',
  'machineSerial',
  'result',
  'reason',
  'driveSerial',
  'driveWwn',
  'driveModel',
  'driveBytes',
  'mediaFile',
  'mediaSha256',
  'imageIndex',
  'imageName',
  'layout',
  'fingerprint',
  'bytesWritten',
  'bytesVerified',
  'writeSeconds',
  'verifySeconds',
  'startedAt',
  'operator',
  'station',
  'batchId',
  'jobId',
  'entryHash',
] as const;
export type CsvRow = Record<(typeof csvColumns)[number], string | number | null>;

/**
 * One CSV cell (RFC 4180). Text that a spreadsheet would take for a formula gets an apostrophe before it
 * (OWASP, "CSV Injection"): serials and models come from firmware. Everything else, leading zeros too,
 * stays as it is.
 */
export function csvCell(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const guarded = /^[=+\-@\t\r\n]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
}

/** One CSV line with its CRLF. */
export function csvLine(cells: readonly (string | number | null)[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

/**
 * Found in the canonical JSON of every entry that has a line: the others need not be parsed. Inside a string it cannot
 * stand, because the quotation marks would be escaped.
 */
const mayHaveLine = /"kind":"(?:job-ended|drive-verified|drive-rehearsed)"/;

/**
 * The CSV export, piece by piece: header, then a line for each job that ended and each finished drive that
 * was read again.
 * @throws PrestageError ledger-broken at an entry that cannot be read
 */
export function* exportCsv(ledger: LedgerReader, verified?: VerifiedLedger): Generator<string, void> {
  const form = csvForm();
  yield form.begin;
  for (const stored of verifiedEntries(ledger, verified)) {
    if (verified !== undefined && !mayHaveLine.test(stored.json)) continue;
    yield form.piece(stored, readEntry(stored, verified));
  }
}

/** How an export is written: what comes first, for each entry, and last. */
export interface ExportForm {
  readonly begin: string;
  /** Of one entry, in their order; may be empty. */
  readonly piece: (stored: StoredEntry, entry: LedgerEntry) => string;
  readonly end: string;
}

export function csvForm(): ExportForm {
  const piece = (stored: StoredEntry, entry: LedgerEntry): string => {
    const row = csvRow(stored, entry);
    return row === null ? '' : csvLine(csvColumns.map((column) => row[column]));
  };
  return { begin: csvLine(csvColumns), piece, end: '' };
}

/** A finished drive that was read again. One that failed takes back what an earlier line says of its job. */
const laterResults = {
  'drive-verified': { done: 'verified', failed: 'verify-failed' },
  'drive-rehearsed': { done: 'rehearsed', failed: 'rehearsal-failed' },
} as const;

/** What was done with a drive after its job. */
function laterRow(
  stored: StoredEntry,
  entry: LedgerEntry,
  record: Extract<LedgerRecord, { kind: 'drive-verified' | 'drive-rehearsed' }>,
): CsvRow {
  const { kind, jobId, machineSerial, drive, fingerprint, end } = record;
  const read = record.kind === 'drive-verified' && record.end.state === 'done' ? record.end : null;
  const blank = Object.fromEntries(csvColumns.map((column) => [column, null])) as CsvRow;
  return {
    ...blank,
    sequence: stored.sequence,
    time: entry.time,
    machineSerial,
    result: laterResults[kind][end.state],
    reason: end.state === 'failed' ? `${end.reason.code}: ${end.reason.message}` : null,
    driveSerial: drive.serial,
    driveWwn: drive.wwn,
    driveModel: drive.model,
    driveBytes: drive.size,
    fingerprint,
    bytesVerified: read?.bytesVerified ?? null,
    verifySeconds: read?.seconds ?? null,
    operator: entry.operator,
    station: entry.station.name,
    jobId,
    entryHash: stored.hash,
  };
}

/** What the CSV says of an entry; null when it has no line. */
export function csvRow(stored: StoredEntry, entry: LedgerEntry): CsvRow | null {
  const { record } = entry;
  if (record.kind === 'drive-verified' || record.kind === 'drive-rehearsed') {
    return laterRow(stored, entry, record);
  }
  if (record.kind !== 'job-ended') return null;
  const { job, end } = record;
  const result = end.state === 'done' ? end.result : null;
  const stopped = end.state === 'failed' || end.state === 'cancelled' ? end : null;
  return {
    sequence: stored.sequence,
    time: entry.time,
    machineSerial: job.machineSerial,
    result: end.state,
    reason: end.state === 'failed' ? `${end.reason.code}: ${end.reason.message}` : null,
    driveSerial: job.drive.serial,
    driveWwn: job.drive.wwn,
    driveModel: job.drive.model,
    driveBytes: job.drive.size,
    mediaFile: job.media.fileName,
    mediaSha256: job.media.sha256,
    imageIndex: job.image.index,
    imageName: job.image.name,
    layout: job.layout,
    fingerprint: job.fingerprint,
    bytesWritten: result?.bytesWritten ?? stopped?.bytesWritten ?? null,
    bytesVerified: result?.bytesVerified ?? null,
    writeSeconds: result?.writeSeconds ?? null,
    verifySeconds: result?.verifySeconds ?? null,
    startedAt: record.startedAt,
    operator: entry.operator,
    station: entry.station.name,
    batchId: job.batchId,
    jobId: job.jobId,
    entryHash: stored.hash,
  };
}

/**
 * The JSON export, piece by piece: one document with the public key and every entry. `json` is an object
 * for the reader's sake; its canonical form (RFC 8785) is what the hash and the signature are over.
 * @throws PrestageError ledger-broken at an entry that cannot be read
 */
export function* exportJson(ledger: LedgerReader, verified?: VerifiedLedger): Generator<string, void> {
  const form = jsonForm(ledger.publicKey);
  yield form.begin;
  for (const stored of verifiedEntries(ledger, verified)) {
    if (verified === undefined) readEntry(stored);
    yield form.piece(stored);
  }
  yield form.end;
}

/** The JSON form needs no look into the entry. */
export function jsonForm(
  key: VerifyingKey | null,
): ExportForm & { readonly piece: (stored: StoredEntry) => string } {
  let separator = '\n';
  return {
    begin:
      '{"format":"prestage-ledger","version":1,' +
      `"publicKey":${JSON.stringify(key?.pem ?? null)},` +
      `"keyFingerprint":${JSON.stringify(key?.fingerprint ?? null)},"entries":[`,
    piece: ({ sequence, json, hash, signature }) => {
      const before = separator;
      separator = ',\n';
      // The stored text is itself JSON: as it is, no number or string can change on the way.
      return `${before}{"sequence":${sequence},"json":${json},"hash":${JSON.stringify(hash)},"signature":${JSON.stringify(signature)}}`;
    },
    end: '\n]}\n',
  };
}

/** What a ledger was found to be, before it is exported. */
export interface VerifiedLedger {
  readonly entries: number;
  readonly root: string;
}

/**
 * The entries as they were when the ledger was verified, and no later ones.
 * @throws PrestageError ledger-broken, at the last entry at the latest, when they are not the same any more
 */
function* verifiedEntries(
  ledger: LedgerReader,
  verified: VerifiedLedger | undefined,
): Generator<StoredEntry, void> {
  if (verified === undefined) {
    yield* ledger.entries();
    return;
  }
  const tree = new MerkleTree();
  for (const stored of ledger.entries()) {
    if (tree.size === verified.entries) break;
    if (sha256Hex(stored.json) !== stored.hash) break;
    tree.add(leafHash(stored.hash, stored.signature));
    yield stored;
  }
  if (tree.size === verified.entries && tree.root().toString('hex') === verified.root) return;
  throw ledgerBroken('The ledger was changed while it was exported.');
}

/** @param verified given where the entry's form was looked at just before, and its hash now */
function readEntry(stored: StoredEntry, verified?: VerifiedLedger): LedgerEntry {
  const value = parseJson(stored.json);
  if (verified !== undefined) return value as LedgerEntry;
  const parsed = ledgerEntrySchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw ledgerBroken(`Entry ${stored.sequence} of the ledger cannot be exported: it is damaged.`);
}
