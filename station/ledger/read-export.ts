import { closeSync, openSync, readSync } from 'node:fs';
import { isUtf8 } from 'node:buffer';
import { z } from 'zod';
import { sha256Schema } from '../../core/media/chunk-map';
import { genesisHash, ledgerEntrySchema, type LedgerEntry, type StoredEntry } from '../../core/ledger/record';
import { checkEntry, parseJson } from './check-entry';
import { canonicalJson, columnsOf, sha256Hex } from './entry';
import { keyFingerprint, type VerifyingKey } from './keys';
import { readKey } from './proof-document';

/** Reads what `ledger export --format json` wrote, a line at a time: an export may be larger than the memory. */

/** Bytes. An entry takes two or three thousand. */
const longestLine = 4 * 1024 * 1024;
const readBytes = 1024 * 1024;

/** Why an export is not believed. */
export class ExportFinding extends Error {
  constructor(
    /** The entry it is about; null when it is about the file. */
    readonly sequence: number | null,
    /** One sentence. */
    message: string,
  ) {
    super(message);
    this.name = 'ExportDoubt';
  }
}

/** One line of the file. */
export interface ExportLine {
  /** Without its line feed. */
  readonly text: string;
  /** Bytes from the start of the file. */
  readonly offset: number;
  readonly bytes: number;
}

const headerSchema = z.strictObject({
  format: z.literal('prestage-ledger'),
  version: z.literal(1),
  publicKey: z.string(),
  keyFingerprint: sha256Schema,
  entries: z.array(z.never()),
});
const entrySchema = z.strictObject({
  sequence: z.int().positive(),
  json: z.looseObject({}),
  hash: sha256Schema,
  signature: z.string(),
});

const otherForm = 'The file does not have the format of "prestage ledger export --format json".';

/**
 * The lines of a file.
 * @throws ExportFinding when it is not text, has a line that is too long, or does not end with a line feed; the system's error
 */
export function* linesOf(file: string): Generator<ExportLine, void> {
  const descriptor = openSync(file, 'r');
  try {
    const buffer = Buffer.alloc(readBytes);
    let rest = Buffer.alloc(0);
    let offset = 0;
    for (;;) {
      const count = readSync(descriptor, buffer, 0, readBytes, null);
      if (count === 0) break;
      let piece = Buffer.concat([rest, buffer.subarray(0, count)]);
      for (let end = piece.indexOf(10); end >= 0; end = piece.indexOf(10)) {
        yield { text: decoded(piece.subarray(0, end)), offset, bytes: end };
        offset += end + 1;
        piece = piece.subarray(end + 1);
      }
      if (piece.length > longestLine) throw new ExportFinding(null, otherForm);
      rest = piece;
    }
    if (rest.length > 0) throw new ExportFinding(null, 'The file is incomplete.');
  } finally {
    closeSync(descriptor);
  }
}

function decoded(bytes: Buffer): string {
  if (!isUtf8(bytes)) throw new ExportFinding(null, 'The file is not valid UTF-8.');
  return bytes.toString('utf8');
}

/** @throws ExportFinding when the first line is not that of an export, or its key is not one */
export function readHeader(line: string): VerifyingKey {
  const header = headerSchema.safeParse(parseJson(`${line}]}`));
  if (!header.success) throw new ExportFinding(null, otherForm);
  const { publicKey: pem, keyFingerprint: stated } = header.data;
  const publicKey = readKey(pem);
  if (publicKey === null) throw new ExportFinding(null, 'The public key in the file is not valid.');
  const fingerprint = keyFingerprint(publicKey);
  if (fingerprint !== stated) {
    throw new ExportFinding(null, 'The public key in the file does not match the fingerprint in the file.');
  }
  return { publicKey, fingerprint, pem };
}

/** @throws ExportFinding when the line is not an entry's */
export function readEntryLine(line: string, expected: number): StoredEntry {
  const parsed = entrySchema.safeParse(parseJson(line.endsWith(',') ? line.slice(0, -1) : line));
  if (!parsed.success) {
    throw new ExportFinding(expected, `Entry ${expected} does not have the format of an entry.`);
  }
  const { sequence, json, hash, signature } = parsed.data;
  // Exports hold the canonical text itself, which JSON.stringify nearly always gives back.
  const text = JSON.stringify(json);
  return { sequence, json: sha256Hex(text) === hash ? text : canonicalText(json, sequence), hash, signature };
}

function canonicalText(value: unknown, sequence: number): string {
  try {
    return canonicalJson(value);
  } catch {
    throw new ExportFinding(sequence, `Entry ${sequence} cannot be written as canonical JSON.`);
  }
}

export interface ExportedEntry {
  readonly line: ExportLine;
  readonly stored: StoredEntry;
  readonly entry: LedgerEntry;
}

/** What is known of an export once its first line was read. */
export interface ExportFile {
  readonly key: VerifyingKey;
  /** Every entry, oldest first, each looked at whole: form, hash, signature, and that it follows the one before it. */
  readonly entries: Generator<ExportedEntry, void>;
}

/**
 * Reads an export and looks at its chain.
 * @throws ExportFinding at once for the first line, and then at the first entry that is in doubt; the system's error
 */
export function openExport(file: string): ExportFile {
  const lines = linesOf(file);
  const first = lines.next();
  if (first.done === true) throw new ExportFinding(null, otherForm);
  const key = readHeader(first.value.text);
  return { key, entries: chainOf(lines, key) };
}

function* chainOf(lines: Generator<ExportLine, void>, key: VerifyingKey): Generator<ExportedEntry, void> {
  let before = { sequence: 0, hash: genesisHash };
  let comma = true;
  let ended = false;
  for (const line of lines) {
    if (ended) throw new ExportFinding(null, 'The file continues after its end.');
    if (line.text === ']}') {
      ended = true;
      if (comma && before.sequence > 0) throw new ExportFinding(null, otherForm);
      continue;
    }
    const expected = before.sequence + 1;
    if (!comma) throw new ExportFinding(expected, otherForm);
    comma = line.text.endsWith(',');
    const stored = readEntryLine(line.text, expected);
    const entry = wholeEntry(stored, key);
    if (stored.sequence !== expected || entry.sequence !== expected) {
      throw new ExportFinding(
        expected,
        `Entry ${expected} is missing: entry ${stored.sequence} is in its place.`,
      );
    }
    if (entry.previousHash !== before.hash) {
      throw new ExportFinding(expected, `Entry ${expected} does not follow the one before it.`);
    }
    before = { sequence: expected, hash: stored.hash };
    yield { line, stored, entry };
  }
  if (!ended) throw new ExportFinding(null, 'The file is incomplete.');
}

function wholeEntry(stored: StoredEntry, key: VerifyingKey): LedgerEntry {
  const parsed = ledgerEntrySchema.safeParse(parseJson(stored.json));
  const columns = parsed.success
    ? columnsOf(parsed.data.record)
    : { kind: '', state: null, machineSerial: '', driveKey: '', jobId: '' };
  const { entry, problems } = checkEntry({ ...stored, ...columns }, key);
  const problem = problems[0];
  if (problem !== undefined || entry === null) {
    throw new ExportFinding(
      stored.sequence,
      `Entry ${stored.sequence} ${problem?.message ?? 'cannot be read.'}`,
    );
  }
  return entry;
}
