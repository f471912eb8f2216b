import { z } from 'zod';
import { firmwareTrustSchema, recordedProgramWords } from '../../core/boot/loader-choice';
import { healthWords } from '../../core/health/health-rules';
import { machineFilesText } from '../../core/machine-files/machine-file';
import { sha256Schema } from '../../core/media/chunk-map';
import {
  isCareRecord,
  ledgerEntrySchema,
  type CareRecord,
  type EndRecord,
  type LedgerEntry,
  type LedgerRecord,
  type RecordedDrive,
  type StoredEntry,
} from '../../core/ledger/record';
import { careResults, driveResults, endResult, endResults } from '../../core/ledger/results';
import { atEndSchema } from '../../core/machine/at-end';
import { careOutcome } from './care-outcome';
import { csvLine } from './csv-line';
import { healthCells } from './health-cells';
import { nistLevels, sanitiseMethodSchema } from '../../core/sanitise/methods';
import { sanitiseOutcomes, type Sanitised } from '../../core/sanitise/sanitised';
import { parseJson } from './check-entry';
import { ledgerBroken } from './ledger-errors';
import { sha256Hex } from './entry';
import type { VerifyingKey } from './keys';
import type { LedgerReader } from './ledger-reader';
import { leafHash, MerkleTree } from './merkle';

/** What a column has that a job's end may lack: null in JSON, empty in CSV. */
const text = z.string().nullable();
const whole = z.int().nonnegative().nullable();
const seconds = z.number().nonnegative().nullable();
const utc = z.iso.datetime({ precision: 3 });

/**
 * A line of the CSV export: a job that ended, a finished drive that was read or started again, a drive that was erased or checked for its
 * size, or a machine of a rack that was told what to do at its end.
 */
export const csvRowSchema = z.strictObject({
  /** Of the entry that recorded it. */
  sequence: z.int().positive(),
  /** Of the entry that recorded it. */
  time: utc,
  /** The machine that the drive was paired with; empty where it was none. */
  machineSerial: z.string().nullable(),
  result: z.enum([...driveResults, ...careResults, ...endResults]),
  /** Of what failed: error code, colon, message. */
  reason: text,
  driveSerial: text,
  driveWwn: text,
  driveModel: text,
  driveBytes: whole,
  mediaFile: text,
  mediaSha256: text,
  imageIndex: whole,
  imageName: text,
  layout: text,
  /** SHA-256 of the chunk map: what the drive was to hold; empty where it was nothing. */
  fingerprint: sha256Schema.nullable(),
  bytesWritten: whole,
  bytesVerified: whole,
  writeSeconds: seconds,
  verifySeconds: seconds,
  /** When it began. */
  startedAt: utc.nullable(),
  operator: z.string(),
  station: z.string(),
  batchId: z.uuid().nullable(),
  jobId: z.uuid().nullable(),
  /** SHA-256 of the entry's canonical JSON. */
  entryHash: sha256Schema,
  /** good, warning, bad or not-known, by the rules of the station; empty where no health is recorded. */
  health: z.enum(healthWords).nullable(),
  /** The newest figures that the drive reported in its job. */
  reallocated: whole,
  pending: whole,
  uncorrectable: whole,
  mediaErrors: whole,
  percentageUsed: whole,
  availableSpare: whole,
  powerOnHours: whole,
  temperature: z.int().nullable(),
  crcErrors: whole,
  /** Rules that hold, what rose, and whether the drive was slow. */
  driveNotes: text,
  /** Files that only this machine's drive has: path, blank, SHA-256; several with semicolons between. */
  machineFiles: text,
  /** How the drive was erased, before it was written or for no machine; empty where that was not asked for. */
  eraseMethod: sanitiseMethodSchema.nullable(),
  /** NIST SP 800-88r2: clear or purge; empty where it is not known to be erased, since nothing may be claimed then. */
  eraseLevel: z.enum(nistLevels).nullable(),
  /** Whether it was: erased, not-erased, not-known. */
  eraseOutcome: z.enum(sanitiseOutcomes).nullable(),
  /** The boot loader: the choice, and for each program that starts first its place, where it starts and who signed it. */
  loader: text,
  /** Microsoft's certificates that the machine's firmware was said to trust: 2011, 2023, both; empty where nobody said it. */
  firmwareTrust: firmwareTrustSchema.nullable(),
  /** What the drive hid, and what became of it: kind, bytes, `opened`, `erased`, `left` or `not-reached`, with semicolons between them. */
  eraseHidden: z.string().nullable(),
  /** Of a machine of a rack: wait, off or restart. In a job's line what its batch says, in the line of the machine's end what it was told. */
  atEnd: atEndSchema.nullable(),
});
export type CsvRow = Readonly<z.infer<typeof csvRowSchema>>;
/** The columns of the CSV export, in their order. */
export const csvColumns = Object.keys(csvRowSchema.shape) as (keyof CsvRow)[];

/** What `ledger export --format json` writes. */
export const ledgerExportSchema = z.strictObject({
  format: z.literal('prestage-ledger'),
  version: z.literal(1),
  /** The station's public key, SPKI PEM; null when the ledger is empty. */
  publicKey: z.string().nullable(),
  /** SHA-256 of the public key (SPKI, DER). */
  keyFingerprint: sha256Schema.nullable(),
  entries: z.array(
    z.strictObject({
      sequence: z.int().positive(),
      /** The entry itself. Hash and signature are over its canonical form (RFC 8785). */
      json: ledgerEntrySchema,
      hash: sha256Schema,
      /** Ed25519 over the 32 bytes of the hash, base64. */
      signature: z.string(),
    }),
  ),
});

/**
 * Found in the canonical JSON of every entry that has a line: the others need not be parsed. Inside a string it cannot
 * stand, because the quotation marks would be escaped.
 */
const mayHaveLine =
  /"kind":"(?:job-ended|drive-verified|drive-rehearsed|drive-sanitised|size-checked|station-disk|machine-ended)"/;

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

/** What every line says. */
type Told = 'sequence' | 'time' | 'operator' | 'station' | 'entryHash';

/** A line that says nothing but which entry it is. */
function emptyRow(
  stored: StoredEntry,
  entry: LedgerEntry,
): Readonly<Record<Exclude<keyof CsvRow, Told>, null>> & Pick<CsvRow, Told> {
  return {
    ...(Object.fromEntries(csvColumns.map((column) => [column, null])) as Record<keyof CsvRow, null>),
    ...{ sequence: stored.sequence, time: entry.time, entryHash: stored.hash },
    ...{ operator: entry.operator, station: entry.station.name },
  };
}

/** What was done with a drive after its job. */
function laterRow(
  stored: StoredEntry,
  entry: LedgerEntry,
  record: Extract<LedgerRecord, { kind: 'drive-verified' | 'drive-rehearsed' }>,
): CsvRow {
  const { kind, jobId, machineSerial, drive, fingerprint, end } = record;
  const read = record.kind === 'drive-verified' && record.end.state === 'done' ? record.end : null;
  return {
    ...emptyRow(stored, entry),
    ...{ machineSerial, fingerprint, jobId, ...driveCells(drive) },
    result: laterResults[kind][end.state],
    reason: end.state === 'failed' ? `${end.reason.code}: ${end.reason.message}` : null,
    bytesVerified: read?.bytesVerified ?? null,
    verifySeconds: read?.seconds ?? null,
  };
}

/** What was done with a drive for no machine. */
function careRow(stored: StoredEntry, entry: LedgerEntry, record: CareRecord): CsvRow {
  const { drive, startedAt } = record;
  const erased = record.kind === 'drive-sanitised' ? record : undefined;
  const size = record.kind === 'size-checked' && record.end.state === 'done' ? record.end : null;
  return {
    ...emptyRow(stored, entry),
    ...careOutcome(record),
    ...driveCells(drive),
    bytesWritten: size?.bytes ?? null,
    bytesVerified: size?.bytes ?? erased?.sanitised.bytesReadBack ?? null,
    writeSeconds: size?.writeSeconds ?? null,
    verifySeconds: size?.readSeconds ?? null,
    startedAt,
    ...healthCells(erased?.health === undefined ? {} : { health: erased.health }),
    ...eraseCells(erased?.sanitised),
  };
}

function driveCells({
  serial,
  wwn,
  model,
  size,
}: RecordedDrive): Pick<CsvRow, 'driveSerial' | 'driveWwn' | 'driveModel' | 'driveBytes'> {
  return { driveSerial: serial, driveWwn: wwn, driveModel: model, driveBytes: size };
}

/** What a machine of a rack was told at its end. */
function endRow(stored: StoredEntry, entry: LedgerEntry, record: EndRecord): CsvRow {
  const { machineSerial, jobId, told, end } = record;
  const reason = end.state === 'confirmed' ? null : `${end.reason.code}: ${end.reason.message}`;
  return {
    ...emptyRow(stored, entry),
    ...{ machineSerial, jobId, result: endResult(record), reason, atEnd: told },
  };
}

/** What the CSV says of an entry; null when it has no line. */
export function csvRow(stored: StoredEntry, entry: LedgerEntry): CsvRow | null {
  const { record } = entry;
  if (record.kind === 'drive-verified' || record.kind === 'drive-rehearsed') {
    return laterRow(stored, entry, record);
  }
  if (isCareRecord(record)) {
    return careRow(stored, entry, record);
  }
  if (record.kind === 'machine-ended') return endRow(stored, entry, record);
  if (record.kind !== 'job-ended') return null;
  const { job, end } = record;
  const result = end.state === 'done' ? end.result : null;
  const stopped = end.state === 'failed' || end.state === 'cancelled' ? end : null;
  return {
    ...emptyRow(stored, entry),
    machineSerial: job.machineSerial,
    result: end.state,
    reason: end.state === 'failed' ? `${end.reason.code}: ${end.reason.message}` : null,
    ...driveCells(job.drive),
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
    ...healthCells(record),
    batchId: job.batchId,
    jobId: job.jobId,
    machineFiles: machineFilesText(job.machineFiles),
    ...eraseCells(record.sanitised),
    loader: job.loader === undefined ? null : recordedProgramWords(job.loader),
    firmwareTrust: job.loader?.firmwareTrust ?? null,
    atEnd: job.agent?.atEnd ?? null,
  };
}

function eraseCells(
  sanitised: Sanitised | undefined,
): Pick<CsvRow, 'eraseMethod' | 'eraseLevel' | 'eraseOutcome' | 'eraseHidden'> {
  const { method = null, nist = null, outcome = null, hidden = [] } = sanitised ?? {};
  const areas = hidden.map(({ kind, bytes, reached, opened, left }) => {
    const became = opened === true ? 'opened' : reached ? 'erased' : left === true ? 'left' : 'not-reached';
    return `${kind} ${bytes ?? 'unknown'} ${became}`;
  });
  return {
    ...{ eraseMethod: method, eraseLevel: outcome === 'erased' ? nist : null, eraseOutcome: outcome },
    eraseHidden: areas.length === 0 ? null : areas.join('; '),
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
  throw ledgerBroken('The ledger was changed while it was being exported.');
}

/** @param verified given where the entry's form was looked at just before, and its hash now */
function readEntry(stored: StoredEntry, verified?: VerifiedLedger): LedgerEntry {
  const value = parseJson(stored.json);
  if (verified !== undefined) return value as LedgerEntry;
  const parsed = ledgerEntrySchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw ledgerBroken(`Entry ${stored.sequence} of the ledger cannot be exported: it is damaged.`);
}
