import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canRead, mountOpen, openCheckout, plainUserProblem } from '../support/checkout';
import { removeArea, temporaryArea } from '../support/global-setup';
import { isRoot } from '../support/loop';

/** A clone below a folder that is closed to others, such as /root: other users' programs of the tests find it. */

let area: string;
let clone: string;

beforeAll(() => {
  area = temporaryArea('closed');
  for (const folder of [area, dirname(area)]) chmodSync(folder, 0o711);
  const home = join(area, 'home');
  clone = join(home, 'clone');
  mkdirSync(clone, { recursive: true });
  writeFileSync(join(clone, 'program'), 'text');
  chmodSync(home, 0o700);
});
afterAll(() => {
  removeArea(area);
});

describe.skipIf(!isRoot)('a clone that is closed to others', () => {
  it('is open to them where it is mounted, to be read only, and whole afterwards', () => {
    const file = join(clone, 'program');
    expect(canRead(file)).toBe(false);
    const { path, close } = mountOpen(clone);
    try {
      expect(canRead(join(path, 'program'))).toBe(true);
      expect(() => {
        rmSync(join(path, 'program'));
      }).toThrow(/EROFS/);
    } finally {
      close();
    }
    expect(existsSync(path)).toBe(false);
    expect(readFileSync(file, 'utf8')).toBe('text');
  });

  it('is told in words when it cannot be mounted', () => {
    const missing = join(clone, 'missing');
    expect(() => mountOpen(missing)).toThrow(
      new RegExp(
        `^The tests also run programs as the user nobody, who cannot read ${missing}, and it cannot be mounted`,
      ),
    );
  });

  it('is told in words when Node or the temporary folder lies there, too', () => {
    expect(plainUserProblem(join(clone, 'program'), area)).toMatch(
      /nobody, who cannot run Node \(.*program\): use/,
    );
    expect(plainUserProblem(process.execPath, clone)).toMatch(
      /cannot enter the temporary folder \(.*: set TMPDIR/,
    );
    expect(plainUserProblem(process.execPath, area)).toBeNull();
  });

  it('is not this one, or is mounted for this run', () => {
    expect(canRead(join(openCheckout(), 'dist/prestage.cjs'))).toBe(true);
  });
});
