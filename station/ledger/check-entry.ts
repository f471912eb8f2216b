import { ledgerEntrySchema, type LedgerEntry } from '../../core/ledger/record';
import type { RawRow } from './database';
import { canonicalJson, columnsOf, decodeSignature, hashSignatureHolds, sha256Hex } from './entry';
import type { VerifyingKey } from './keys';

/** Everything that can be wrong with a ledger. Codes are stable: scripts rely on them. */
export const ledgerFindingCodes = [
  // one entry
  'row-unreadable',
  'hash-mismatch',
  'signature-invalid',
  'other-key',
  'schema-invalid',
  'not-canonical',
  'index-mismatch',
  // entries among each other
  'sequence-mismatch',
  'chain-broken',
  'missing',
  'truncated',
  // around them
  'head-missing',
  'head-invalid',
  'head-mismatch',
  'checkpoint-invalid',
  'checkpoint-mismatch',
  'checkpoint-missing',
  'key-missing',
  'key-unsafe',
  'key-mismatch',
  'schema-changed',
  'file-damaged',
] as const;
export type LedgerFindingCode = (typeof ledgerFindingCodes)[number];

export interface EntryIssue {
  readonly code: LedgerFindingCode;
  /** Ends a sentence that begins with the entry's number. */
  readonly message: string;
}

export interface CheckedEntry {
  /** null when the JSON is not an entry. */
  readonly entry: LedgerEntry | null;
  /** Empty when JSON, hash, signature and columns agree. */
  readonly problems: readonly EntryIssue[];
}

/**
 * Looks at one entry by itself: hash, signature, form and columns. Pure but for the cryptography.
 * @param key null when there is none; signatures are then not looked at
 */
export function checkEntry(row: RawRow, key: VerifyingKey | null): CheckedEntry {
  const problems: EntryIssue[] = [];
  const found = (code: LedgerFindingCode, message: string): void => {
    problems.push({ code, message });
  };

  const value = parseJson(row.json);
  const parsed = ledgerEntrySchema.safeParse(value);
  const entry = parsed.success ? parsed.data : null;
  const computed = sha256Hex(row.json);
  const hashHolds = computed === row.hash;
  const otherKey = key !== null && entry !== null && entry.station.keyFingerprint !== key.fingerprint;

  if (!hashHolds) {
    const storedSigned = key !== null && hashSignatureHolds(row.hash, row.signature, key.publicKey);
    const computedSigned = key !== null && hashSignatureHolds(computed, row.signature, key.publicKey);
    if (computedSigned) {
      found('hash-mismatch', 'has a hash that does not match its contents: the hash was changed.');
    } else found('hash-mismatch', 'has contents that do not match its hash: the contents were changed.');
    if (key !== null && !storedSigned && !computedSigned) {
      found('signature-invalid', 'has a signature that matches neither its hash nor its contents.');
    }
  } else if (otherKey) {
    found('other-key', 'was signed with a key that is not this station’s.');
  } else if (decodeSignature(row.signature) === null) {
    found('signature-invalid', 'has an invalid signature: it was changed.');
  } else if (key !== null && !hashSignatureHolds(row.hash, row.signature, key.publicKey)) {
    found('signature-invalid', 'was not signed with this station’s key.');
  }

  if (value === undefined) found('schema-invalid', 'is not JSON.');
  else if (!parsed.success) {
    const where = parsed.error.issues[0]?.path.join('.') ?? '';
    found('schema-invalid', `does not have the format of an entry${where === '' ? '' : ` (at ${where})`}.`);
  } else if (!isCanonical(value, row.json)) {
    found('not-canonical', 'is not canonical JSON (RFC 8785).');
  }
  if (entry !== null && hashHolds) {
    const wrong = wrongColumns(row, entry);
    if (wrong.length > 0) {
      found('index-mismatch', `has index columns that do not match its contents (${wrong.join(', ')}).`);
    }
  }
  return { entry, problems };
}

/**
 * The quick look at an entry whose hash and signature stand under a signed checkpoint. The station looked at the whole
 * entry before it signed that (growTree in checkpoints.ts), and the hash says that these are the bytes it looked at: what follows
 * from them alone (signature, form, canonical text) is as it was then. What can have changed since is looked at here.
 * @returns null when something is not as it must be; checkEntry says what
 */
export function inspectCovered(row: RawRow, key: VerifyingKey): LedgerEntry | null {
  if (sha256Hex(row.json) !== row.hash || decodeSignature(row.signature) === null) return null;
  // Believed to be one because of the above; whoever has the key can have signed anything, so it may still not be.
  const entry = parseJson(row.json) as LedgerEntry;
  try {
    const whole = entry.station.keyFingerprint === key.fingerprint && Number.isFinite(Date.parse(entry.time));
    return whole && wrongColumns(row, entry).length === 0 ? entry : null;
  } catch {
    return null;
  }
}

/** @returns undefined when the text is not JSON */
export function parseJson(json: string): unknown {
  try {
    return JSON.parse(json) as unknown;
  } catch {
    return undefined;
  }
}

/** Whether `json` is the one text of the value that it was parsed to. */
export function isCanonical(value: unknown, json: string): boolean {
  try {
    return canonicalJson(value) === json;
  } catch {
    return false;
  }
}

function wrongColumns(row: RawRow, entry: LedgerEntry): string[] {
  const columns = columnsOf(entry.record);
  return (['kind', 'state', 'machineSerial', 'driveKey', 'jobId'] as const).filter(
    (name) => row[name] !== columns[name],
  );
}
