import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import Database from 'libsql';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LedgerEntry } from '../../core/ledger/record';
import { signCheckpoint } from '../../station/ledger/checkpoint';
import { canonicalJson } from '../../station/ledger/entry';
import { writeHead } from '../../station/ledger/head';
import { Ledger } from '../../station/ledger/ledger';
import { leafHash, MerkleTree } from '../../station/ledger/merkle';
import { schemaVersion } from '../../station/ledger/schema';
import { makeLargeLedger } from '../benchmark/large-ledger';
import { context, done, sampleJob } from '../unit/station/ledger/samples';
import {
  entries,
  paths,
  verify,
  findings,
  tamper,
  tamperOld,
  stationKey,
  versionOfFile,
  rows,
  put,
  resign,
  makeOld,
  emptyStateFolder,
  useCheckpointedLedger,
} from '../support/checkpointed-ledger';
import { codeThrownBy } from '../support/ledger-tamper';

useCheckpointedLedger();

describe('a ledger with checkpoints', () => {
  it('is whole, whichever way it is looked at', () => {
    expect(findings()).toEqual([]);
    const leaves = new MerkleTree();
    const database = new Database(paths.ledgerFile);
    for (const { hash, signature } of rows(database)) leaves.add(leafHash(hash, signature));
    database.close();
    expect(verify()).toMatchObject({ ok: true, entries, root: leaves.root().toString('hex') });
  });

  it('gets one at every 256th entry, and its head says so', () => {
    const ledger = Ledger.open(paths);
    for (let sequence = entries + 1; sequence <= 1281; sequence += 1) {
      ledger.append(done(sampleJob()), context);
    }
    ledger.close();
    const database = new Database(paths.ledgerFile);
    const sizes = database.prepare('SELECT size FROM checkpoints ORDER BY size').all() as { size: number }[];
    database.close();
    expect(sizes.map(({ size }) => size)).toEqual([256, 512, 768, 1024, 1280]);
    expect(JSON.parse(readFileSync(paths.headFile, 'utf8'))).toMatchObject({
      version: 2,
      sequence: 1281,
      checkpoint: 1280,
    });
    expect(findings()).toEqual([]);
  });

  it('refuses changes to checkpoints', () => {
    const database = new Database(paths.ledgerFile);
    for (const sql of [
      "UPDATE checkpoints SET root = ''",
      'DELETE FROM checkpoints',
      'INSERT OR REPLACE INTO checkpoints SELECT * FROM checkpoints WHERE size = 256',
      "INSERT INTO checkpoints VALUES (1000, '', '', '')",
    ]) {
      expect(() => {
        database.exec(sql);
      }).toThrow(/append-only/);
    }
    database.close();
  });
});

describe('verify finds, under checkpoints,', () => {
  it.each([
    ['changed contents', "json = replace(json, 'Samsung', 'Somsung')", '300 hash-mismatch'],
    ['a changed hash', "hash = replace(hash, substr(hash, 1, 1), 'g')", '300 hash-mismatch'],
    [
      'another signature',
      'signature = (SELECT signature FROM entries WHERE sequence = 9)',
      '300 signature-invalid',
    ],
    ['a signature with a line feed behind it', 'signature = signature || char(10)', '300 signature-invalid'],
    ['a signature that ends otherwise', "signature = replace(signature, '==', '')", '300 signature-invalid'],
    ['an index that leads elsewhere', "machine_serial = 'PC-9'", '300 index-mismatch'],
    ['an index with a NUL', 'machine_serial = machine_serial || char(0)', '300 index-mismatch'],
    ['an index with a line feed', 'job_id = job_id || char(10)', '300 index-mismatch'],
    ['no state', 'state = NULL', '300 index-mismatch'],
    ['bytes that are no text', "json = CAST(x'ff00' AS TEXT)", '300 row-unreadable'],
  ])('%s, and names the entry', (_, change, expected) => {
    tamper((database) => {
      database.exec(`UPDATE entries SET ${change} WHERE sequence = 300`);
    });
    expect(findings()).toEqual([expected]);
  });

  it('an entry replaced by somebody who has the key, and the next one too', () => {
    tamper((database) => {
      const entry = JSON.parse(rows(database)[299]?.json ?? '') as LedgerEntry;
      put(database, resign(canonicalJson({ ...entry, operator: 'Mallory' }), 300));
    });
    expect(findings()).toEqual(['301 chain-broken']);
  });

  it('the last entry of a segment replaced by somebody who has the key', () => {
    tamper((database) => {
      const entry = JSON.parse(rows(database)[255]?.json ?? '') as LedgerEntry;
      put(database, resign(canonicalJson({ ...entry, operator: 'Mallory' }), 256));
    });
    expect(findings()).toEqual(['256 checkpoint-mismatch', '257 chain-broken']);
  });

  it('everything from an entry on written again by somebody who has the key', () => {
    tamper((database) => {
      let previousHash = '';
      for (const row of rows(database).slice(299)) {
        const entry = JSON.parse(row.json) as LedgerEntry;
        const changed = row.sequence === 300 ? { ...entry, operator: 'Mallory' } : { ...entry, previousHash };
        const signed = resign(canonicalJson(changed), row.sequence);
        previousHash = signed.hash;
        put(database, signed);
      }
      writeHead(paths, { sequence: entries, hash: previousHash, checkpoint: 1024 }, stationKey().privateKey);
    });
    const found = [512, 768, 1024].map((size) => `${size} checkpoint-mismatch`);
    expect(findings()).toEqual(found);
  });

  it('JSON that is signed but no entry, or not canonical', () => {
    tamper((database) => {
      const all = rows(database);
      const entry = JSON.parse(all[299]?.json ?? '') as LedgerEntry;
      put(database, resign(canonicalJson({ ...entry, extra: 1 }), 300));
      put(database, resign((all[599]?.json ?? '').replace('{', '{ '), 600));
    });
    expect(findings()).toEqual(['300 schema-invalid', '600 not-canonical']);
  });

  it.each([
    ['one', 'sequence = 300', ['300 missing']],
    ['the first of a segment', 'sequence = 257', ['257 missing']],
    ['a whole segment', 'sequence BETWEEN 257 AND 512', ['257 missing']],
    ['the newest', 'sequence > 1000', ['1001 truncated']],
    ['all', 'sequence > 0', ['1 truncated']],
  ])('entries that are missing: %s', (_, where, expected) => {
    tamper((database) => {
      database.exec(`DELETE FROM entries WHERE ${where}`);
    });
    expect(findings()).toEqual(expected);
  });

  it('entries that were cut off together with the head’s word for them', () => {
    const head = readFileSync(paths.headFile, 'utf8');
    tamper((database) => {
      database.exec('DELETE FROM entries WHERE sequence > 600');
      const hash = rows(database).at(-1)?.hash ?? '';
      writeHead(paths, { sequence: 600, hash, checkpoint: 512 }, stationKey().privateKey);
    });
    expect(readFileSync(paths.headFile, 'utf8')).not.toBe(head);
    expect(findings()).toEqual(['601 truncated']);
  });

  it('entries that were swapped', () => {
    tamper((database) => {
      database.exec('UPDATE entries SET sequence = -1 WHERE sequence = 300');
      database.exec('UPDATE entries SET sequence = 300 WHERE sequence = 301');
      database.exec('UPDATE entries SET sequence = 301 WHERE sequence = -1');
    });
    expect(findings()).toEqual(['300 sequence-mismatch', '301 sequence-mismatch']);
  });

  it('an entry that was removed, with the later ones moved down: one cause, one finding', () => {
    tamper((database) => {
      database.exec('DELETE FROM entries WHERE sequence = 300');
      for (let sequence = 301; sequence <= entries; sequence += 1) {
        database.exec(`UPDATE entries SET sequence = ${sequence - 1} WHERE sequence = ${sequence}`);
      }
    });
    expect(findings()).toEqual(['300 sequence-mismatch', '1100 truncated']);
  });

  it('any single changed character, and names its entry', () => {
    const database = new Database(paths.ledgerFile);
    const all = rows(database);
    database.close();
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: entries }),
        fc.constantFrom('json' as const, 'hash' as const, 'signature' as const),
        fc.nat(),
        fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
        (sequence, column, position, character) => {
          const text = all[sequence - 1]?.[column] ?? '';
          const at = position % text.length;
          fc.pre(text.charAt(at) !== character);
          const changed = text.slice(0, at) + character + text.slice(at + 1);
          const set = (value: string): void => {
            tamper((opened) => {
              opened.prepare(`UPDATE entries SET ${column} = ? WHERE sequence = ?`).run(value, sequence);
            });
          };
          set(changed);
          const report = verify();
          set(text);
          expect(new Set(report.findings.map((finding) => finding.sequence))).toEqual(new Set([sequence]));
        },
      ),
      { numRuns: 60 },
    );
    expect(verify().findings).toEqual([]);
  });
});

describe('verify finds checkpoints that', () => {
  const broken = (): string => codeThrownBy(() => Ledger.open(paths));

  it.each([
    ['have another root', 'root = (SELECT root FROM checkpoints WHERE size = 256)', 'checkpoint-invalid'],
    [
      'have another signature',
      'signature = (SELECT signature FROM entries WHERE sequence = 1)',
      'checkpoint-invalid',
    ],
    ['have other hashes', 'peaks = (SELECT root FROM checkpoints WHERE size = 256)', 'checkpoint-invalid'],
    ['have no hashes', "peaks = ''", 'checkpoint-invalid'],
    ['are not text', "root = CAST(x'ff' AS TEXT)", 'checkpoint-invalid'],
  ])('%s', (_, change, code) => {
    tamper((database) => {
      database.exec(`UPDATE checkpoints SET ${change} WHERE size = 768`);
    });
    expect(findings()).toEqual([`768 ${code}`]);
    tamper((database) => {
      database.exec(`UPDATE checkpoints SET ${change} WHERE size = 1024`);
    });
    expect(broken()).toBe('ledger-broken');
  });

  it.each([
    ['the first', 'size = 256', ['256 checkpoint-missing']],
    ['several', 'size IN (512, 768)', ['512 checkpoint-missing']],
    ['the newest', 'size = 1024', ['1024 checkpoint-missing']],
    ['all', 'size > 0', ['256 checkpoint-missing']],
  ])('were removed: %s', (_, where, expected) => {
    tamper((database) => {
      database.exec(`DELETE FROM checkpoints WHERE ${where}`);
    });
    expect(findings()).toEqual(expected);
    const cut = where.includes('1024') || where.includes('> 0');
    expect(broken()).toBe(cut ? 'ledger-broken' : 'nothing was thrown');
  });

  it('stand where none can be', () => {
    tamper((database) => {
      database.exec('UPDATE checkpoints SET size = 500 WHERE size = 512');
    });
    expect(findings()).toEqual(['500 checkpoint-invalid', '512 checkpoint-missing']);
  });

  it('were made with another key', () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    tamper((database) => {
      const tree = new MerkleTree();
      for (const { hash, signature } of rows(database).slice(0, 256)) tree.add(leafHash(hash, signature));
      const { signature } = signCheckpoint(256, tree.root(), privateKey);
      database.prepare('UPDATE checkpoints SET signature = ? WHERE size = 256').run(signature);
    });
    expect(findings()).toEqual(['256 checkpoint-invalid']);
  });

  it('were hidden, by making the file look like an old one', () => {
    const head = readFileSync(paths.headFile, 'utf8');
    makeOld();
    writeFileSync(paths.headFile, head);
    expect(findings()).toEqual(['- checkpoint-missing']);
  });
});

describe('a ledger from before checkpoints', () => {
  it('is read and verified as it is', () => {
    makeOld();
    expect(findings()).toEqual([]);
    expect(versionOfFile()).toBe(1);
    tamperOld("UPDATE entries SET signature = 'AAAA' WHERE sequence = 300");
    expect(findings()).toEqual(['300 signature-invalid']);
  });

  it('gets its checkpoints when it is next opened for writing', () => {
    makeOld();
    Ledger.open(paths).close();
    expect(versionOfFile()).toBe(schemaVersion);
    const database = new Database(paths.ledgerFile);
    expect(database.prepare('SELECT COUNT(*) AS count FROM checkpoints').get()).toMatchObject({ count: 4 });
    database.close();
    expect(findings()).toEqual([]);
    expect(JSON.parse(readFileSync(paths.headFile, 'utf8'))).toMatchObject({ version: 2, checkpoint: 1024 });
  });

  it('that is large gets them over several openings, or at once where all are needed', () => {
    emptyStateFolder();
    makeLargeLedger(paths, 5000);
    makeOld();
    const newest = (): number => {
      const database = new Database(paths.ledgerFile);
      const { size } = database.prepare('SELECT MAX(size) AS size FROM checkpoints').get() as {
        size: number;
      };
      database.close();
      return size;
    };
    const ledger = Ledger.open(paths);
    expect(newest()).toBe(4096);
    expect(findings()).toEqual([]);
    expect(ledger.signedCheckpoint().size).toBe(5000);
    ledger.close();
    Ledger.open(paths).close();
    expect(newest()).toBe(4864);
    expect(findings()).toEqual([]);
  });

  it('gets none over an entry that is not what was signed: what was changed stays found', () => {
    makeOld();
    tamperOld(
      'UPDATE entries SET signature = (SELECT signature FROM entries WHERE sequence = 9) WHERE sequence = 600',
    );
    const ledger = Ledger.open(paths);
    ledger.append(done(sampleJob()), context);
    expect(codeThrownBy(() => ledger.signedCheckpoint())).toBe('ledger-broken');
    ledger.close();
    const database = new Database(paths.ledgerFile);
    expect(database.prepare('SELECT MAX(size) AS size FROM checkpoints').get()).toMatchObject({ size: 512 });
    database.close();
    expect(findings()).toEqual(['600 signature-invalid']);
  });
});
