import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { readSmallFile } from '../../../station/state/small-file';
import { temporaryArea } from '../../support/global-setup';

const area = temporaryArea('small-file');
afterAll(() => {
  rmSync(area, { recursive: true, force: true });
});

it('reads a file, and neither waits for a pipe nor reads a device without end', () => {
  const at = (name: string): string => join(area, name);
  writeFileSync(at('file'), 'text');
  expect(readSmallFile(at('file'), 4).toString()).toBe('text');
  expect(() => readSmallFile(at('file'), 3)).toThrow('larger than 3 bytes');
  execFileSync('mkfifo', [at('pipe')]);
  symlinkSync('/dev/zero', at('zeros'));
  mkdirSync(at('folder'));
  for (const name of ['pipe', 'zeros', 'folder']) {
    expect(() => readSmallFile(at(name), 4)).toThrow('not a file');
  }
});
