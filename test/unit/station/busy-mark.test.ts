import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { PrestageError } from '../../../core/base/errors';
import { MediaLibrary } from '../../../station/library/media-library';
import { claimFolder, releaseFolder } from '../../../station/state/busy-mark';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'prestage-busy-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

it('a folder is worked in by one at a time, and one that died is no hindrance', () => {
  expect(claimFolder(folder)).toBe(true);
  expect(claimFolder(folder)).toBe(false);
  releaseFolder(folder);
  writeFileSync(join(folder, 'busy'), '1-1-another-boot');
  expect(claimFolder(folder)).toBe(true);
});

it('a media file is received once at a time, and a library that is not there is empty', () => {
  const library = new MediaLibrary(join(folder, 'library'));
  expect(library.list()).toEqual([]);
  expect(library.unfinished()).toEqual([]);
  const working = library.begin('a'.repeat(64));
  const busy = (): unknown => {
    try {
      return library.begin('a'.repeat(64));
    } catch (error) {
      return error instanceof PrestageError ? error.code : error;
    }
  };
  expect(busy()).toBe('delivery-busy');
  library.end(working);
  expect(busy()).toBe(working);
  expect(library.remove('a'.repeat(64))).toBe(working);
  expect(readdirSync(library.folder)).toEqual([]);
});
