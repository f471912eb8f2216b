import { cpSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { unzipSync, zipSync } from 'fflate';
import Database from 'libsql';
import { describe, expect, it } from 'vitest';
import { createStatements } from '../../station/ledger/schema';
import { auditBundle } from '../../station/shipment/audit-bundle';
import { unpackZip } from '../../station/shipment/zip';
import { makeBench, overwrite } from '../support/virtual-bench';
import { benchDrives, errorOf } from '../support/cli';
import { runHere } from '../support/command-line';
import { present } from '../support/present';
import {
  area,
  state,
  bench,
  media,
  sha256,
  drives,
  bundle,
  key,
  machines,
  auditReport,
  apply,
  ship,
  audit,
  findingsOf,
  write,
  repacked,
  useShippedBundle,
} from '../support/shipped-bundle';

useShippedBundle();

describe('a shipment', () => {
  it('is believed with the station’s key, as fingerprint or as file, and with the order', async () => {
    expect(findingsOf(await audit(bundle))).toEqual([]);
    const order = write('order.csv', `order,serial\r\nWO-1,${machines[0]}\r\nWO-1,${machines[1]}\r\n`);
    const run = await audit(
      bundle,
      ['--order', order, '--expect-sha256', sha256],
      join(state, 'station-key.pub.pem'),
    );
    expect(findingsOf(run)).toEqual([]);
    const text = await runHere(['audit', bundle, '--training', '--trust', key, '--order', order]);
    expect(text.status).toBe(0);
    expect(text.stdout).toContain('The shipment passed the audit: 2 machines checked.');
    expect(text.stdout).not.toContain('not compared');
    const alone = await runHere(['audit', bundle, '--training', '--trust', key]);
    expect(alone.stdout).toContain('WO-1 (not compared: --order was not given)');
  });

  it('is a ZIP that others unpack, with the files that it promises', () => {
    const files = unzipSync(readFileSync(bundle));
    expect(Object.keys(files)).toEqual([
      'shipment.json',
      'records.json',
      'README.txt',
      'station-key.pub.pem',
      'manifest.csv',
      'packing-list.pdf',
      'labels.pdf',
      'summary.pdf',
      `certificates/0001-${machines[0]}.pdf`,
      `certificates/0002-${machines[1]}.pdf`,
    ]);
    for (const [name, bytes] of Object.entries(files)) {
      if (name.endsWith('.pdf')) {
        expect(Buffer.from(bytes).toString('latin1')).toMatch(/^%PDF-1\.\d[^]*%%EOF\s*$/);
      }
    }
    // Leading zeros are as they were scanned.
    expect(Buffer.from(present(files['manifest.csv'])).toString()).toContain(`\r\nS-1,WO-1,0042PF7,`);
    expect(Buffer.from(present(files['README.txt'])).toString()).toContain(
      'machine 0042PF7 has no computer name',
    );
  });

  it('is not closed twice, neither its machines nor its number', async () => {
    const again = await ship(['--order', 'WO-1', '--number', 'S-2', '--output', join(area, 'twice.zip')]);
    expect(again.status).toBe(3);
    expect(errorOf(again).code).toBe('shipment-empty');
    const machine = await ship([
      '--machine',
      machines[0],
      '--number',
      'S-2',
      '--output',
      join(area, 'twice.zip'),
    ]);
    expect(errorOf(machine)).toMatchObject({
      code: 'shipment-refused',
      message: 'Machine 0042PF7 is already in shipment S-1.',
    });
    const number = await ship(['--number', 'S-1', '--output', join(area, 'twice.zip')]);
    expect(errorOf(number)).toMatchObject({
      code: 'shipment-refused',
      message: 'Shipment S-1 is already closed.',
    });
    expect(existsSync(join(area, 'twice.zip'))).toBe(false);
  });

  it('is made again, to the byte', async () => {
    const file = join(area, 'again.zip');
    const run = await ship(['--again', 'S-1', '--output', file]);
    expect(run.status, run.stderr).toBe(0);
    expect(readFileSync(file).equals(readFileSync(bundle))).toBe(true);
    const unknown = await ship(['--again', 'S-9', '--output', join(area, 'unknown.zip')]);
    expect(errorOf(unknown).code).toBe('record-not-found');
  });

  it('records nothing when its file cannot be written', async () => {
    await apply(drives.slice(2, 3), ['UNWRITTEN1'], ['--expect-sha256', sha256]);
    const there = await ship(['--machine', 'UNWRITTEN1', '--number', 'S-3', '--output', bundle]);
    expect(errorOf(there)).toMatchObject({ code: 'usage' });
    const nowhere = await ship([
      '--machine',
      'UNWRITTEN1',
      '--number',
      'S-3',
      '--output',
      join(area, 'no/such.zip'),
    ]);
    expect(errorOf(nowhere)).toMatchObject({ code: 'usage' });
    const run = await ship(['--machine', 'UNWRITTEN1', '--number', 'S-3', '--output', join(area, 'S-3.zip')]);
    expect(run.status, run.stderr).toBe(0);
  });

  it('holds nothing of other customers', () => {
    const text = Buffer.concat(Object.values(unzipSync(readFileSync(join(area, 'S-3.zip'))))).toString(
      'latin1',
    );
    expect(text).toContain('UNWRITTEN1');
    for (const foreign of [...machines, 'WO-1', 'S-1.zip']) expect(text).not.toContain(foreign);
  });
});

describe('the audit doubts', () => {
  it('another key than the one that is trusted', async () => {
    expect(findingsOf(await audit(bundle, [], 'a'.repeat(64)))).toEqual(['key-untrusted']);
  });

  it('a machine of the order that is missing, and one that nobody ordered', async () => {
    const order = write('other.csv', `order,serial\r\nWO-1,${machines[0]}\r\nWO-1,5CD9999ZZ9\r\n`);
    const run = await audit(bundle, ['--order', order]);
    expect(findingsOf(run)).toEqual(['order-missing', 'order-surplus']);
    expect(run.stderr).toContain('Machine 5CD9999ZZ9 is in the work order but not in the shipment');
    expect(run.stderr).toContain('Machine 5CD1234XY1 is in the shipment but not in the work order');
  });

  it('another order', async () => {
    const order = write('wo-2.csv', `order,serial\r\nWO-2,${machines[0]}\r\nWO-2,${machines[1]}\r\n`);
    expect(findingsOf(await audit(bundle, ['--order', order]))).toEqual(['order-other']);
  });

  it('another media file than was expected', async () => {
    expect(findingsOf(await audit(bundle, ['--expect-sha256', 'b'.repeat(64)]))).toEqual([
      'media-unexpected',
    ]);
  });

  it('a media file that nobody compared', async () => {
    await apply(drives.slice(3, 4), ['UNCOMPARED1']);
    const file = join(area, 'S-4.zip');
    expect((await ship(['--machine', 'UNCOMPARED1', '--number', 'S-4', '--output', file])).status).toBe(0);
    expect(findingsOf(await audit(file))).toEqual(['media-not-compared']);
    expect(findingsOf(await audit(file, ['--expect-sha256', sha256]))).toEqual([]);
  });

  it('a drive that was found wrong after the shipment was closed', async () => {
    const [drive] = drives;
    const path = present(drive).path;
    // Inside what was written: the first sector of the EFI partition.
    overwrite(path, 1024 * 1024, Buffer.alloc(512, 0x55));
    const verified = await runHere([
      ...['verify', '--drive', present(drive).id, '--bench', bench, '--state', state, '--json'],
    ]);
    expect(verified.status).toBe(4);
    const file = join(area, 'withdrawn.zip');
    const run = await ship(['--again', 'S-1', '--output', file]);
    expect(run.status).toBe(0);
    expect(run.stderr).toContain('NOT VALID: Machine 0042PF7 failed when its drive was read again');
    const audited = await audit(file);
    expect(findingsOf(audited)).toEqual(['machine-unfinished']);
    expect(auditReport.parse(JSON.parse(audited.stdout)).machines).toMatchObject([
      { doubts: 1 },
      { doubts: 0 },
    ]);
    // The bundle from before says nothing of it: it cannot.
    expect(findingsOf(await audit(bundle))).toEqual([]);
  });

  it('files that were exchanged, taken out or put in', async () => {
    const swap = repacked('swapped.zip', (files) =>
      files.map((file) => {
        const other = file.name.includes('0001') ? '0002' : file.name.includes('0002') ? '0001' : null;
        const found = other === null ? undefined : files.find(({ name }) => name.includes(other));
        return { name: file.name, bytes: found?.bytes ?? file.bytes };
      }),
    );
    expect(findingsOf(await audit(swap))).toEqual(['file-changed']);
    const without = repacked('without.zip', (files) => files.filter(({ name }) => name !== 'manifest.csv'));
    expect(findingsOf(await audit(without))).toEqual(['file-missing', 'table-differs']);
    const more = repacked('more.zip', (files) => [
      ...files,
      { name: 'autopilot.csv', bytes: Buffer.from('Device Serial Number\r\n') },
    ]);
    expect(findingsOf(await audit(more))).toEqual(['file-unexpected', 'table-differs']);
  });

  it('a table that a spreadsheet saved again', async () => {
    const saved = repacked('saved.zip', (files) =>
      files.map((file) =>
        file.name === 'manifest.csv'
          ? { ...file, bytes: Buffer.from(Buffer.from(file.bytes).toString().replace('0042PF7', '42PF7')) }
          : file,
      ),
    );
    expect(findingsOf(await audit(saved))).toEqual(['file-changed', 'table-differs']);
  });

  it('the records of another shipment, and entries of another ledger', async () => {
    const other = unpackZip(readFileSync(join(area, 'S-3.zip')));
    const records = present(other.find(({ name }) => name === 'records.json'));
    const exchanged = repacked('records.zip', (files) =>
      files.map((file) => (file.name === 'records.json' ? records : file)),
    );
    expect(findingsOf(await audit(exchanged))).toContain('shipment-differs');

    const foreignState = join(area, 'foreign');
    const foreignBench = join(area, 'foreign-bench');
    await makeBench(foreignBench, 1);
    const [drive] = await benchDrives(foreignBench);
    const run = await runHere([
      ...[
        'apply',
        '--media',
        media.path,
        '--bench',
        foreignBench,
        '--state',
        foreignState,
        '--yes',
        '--json',
      ],
      ...['--drive', `${present(drive).id}=${machines[0]}`, '--expect-sha256', sha256],
    ]);
    expect(run.status).toBe(0);
    const foreign = join(area, 'foreign.zip');
    const shipped = await runHere(['ship', '--state', foreignState, '--number', 'S-1', '--output', foreign]);
    expect(shipped.status, shipped.stderr).toBe(0);
    const theirs = present(unpackZip(readFileSync(foreign)).find(({ name }) => name === 'records.json'));
    const mixed = repacked('mixed.zip', (files) =>
      files.map((file) => (file.name === 'records.json' ? theirs : file)),
    );
    expect(findingsOf(await audit(mixed))).toContain('entry-unproved');
    expect(findingsOf(await audit(foreign))).toEqual(['key-untrusted']);
  });
});

describe('what cannot be smuggled in', () => {
  it('virtual drives are a doubt where training was not said to be looked at', async () => {
    const run = await runHere(['audit', bundle, '--trust', key, '--json']);
    expect(findingsOf(run)).toEqual(['training-drive']);
  });

  it('a drive that was written again later is told when the bundle is made again', async () => {
    await apply(drives.slice(1, 2), ['LATER0001'], ['--expect-sha256', sha256, '--again', 'Drive reused']);
    const run = await ship(['--again', 'S-1', '--output', join(area, 'overwritten.zip')]);
    expect(run.status).toBe(0);
    expect(run.stderr).toContain('no longer has its image: its drive was written again later');
  });

  it('nothing is shipped from a ledger in which an entry was hidden', async () => {
    const other = join(area, 'hidden');
    cpSync(state, other, { recursive: true });
    const database = new Database(join(other, 'ledger.db'));
    database.exec('DROP TRIGGER entries_no_update');
    database.exec(
      `UPDATE entries SET job_id = 'x', machine_serial = 'y' WHERE kind = 'drive-verified' AND state = 'failed'`,
    );
    for (const statement of createStatements) {
      if (statement.startsWith('CREATE TRIGGER entries_no_update')) database.exec(statement);
    }
    database.close();
    const file = join(area, 'hidden.zip');
    for (const args of [
      ['--again', 'S-1'],
      ['--number', 'S-99'],
    ]) {
      const run = await runHere(['ship', '--state', other, '--json', ...args, '--output', file]);
      expect(run.status).toBe(3);
      expect(errorOf(run).code).toBe('ledger-broken');
      expect(errorOf(run).message).toContain('nothing was shipped');
    }
    expect(existsSync(file)).toBe(false);
  });
});

describe('what is no bundle', () => {
  it('is refused: cut off, compressed, with strange names, or no ZIP at all', async () => {
    const bytes = readFileSync(bundle);
    const files = unzipSync(bytes);
    const cases: Record<string, Uint8Array> = {
      'cut.zip': bytes.subarray(0, bytes.length - 200),
      'compressed.zip': zipSync(files, { level: 9 }),
      'traversal.zip': zipSync({ ...files, '../evil.sh': Buffer.from('x') }, { level: 0 }),
      'text.zip': Buffer.from('not a ZIP at all'),
      'empty.zip': new Uint8Array(),
    };
    for (const [name, content] of Object.entries(cases)) {
      const run = await audit(write(name, content));
      expect(run.status, name).toBe(3);
      expect(errorOf(run).code, name).toBe('shipment-invalid');
    }
  });
});

it('a single changed byte is found, wherever it is', () => {
  const bytes = readFileSync(bundle);
  const trusted = new Set([key]);
  const isFound = (offset: number, flip: number): boolean => {
    const zip = Uint8Array.from(bytes);
    zip[offset] = (zip[offset] ?? 0) ^ flip;
    try {
      return !auditBundle({ zip, trusted, order: null, expectedSha256: null, training: true }).ok;
    } catch {
      return true;
    }
  };
  expect(auditBundle({ zip: bytes, trusted, order: null, expectedSha256: null, training: true }).ok).toBe(
    true,
  );
  // Every byte that is not a file's: local headers, central directory, end record.
  const contents = unpackZip(bytes).map(({ bytes: content }) => Buffer.from(content));
  const inFile = new Uint8Array(bytes.length);
  let from = 0;
  for (const content of contents) {
    const start = bytes.indexOf(content, from);
    inFile.fill(1, start, start + content.length);
    from = start + content.length;
  }
  const headers = [...inFile.keys()].filter((offset) => inFile[offset] === 0);
  expect(headers.length).toBeGreaterThan(1000);
  for (const offset of headers) {
    for (const flip of [0x01, 0x80]) expect(isFound(offset, flip), `header byte ${offset}`).toBe(true);
  }
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (offset, flip) =>
      isFound(offset, flip),
    ),
    { numRuns: 400 },
  );
});
