import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'libsql';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { LedgerEntry } from '../../core/ledger/record';
import { canonicalJson, signHash } from '../../station/ledger/entry';
import { loadStationKey } from '../../station/ledger/keys';
import { Ledger } from '../../station/ledger/ledger';
import {
  folder,
  paths,
  fill,
  verify,
  findings,
  tamper,
  rowOf,
  useLedgerFolder,
} from '../support/ledger-folder';
import { codeThrownBy } from '../support/ledger-tamper';

useLedgerFolder();

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
  const key = loadStationKey(paths);
  if (key === null) throw new Error('no key');
  return key.privateKey;
}

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
    copyFileSync(paths.ledgerFile, copy);
    fill(11);
    for (const suffix of ['-wal', '-shm']) rmSync(paths.ledgerFile + suffix, { force: true });
    copyFileSync(copy, paths.ledgerFile);
    expect(findings()).toEqual(['9 truncated']);
    expect(codeThrownBy(() => Ledger.open(paths))).toBe('ledger-broken');
  });

  it('a database that is gone', () => {
    for (const suffix of ['', '-wal', '-shm']) rmSync(paths.ledgerFile + suffix, { force: true });
    expect(findings()).toEqual(['1 truncated']);
    expect(codeThrownBy(() => Ledger.open(paths))).toBe('ledger-broken');
  });

  it.each([
    ['gone', null, '- head-missing'],
    ['no JSON', '{', '- head-invalid'],
    ['another form', '{"sequence":8}', '- head-invalid'],
  ])('a head that is %s, and writes no more', (_, text, expected) => {
    if (text === null) rmSync(paths.headFile);
    else writeFileSync(paths.headFile, text);
    expect(findings()).toEqual([expected]);
    expect(codeThrownBy(() => Ledger.open(paths))).toBe('ledger-broken');
  });

  it('a head with another number or signature', () => {
    const head = readFileSync(paths.headFile, 'utf8');
    writeFileSync(paths.headFile, head.replace('"sequence":8', '"sequence":6'));
    expect(findings()).toEqual(['- head-invalid', '6 head-mismatch']);
    expect(codeThrownBy(() => Ledger.open(paths))).toBe('ledger-broken');
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
    copyFileSync(paths.ledgerFile, saved);
    const database = new Database(paths.ledgerFile);
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
