import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type Database from 'libsql';
import { afterEach, beforeEach, expect, vi } from 'vitest';
import { Ledger } from '../../station/ledger/ledger';
import { LedgerReader } from '../../station/ledger/ledger-reader';
import { createStatements } from '../../station/ledger/schema';
import type { LedgerReport } from '../../station/ledger/verify-ledger';
import { statePaths, type StatePaths } from '../../station/state/state-paths';
import { context, done, sampleJob } from '../unit/station/ledger/samples';
import { tamperWith } from './ledger-tamper';

/** A station's ledger in a folder of its own, and the ways in which somebody tampers with it. */

export let folder: string;
export let paths: StatePaths;
/** Writes entries 1 to `count`. */
export function fill(count: number): void {
  const ledger = Ledger.open(paths);
  const [newest] = ledger.lastEntries(1);
  for (let number = (newest?.sequence ?? 0) + 1; number <= count; number += 1) {
    ledger.append(done(sampleJob({ machineSerial: `PC-${number}` })), context);
  }
  ledger.close();
}

export function verify(): LedgerReport {
  const ledger = LedgerReader.openForReading(paths);
  try {
    return ledger.verify();
  } finally {
    ledger.close();
  }
}

/** Findings as `sequence code`, in order. */
export function findings(): string[] {
  const report = verify();
  expect(report.ok).toBe(report.findings.length === 0);
  return report.findings.map(({ sequence, code }) => `${sequence ?? '-'} ${code}`);
}

/** Alters the file as somebody would who knows SQLite: triggers away, change, triggers back. */
export function tamper(change: (database: Database.Database) => void, restore = true): void {
  tamperWith(paths.ledgerFile, change, createStatements, restore);
}

interface TextRow {
  json: string;
  hash: string;
  signature: string;
}

export function rowOf(database: Database.Database, sequence: number): TextRow {
  return database
    .prepare('SELECT json, hash, signature FROM entries WHERE sequence = ?')
    .get(sequence) as TextRow;
}

/** Makes a fresh state folder for each test. Call it once, at the top of the test file. */
export function useLedgerFolder(): void {
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'prestage-ledger-'));
    paths = statePaths(folder);
  });
  afterEach(() => {
    vi.restoreAllMocks();
    rmSync(folder, { recursive: true, force: true });
  });
}
