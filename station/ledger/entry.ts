import { hash as digest, sign, verify, type KeyObject } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { DriveIdentity } from '../../core/drive/drive';
import {
  isDriveRecord,
  ledgerEntrySchema,
  storedEntrySchema,
  subjectOf,
  type LedgerEntry,
  type LedgerRecord,
  type StoredEntry,
} from '../../core/ledger/record';

/** A stored entry together with what its JSON says. */
export interface LedgerRow extends StoredEntry {
  readonly entry: LedgerEntry;
}

/** What is kept beside the JSON to find entries fast. Only ever derived from it; verify compares. */
export interface EntryColumns {
  readonly kind: string;
  readonly state: string | null;
  readonly machineSerial: string;
  readonly driveKey: string;
  readonly jobId: string;
}

/**
 * The one text of a JSON value (RFC 8785): the same values always give the same bytes, and so the same hash.
 * @throws Error for what JSON cannot hold: NaN, infinities, lone surrogates, undefined
 */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new Error('this value has no JSON form');
  return text;
}

/** SHA-256 of bytes, or of a text's UTF-8 bytes, lower-case hexadecimal. */
export function sha256Hex(content: string | Uint8Array): string {
  return digest('sha256', content, 'hex');
}

/** Ed25519 signature over the 32 bytes of an entry's hash, base64. */
export function signHash(hash: string, privateKey: KeyObject): string {
  return sign(null, Buffer.from(hash, 'hex'), privateKey).toString('base64');
}

/** Decodes base64 that is in its one canonical form: otherwise several texts would be the same signature. */
export function decodeSignature(signature: string): Buffer | null {
  const bytes = Buffer.from(signature, 'base64');
  return bytes.length === 64 && bytes.toString('base64') === signature ? bytes : null;
}

/** True when `signature` is the key's over the hash. */
export function hashSignatureHolds(hash: string, signature: string, publicKey: KeyObject): boolean {
  const bytes = decodeSignature(signature);
  return (
    bytes !== null && /^[0-9a-f]{64}$/.test(hash) && verify(null, Buffer.from(hash, 'hex'), publicKey, bytes)
  );
}

/**
 * Turns an entry's content into what is stored.
 * @throws z.ZodError when the content does not fit the schema; Error when they have no canonical JSON
 */
export function sealEntry(details: LedgerEntry, privateKey: KeyObject): LedgerRow {
  const entry = ledgerEntrySchema.parse(details);
  const json = canonicalJson(entry);
  const hash = sha256Hex(json);
  const stored = storedEntrySchema.parse({
    sequence: entry.sequence,
    json,
    hash,
    signature: signHash(hash, privateKey),
  });
  return { ...stored, entry };
}

/**
 * The key a drive's entries are found by: serial, WWN and size where the drive has a serial or a WWN, since
 * its path may change when it is plugged in again; else path and size.
 */
export function driveKey(drive: DriveIdentity): string {
  return drive.serial === null && drive.wwn === null
    ? JSON.stringify(['path', drive.path, drive.size])
    : JSON.stringify(['drive', drive.serial, drive.wwn, drive.size]);
}

/** The columns that belong to a record. What a record is not about is empty. */
export function columnsOf(record: LedgerRecord): EntryColumns {
  if (record.kind === 'size-checked' || record.kind === 'station-disk') {
    const { kind, drive, end } = record;
    return { kind, state: end.state, machineSerial: '', driveKey: driveKey(drive), jobId: '' };
  }
  if (record.kind === 'drive-sanitised') {
    const state = record.sanitised.outcome;
    return { kind: record.kind, state, machineSerial: '', driveKey: driveKey(record.drive), jobId: '' };
  }
  if (record.kind === 'machine-ended') {
    const { kind, machineSerial, jobId, end } = record;
    return { kind, state: end.state, machineSerial, driveKey: '', jobId };
  }
  if (!isDriveRecord(record)) {
    const machineSerial = 'machineSerial' in record ? record.machineSerial : '';
    return { kind: record.kind, state: null, machineSerial, driveKey: '', jobId: '' };
  }
  const details = subjectOf(record);
  return {
    kind: record.kind,
    state: record.kind === 'job-started' ? null : record.end.state,
    machineSerial: details.machineSerial,
    driveKey: driveKey(details.drive),
    jobId: details.jobId,
  };
}
