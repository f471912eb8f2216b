import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keptLogs, redactedLog } from '../../../station/support/bundle-content';
import { temporaryArea } from '../../support/global-setup';

let area: string;
beforeAll(() => {
  area = temporaryArea('bundle-content');
});
afterAll(() => {
  rmSync(area, { recursive: true, force: true });
});

describe('the logs of a bundle', () => {
  it('are plain files: a pipe and a link are left out, and named', () => {
    const logs = join(area, 'log');
    mkdirSync(logs);
    writeFileSync(join(area, 'elsewhere'), 'not ours');
    writeFileSync(join(logs, 'prestage.jsonl'), 'ours');
    execFileSync('mkfifo', [join(logs, 'prestage.1.jsonl')]);
    symlinkSync(join(area, 'elsewhere'), join(logs, 'prestage.2.jsonl'));
    expect(keptLogs({ logs })).toEqual({
      logs: [{ name: 'prestage.jsonl', text: 'ours' }],
      left: ['prestage.1.jsonl', 'prestage.2.jsonl'],
    });
  });

  it('hold no key that goes over several lines, whole or cut off', () => {
    const key = '-----BEGIN PRIVATE KEY-----\nabcd\nefgh\n';
    expect(redactedLog(`one\n${key}-----END PRIVATE KEY-----\ntwo\n`, [])).toBe('one\n[removed]\ntwo\n');
    expect(redactedLog(`one\n${key}`, [])).toBe('one\n[removed]');
  });
});
