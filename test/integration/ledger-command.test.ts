import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { runCommandLine } from '../../station/cli/program';
import { canonicalJson } from '../../station/ledger/entry';
import { exportCsv, exportJson } from '../../station/ledger/export';
import { Ledger } from '../../station/ledger/ledger';
import { LedgerReader } from '../../station/ledger/ledger-reader';
import { context, done, failed, sampleJob, started } from '../unit/station/ledger/samples';
import { folder, paths, fill, tamper, useLedgerFolder } from '../support/ledger-folder';

useLedgerFolder();

/** Keeps what is written to it. */
class Collector extends Writable {
  text = '';

  override _write(piece: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.text += piece.toString();
    done();
  }
}

describe('exports', () => {
  it('JSON holds all that is needed to check it elsewhere', () => {
    fill(3);
    const ledger = LedgerReader.openForReading(paths);
    const document = JSON.parse([...exportJson(ledger)].join('')) as {
      publicKey: string;
      entries: { sequence: number; json: unknown; hash: string; signature: string }[];
    };
    ledger.close();
    expect(document.publicKey).toBe(readFileSync(paths.publicKeyFile, 'utf8'));
    for (const { json, hash } of document.entries) {
      expect(createHash('sha256').update(canonicalJson(json)).digest('hex')).toBe(hash);
    }
    expect(document.entries.length).toBe(3);
  });

  it('CSV has a line a job that ended', () => {
    const ledger = Ledger.open(paths);
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
    expect(code).toBe(3);
    expect(err.match(/^error: .*$/gm)).toEqual([
      expect.stringMatching(/the file that standard output goes to.* is full/),
    ]);
  });

  it('refuses a state folder that is not there', async () => {
    const { code, err } = await runIn(join(folder, 'typo'), ['verify']);
    expect(code).toBe(3);
    expect(err).toContain('state folder');
  });
});
