import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { layers } from '../../../build/layers';
import { leafCommands } from '../../../build/reference/commands-page';
import { makePages, stalePages } from '../../../build/reference/pages';
import type { ErrorMeaning } from '../../../core/base/error-meaning';
import { errorCodes, errorReference } from '../../../core/base/error-reference';
import { PrestageError } from '../../../core/base/errors';
import { exitCodes } from '../../../station/cli/exit-codes';

const root = resolve(import.meta.dirname, '../../..');

describe('docs/reference', () => {
  // The type checker reads all schemas.
  const patience = 60_000;
  let pages: ReadonlyMap<string, string>;
  const page = (name: string): string => {
    const found = [...pages].find(([path]) => path.endsWith(`/${name}`));
    if (found === undefined) throw new Error(`no page ${name}`);
    return found[1];
  };
  beforeAll(async () => {
    pages = await makePages();
  }, patience);

  it('is current', { timeout: patience }, async () => {
    expect(await stalePages(pages), 'run npm run reference').toEqual([]);
  });

  it('has every command with every option, and what it prints', async () => {
    const commands = page('commands.md');
    const leaves = [...(await leafCommands())];
    expect(leaves.length).toBeGreaterThan(20);
    for (const [name, command] of leaves) {
      const section = commands.split(`# prestage ${name}\n`)[1]?.split('\n#')[0] ?? '';
      expect(section, name).toContain(`prestage ${name} [options]`);
      for (const { flags } of command.options) expect(section, name).toContain(`\`${flags}\``);
      for (const argument of command.registeredArguments) expect(section).toContain(`<${argument.name()}`);
      expect(section, name).toMatch(/^JSON: \[/m);
    }
  });

  it('leads from every command to its form', () => {
    const addresses = [...page('commands.md').matchAll(/json\.md#([a-z-]+)/g)].map(([, address]) => address);
    const titles = [...page('json.md').matchAll(/^### (.*)$/gm)].map(([, title = '']) =>
      title
        .toLowerCase()
        .replace(/[^a-z -]/g, '')
        .replaceAll(' ', '-'),
    );
    expect(titles).toEqual(expect.arrayContaining(addresses));
    const inside = [...page('json.md').matchAll(/\(#([a-z-]+)\)/g)].map(([, address]) => address);
    expect(titles).toEqual(expect.arrayContaining(inside));
  });

  it('says what members mean, from the comments at the schemas', () => {
    expect(page('json.md')).toContain('`bytesVerified`: whole number. Bytes read back and compared.');
  });

  it('has every error code', () => {
    for (const code of errorCodes) expect(page('errors.md')).toContain(`\n## ${code}\n`);
  });
});

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
