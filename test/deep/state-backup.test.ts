import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Ledger } from '../../station/ledger/ledger';
import { processMark } from '../../station/state/process-mark';
import { statePaths } from '../../station/state/state-paths';
import { errorOf, runCli, type CliResult } from '../support/cli';
import { removeArea, temporaryArea } from '../support/global-setup';

/** A station's state as one file, and back. */

let area: string;
let state: string;
let password: string;

const context = { operator: 'Ada', stationName: 'Bench 7', versions: {} };
const returned = (machineSerial: string) =>
  ({ kind: 'machine-returned', machineSerial, replacedBy: null, note: 'came back' }) as const;

/** By programs of their own: what this process once opened, it holds until it ends. */
async function record(folder: string, ...serials: string[]): Promise<void> {
  for (const serial of serials) {
    const run = await runCli(['machine', 'returned', serial, '--note', 'came back', '--state', folder]);
    expect(run.status, run.stderr).toBe(0);
  }
}

beforeAll(async () => {
  area = temporaryArea('backup');
  state = join(area, 'state');
  await record(state, 'OLD-A1', 'OLD-A2');
  writeFileSync(join(state, 'settings.json'), '{"stationName":"Bench 7"}');
  mkdirSync(join(state, 'orders'), { recursive: true });
  writeFileSync(join(state, 'orders', 'a'.repeat(64)), '{}');
  mkdirSync(join(state, 'library', 'x'), { recursive: true });
  writeFileSync(join(state, 'library', 'x', 'media.wim'), 'large');
  password = join(area, 'password');
  writeFileSync(password, 'correct horse battery\n', { mode: 0o600 });
});
afterAll(() => {
  removeArea(area);
});

const backup = async (file: string, folder = state): Promise<CliResult> =>
  await runCli(['state', 'backup', file, '--password-file', password, '--state', folder, '--json']);
const restore = async (file: string, folder: string, ...more: string[]): Promise<CliResult> =>
  await runCli(['state', 'restore', file, '--password-file', password, '--state', folder, '--json', ...more]);
const entriesOf = async (folder: string): Promise<number> => {
  const run = await runCli(['ledger', 'verify', '--state', folder, '--json']);
  expect(run.status, run.stdout).toBe(0);
  return z.object({ entries: z.number() }).parse(JSON.parse(run.stdout)).entries;
};

describe('a backup of the state', () => {
  it('is made while the station works, and restores ledger, keys, settings and orders; the ledger goes on', async () => {
    const file = join(area, 'one.prestage');
    // Held open, with an entry that is in the write-ahead log alone.
    const ledger = Ledger.open(statePaths(state));
    ledger.append(returned('OLD-A4'), context);
    const made = await backup(file);
    ledger.close();
    expect(made.status, made.stderr).toBe(0);
    expect(JSON.parse(made.stdout)).toMatchObject({ file, entries: 3 });
    const bytes = readFileSync(file);
    expect(bytes.includes('PRIVATE KEY') || bytes.includes('machine-returned')).toBe(false);
    expect((await backup(file)).status).toBe(2);
    expect(readdirSync(state).filter((name) => name.startsWith('.backup'))).toEqual([]);

    const back = join(area, 'back');
    const run = await restore(file, back);
    expect(run.status, run.stderr).toBe(0);
    expect(JSON.parse(run.stdout)).toMatchObject({ state: back, entries: 3, before: null });
    expect(await entriesOf(back)).toBe(3);
    expect(readFileSync(join(back, 'settings.json'), 'utf8')).toContain('Bench 7');
    expect(existsSync(join(back, 'orders', 'a'.repeat(64)))).toBe(true);
    expect(existsSync(join(back, 'library'))).toBe(false);
    await record(back, 'OLD-A5');
    expect(await entriesOf(back)).toBe(4);
  });

  it('is refused over records unless that is said, and then keeps them', async () => {
    const file = join(area, 'two.prestage');
    await backup(file);
    const used = join(area, 'used');
    await record(used, 'OLD-B1');
    const key = readFileSync(join(used, 'station-key.pem'), 'utf8');
    const refused = await restore(file, used);
    expect(refused.status).toBe(3);
    expect(errorOf(refused)).toMatchObject({ code: 'state-not-empty' });
    expect(errorOf(refused).message).toContain('1 entry of another station');
    expect(readFileSync(join(used, 'station-key.pem'), 'utf8')).toBe(key);
    expect(await entriesOf(used)).toBe(1);

    const replaced = await restore(file, used, '--replace');
    expect(replaced.status, replaced.stderr).toBe(0);
    const { before } = z.object({ before: z.string() }).parse(JSON.parse(replaced.stdout));
    expect(await entriesOf(used)).toBe(3);
    expect(await entriesOf(join(before, 'state'))).toBe(1);
    expect(readFileSync(join(before, 'state/station-key.pem'), 'utf8')).toBe(key);
    expect(readdirSync(used).filter((name) => name.startsWith('.restore'))).toEqual([]);
  });

  it('that the app was told to restore is put in place by the next program, also after a power cut in the middle', async () => {
    const file = join(area, 'staged.prestage');
    await backup(file);
    const target = join(area, 'staged');
    const script = resolve(import.meta.dirname, '../support/restoring-app.ts');
    const args = ['--import', 'tsx', script, target, file, 'correct horse battery'];
    const told = await promisify(execFile)(process.execPath, args);
    expect(JSON.parse(told.stdout)).toEqual({ restored: 1, refused: null });
    const staged = join(target, '.restore-staged.json');
    const { before, names } = z
      .object({ before: z.string(), names: z.array(z.string()) })
      .parse(JSON.parse(readFileSync(staged, 'utf8')));
    expect(names).toContain('state/ledger.db');
    // The power goes when what was there lies aside, and the first file of the backup is in its place.
    mkdirSync(join(target, before, 'state'), { recursive: true });
    for (const name of [
      'ledger.db',
      'desk.json',
      'ledger-head.json',
      'station-key.pem',
      'station-key.pub.pem',
    ]) {
      if (existsSync(join(target, name))) renameSync(join(target, name), join(target, before, 'state', name));
    }
    renameSync(join(target, '.restore-staged/state/station-key.pem'), join(target, 'station-key.pem'));
    writeFileSync(staged, JSON.stringify({ version: 1, names, before, moved: true }));

    await record(target, 'OLD-D1');
    expect(await entriesOf(target)).toBe((await entriesOf(state)) + 1);
    expect(readFileSync(join(target, 'settings.json'), 'utf8')).toContain('Bench 7');
    expect(readdirSync(target).filter((name) => name.startsWith('.restore'))).toEqual([]);
  });

  it('is put in place by one of two programs that begin in one instant, and what lies aside is never written over', async () => {
    const file = join(area, 'raced.prestage');
    await backup(file);
    const target = join(area, 'raced');
    await record(target, 'OLD-E1');
    const key = readFileSync(join(target, 'station-key.pem'), 'utf8');
    const script = resolve(import.meta.dirname, '../support/restoring-app.ts');
    const args = ['--import', 'tsx', script, target, file, 'correct horse battery', 'replace'];
    const told = await promisify(execFile)(process.execPath, args);
    expect(JSON.parse(told.stdout)).toEqual({ restored: 1, refused: null });
    const staged = join(target, '.restore-staged.json');
    const text = readFileSync(staged, 'utf8');
    const { before } = z.object({ before: z.string() }).parse(JSON.parse(text));

    // The other program is at it: this process.
    const mark = join(target, '.restore-staged', 'busy');
    writeFileSync(mark, processMark(process.pid) ?? '');
    const late = await runCli(['machine', 'returned', 'OLD-E2', '--note', 'x', '--state', target, '--json']);
    expect(errorOf(late)).toMatchObject({ code: 'state-unavailable' });
    expect(readFileSync(join(target, 'station-key.pem'), 'utf8')).toBe(key);
    expect(existsSync(join(target, before))).toBe(false);
    // It was killed.
    writeFileSync(mark, '1-1-gone');
    await record(target, 'OLD-E2');
    const entries = await entriesOf(target);
    expect(entries).toBe((await entriesOf(state)) + 1);

    // One that had looked before, and comes too late.
    writeFileSync(staged, text);
    await record(target, 'OLD-E3');
    const aside = join(target, before, 'state');
    expect(readFileSync(join(aside, 'station-key.pem'), 'utf8')).toBe(key);
    expect(await entriesOf(aside)).toBe(1);
    renameSync(join(aside, 'ledger.db.2'), join(area, 'second.db'));
    expect(readdirSync(target).filter((name) => name.startsWith('.restore'))).toEqual([]);
  });

  it('is refused while another program has the ledger open', async () => {
    const file = join(area, 'three.prestage');
    await backup(file);
    const busy = join(area, 'busy');
    await record(busy, 'OLD-C1');
    const ledger = Ledger.open(statePaths(busy));
    const run = await restore(file, busy, '--replace');
    ledger.close();
    expect(errorOf(run)).toMatchObject({ code: 'state-unavailable' });
    expect(await entriesOf(busy)).toBe(1);
  });

  it('with another password, another bit, a part missing, or what is no backup, changes nothing', async () => {
    const file = join(area, 'four.prestage');
    await backup(file);
    const whole = readFileSync(file);
    const changed = (at: number): Buffer => {
      const bytes = Buffer.from(whole);
      bytes[at] = (bytes[at] ?? 0) ^ 1;
      return bytes;
    };
    const target = join(area, 'target');
    const bad: [string, Buffer][] = [
      ['bit', changed(Math.floor(whole.length / 2))],
      ['tag', changed(whole.length - 1)],
      ['salt', changed(whole.indexOf('"salt":"') + 12)],
      ['cut', whole.subarray(0, whole.length - 100)],
      ['text', Buffer.from('hello\n')],
      ['empty', Buffer.alloc(0)],
    ];
    for (const [name, bytes] of bad) {
      const path = join(area, `bad-${name}`);
      writeFileSync(path, bytes);
      const run = await restore(path, target);
      expect(errorOf(run).code, name).toBe('backup-refused');
    }
    writeFileSync(password, 'another password\n');
    expect(errorOf(await restore(file, target)).code).toBe('backup-refused');
    writeFileSync(password, 'correct horse battery\n');
    expect(errorOf(await restore(join(area, 'missing'), target)).code).toBe('backup-refused');
    expect(existsSync(join(target, 'ledger.db'))).toBe(false);
    expect(existsSync(join(target, 'station-key.pem'))).toBe(false);
  });
});
