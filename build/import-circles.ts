import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';
import { roomNames } from './layers';

/**
 * Keeps import circles out of the rooms: files that import each other, over however many others, can only be read, moved
 * and tested together. Imports of types count too. Part of `npm run check`.
 */

const root = resolve(import.meta.dirname, '..');
/** The tests' room is left out: nothing of the product can hang from it. */
const rooms = roomNames.filter((room) => room !== 'test');
const endings = ['', '.ts', '.tsx', '.cts', '/index.ts'] as const;

/** File → the files that it imports. */
export type Imports = ReadonlyMap<string, readonly string[]>;

/**
 * @param sources path → text, paths as `core/a.ts`
 * @returns what imports what; packages and files that are not among the sources are left out
 */
export function importsOf(sources: ReadonlyMap<string, string>): Imports {
  const imports = new Map<string, string[]>();
  for (const [file, text] of sources) {
    const targets = ts
      .preProcessFile(text, true, true)
      .importedFiles.map(({ fileName }) => fileName)
      .filter((specifier) => specifier.startsWith('.'))
      .map((specifier) => join(dirname(file), specifier))
      .flatMap((path) => endings.map((ending) => path + ending).find((one) => sources.has(one)) ?? []);
    imports.set(file, [...new Set(targets)]);
  }
  return imports;
}

/** @returns circles as the files on the way round: at least one when there is any, empty when there is none */
export function importCircles(imports: Imports): string[][] {
  const circles: string[][] = [];
  const finished = new Set<string>();
  const way: string[] = [];
  const visit = (file: string): void => {
    const start = way.indexOf(file);
    if (start >= 0) circles.push(way.slice(start));
    if (start >= 0 || finished.has(file)) return;
    way.push(file);
    for (const target of imports.get(file) ?? []) visit(target);
    way.pop();
    finished.add(file);
  };
  for (const file of imports.keys()) visit(file);
  return circles;
}

function sourcesOf(folders: readonly string[]): Map<string, string> {
  const files = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.c?tsx?$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name)),
  );
  return new Map(files.map((file) => [relative(root, file), readFileSync(file, 'utf8')]));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const circles = importCircles(importsOf(sourcesOf(rooms)));
  for (const circle of circles) {
    process.stderr.write(`Import circle: ${[...circle, ...circle.slice(0, 1)].join(' → ')}\n`);
  }
  if (circles.length > 0) process.exitCode = 1;
}
