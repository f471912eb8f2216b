/**
 * Keeps what imports what in order, over every form of import, types too; part of `npm run check`: the table of
 * layers.ts between rooms and folders, and no import circles. Files that import each other, over however many others,
 * can only be read, moved and tested together.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';
import { layers } from './layers';

/** Path below the root, as `core/a.ts` → text. */
export type Sources = ReadonlyMap<string, string>;

const root = resolve(import.meta.dirname, '..');
const endings = ['', '.ts', '.tsx', '.cts', '/index.ts'] as const;

interface Place {
  /** First folder below the root; null for a file at the root or outside. */
  readonly room: string | null;
  /** The folder within the room; null for a file that lies in the room itself. */
  readonly folder: string | null;
}

function placeOf(path: string): Place {
  const [room, ...rest] = normalize(path).split(sep);
  if (room === undefined || room === '..' || rest.length === 0) return { room: null, folder: null };
  return { room, folder: rest.length > 1 ? (rest[0] ?? null) : null };
}

/** All that a file imports, as it is written there: import, export from, import(), require(), import type. */
const specifiersOf = (text: string): string[] =>
  ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName);

/**
 * @param file path below the root; a room or folder that the table does not know is reported, so that none can be
 *   opened without saying what it may import
 * @returns what the table of layers.ts does not allow, one sentence each
 */
export function layeringIssues(file: string, text: string): string[] {
  const { room, folder } = placeOf(file);
  if (room === null) return [];
  const layer = layers[room];
  if (layer === undefined) return [`The room '${room}' is not in build/layers.ts.`];
  const { rooms, packages, folders } = layer;
  const inRoom = folders === undefined || folder === null ? undefined : folders[folder];
  const here = `${room}/${folder ?? ''}`;
  const refusal = (from: string, to: string): string =>
    `'${from}' may not import from '${to}' (build/layers.ts).`;

  return specifiersOf(text).flatMap((specifier) => {
    if (specifier.startsWith('.') || specifier.startsWith('/')) {
      const path = specifier.startsWith('/') ? relative(root, specifier) : join(dirname(file), specifier);
      const to = placeOf(path);
      if (to.room !== room) {
        const allowed =
          (to.room !== null && rooms.includes(to.room)) || (to.room === null && room === 'test');
        return allowed ? [] : [refusal(room, to.room ?? specifier)];
      }
      if (folders === undefined) return [];
      if (inRoom === undefined) return [`'${here}' is not a folder of '${room}' in build/layers.ts.`];
      const stays = to.folder === folder || (to.folder !== null && inRoom.includes(to.folder));
      return stays ? [] : [refusal(here, `${room}/${to.folder ?? ''}`)];
    }
    const name = specifier.startsWith('node:')
      ? specifier
      : specifier
          .split('/')
          .slice(0, specifier.startsWith('@') ? 2 : 1)
          .join('/');
    const allowed = packages === 'any' || packages.includes(name);
    return allowed ? [] : [`'${room}' may not import '${name}' (build/layers.ts).`];
  });
}

/** @returns circles as the files on the way round: at least one when there is any, empty when there is none */
export function importCircles(sources: Sources): string[][] {
  const imports = new Map(
    [...sources].map(([file, text]) => {
      const targets = specifiersOf(text)
        .filter((specifier) => specifier.startsWith('.'))
        .map((specifier) => join(dirname(file), specifier))
        .flatMap((path) => endings.map((ending) => path + ending).find((one) => sources.has(one)) ?? []);
      return [file, [...new Set(targets)]] as const;
    }),
  );
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

function readSources(): Sources {
  const files = foldersAtTop().flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.c?tsx?$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name)),
  );
  return new Map(files.map((file) => [relative(root, file), readFileSync(file, 'utf8')]));
}

/** Folders at the top that hold sources, whether or not the table knows them. */
const foldersAtTop = (): string[] =>
  readdirSync(root, { withFileTypes: true })
    .filter(
      (entry) => entry.isDirectory() && !/^(\..*|dist.*|node_modules|test-results|docs)$/.test(entry.name),
    )
    .map(({ name }) => name);

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const sources = [...readSources()];
  const issues = [
    ...sources.flatMap(([file, text]) => layeringIssues(file, text).map((issue) => `${file}: ${issue}`)),
    // The tests' room is left out: nothing of the product can hang from it.
    ...importCircles(new Map(sources.filter(([file]) => placeOf(file).room !== 'test'))).map(
      (circle) => `Import circle: ${[...circle, ...circle.slice(0, 1)].join(' → ')}`,
    ),
  ];
  for (const issue of issues) process.stderr.write(`${issue}\n`);
  if (issues.length > 0) process.exitCode = 1;
}
