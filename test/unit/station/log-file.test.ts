import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ErrorData } from '../../../core/base/errors';
import { LogFile } from '../../../station/state/log-file';
import { redactText, redactValue } from '../../../station/state/redact';
import { temporaryArea } from '../../support/global-setup';
import { jsonLines } from '../../support/json-lines';

let area: string;
beforeAll(() => {
  area = temporaryArea('log-file');
});
afterAll(() => {
  rmSync(area, { recursive: true, force: true });
});

function logIn(state: string): { log: LogFile; logs: string; problems: ErrorData[] } {
  const logs = join(state, 'log');
  const problems: ErrorData[] = [];
  const log = new LogFile({
    ...{ paths: { logs }, program: 'cli', version: 'test' },
    onProblem: (problem) => problems.push(problem),
  });
  return { log, logs, problems };
}

const linesIn = (file: string): Record<string, unknown>[] => jsonLines(file) as Record<string, unknown>[];

describe('the log', () => {
  it('makes no state folder, and writes what waited when there is one', () => {
    const state = join(area, 'later');
    const { log, logs, problems } = logIn(state);
    log.write('info', 'first');
    expect(() => statSync(state)).toThrow();
    mkdirSync(state);
    log.write('info', 'second');
    expect(linesIn(join(logs, 'prestage.jsonl')).map(({ event }) => event)).toEqual(['first', 'second']);
    expect(statSync(join(logs, 'prestage.jsonl')).mode & 0o777).toBe(0o600);
    expect(statSync(logs).mode & 0o777).toBe(0o700);
    expect(problems).toEqual([]);
  });

  it('keeps its size: a few files, each of a few MiB, every line whole', () => {
    const state = join(area, 'rotated');
    mkdirSync(state);
    const { log, logs } = logIn(state);
    const texts = Array.from({ length: 8 }, () => 'x'.repeat(990));
    for (let number = 0; number < 1_200; number += 1) log.write('info', 'filling', { number, texts });
    const names = readdirSync(logs).sort();
    expect(names).toEqual(['prestage.1.jsonl', 'prestage.2.jsonl', 'prestage.3.jsonl', 'prestage.jsonl']);
    for (const name of names) expect(statSync(join(logs, name)).size).toBeLessThan(2.1 * 1024 ** 2);
    const numbers = ['prestage.3.jsonl', 'prestage.2.jsonl', 'prestage.1.jsonl', 'prestage.jsonl'].flatMap(
      (name) => linesIn(join(logs, name)).map(({ number }) => number as number),
    );
    expect(numbers.at(-1)).toBe(1_199);
    expect(numbers).toEqual(numbers.map((_, index) => (numbers[0] ?? 0) + index));
  });

  it('begins a line where the one before has no end', () => {
    const state = join(area, 'torn');
    const { log, logs } = logIn(state);
    mkdirSync(logs, { recursive: true });
    writeFileSync(join(logs, 'prestage.jsonl'), '{"torn":');
    log.write('info', 'one');
    log.write('info', 'two');
    const lines = readFileSync(join(logs, 'prestage.jsonl'), 'utf8').split('\n');
    expect(lines).toHaveLength(4);
    expect(lines[0]).toBe('{"torn":');
    expect(JSON.parse(lines[1] ?? '')).toMatchObject({ event: 'one' });
  });

  it('that cannot be written is told once, and stops nothing', () => {
    const state = join(area, 'blocked');
    mkdirSync(state);
    writeFileSync(join(state, 'log'), 'a file where the folder belongs');
    const { log, problems } = logIn(state);
    log.write('info', 'one');
    log.write('info', 'two');
    expect(problems).toHaveLength(1);
    expect(problems[0]?.message).toContain(join(state, 'log'));
    expect(problems[0]?.remedy).toContain('The work goes on');
  });

  it('holds no secrets and no control characters, and line ends only as JSON writes them', () => {
    const state = join(area, 'clean');
    mkdirSync(state);
    const { log, logs } = logIn(state);
    log.write('error', 'said', {
      text: 'postgres://depot:hunter2@db/x\u001b[31m\u202e',
      passwordFile: '/etc/pw',
      password: 'hunter2',
      nested: [{ apiToken: 'hunter2' }],
      stack: 'Error: x\n    at y',
    });
    const raw = readFileSync(join(logs, 'prestage.jsonl'), 'utf8');
    expect(raw).not.toContain('hunter2');
    expect(raw).not.toContain('\\u001b');
    expect(linesIn(join(logs, 'prestage.jsonl'))).toMatchObject([
      {
        level: 'error',
        event: 'said',
        passwordFile: '/etc/pw',
        stack: 'Error: x\n   at y'.replace('   at', 'at'),
      },
    ]);
  });
});

describe('what is taken out', () => {
  it.each([
    'postgresql://station:S3cretValue@db.example/prestage',
    'host=db user=x password=S3cretValue sslmode=require',
    "host=db password='S3cretValue'",
    'Authorization: Basic UzNjcmV0VmFsdWU6eA==',
    '{"password":"S3cretValue"}',
    '{\\"secret\\":\\"S3cretValue\\"}',
    '--password S3cretValue',
    'token=S3cretValue&next=1',
    '-----BEGIN PRIVATE KEY-----\nS3cretValue\n-----END PRIVATE KEY-----',
    '-----BEGIN ENCRYPTED PRIVATE KEY-----\nS3cretValue',
    'AWS_SECRET_ACCESS_KEY=S3cretValue',
    'DEPOT_KEY="x S3cretValue"',
    'PGPASSWORD=S3cretValue psql',
    'pwd: S3cretValue',
    'Password2=S3cretValue',
    'password_hash: S3cretValue',
    '{"password":"a\\"S3cretValue"}',
    '{\\"password\\":\\"a\\\\\\"S3cretValue\\"}',
    'psk: S3cretValue',
    'x?password%3DS3cretValue',
    'postgres://u:pa/S3cretValue@host',
    'postgres://u:p@S3cretValue@host',
    'sshpass -p S3cretValue ssh host',
    'curl -u user:S3cretValue https://host',
    '<AdministratorPassword><Value>S3cretValue</Value></AdministratorPassword>',
  ])('%s', (text) => {
    const clean = redactText(text);
    expect(clean).not.toContain('S3cretValue');
    expect(clean).not.toContain('UzNjcmV0VmFsdWU');
  });

  it('and what a technician needs stays', () => {
    const text = 'The disk with the state folder (/home/x/.local/state/prestage) is full: 0 bytes free.';
    expect(redactText(text)).toBe(text);
    expect(redactText('https://host:8080/path@2')).toBe('https://host:8080/path@2');
    expect(redactText('the key', ['the'])).toBe('[removed] key');
    expect(redactValue({ serial: 'A1', secret: null })).toEqual({ serial: 'A1', secret: null });
  });
});
