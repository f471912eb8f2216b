import { spawn, type ChildProcess } from 'node:child_process';
import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import Database from 'libsql';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PrestageError } from '../../core/base/errors';
import type { LedgerEntry } from '../../core/ledger/record';
import { runCommandLine } from '../../station/cli/program';
import { canonicalJson, signHash } from '../../station/ledger/entry';
import { exportCsv, exportJson } from '../../station/ledger/export';
import { loadStationKey } from '../../station/ledger/keys';
import { Ledger } from '../../station/ledger/ledger';
import { LedgerReader } from '../../station/ledger/ledger-reader';
import { createStatements, schemaVersion } from '../../station/ledger/schema';
import type { LedgerReport } from '../../station/ledger/verify-ledger';
import { statePlaces, type StatePlaces } from '../../station/state/state-paths';
import { context, done, failed, sampleJob, started } from '../unit/station/ledger/samples';

/** Keeps what is written to it. */
class Collector extends Writable {
  text = '';

  override _write(piece: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.text += piece.toString();
    done();
  }
}

let folder: string;
let places: StatePlaces;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'prestage-ledger-'));
  places = statePlaces(folder);
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

/** Writes entries 1 to `count`. */
function fill(count: number): void {
  const ledger = Ledger.open(places);
  const [newest] = ledger.lastEntries(1);
  for (let number = (newest?.sequence ?? 0) + 1; number <= count; number += 1) {
    ledger.append(done(sampleJob({ machineSerial: `PC-${number}` })), context);
  }
  ledger.close();
}

function verify(): LedgerReport {
  const ledger = LedgerReader.openForReading(places);
  try {
    return ledger.verify();
  } finally {
    ledger.close();
  }
}

/** Findings as `sequence code`, in order. */
function findings(): string[] {
  const report = verify();
  expect(report.ok).toBe(report.findings.length === 0);
  return report.findings.map(({ sequence, code }) => `${sequence ?? '-'} ${code}`);
}

/** Alters the file as somebody would who knows SQLite: triggers away, change, triggers back. */
function tamper(change: (database: Database.Database) => void, restore = true): void {
  const database = new Database(places.ledgerFile);
  database.exec('BEGIN');
  const triggers = createStatements.filter((statement) => statement.startsWith('CREATE TRIGGER'));
  for (const name of ['entries_no_update', 'entries_no_delete', 'entries_only_append']) {
    database.exec(`DROP TRIGGER ${name}`);
  }
  change(database);
  if (restore) for (const trigger of triggers) database.exec(trigger);
  database.exec('COMMIT');
  database.pragma('wal_checkpoint(TRUNCATE)');
  database.close();
}

function codeThrownBy(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof PrestageError) {
      expect(error.data.remedy).not.toBe('');
      return error.code;
    }
    throw error;
  }
  return 'nothing was thrown';
}

interface TextRow {
  json: string;
  hash: string;
  signature: string;
}

function rowOf(database: Database.Database, sequence: number): TextRow {
  return database
    .prepare('SELECT json, hash, signature FROM entries WHERE sequence = ?')
    .get(sequence) as TextRow;
}

/** Changes an entry's facts and makes JSON and hash fit again; signs too when a key is given. */
function rewrite(
  database: Database.Database,
  sequence: number,
  change: (entry: LedgerEntry) => void,
  key: KeyObject | null,
): void {
  const row = rowOf(database, sequence);
  const entry = JSON.parse(row.json) as LedgerEntry;
  change(entry);
  const json = canonicalJson(entry);
  const hash = createHash('sha256').update(json).digest('hex');
  const signature = key === null ? row.signature : signHash(hash, key);
  database
    .prepare('UPDATE entries SET json = ?, hash = ?, signature = ? WHERE sequence = ?')
    .run(json, hash, signature, sequence);
}

function stationKey(): KeyObject {
  const key = loadStationKey(places);
  if (key === null) throw new Error('no key');
  return key.privateKey;
}

describe('a ledger', () => {
  it('keeps entries in a signed chain and finds them again', () => {
    const ledger = Ledger.open(places);
    const first = sampleJob({ machineSerial: 'PC-1' });
    const open = sampleJob({ machineSerial: 'PC-2', drive: { ...sampleJob().drive, serial: 'OTHER' } });
    ledger.append(started(first), context);
    const end = ledger.append(done(first), context);
    ledger.append(started(open), context);
    const bad = sampleJob({ machineSerial: 'PC-3' });
    ledger.append(started(bad), context);
    ledger.append(failed(bad), context);
    expect(end.sequence).toBe(2);
    expect(ledger.findShipped('PC-1')?.hash).toBe(end.hash);
    expect(ledger.findShipped('PC-3')).toBeNull();
    expect(ledger.findLastDone({ ...first.drive, path: '/dev/elsewhere' })?.sequence).toBe(2);
    expect(ledger.findLastDone({ ...first.drive, size: 1 })).toBeNull();
    expect(ledger.openJobs().map(({ sequence, job }) => [sequence, job.machineSerial])).toEqual([
      [3, 'PC-2'],
    ]);
    expect([...ledger.entries()].map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5]);
    expect(ledger.lastEntries(2).map(({ sequence }) => sequence)).toEqual([4, 5]);
    expect(ledger.verify()).toMatchObject({ ok: true, entries: 5, findings: [], notes: [] });
    ledger.close();
  });

  it('is readable by its owner only', () => {
    const ledger = Ledger.open(places);
    ledger.append(started(sampleJob()), context);
    for (const file of [
      places.ledgerFile,
      `${places.ledgerFile}-wal`,
      `${places.ledgerFile}-shm`,
      places.headFile,
      places.keyFile,
    ]) {
      expect(`${file} ${(statSync(file).mode & 0o777).toString(8)}`).toBe(`${file} 600`);
    }
    ledger.close();
  });

  it('is empty and whole before anything was written, and looking makes no files', () => {
    expect(verify()).toMatchObject({ ok: true, entries: 0 });
    expect(() => statSync(places.ledgerFile)).toThrow();
    expect(() => statSync(places.keyFile)).toThrow();
  });

  it('refuses updates, deletes and replacements', () => {
    fill(2);
    const database = new Database(places.ledgerFile);
    for (const sql of [
      "UPDATE entries SET json = '{}'",
      'DELETE FROM entries',
      'INSERT OR REPLACE INTO entries SELECT * FROM entries WHERE sequence = 1',
      'INSERT OR REPLACE INTO entries SELECT 3, json, hash, signature, kind, state, machine_serial, drive_key, job_id FROM entries WHERE sequence = 1',
      "INSERT INTO entries VALUES (9, '', '', '', '', '', '', '', '')",
    ]) {
      expect(() => {
        database.exec(sql);
      }).toThrow(/append-only/);
    }
    database.close();
    expect(findings()).toEqual([]);
  });

  it('notes a clock that was set back, without calling it damage', () => {
    const times = ['2025-11-03T10:00:00.000Z', '2025-11-03T09:59:30.000Z', '2025-11-03T08:00:00.000Z'];
    const ledger = Ledger.open(places, { clock: () => new Date(times.shift() ?? 0) });
    for (let index = 0; index < 3; index += 1) ledger.append(started(sampleJob()), context);
    ledger.close();
    const report = verify();
    expect(report.ok).toBe(true);
    expect(report.notes.map(({ sequence }) => sequence)).toEqual([3]);
  });

  it('catches up a head that a crash left behind', () => {
    fill(3);
    const old = readFileSync(places.headFile);
    fill(5);
    writeFileSync(places.headFile, old);
    expect(findings()).toEqual([]);
    Ledger.open(places).close();
    expect(readFileSync(places.headFile, 'utf8')).toContain('"sequence":5');
    fill(6);
    expect(findings()).toEqual([]);
  });
});

describe('verify finds', () => {
  beforeEach(() => {
    fill(8);
  });

  it('changed contents', () => {
    tamper((database) => {
      database.exec("UPDATE entries SET json = replace(json, 'PC-3', 'PC-9') WHERE sequence = 3");
    });
    expect(findings()).toEqual(['3 hash-mismatch']);
  });

  it('contents that were hashed again', () => {
    tamper((database) => {
      rewrite(
        database,
        3,
        (entry) => {
          entry.operator = 'Mallory';
        },
        null,
      );
    });
    expect(findings()).toEqual(['3 signature-invalid']);
  });

  it('contents that were signed with another key', () => {
    const other = generateKeyPairSync('ed25519').privateKey;
    tamper((database) => {
      rewrite(
        database,
        3,
        (entry) => {
          entry.operator = 'Mallory';
        },
        other,
      );
      rewrite(
        database,
        5,
        (entry) => {
          entry.station.keyFingerprint = 'd'.repeat(64);
        },
        other,
      );
    });
    expect(findings()).toEqual(['3 signature-invalid', '5 other-key', '6 chain-broken']);
  });

  it('an entry replaced by somebody who has the key', () => {
    const key = stationKey();
    tamper((database) => {
      rewrite(
        database,
        3,
        (entry) => {
          entry.operator = 'Mallory';
        },
        key,
      );
      rewrite(
        database,
        8,
        (entry) => {
          entry.operator = 'Mallory';
        },
        key,
      );
    });
    expect(findings()).toEqual(['4 chain-broken', '8 head-mismatch']);
  });

  it('JSON that is signed but no entry, or not canonical', () => {
    const key = stationKey();
    tamper((database) => {
      rewrite(
        database,
        3,
        (entry) => {
          Object.assign(entry, { extra: 1 });
        },
        key,
      );
      const json = rowOf(database, 8).json.replace('{', '{ ');
      const hash = createHash('sha256').update(json).digest('hex');
      database
        .prepare('UPDATE entries SET json = ?, hash = ?, signature = ? WHERE sequence = 8')
        .run(json, hash, signHash(hash, key));
    });
    expect(findings()).toEqual(['3 schema-invalid', '8 not-canonical']);
  });

  it.each([
    ['the first', 'sequence = 1', ['1 missing']],
    ['one', 'sequence = 4', ['4 missing']],
    ['several', 'sequence IN (3, 4, 6)', ['3 missing', '6 missing']],
    ['the newest', 'sequence > 6', ['7 truncated']],
    ['all', 'sequence > 0', ['1 truncated']],
  ])('entries that are missing: %s', (_, where, expected) => {
    tamper((database) => {
      database.exec(`DELETE FROM entries WHERE ${where}`);
    });
    expect(findings()).toEqual(expected);
  });

  it('entries that were swapped', () => {
    tamper((database) => {
      database.exec('UPDATE entries SET sequence = -1 WHERE sequence = 4');
      database.exec('UPDATE entries SET sequence = 4 WHERE sequence = 5');
      database.exec('UPDATE entries SET sequence = 5 WHERE sequence = -1');
    });
    expect(findings()).toEqual(['4 sequence-mismatch', '5 sequence-mismatch']);
  });

  it('an entry that was inserted, with the later ones moved up: one cause, one finding', () => {
    const copy = `INSERT INTO entries SELECT 4, json || ' ', 'x', signature, kind, state, machine_serial, drive_key, job_id
      FROM entries WHERE sequence = 3`;
    tamper((database) => {
      for (let sequence = 8; sequence >= 4; sequence -= 1) {
        database.exec(`UPDATE entries SET sequence = ${sequence + 1} WHERE sequence = ${sequence}`);
      }
      database.exec(copy);
    });
    const report = verify();
    expect(report.findings.map(({ sequence, code }) => `${sequence ?? '-'} ${code}`)).toEqual([
      '4 hash-mismatch',
      '4 signature-invalid',
      '4 not-canonical',
      '5 sequence-mismatch',
    ]);
    expect(report.findings.at(-1)?.message).toContain('Entries 5 to 9');
  });

  it('an entry that was removed, with the later ones moved down', () => {
    tamper((database) => {
      database.exec('DELETE FROM entries WHERE sequence = 3');
      for (let sequence = 4; sequence <= 8; sequence += 1) {
        database.exec(`UPDATE entries SET sequence = ${sequence - 1} WHERE sequence = ${sequence}`);
      }
    });
    expect(findings()).toEqual(['3 sequence-mismatch', '8 truncated']);
  });

  it('an entry before the first and one far behind the last', () => {
    const copy = (sequence: number): string =>
      `INSERT INTO entries SELECT ${sequence}, json, 'x${sequence}', signature, kind, state, machine_serial, drive_key, job_id FROM entries WHERE sequence = 3`;
    tamper((database) => {
      database.exec(copy(-5));
      database.exec(copy(100));
    });
    const found = findings();
    expect(found).toContain('-5 sequence-mismatch');
    expect(found).toContain('9 missing');
    expect(found).toContain('100 hash-mismatch');
  });

  it('an index that leads elsewhere', () => {
    tamper((database) => {
      database.exec("UPDATE entries SET machine_serial = 'PC-99' WHERE sequence = 2");
      database.exec('UPDATE entries SET state = NULL WHERE sequence = 5');
    });
    expect(findings()).toEqual(['2 index-mismatch', '5 index-mismatch']);
  });

  it('bytes that are not text', () => {
    tamper((database) => {
      database.exec("UPDATE entries SET json = CAST(x'ff00' AS TEXT) WHERE sequence = 2");
    });
    expect(findings()).toEqual(['2 row-unreadable']);
  });

  it('an older copy of the database', () => {
    const copy = join(folder, 'copy');
    copyFileSync(places.ledgerFile, copy);
    fill(11);
    for (const suffix of ['-wal', '-shm']) rmSync(places.ledgerFile + suffix, { force: true });
    copyFileSync(copy, places.ledgerFile);
    expect(findings()).toEqual(['9 truncated']);
    expect(codeThrownBy(() => Ledger.open(places))).toBe('ledger-broken');
  });

  it('a database that is gone', () => {
    for (const suffix of ['', '-wal', '-shm']) rmSync(places.ledgerFile + suffix, { force: true });
    expect(findings()).toEqual(['1 truncated']);
    expect(codeThrownBy(() => Ledger.open(places))).toBe('ledger-broken');
  });

  it.each([
    ['gone', null, '- head-missing'],
    ['no JSON', '{', '- head-invalid'],
    ['another form', '{"sequence":8}', '- head-invalid'],
  ])('a head that is %s, and writes no more', (_, text, expected) => {
    if (text === null) rmSync(places.headFile);
    else writeFileSync(places.headFile, text);
    expect(findings()).toEqual([expected]);
    expect(codeThrownBy(() => Ledger.open(places))).toBe('ledger-broken');
  });

  it('a head with another number or signature', () => {
    const head = readFileSync(places.headFile, 'utf8');
    writeFileSync(places.headFile, head.replace('"sequence":8', '"sequence":6'));
    expect(findings()).toEqual(['- head-invalid', '6 head-mismatch']);
    expect(codeThrownBy(() => Ledger.open(places))).toBe('ledger-broken');
  });

  it('missing triggers, strange ones, and an altered table', () => {
    tamper((database) => {
      database.exec('CREATE TRIGGER helpful AFTER INSERT ON entries BEGIN SELECT 1; END');
      database.exec('DROP INDEX entries_by_job');
    }, false);
    expect(findings()).toEqual(Array.from({ length: 5 }, () => '- schema-changed'));
  });

  it('several things at once', () => {
    tamper((database) => {
      database.exec("UPDATE entries SET hash = replace(hash, substr(hash, 1, 1), 'g') WHERE sequence = 1");
      database.exec('DELETE FROM entries WHERE sequence = 3');
      database.exec("UPDATE entries SET signature = 'AAAA' WHERE sequence = 6");
      database.exec('DELETE FROM entries WHERE sequence = 8');
    });
    expect(findings()).toEqual(['1 hash-mismatch', '3 missing', '6 signature-invalid', '8 truncated']);
  });

  it('any single changed character, and names its entry', () => {
    const saved = join(folder, 'saved');
    copyFileSync(places.ledgerFile, saved);
    const database = new Database(places.ledgerFile);
    const rows = Array.from({ length: 8 }, (_, index) => rowOf(database, index + 1));
    database.close();
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 8 }),
        fc.constantFrom('json' as const, 'hash' as const, 'signature' as const),
        fc.nat(),
        fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
        (sequence, column, position, character) => {
          const text = rows[sequence - 1]?.[column] ?? '';
          const at = position % text.length;
          fc.pre(text.charAt(at) !== character);
          const changed = text.slice(0, at) + character + text.slice(at + 1);
          tamper((opened) => {
            opened.prepare(`UPDATE entries SET ${column} = ? WHERE sequence = ?`).run(changed, sequence);
          });
          const report = verify();
          tamper((opened) => {
            opened.prepare(`UPDATE entries SET ${column} = ? WHERE sequence = ?`).run(text, sequence);
          });
          expect(report.ok).toBe(false);
          expect(new Set(report.findings.map((finding) => finding.sequence))).toEqual(new Set([sequence]));
        },
      ),
      { numRuns: 100 },
    );
    expect(findings()).toEqual([]);
  });
});

describe('a file that is no ledger', () => {
  it.each([
    [
      'not SQLite',
      (): void => {
        writeFileSync(places.ledgerFile, 'nothing of the kind '.repeat(500));
      },
    ],
    [
      'torn',
      (): void => {
        truncateSync(places.ledgerFile, Math.floor(statSync(places.ledgerFile).size / 2) - 100);
      },
    ],
    [
      'overwritten in the middle',
      (): void => {
        const bytes = readFileSync(places.ledgerFile);
        bytes.fill(0xa5, 4096);
        writeFileSync(places.ledgerFile, bytes);
      },
    ],
  ])('is called broken: %s', (_, damage) => {
    fill(60);
    for (const suffix of ['-wal', '-shm']) rmSync(places.ledgerFile + suffix, { force: true });
    damage();
    expect(codeThrownBy(() => findings())).toBe('ledger-broken');
  });

  it('is refused when a newer version made it', () => {
    fill(1);
    const database = new Database(places.ledgerFile);
    database.exec(`PRAGMA user_version = ${schemaVersion + 1}`);
    database.close();
    expect(codeThrownBy(() => Ledger.open(places))).toBe('ledger-unavailable');
  });
});

describe('the station key', () => {
  it.each([0o644, 0o640, 0o604])('is refused with mode %o', (mode) => {
    fill(1);
    chmodSync(places.keyFile, mode);
    expect(codeThrownBy(() => Ledger.open(places))).toBe('ledger-key-unsafe');
    expect(findings()).toEqual(['- key-unsafe']);
  });

  it('is not made anew when it is gone', () => {
    fill(2);
    rmSync(places.keyFile);
    expect(codeThrownBy(() => Ledger.open(places))).toBe('ledger-key-unsafe');
    expect(() => statSync(places.keyFile)).toThrow();
    expect(findings()).toEqual(['- key-missing']);
    rmSync(places.publicKeyFile);
    expect(findings()).toEqual(['- key-missing']);
  });

  it('is not made anew when key and database are gone but the head is there', () => {
    fill(2);
    for (const suffix of ['', '-wal', '-shm']) rmSync(places.ledgerFile + suffix, { force: true });
    rmSync(places.keyFile);
    expect(codeThrownBy(() => Ledger.open(places))).toBe('ledger-key-unsafe');
  });

  it('is noticed when it was replaced: one finding for all entries', () => {
    fill(3);
    const other = generateKeyPairSync('ed25519').privateKey;
    writeFileSync(places.keyFile, other.export({ type: 'pkcs8', format: 'pem' }));
    expect(findings()).toEqual(['- key-mismatch', '- head-invalid', '1 other-key']);
    expect(codeThrownBy(() => Ledger.open(places))).toBe('ledger-broken');
  });

  it('is refused when it is of another kind', () => {
    fill(1);
    const other = generateKeyPairSync('x25519').privateKey;
    writeFileSync(places.keyFile, other.export({ type: 'pkcs8', format: 'pem' }));
    expect(codeThrownBy(() => Ledger.open(places))).toBe('ledger-key-unsafe');
  });
});

/** Starts the appender; `printed` fills with the sequences it was promised. */
function startAppender(
  count: number,
  prefix: string,
): { child: ChildProcess; printed: () => string; ended: Promise<number | null> } {
  const script = join(import.meta.dirname, '../unit/station/ledger/append-process.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', script, folder, String(count), prefix], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  child.stdout.on('data', (piece: Buffer) => {
    printed += piece.toString();
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { child, printed: () => printed, ended };
}

describe('several processes', () => {
  it('begin a ledger together, with one key, and append side by side', async () => {
    const appenders = ['A', 'B', 'C'].map((prefix) => startAppender(40, prefix));
    expect(await Promise.all(appenders.map(({ ended }) => ended))).toEqual([0, 0, 0]);
    const promised = appenders.flatMap(({ printed }) => printed().trim().split('\n').map(Number));
    expect(promised.sort((a, b) => a - b)).toEqual(Array.from({ length: 120 }, (_, index) => index + 1));
    expect(verify()).toMatchObject({ ok: true, entries: 120, findings: [] });
    expect(readFileSync(places.headFile, 'utf8')).toContain('"sequence":120');
  });

  it('may verify while others append', async () => {
    fill(1);
    const { ended } = startAppender(60, 'A');
    const state = { running: true };
    void ended.then(() => {
      state.running = false;
    });
    let looks = 0;
    while (state.running) {
      expect(findings()).toEqual([]);
      looks += 1;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect(looks).toBeGreaterThan(3);
  });

  it('leave a whole ledger with every promised entry when they are killed', async () => {
    let promised = 0;
    for (let round = 0; round < 5; round += 1) {
      const { child, printed, ended } = startAppender(100_000, `K${round}-`);
      await vi.waitFor(
        () => {
          expect(printed().split('\n').length).toBeGreaterThan(3 + round * 7);
        },
        { timeout: 30_000, interval: 3 },
      );
      child.kill('SIGKILL');
      await ended;
      const lines = printed().split('\n').slice(0, -1);
      promised = Number(lines.at(-1));
      const report = verify();
      expect(report.findings).toEqual([]);
      expect(report.entries).toBeGreaterThanOrEqual(promised);
      // At most the one entry whose number could not be told any more.
      expect(report.entries).toBeLessThanOrEqual(promised + 1);
    }
    fill(promised + 3);
    expect(findings()).toEqual([]);
  });
});

describe('exports', () => {
  it('JSON holds all that is needed to check it elsewhere', () => {
    fill(3);
    const ledger = LedgerReader.openForReading(places);
    const document = JSON.parse([...exportJson(ledger)].join('')) as {
      publicKey: string;
      entries: { sequence: number; json: unknown; hash: string; signature: string }[];
    };
    ledger.close();
    expect(document.publicKey).toBe(readFileSync(places.publicKeyFile, 'utf8'));
    for (const { json, hash } of document.entries) {
      expect(createHash('sha256').update(canonicalJson(json)).digest('hex')).toBe(hash);
    }
    expect(document.entries.length).toBe(3);
  });

  it('CSV has a line a job that ended', () => {
    const ledger = Ledger.open(places);
    const job = sampleJob({ drive: { ...sampleJob().drive, model: '=HYPERLINK("x")', serial: '000123' } });
    ledger.append(started(job), context);
    ledger.append(failed(job), context);
    ledger.append(done(job), context);
    const text = [...exportCsv(ledger)].join('');
    ledger.close();
    const lines = text.split('\r\n');
    expect(lines.length).toBe(4);
    expect(lines[1]).toContain(
      ',0042PF,failed,"drive-write-failed: The drive in Bay 1 does not take ""data"", it says.",000123,,"\'=HYPERLINK(""x"")",8589934592,',
    );
    expect(lines[2]).toContain(',0042PF,done,,000123,');
    expect(lines[2]).toContain(',1000,1000,1.25,0.1,2025-11-03T09:00:00.000Z,Ada Operator,bench-7,');
  });
});

describe('the command', () => {
  interface Run {
    readonly code: number;
    readonly out: string;
    readonly err: string;
  }

  const runIn = async (state: string, args: readonly string[], stdout?: Writable): Promise<Run> => {
    const [out, err] = [new Collector(), new Collector()];
    const code = await runCommandLine({
      args: ['ledger', ...args, '--state', state],
      version: '1',
      helper: [process.execPath],
      stdout: stdout ?? out,
      stderr: err,
      signal: new AbortController().signal,
    });
    return { code, out: out.text, err: err.text };
  };
  const run = async (...args: string[]): Promise<Run> => await runIn(folder, args);

  it('lists, newest last', async () => {
    fill(3);
    const { code, out } = await run('list');
    expect(code).toBe(0);
    const lines = out.trimEnd().split('\n');
    expect(lines.length).toBe(4);
    expect(lines[0]).toMatch(/^ENTRY +TIME +MACHINE +DRIVE +RESULT +REASON +HASH/);
    expect(lines[3]).toMatch(/^3 +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d +PC-3 +SN-0001 +done +- +[0-9a-f]{12}/);
    expect(JSON.parse((await run('list', '--json', '--last', '1')).out)).toMatchObject({
      entries: [{ sequence: 3, machineSerial: 'PC-3', result: 'done' }],
    });
  });

  it('lists what is damaged instead of stopping', async () => {
    fill(2);
    tamper((database) => {
      database.exec("UPDATE entries SET json = '{', hash = char(27) || '[31m' WHERE sequence = 1");
    });
    const { out } = await run('list');
    expect(out).toContain('damaged');
    expect(out).not.toContain('\u001b');
  });

  it('verifies, and exits with 4 when something is found', async () => {
    fill(3);
    expect(await run('verify')).toMatchObject({
      code: 0,
      out: expect.stringContaining('intact: 3 entries') as string,
      err: '',
    });
    tamper((database) => {
      database.exec('DELETE FROM entries WHERE sequence = 2');
    });
    const { code, out, err } = await run('verify', '--json');
    expect(JSON.parse(out)).toMatchObject({
      ok: false,
      entries: 2,
      findings: [{ sequence: 2, code: 'missing' }],
    });
    expect(err).toContain('missing: Entry 2 is missing');
    expect(code).toBe(4);
    expect(await run('verify')).toMatchObject({
      code: 4,
      out: expect.stringContaining('NOT intact: 1 finding in 2 entries') as string,
    });
  });

  it('exports into a file that is whole or not there', async () => {
    fill(2);
    const file = join(folder, 'out.csv');
    expect(await run('export', '--format', 'csv', '--output', file)).toEqual({ code: 0, out: '', err: '' });
    expect(readFileSync(file, 'utf8').split('\r\n').length).toBe(4);
    const nowhere = await run('export', '--format', 'csv', '--output', join(folder, 'no', 'out.csv'));
    expect(nowhere).toMatchObject({ code: 2, err: expect.stringContaining('cannot be written') as string });
    const { out } = await run('export', '--format', 'json');
    expect((JSON.parse(out) as { entries: unknown[] }).entries.length).toBe(2);
  });

  it('exports as fast as the reader takes it, and is quiet when that has had enough', async () => {
    fill(40);
    let pieces = 0;
    const reader = new Writable({
      highWaterMark: 1,
      write: (_piece, _encoding, taken) => {
        pieces += 1;
        if (pieces < 5) setImmediate(taken);
        else taken(Object.assign(new Error('write EPIPE'), { code: 'EPIPE', syscall: 'write' }));
      },
    });
    expect(await runIn(folder, ['export', '--format', 'csv'], reader)).toMatchObject({ code: 0, err: '' });
    expect(pieces).toBe(5);
  });

  it('says so when standard output takes no more', async () => {
    fill(2);
    const full = new Writable({
      write: (_piece, _encoding, taken) => {
        taken(Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC', syscall: 'write' }));
      },
    });
    const { code, err } = await runIn(folder, ['export', '--format', 'csv'], full);
    expect(code).toBe(2);
    expect(err).toContain('Standard output cannot be written');
  });

  it('refuses a state folder that is not there', async () => {
    const { code, err } = await runIn(join(folder, 'typo'), ['verify']);
    expect(code).toBe(3);
    expect(err).toContain('state folder');
  });
});
