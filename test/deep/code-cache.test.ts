import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { launched, makeCodeCaches } from '../../build/code-cache';
import { removeArea, temporaryArea } from '../support/global-setup';

/** What V8 kept of the programs (build/code-cache.ts) makes them start sooner, and never another program run. */

const dist = resolve(import.meta.dirname, '../../dist');
const [code, cache] = ['prestage.code.cjs', 'prestage.code.cache'] as const;
/** Of which the second begins with the first. */
const launchers = ['prestage.early.cjs', 'prestage.cjs', 'helper.cjs'];

let area: string;

beforeEach(() => {
  area = temporaryArea('code-cache');
  mkdirSync(join(area, 'dist'));
  for (const file of [...launchers, code, cache, 'helper.code.cjs', 'helper.code.cache']) {
    copyFileSync(join(dist, file), join(area, 'dist', file));
  }
  copyFileSync(join(dist, '../package.json'), join(area, 'package.json'));
  symlinkSync(join(dist, '../node_modules'), join(area, 'node_modules'));
  writeFileSync(
    join(area, 'listen.cjs'),
    "process.once('prestage-compiled', (s) => console.log(`refused: ${s.cachedDataRejected}`));",
  );
});
afterEach(() => {
  removeArea(area);
});

function start(program: string, ...args: string[]): string {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--require', join(area, 'listen.cjs'), join(area, 'dist', program), ...args],
    { encoding: 'utf8', input: '' },
  );
  return stdout + stderr;
}

describe('kept code', () => {
  it('is taken by the command line and the helper as they were built', () => {
    expect(start('prestage.cjs', '--version')).toMatch(/^refused: false\n\d+\.\d+\.\d+\n$/);
    expect(start('helper.cjs')).toBe('refused: false\n');
  });

  it('is the same bytes each time, wherever it is made: a package is made twice alike', () => {
    const [first, second] = ['one', 'another'].map((name) => {
      const folder = join(area, name);
      mkdirSync(folder);
      const programs = Object.keys(launched).map((program) => `${program}.code.cjs`);
      for (const file of [...launchers, ...programs]) copyFileSync(join(dist, file), join(folder, file));
      makeCodeCaches(folder, process.execPath, '/usr/lib/somewhere');
      return Object.keys(launched).map((program) => readFileSync(join(folder, `${program}.code.cache`)));
    });
    expect(first).toHaveLength(2);
    expect(first).toEqual(second);
  });

  it('of another program is not used, though both are of the same length', () => {
    const file = join(area, 'dist', code);
    const [old, changed] = ['print this help', 'PRINT THIS HELP'];
    const text = readFileSync(file, 'utf8');
    expect(text.includes(old)).toBe(true);
    writeFileSync(file, text.replaceAll(old, changed));
    const said = start('prestage.cjs', '--help');
    expect(said).toMatch(/^refused: undefined\n/);
    expect(said).toContain(changed);
  });

  it.each([
    [
      'missing',
      (file: string) => {
        rmSync(file);
      },
      'undefined',
    ],
    [
      'cut short',
      (file: string) => {
        writeFileSync(file, readFileSync(file).subarray(0, 20));
      },
      'undefined',
    ],
    [
      'of another V8',
      (file: string) => {
        const kept = readFileSync(file).subarray(64);
        // After V8's magic number: its version.
        kept.fill(0xff, 4, 8);
        const head = [join(file, '..', code), kept].map((part) =>
          createHash('sha256')
            .update(typeof part === 'string' ? readFileSync(part) : part)
            .digest(),
        );
        writeFileSync(file, Buffer.concat([...head, kept]));
      },
      'true',
    ],
    [
      'damaged in one byte',
      (file: string) => {
        const bytes = readFileSync(file);
        bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 0x10;
        writeFileSync(file, bytes);
      },
      'undefined',
    ],
  ])('that is %s costs time only', (_, spoil, refused) => {
    spoil(join(area, 'dist', cache));
    expect(start('prestage.cjs', '--version')).toMatch(new RegExp(`^refused: ${refused}\\n\\d+\\.`));
  });
});
