import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { layers } from '../../../build/layers';
import type { ErrorMeaning } from '../../../core/base/error-meaning';
import { errorCodes, errorReference } from '../../../core/base/error-reference';
import { PrestageError } from '../../../core/base/errors';
import { exitCodes } from '../../../station/cli/exit-codes';

const root = resolve(import.meta.dirname, '../../..');

describe('the table of errors', () => {
  const sources = (directory: string): string[] =>
    readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
      const path = join(directory, entry.name);
      if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : sources(path);
      return /\.tsx?$/.test(entry.name) ? [path] : [];
    });

  it('has no code that nothing raises', () => {
    const rooms = Object.keys(layers).filter((room) => !['build', 'test', 'renderer'].includes(room));
    const files = rooms.flatMap((room) => sources(join(root, room)));
    const text = files
      .filter((file) => !file.endsWith('error-reference.ts'))
      .map((file) => readFileSync(file, 'utf8'))
      .join('\n');
    // As the code of an error, or in a table of errors; not where it is only compared.
    const raised = (code: string): boolean => new RegExp(`(?:code: |\\[\\s*)'${code}'`).test(text);
    expect(raised('raised-nowhere')).toBe(false);
    expect(errorCodes.filter((code) => !raised(code))).toEqual([]);
  });

  it('speaks in whole sentences', () => {
    for (const [code, { meaning, remedy }] of Object.entries<ErrorMeaning>(errorReference)) {
      for (const text of [meaning, remedy]) {
        expect(text, code).toMatch(/^[A-Z"'].*[a-zA-Z0-9)."']$/s);
        expect(text, code).not.toMatch(/\banew\b|If it stays/);
      }
    }
  });

  it('gives the exit codes that mean one thing to one code each', () => {
    const withExit = (exit: number): string[] =>
      errorCodes.filter((code) => errorReference[code].exitCodes[0] === exit);
    expect(withExit(exitCodes.usage)).toEqual(['usage']);
    expect(withExit(exitCodes.bug)).toEqual(['internal']);
    expect(withExit(exitCodes.cancelled)).toEqual(['cancelled']);
    expect(withExit(exitCodes.failed)).not.toHaveLength(0);
    expect(withExit(exitCodes.refused)).not.toHaveLength(0);
  });

  it('is where an error without a remedy of its own has it from', () => {
    const error = new PrestageError({ code: 'drive-repeated', message: 'Drive x is named twice.' });
    expect(error.data).toEqual({
      code: 'drive-repeated',
      message: 'Drive x is named twice.',
      cause: null,
      remedy: errorReference['drive-repeated'].remedy,
    });
    const own = new PrestageError({ code: 'drive-repeated', message: 'Twice.', remedy: 'Look at bay 3.' });
    expect(own.data.remedy).toBe('Look at bay 3.');
  });
});
