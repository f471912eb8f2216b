import { execFile } from 'node:child_process';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { makeTree, type TreeOptions } from './wim-tree';

export * from './wim-tree';
export * from './wim-hostile';

const run = promisify(execFile);

export interface MediaOptions extends TreeOptions {
  /** The default is none: fastest to make. */
  readonly compression?: 'none' | 'XPRESS' | 'LZX' | 'LZMS';
  /** Solid resources, as in an ESD. */
  readonly solid?: boolean;
  /** Adds an integrity table. */
  readonly integrity?: boolean;
  /** Number of images; the first has the tree, the others only its \Windows. The default is 1. */
  readonly images?: number;
  /** Splits into parts of about this many bytes; `files` then has the parts, `path` the first. */
  readonly splitBytes?: number;
  /** File name without extension; the default is `media`. */
  readonly name?: string;
  /** Name of the first image. */
  readonly imageName?: string;
  readonly description?: string;
}

export interface MadeMedia {
  /** The WIM, or the first part of the set. */
  readonly path: string;
  /** All parts in order. */
  readonly files: readonly string[];
  /** The folder that was captured. */
  readonly tree: string;
}

/**
 * Makes a prestaged-shaped WIM in a folder (made when it is not there).
 * @throws when wimlib-imagex fails: nothing of the product is used here
 */
export async function makeMedia(directory: string, options: MediaOptions = {}): Promise<MadeMedia> {
  const name = options.name ?? 'media';
  const tree = join(directory, `${name}-tree`);
  await mkdir(directory, { recursive: true });
  await makeTree(tree, options);

  const compression = options.compression ?? 'none';
  const path = join(directory, `${name}.${options.solid === true ? 'esd' : 'wim'}`);
  const check = options.integrity === true ? ['--check'] : [];
  const how = [
    `--compress=${compression}`,
    ...check,
    ...(options.solid === true ? ['--solid', '--solid-compress=LZMS'] : []),
  ];
  const imageName = options.imageName ?? 'Prestaged media';
  await run('wimlib-imagex', [
    'capture',
    tree,
    path,
    imageName,
    options.description ?? 'Made by the tests',
    ...how,
  ]);
  for (let image = 2; image <= (options.images ?? 1); image += 1) {
    const source = join(tree, 'Windows');
    await run('wimlib-imagex', ['append', source, path, `Image ${String(image)}`, ...check]);
  }
  if (options.splitBytes === undefined) return { path, files: [path], tree };

  const first = join(directory, `${name}.swm`);
  await run('wimlib-imagex', ['split', path, first, String(options.splitBytes / 1024 / 1024), ...check]);
  await rm(path);
  const written = await readdir(directory);
  const count = written.filter((file) => file.startsWith(name) && file.endsWith('.swm')).length;
  const files: string[] = [];
  for (let part = 1; part <= count; part += 1) {
    const file = join(directory, `${name}${part === 1 ? '' : String(part)}.swm`);
    await stat(file);
    files.push(file);
  }
  return { path: first, files, tree };
}
