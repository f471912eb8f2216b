import { appendFileSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { strFromU8, unzipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { errorOf, reportOf, runCli } from '../support/cli';
import { removeArea, temporaryArea } from '../support/global-setup';
import { jsonLines } from '../support/json-lines';
import { apply, makeStation, nextMachine, type RefusalStation } from '../support/refusal-station';
import { makeMedia, type MadeMedia } from '../support/wim';

/** The log that each command leaves, and the bundle that is made for support. */

let area: string;
let media: MadeMedia;
let station: RefusalStation;

beforeAll(async () => {
  area = temporaryArea('support');
  media = await makeMedia(join(area, 'media'), { smallFiles: 20, extraBytes: 100_000 });
  station = await makeStation(area, 'station');
});
afterAll(() => {
  removeArea(area);
});

const lineSchema = z.looseObject({
  time: z.iso.datetime(),
  level: z.enum(['info', 'error']),
  program: z.literal('cli'),
  pid: z.int(),
  event: z.string(),
});
type Line = z.infer<typeof lineSchema>;

function logOf(state: string): Line[] {
  return z.array(lineSchema).parse(jsonLines(join(state, 'log/prestage.jsonl')));
}

describe('the log', () => {
  it('says what a batch did, with the jobs and the helper', async () => {
    const machine = nextMachine();
    const run = await apply(station, { media: media.path, drives: [`${station.drives[0].id}=${machine}`] });
    expect(reportOf(run).jobs.map(({ state }) => state)).toEqual(['done']);
    const lines = logOf(station.state);
    const events = lines.map(({ event }) => event);
    expect(events[0]).toBe('command-started');
    expect(events).toContain('helper-started');
    expect(events).toContain('helper-ended');
    expect(events.at(-1)).toBe('command-ended');
    expect(lines.find(({ event }) => event === 'job-ended')).toMatchObject({
      level: 'info',
      machineSerial: machine,
      state: 'done',
    });
    expect(statSync(join(station.state, 'log/prestage.jsonl')).mode & 0o777).toBe(0o600);
  });

  it('is that of the last --state, which is the one that counts', async () => {
    const before = logOf(station.state).length;
    const other = join(area, 'other-state');
    const run = await runCli(['ledger', 'verify', '--state', other, '--state', station.state]);
    expect(run.status, run.stderr).toBe(0);
    expect(logOf(station.state).slice(before)[0]).toMatchObject({
      event: 'command-started',
      command: 'ledger verify',
    });
    expect(existsSync(other)).toBe(false);
  });

  it('has what was refused, and not what was typed', async () => {
    const typed = 'postgres://depot:typed-in-a-hurry@db/prestage';
    const run = await runCli(['verify', '--drive', 'nothing', typed, '--state', station.state, '--json']);
    expect(run.status).toBe(2);
    const refused = logOf(station.state).findLast(({ event }) => event === 'refused');
    expect(refused).toMatchObject({ level: 'error', error: { code: 'usage' } });
    expect(readFileSync(join(station.state, 'log/prestage.jsonl'), 'utf8')).not.toContain('typed-in-a-hurry');
  });

  it('makes no state folder where a command only looks', async () => {
    const state = join(area, 'nowhere');
    expect((await runCli(['ledger', 'list', '--state', state])).status).toBe(3);
    expect(existsSync(state)).toBe(false);
  });

  it('that cannot be written is told once and stops nothing', async () => {
    const state = join(area, 'blocked');
    mkdirSync(state);
    writeFileSync(join(state, 'log'), 'no folder');
    const run = await runCli(['cache', 'show', '--state', state]);
    expect(run.status, run.stderr).toBe(0);
    expect(run.stderr.match(/The log in .* cannot be written/g)).toHaveLength(1);
  });
});

describe('support bundle', () => {
  const bundleOf = async (
    name: string,
    more: readonly string[] = [],
    env: NodeJS.ProcessEnv = {},
  ): Promise<{ file: string; files: Record<string, Uint8Array>; stdout: string }> => {
    const file = join(area, name);
    const args = ['support', 'bundle', file, '--bench', station.bench, '--state', station.state, ...more];
    const run = await runCli(args, { env });
    expect(run.status, run.stderr).toBe(0);
    return { file, files: unzipSync(readFileSync(file)), stdout: run.stdout };
  };

  it('holds log, versions, settings, drives and the last error, and says what it leaves out', async () => {
    const { file, files, stdout } = await bundleOf('whole.zip');
    expect(Object.keys(files).sort()).toEqual([
      'README.txt',
      'crash-dumps.json',
      'drives.json',
      'last-error.json',
      'log/prestage.jsonl',
      'settings.json',
      'state-folder.json',
      'versions.json',
    ]);
    const document = (name: string): unknown => JSON.parse(strFromU8(files[name] ?? new Uint8Array()));
    expect(document('versions.json')).toMatchObject({
      prestage: z.string().parse((document('versions.json') as { prestage: unknown }).prestage),
      node: process.versions.node,
      tools: { 'wimlib-imagex': expect.stringMatching(/^\d/) as string },
      kernel: expect.stringContaining('Linux') as string,
    });
    expect(document('settings.json')).toMatchObject({ stallSeconds: 60 });
    expect(JSON.stringify(document('drives.json'))).toContain(station.drives[0].serial);
    expect(document('last-error.json')).toMatchObject({ level: 'error', error: { code: 'usage' } });
    expect(JSON.stringify(document('state-folder.json'))).toContain('ledger.db');
    for (const words of ['keys and passwords', 'crash dumps', 'ledger, work orders']) {
      expect(stdout).toContain(words);
      expect(strFromU8(files['README.txt'] ?? new Uint8Array())).toContain(words);
    }
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('overwrites nothing', async () => {
    const file = join(area, 'mine.zip');
    writeFileSync(file, 'mine');
    const run = await runCli(['support', 'bundle', file, '--state', station.state, '--json']);
    expect(run.status).toBe(2);
    expect(errorOf(run).message).toContain(`${file} already exists`);
    expect(readFileSync(file, 'utf8')).toBe('mine');
  });

  it('takes crash dumps only when asked', async () => {
    const dumps = join(station.state, 'crash-dumps/completed');
    mkdirSync(dumps, { recursive: true });
    writeFileSync(join(dumps, 'one.dmp'), 'memory of a process');
    const without = await bundleOf('without.zip');
    expect(Object.keys(without.files).filter((name) => name.endsWith('.dmp'))).toEqual([]);
    expect(strFromU8(without.files['crash-dumps.json'] ?? new Uint8Array())).toContain('one.dmp');
    const asked = await bundleOf('asked.zip', ['--with-crash-dumps']);
    expect(strFromU8(asked.files['crash-dumps/one.dmp'] ?? new Uint8Array())).toBe('memory of a process');
    expect(asked.stdout).toContain('parts of the memory');
  });

  it('is made where the state is in trouble: broken settings, no ledger', async () => {
    const state = join(area, 'trouble');
    mkdirSync(state);
    writeFileSync(join(state, 'settings.json'), '{ "password": "in-broken-settings", ');
    const file = join(area, 'trouble.zip');
    const run = await runCli(['support', 'bundle', file, '--bench', station.bench, '--state', state]);
    expect(run.status, run.stderr).toBe(0);
    const text = Object.values(unzipSync(readFileSync(file))).map((bytes) => strFromU8(bytes));
    expect(text.join('\n')).toContain('settings-invalid');
    expect(text.join('\n')).not.toContain('in-broken-settings');
  });

  it('has none of the secrets that a station can hold', async () => {
    const home = join(area, 'home');
    mkdirSync(home);
    const secrets = {
      passwordFile: 'Pw-File-7731',
      pgpass: 'Pgpass:Secret-8842',
      environment: 'Env-Secret-9953',
      url: 'Url-Secret-1164',
      basic: Buffer.from('control:Basic-Secret-2275').toString('base64'),
      json: 'Json-Secret-3386',
      libpq: 'Libpq-Secret-4497',
      stackUrl: 'Stack-Secret-5508',
      order: 'Order-Secret-6619',
      dump: 'Dump-Secret-7720',
    };
    const passwordFile = join(home, 'plant-password');
    writeFileSync(passwordFile, `${secrets.passwordFile}\n`, { mode: 0o600 });
    writeFileSync(join(home, '.pgpass'), 'db:5432:prestage:depot:Pgpass\\:Secret-8842\n', { mode: 0o600 });
    const settings = {
      stationName: 'Bench 7',
      fleet: { host: '127.0.0.1', user: 'depot', tls: 'disable', passwordFile },
      rehearsal: { sign: { kind: 'console', text: `ready password=${secrets.json}` } },
    };
    writeFileSync(join(station.state, 'settings.json'), JSON.stringify(settings));
    mkdirSync(join(station.state, 'orders'), { recursive: true });
    writeFileSync(join(station.state, `orders/${'0'.repeat(64)}.json`), secrets.order);
    writeFileSync(join(station.state, 'crash-dumps/completed/two.dmp'), secrets.dump);
    // What a log could hold in spite of everything: lines that an older version, or a tool, wrote.
    const key = readFileSync(join(station.state, 'station-key.pem'), 'utf8');
    const [, keyLine = ''] = key.split('\n');
    const line = (message: string): string =>
      `${JSON.stringify({ level: 'error', event: 'said', message })}\n`;
    appendFileSync(
      join(station.state, 'log/prestage.jsonl'),
      [
        line(`cannot connect to postgres://depot:${secrets.url}@db/prestage`),
        line(`Authorization: Basic ${secrets.basic}`),
        line(`{"password":"${secrets.json}"}`),
        line(`host=db password=${secrets.libpq}`),
        line(`Error: https://user:${secrets.stackUrl}@host/x\n    at y`),
        line(key),
        line(
          `the tool said ${keyLine} and ${secrets.passwordFile} and ${secrets.pgpass} and ${secrets.environment}`,
        ),
      ].join(''),
    );
    const env = { HOME: home, PGPASSWORD: secrets.environment, PGPASSFILE: undefined };
    const { file, files } = await bundleOf('secrets.zip', [], env);
    const everything = [
      readFileSync(file).toString('latin1'),
      ...Object.entries(files).flatMap(([name, bytes]) => [name, strFromU8(bytes, true)]),
    ].join('\n');
    // The search finds what is there.
    expect(everything).toContain('Bench 7');
    expect(everything).toContain('the tool said');
    for (const [where, secret] of Object.entries({ ...secrets, keyLine })) {
      expect(secret, where).not.toBe('');
      expect(everything.includes(secret), where).toBe(false);
    }
    expect(everything).not.toContain('PRIVATE KEY');
  });
});
