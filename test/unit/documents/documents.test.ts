import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  anchorsOf,
  checkout,
  commandsOf,
  documentFiles,
  documentText,
  fencedBlocks,
  isGenerated,
  localLinks,
  proseOf,
} from '../../support/documents';

/** What a reader meets: links that lead somewhere, tables that fit, and nothing said twice. */

const files = documentFiles();
/** For users: the decisions and the rooms' own pages are for developers. */
const forUsers = files.filter(
  (file) => file === 'README.md' || (file.startsWith('docs/') && !file.startsWith('docs/adr/')),
);

const lineCount = (file: string): number => documentText(file).trimEnd().split('\n').length;

describe('the documents', () => {
  it('are there', () => {
    expect(files).toEqual(expect.arrayContaining(['README.md', 'CONTRIBUTING.md', 'docs/glossary.md']));
    expect(forUsers.length).toBeGreaterThan(15);
  });

  it('README and CONTRIBUTING stay short', () => {
    expect(lineCount('README.md')).toBeLessThanOrEqual(150);
    expect(statSync(join(checkout, 'README.md')).size).toBeLessThanOrEqual(12 * 1024);
    expect(lineCount('CONTRIBUTING.md')).toBeLessThanOrEqual(100);
  });

  it.each(files)('every link of %s leads somewhere', (file) => {
    const broken = localLinks(documentText(file)).filter(({ path, anchor }) => {
      const target = path === '' ? file : normalize(join(dirname(file), decodeURIComponent(path)));
      if (target.startsWith('..') || !existsSync(join(checkout, target))) return true;
      if (anchor === '') return false;
      return !target.endsWith('.md') || !anchorsOf(documentText(target)).has(anchor);
    });
    expect(broken).toEqual([]);
  });

  it.each(files)('every file that %s names is there', (file) => {
    const names = [...proseOf(documentText(file)).matchAll(/`([\w./-]+)`/g)].map((match) => match[1] ?? '');
    const paths = names.filter((name) =>
      /^(?:core|helper|station|electron|renderer|build|test)\/./.test(name),
    );
    // A room's own page names what is in it.
    const inRoom =
      file.endsWith('/README.md') && !file.startsWith('docs/') ? names.filter((name) => isSource(name)) : [];
    const missing = [
      ...paths.filter((path) => !existsSync(join(checkout, path))),
      ...inRoom.filter((name) => !name.includes('/') && !existsBelow(dirname(file), name)),
    ];
    expect(missing).toEqual([]);
  });

  it.each(files.filter((file) => file === 'CONTRIBUTING.md' || forUsers.includes(file)))(
    'the tables of %s fit a screen',
    (file) => {
      const wide = proseOf(documentText(file))
        .split('\n')
        .filter((line) => line.trimStart().startsWith('|'))
        .flatMap((line) => line.split(/(?<!\\)\|/).map((cell) => shown(cell)))
        .filter((cell) => !/^:?-+:?$/.test(cell) && cell.length > 75);
      expect(wide).toEqual([]);
    },
  );

  it('name only npm scripts that are there', () => {
    const { scripts } = z
      .object({ scripts: z.record(z.string(), z.string()) })
      .parse(JSON.parse(documentText('package.json')));
    const named = [
      'CONTRIBUTING.md',
      ...forUsers,
      ...files.filter((file) => file.endsWith('/README.md')),
    ].flatMap((file) =>
      [...documentText(file).matchAll(/\bnpm run ([a-z](?:[\w-]|:(?=\w))*)/g)].map((match) => match[1] ?? ''),
    );
    expect(named.length).toBeGreaterThan(10);
    expect([...new Set(named)].filter((name) => scripts[name] === undefined)).toEqual([]);
  });

  it('name only versions of Prestage that the changelog has', () => {
    const released = new Set(
      [...documentText('CHANGELOG.md').matchAll(/^## (0\.\d+)\.\d+$/gm)].map((match) => match[1]),
    );
    // A version of another program stands with its name, and its file does not begin with ours.
    const named = forUsers.flatMap((file) =>
      [...documentText(file).matchAll(/\b(?:(?:before|since) |prestage[a-z-]*_)(0\.\d+)/g)].map((match) => ({
        file,
        version: match[1],
      })),
    );
    expect(named.length).toBeGreaterThan(2);
    expect(named.filter(({ version }) => !released.has(version))).toEqual([]);
  });

  it.each(['core', 'station', 'helper', 'renderer', 'build', 'test'])(
    'the page of %s/ says what each of its folders is for',
    (room) => {
      const page = documentText(`${room}/README.md`);
      const folders = readdirSync(join(checkout, room), { withFileTypes: true }).filter((entry) =>
        entry.isDirectory(),
      );
      expect(folders.length).toBeGreaterThan(5);
      expect(folders.map(({ name }) => name).filter((name) => !page.includes(`\`${name}/`))).toEqual([]);
    },
  );

  it('say nothing twice', () => {
    const paths = new Map<string, string[]>();
    for (const file of forUsers.filter((one) => !isGenerated(one))) {
      for (const sentence of sentencesOf(documentText(file))) {
        paths.set(sentence, [...(paths.get(sentence) ?? []), file]);
      }
    }
    expect([...paths].filter(([, where]) => where.length > 1)).toEqual([]);
  });

  it('every page for users is in the index', () => {
    const linked = new Set(
      localLinks(documentText('docs/README.md')).map(({ path }) => normalize(join('docs', path))),
    );
    const missing = forUsers.filter(
      (file) => file !== 'README.md' && file !== 'docs/README.md' && !linked.has(file),
    );
    expect(missing).toEqual([]);
  });

  it('every decision is in the index of decisions', () => {
    const linked = new Set(
      localLinks(documentText('docs/adr/README.md')).map(({ path }) => `docs/adr/${path}`),
    );
    const pages = files.filter((file) => /^docs\/adr\/\d/.test(file));
    expect(pages.length).toBeGreaterThanOrEqual(20);
    expect(pages.filter((file) => !linked.has(file))).toEqual([]);
  });
});

describe('reading a document', () => {
  it('finds commands, with quotes and over several lines', () => {
    const [block] = fencedBlocks(
      'a\n\n   ```sh\n   one \'two words\' \\\n     --three="4 5"\n\n   six\n   ```\n',
    );
    expect(block).toMatchObject({ language: 'sh', file: null, line: 3 });
    expect(commandsOf(block?.text ?? '')).toEqual([['one', 'two words', '--three=4 5'], ['six']]);
  });

  it('refuses commands that need a shell, and fences without an end', () => {
    for (const line of ['a | b', 'a > b', 'echo $HOME', 'a; b', 'a # why', 'a "b']) {
      expect(() => commandsOf(line)).toThrow(/needs a shell|cannot be taken apart/);
    }
    expect(() => fencedBlocks('```sh\na\n')).toThrow(/never closed/);
  });

  it('finds the file a block is the content of, links, and anchors', () => {
    expect(fencedBlocks('```csv machines.csv\na;b\n```\n')).toMatchObject([
      { language: 'csv', file: 'machines.csv' },
    ]);
    expect(
      localLinks('[a](b.md#c) `[no](d.md)` [out](https://example.org) [here](#e)\n\n[f]: g.md\n'),
    ).toEqual([
      { path: 'b.md', anchor: 'c' },
      { path: '', anchor: 'e' },
      { path: 'g.md', anchor: '' },
    ]);
    expect([...anchorsOf('# What it can’t prove\n\n## `a` and (b)\n\n## `a` and (b)\n')]).toEqual([
      'what-it-cant-prove',
      'a-and-b',
      'a-and-b-1',
    ]);
  });
});

const isSource = (name: string): boolean => /\.(?:tsx?|css|c|sh)$/.test(name);

function existsBelow(folder: string, name: string): boolean {
  return readdirSync(join(checkout, folder), { recursive: true, encoding: 'utf8' }).some(
    (path) => path === name || path.endsWith(`/${name}`),
  );
}

/** A cell as it is shown: links as their words. */
function shown(cell: string): string {
  return cell.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').trim();
}

/** The sentences of a document that say something by themselves, without their marks. */
function sentencesOf(text: string): string[] {
  return proseOf(text)
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .split(/\n\s*\n|\n\s*[-|#]|\n\s*\d+\.\s/)
    .flatMap((paragraph) => paragraph.replaceAll(/\s+/g, ' ').split(/(?<=[.:?!])\s/))
    .map((sentence) =>
      sentence
        .replaceAll(/[*_`|]/g, '')
        .trim()
        .toLowerCase(),
    )
    .filter((sentence) => sentence.length > 40);
}
