import { sign } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'libsql';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { canonicalJson, sha256Hex, signHash } from '../../station/ledger/entry';
import { loadStationKey, type StationKey } from '../../station/ledger/keys';
import { LedgerReader } from '../../station/ledger/ledger-reader';
import { checkpointStatements, createStatements } from '../../station/ledger/schema';
import type { LedgerReport, VerifyOptions } from '../../station/ledger/verify-ledger';
import { statePaths, type StatePaths } from '../../station/state/state-paths';
import { makeLargeLedger } from '../benchmark/large-ledger';
import { tamperWith } from './ledger-tamper';

/** A ledger with several checkpoints, a copy of it for each test, and the ways in which somebody tampers with it. */

/** Checkpoints at 256, 512, 768 and 1024; the last entries have none. */
export const entries = 1100;

let original: string;
export let folder: string;
export let paths: StatePaths;
export function verify(options: VerifyOptions = {}): LedgerReport {
  const ledger = LedgerReader.openForReading(paths);
  try {
    return ledger.verify(options);
  } finally {
    ledger.close();
  }
}

/** Findings as `sequence code`, in order; the same whether or not checkpoints are believed. */
export function findings(): string[] {
  const told = (report: LedgerReport): string[] =>
    report.findings.map(({ sequence, code }) => `${sequence ?? '-'} ${code}`);
  const quick = told(verify());
  expect(told(verify({ everySignature: true }))).toEqual(quick);
  return quick;
}

/** Alters the file as somebody would who knows SQLite: triggers away, change, triggers back. */
export function tamper(
  change: (database: Database.Database) => void,
  statements = [...createStatements, ...checkpointStatements],
): void {
  tamperWith(paths.ledgerFile, change, statements);
}

/** The same to a ledger of a version without checkpoints. */
export function tamperOld(sql: string): void {
  tamper(
    (database) => {
      database.exec(sql);
    },
    [...createStatements],
  );
}

export function stationKey(): StationKey {
  const key = loadStationKey(paths);
  if (key === null) throw new Error('no key');
  return key;
}

export function versionOfFile(): number {
  const database = new Database(paths.ledgerFile);
  const { user_version: version } = database.prepare('PRAGMA user_version').get() as { user_version: number };
  database.close();
  return version;
}

interface TextRow {
  sequence: number;
  json: string;
  hash: string;
  signature: string;
}

export function rows(database: Database.Database): TextRow[] {
  return database
    .prepare('SELECT sequence, json, hash, signature FROM entries ORDER BY sequence')
    .all() as TextRow[];
}

export function put(database: Database.Database, { sequence, json, hash, signature }: TextRow): void {
  database
    .prepare('UPDATE entries SET json = ?, hash = ?, signature = ? WHERE sequence = ?')
    .run(json, hash, signature, sequence);
}

/** Signs again, as whoever has the key can. */
export function resign(json: string, sequence: number): TextRow {
  const hash = sha256Hex(json);
  return { sequence, json, hash, signature: signHash(hash, stationKey().privateKey) };
}

/** Makes the file one that a version without checkpoints made. */
export function makeOld(): void {
  const database = new Database(paths.ledgerFile);
  database.exec('DROP TABLE checkpoints; PRAGMA user_version = 1');
  database.close();
  const head = JSON.parse(readFileSync(paths.headFile, 'utf8')) as { sequence: number; hash: string };
  const { sequence, hash } = head;
  const message = Buffer.from(`prestage-ledger-head 1\n${sequence}\n${hash}\n`);
  const signature = sign(null, message, stationKey().privateKey).toString('base64');
  writeFileSync(paths.headFile, `${canonicalJson({ version: 1, sequence, hash, signature })}\n`);
}

/** Takes the copy away: the state folder is there again, and empty. */
export function emptyStateFolder(): void {
  rmSync(folder, { recursive: true, force: true });
  paths = statePaths(folder);
}

/** Makes the ledger once, and a copy of it for each test. Call it once, at the top of the test file. */
export function useCheckpointedLedger(): void {
  beforeAll(() => {
    original = mkdtempSync(join(tmpdir(), 'prestage-checkpoints-'));
    makeLargeLedger(statePaths(original), entries);
  });
  afterAll(() => {
    rmSync(original, { recursive: true, force: true });
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'prestage-checkpoints-'));
    cpSync(original, folder, { recursive: true });
    paths = statePaths(folder);
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });
}
