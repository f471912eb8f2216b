import { spawn, type ChildProcess } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'libsql';
import { describe, expect, it, vi } from 'vitest';
import type { Drive } from '../../core/drive/drive';
import { finishedJobOf } from '../../station/drives/finished-drive';
import type { JobDetails, LedgerRecord } from '../../core/ledger/record';
import { followOrder, newProgress, orderView } from '../../core/order/order-state';
import { assessMachine, type Fitness } from '../../core/shipment/shipment-rules';
import { Ledger } from '../../station/ledger/ledger';
import { historyOf } from '../../station/shipment/shipment-history';
import { sampleDrive } from '../unit/core/drive/drives';
import { schemaVersion } from '../../station/ledger/schema';
import { context, done, failed, sampleJob, started } from '../unit/station/ledger/samples';
import { builtScript } from '../support/built-script';
import { folder, paths, fill, verify, findings, useLedgerFolder } from '../support/ledger-folder';
import { codeThrownBy } from '../support/ledger-tamper';

useLedgerFolder();

/** Starts the appender; `printed` fills with the sequences it was promised. */
function startAppender(
  count: number,
  prefix: string,
): { child: ChildProcess; printed: () => string; ended: Promise<number | null> } {
  const script = join(import.meta.dirname, '../unit/station/ledger/append-process.ts');
  const child = spawn(process.execPath, [builtScript(script), folder, String(count), prefix], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  child.stdout.on('data', (piece: Buffer) => {
    printed += piece.toString();
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { child, printed: () => printed, ended };
}

type Pair = readonly [JobDetails, JobDetails];

const sata = { ...sampleJob().drive, kind: 'disk', bus: 'sata' } as const;
const run = (job: JobDetails): LedgerRecord[] => [started(job), done(job)];
/** A job on one more drive with the same serial. */
const another = (previousDiskGuid: string | null = null): JobDetails =>
  sampleJob({ machineSerial: 'PC-9', drive: sata, previousDiskGuid });
const seenWell = ({ jobId, machineSerial, fingerprint, drive }: JobDetails): LedgerRecord => ({
  ...{ kind: 'drive-verified', jobId, machineSerial, fingerprint, drive },
  end: { state: 'done', bytesVerified: 1, seconds: 1 },
});

describe('a ledger', () => {
  it('keeps its hold on the file when the same process opens it a second time', () => {
    const held = (): boolean =>
      readFileSync('/proc/locks', 'utf8')
        .split('\n')
        .some((line) => line.includes(`:${String(statSync(paths.ledgerFile).ino)} `));
    const ledger = Ledger.open(paths);
    ledger.append(started(sampleJob()), context);
    expect(held()).toBe(true);
    Ledger.open(paths).close();
    expect(held()).toBe(true);
    ledger.close();
  });

  it('finds a finished drive by its disk GUID, and what erased it', () => {
    const ledger = Ledger.open(paths);
    const dock = { ...sampleJob().drive, kind: 'disk', bus: 'usb', serial: 'BRIDGE' } as const;
    const first = sampleJob({ machineSerial: 'PC-1', drive: dock });
    expect(ledger.findDoneByGuid(first.diskGuid)).toBeNull();
    ledger.append(started(first), context);
    expect(ledger.findDoneByGuid(first.diskGuid)).toBeNull();
    const { sequence } = ledger.append(done(first), context);
    expect(ledger.findDoneByGuid(first.diskGuid)).toEqual(first);
    expect(ledger.findErasure(first, sequence)).toBeNull();

    // Another drive in the same dock, one from before the GUID was recorded, and the drive itself.
    ledger.append(
      started(sampleJob({ machineSerial: 'PC-2', drive: dock, previousDiskGuid: null })),
      context,
    );
    expect(ledger.findErasure(first, sequence)).toBeNull();
    ledger.append(started(sampleJob({ machineSerial: 'PC-3', drive: dock })), context);
    expect(ledger.findErasure(first, sequence)).toEqual({ machineSerial: 'PC-3', certain: false });
    const { jobId, machineSerial, drive, fingerprint } = first;
    const end = { state: 'done', bytesVerified: 1, seconds: 1 } as const;
    const verified = { kind: 'drive-verified', jobId, machineSerial, drive, fingerprint, end } as const;
    ledger.append(verified, context);
    expect(ledger.findErasure(first, sequence)).toBeNull();
    const elsewhere = { drive: { ...dock, serial: 'OTHER' }, previousDiskGuid: first.diskGuid };
    ledger.append(started(sampleJob({ machineSerial: 'PC-4', ...elsewhere })), context);
    expect(ledger.findErasure(first, sequence)).toEqual({ machineSerial: 'PC-4', certain: true });
    ledger.close();
  });

  it('is not sure of a drive that tells its own serial and held something else, and is sure of old entries', () => {
    const ledger = Ledger.open(paths);
    const first = sampleJob({ machineSerial: 'PC-1', drive: sata });
    ledger.append(started(first), context);
    const { sequence } = ledger.append(done(first), context);
    const wiped = sampleJob({ machineSerial: 'PC-2', drive: sata, previousDiskGuid: null });
    ledger.append(started(wiped), context);
    expect(ledger.findErasure(first, sequence)).toEqual({ machineSerial: 'PC-2', certain: false });
    ledger.append(started(sampleJob({ machineSerial: 'PC-3', drive: sata })), context);
    expect(ledger.findErasure(first, sequence)).toEqual({ machineSerial: 'PC-3', certain: true });
    ledger.close();
  });

  it.each([
    ['an entry says so', { identityShared: true } as const, ([a, b]: Pair) => [...run(a), ...run(b)]],
    [
      'they were written at once',
      {},
      ([a, b]: Pair) => [started(a), started(b), done(a), done(b), ...run(another())],
    ],
    [
      'the first was seen again after the second',
      {},
      ([a, b]: Pair) => [...run(a), ...run(b), seenWell(a), ...run(another())],
    ],
    [
      'the disk GUID of the first was found after the second, by a job that wrote nothing',
      {},
      ([a, b]: Pair) => {
        const idle = another(a.diskGuid);
        const untouched = { ...failed(idle), untouched: true } as LedgerRecord;
        return [...run(a), ...run(b), started(idle), untouched];
      },
    ],
  ])('does not let drives with one serial erase each other where %s', (_, known, story) => {
    const drive = { ...sata, ...known };
    const [first, second] = ['PC-1', 'PC-2'].map((machineSerial) =>
      sampleJob({ machineSerial, drive, previousDiskGuid: null }),
    );
    if (first === undefined || second === undefined) throw new Error('no jobs');
    const ledger = Ledger.open(paths);
    const records = story([first, second]);
    for (const record of records) ledger.append(record, context);
    for (const { machineSerial } of [first, second]) {
      const fitness = assessMachine(historyOf(ledger, machineSerial, new Map()));
      expect(fitness, machineSerial).toMatchObject({ fit: true });
    }
    const machines = ['PC-1', 'PC-2'].map((serial) => ({ serial }));
    const progress = followOrder(
      newProgress('order'),
      { version: 1, number: '4711', machines },
      records,
      (one) => ledger.isIdentityShared(one),
    );
    const view = orderView({ version: 1, number: '4711', machines }, progress, new Set());
    expect(view.counts).toMatchObject({ done: 2, failed: 0 });
    // A drive without their GUIDs is laid to neither.
    const attached = sampleDrive({ ...sata, attachment: 'now', notes: [] });
    expect(() => finishedJobOf(attached, null, ledger)).toThrow(/finished drives have its serial/);
    ledger.close();
  });

  it('does not count a job that ended before it wrote, and counts one on the same attachment', () => {
    const ledger = Ledger.open(paths);
    const dock = { ...sampleJob().drive, kind: 'disk', bus: 'usb', serial: 'BRIDGE' } as const;
    const first = sampleJob({ machineSerial: 'PC-1', drive: dock, attachment: 'here' });
    ledger.append(started(first), context);
    const { sequence } = ledger.append(done(first), context);
    const job = (machineSerial: string, attachment: string, previousDiskGuid: string | null): JobDetails =>
      sampleJob({ machineSerial, drive: dock, attachment, previousDiskGuid });
    for (const idle of [job('PC-2', 'here', first.diskGuid), job('PC-3', 'here', null)]) {
      ledger.append(started(idle), context);
      ledger.append({ ...failed(idle), untouched: true } as LedgerRecord, context);
    }
    ledger.append(started(job('PC-4', 'elsewhere', null)), context);
    expect(ledger.findErasure(first, sequence)).toBeNull();
    expect(ledger.findDoneOn(dock)).toEqual([first]);
    // Its table was wiped, but it never left.
    const same = job('PC-5', 'here', null);
    ledger.append(started(same), context);
    expect(ledger.findErasure(first, sequence)).toEqual({ machineSerial: 'PC-5', certain: false });
    ledger.append(done(same), context);
    expect(ledger.findDoneOn(dock)).toEqual([same]);
    // What is in the dock now, without a table, is laid to nobody: a dock keeps its place when the drive is changed.
    const now = (bus: string): Drive => sampleDrive({ ...dock, bus, attachment: 'here', notes: [] });
    expect(() => finishedJobOf(now('usb'), null, ledger)).toThrow(
      /machine PC-5, but it is not certain that this is it: a dock/,
    );
    expect(finishedJobOf(now('sata'), null, ledger)).toEqual(same);
    ledger.close();
  });

  it('ships what a job that ended before it wrote left as it was', () => {
    const ledger = Ledger.open(paths);
    const first = sampleJob({ machineSerial: 'PC-1' });
    const again = sampleJob({ machineSerial: 'PC-1', drive: { ...first.drive, serial: 'SN-0002' } });
    for (const record of [started(first), done(first), started(again)]) ledger.append(record, context);
    const fitness = (shipped: ReadonlyMap<string, string> = new Map()): Fitness =>
      assessMachine(historyOf(ledger, 'PC-1', shipped));
    expect(fitness().fit).toBe(false);
    ledger.append({ ...failed(again), untouched: true } as LedgerRecord, context);
    expect(fitness()).toMatchObject({ fit: true, finished: { job: { jobId: first.jobId } } });
    expect(fitness(new Map([[first.jobId, 'S-1']]))).toMatchObject({ fit: false, gone: true });
    // What erased that drive, not the one of the job that wrote nothing.
    const other = sampleJob({ machineSerial: 'PC-2', previousDiskGuid: first.diskGuid });
    ledger.append(started(other), context);
    expect(fitness()).toMatchObject({
      reason: expect.stringContaining('written again for machine PC-2') as unknown,
    });
    ledger.close();
  });

  it('does not lay a drive that several finished ones share the serial of to one of them', () => {
    const ledger = Ledger.open(paths);
    const attached = sampleDrive({ ...sata, attachment: 'now', notes: [] });
    const [first, second] = ['PC-1', 'PC-2'].map((machineSerial) =>
      sampleJob({ machineSerial, drive: sata, previousDiskGuid: null }),
    );
    if (first === undefined || second === undefined) throw new Error('no jobs');
    for (const record of [started(first), done(first)]) ledger.append(record, context);
    expect(finishedJobOf(attached, null, ledger)).toEqual(first);
    for (const record of [started(second), done(second)]) ledger.append(record, context);
    expect(() => finishedJobOf(attached, null, ledger)).toThrow(
      /2 finished drives have its serial.*PC-2, PC-1/,
    );
    // One that was written again over the other is one drive.
    const third = sampleJob({ machineSerial: 'PC-3', drive: sata, previousDiskGuid: second.diskGuid });
    for (const record of [started(third), done(third)]) ledger.append(record, context);
    expect(() => finishedJobOf(attached, null, ledger)).toThrow(/Machines: PC-3, PC-1\./);
    ledger.close();
  });

  it('takes the newest job of an own serial for the drive’s where no GUID was recorded', () => {
    const ledger = Ledger.open(paths);
    const attached = sampleDrive({ ...sata, attachment: 'now', notes: [] });
    // Older entries.
    const [first, second] = ['PC-1', 'PC-2'].map((machineSerial) =>
      sampleJob({ machineSerial, drive: sata }),
    );
    if (first === undefined || second === undefined) throw new Error('no jobs');
    for (const one of [first, second]) {
      ledger.append(started(one), context);
      ledger.append(done(one), context);
    }
    expect(finishedJobOf(attached, null, ledger)).toEqual(second);
    // Behind a bridge each may be another's.
    const dock = { ...sata, bus: 'usb', serial: 'BRIDGE' } as const;
    const docked = ['PC-3', 'PC-4'].map((machineSerial) => sampleJob({ machineSerial, drive: dock }));
    for (const one of docked) for (const record of [started(one), done(one)]) ledger.append(record, context);
    expect(ledger.findDoneOn(dock)).toEqual(docked.toReversed());
    // Two that were written at once are two drives.
    const pair = { ...sata, serial: 'SN-0002' } as const;
    const [left, right] = ['PC-5', 'PC-6'].map((machineSerial) => sampleJob({ machineSerial, drive: pair }));
    if (left === undefined || right === undefined) throw new Error('no jobs');
    for (const record of [started(left), started(right), done(left), done(right)]) {
      ledger.append(record, context);
    }
    expect(() => finishedJobOf(sampleDrive({ ...pair, attachment: 'now', notes: [] }), null, ledger)).toThrow(
      /2 finished drives have its serial/,
    );
    ledger.close();
  });

  it('keeps entries in a signed chain and finds them again', () => {
    const ledger = Ledger.open(paths);
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
    const ledger = Ledger.open(paths);
    ledger.append(started(sampleJob()), context);
    for (const file of [
      paths.ledgerFile,
      `${paths.ledgerFile}-wal`,
      `${paths.ledgerFile}-shm`,
      paths.headFile,
      paths.keyFile,
    ]) {
      expect(`${file} ${(statSync(file).mode & 0o777).toString(8)}`).toBe(`${file} 600`);
    }
    ledger.close();
  });

  it('is empty and whole before anything was written, and looking makes no files', () => {
    expect(verify()).toMatchObject({ ok: true, entries: 0 });
    expect(() => statSync(paths.ledgerFile)).toThrow();
    expect(() => statSync(paths.keyFile)).toThrow();
  });

  it('refuses updates, deletes and replacements', () => {
    fill(2);
    const database = new Database(paths.ledgerFile);
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
    const ledger = Ledger.open(paths, { clock: () => new Date(times.shift() ?? 0) });
    for (let index = 0; index < 3; index += 1) ledger.append(started(sampleJob()), context);
    ledger.close();
    const report = verify();
    expect(report.ok).toBe(true);
    expect(report.notes.map(({ sequence }) => sequence)).toEqual([3]);
  });

  it('catches up a head that a crash left behind', () => {
    fill(3);
    const old = readFileSync(paths.headFile);
    fill(5);
    writeFileSync(paths.headFile, old);
    expect(findings()).toEqual([]);
    Ledger.open(paths).close();
    expect(readFileSync(paths.headFile, 'utf8')).toContain('"sequence":5');
    fill(6);
    expect(findings()).toEqual([]);
  });
});

describe('a file that is no ledger', () => {
  it.each([
    [
      'not SQLite',
      (): void => {
        writeFileSync(paths.ledgerFile, 'nothing of the kind '.repeat(500));
      },
    ],
    [
      'torn',
      (): void => {
        truncateSync(paths.ledgerFile, Math.floor(statSync(paths.ledgerFile).size / 2) - 100);
      },
    ],
    [
      'overwritten in the middle',
      (): void => {
        const bytes = readFileSync(paths.ledgerFile);
        bytes.fill(0xa5, 4096);
        writeFileSync(paths.ledgerFile, bytes);
      },
    ],
  ])('is called broken: %s', (_, damage) => {
    fill(60);
    for (const suffix of ['-wal', '-shm']) rmSync(paths.ledgerFile + suffix, { force: true });
    damage();
    expect(codeThrownBy(() => findings())).toBe('ledger-broken');
  });

  it('is refused when a newer version made it', () => {
    fill(1);
    const database = new Database(paths.ledgerFile);
    database.exec(`PRAGMA user_version = ${schemaVersion + 1}`);
    database.close();
    expect(codeThrownBy(() => Ledger.open(paths))).toBe('ledger-unavailable');
  });
});

describe('the station key', () => {
  it.each([0o644, 0o640, 0o604])('is refused with mode %o', (mode) => {
    fill(1);
    chmodSync(paths.keyFile, mode);
    expect(codeThrownBy(() => Ledger.open(paths))).toBe('ledger-key-unsafe');
    expect(findings()).toEqual(['- key-unsafe']);
  });

  it('is not made anew when it is gone', () => {
    fill(2);
    rmSync(paths.keyFile);
    expect(codeThrownBy(() => Ledger.open(paths))).toBe('ledger-key-unsafe');
    expect(() => statSync(paths.keyFile)).toThrow();
    expect(findings()).toEqual(['- key-missing']);
    rmSync(paths.publicKeyFile);
    expect(findings()).toEqual(['- key-missing']);
  });

  it('is not made anew when key and database are gone but the head is there', () => {
    fill(2);
    for (const suffix of ['', '-wal', '-shm']) rmSync(paths.ledgerFile + suffix, { force: true });
    rmSync(paths.keyFile);
    expect(codeThrownBy(() => Ledger.open(paths))).toBe('ledger-key-unsafe');
  });

  it('is noticed when it was replaced: one finding for all entries', () => {
    fill(3);
    const other = generateKeyPairSync('ed25519').privateKey;
    writeFileSync(paths.keyFile, other.export({ type: 'pkcs8', format: 'pem' }));
    expect(findings()).toEqual(['- key-mismatch', '- head-invalid', '1 other-key']);
    expect(codeThrownBy(() => Ledger.open(paths))).toBe('ledger-broken');
  });

  it('is refused when it is of another kind', () => {
    fill(1);
    const other = generateKeyPairSync('x25519').privateKey;
    writeFileSync(paths.keyFile, other.export({ type: 'pkcs8', format: 'pem' }));
    expect(codeThrownBy(() => Ledger.open(paths))).toBe('ledger-key-unsafe');
  });
});

describe('several processes', () => {
  it('begin a ledger together, with one key, and append side by side', async () => {
    const appenders = ['A', 'B', 'C'].map((prefix) => startAppender(40, prefix));
    expect(await Promise.all(appenders.map(({ ended }) => ended))).toEqual([0, 0, 0]);
    const promised = appenders.flatMap(({ printed }) => printed().trim().split('\n').map(Number));
    expect(promised.sort((a, b) => a - b)).toEqual(Array.from({ length: 120 }, (_, index) => index + 1));
    expect(verify()).toMatchObject({ ok: true, entries: 120, findings: [] });
    expect(readFileSync(paths.headFile, 'utf8')).toContain('"sequence":120');
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
