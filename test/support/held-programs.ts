import { build } from 'esbuild';
import { cpSync, linkSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { temporaryArea } from './global-setup';

const root = resolve(import.meta.dirname, '../..');
const heldVariable = 'PRESTAGE_TEST_HELD';
/** What passes hold points. */
const rebuilt = { 'drive-worker': 'helper/pipeline/drive-worker.ts' };

/**
 * Lays out a checkout's programs in a folder, with a helper that tests can hold. All else is what is in dist/.
 * @returns the folder, to start `dist/prestage.cjs` in it, or the app from it
 */
async function buildHeldPrograms(folder: string): Promise<string> {
  const dist = join(folder, 'dist');
  mkdirSync(dist, { recursive: true });
  for (const name of ['node_modules', 'helper', 'package.json']) {
    symlinkSync(join(root, name), join(folder, name));
  }
  const own = new Set(Object.keys(rebuilt).flatMap((name) => [`${name}.cjs`, `${name}.cjs.map`]));
  for (const entry of readdirSync(join(root, 'dist'), { withFileTypes: true })) {
    const [from, to] = [join(root, 'dist', entry.name), join(dist, entry.name)];
    if (own.has(entry.name)) continue;
    // A program looks for its helper beside the file that it really is: a symbolic link would lead back to dist/.
    if (entry.isFile()) linkOrCopy(from, to);
    else cpSync(from, to, { recursive: true, verbatimSymlinks: true });
  }
  await build({
    absWorkingDir: root,
    entryPoints: rebuilt,
    outdir: dist,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    logLevel: 'warning',
    plugins: [
      {
        name: 'hold-points',
        setup: (bundler) => {
          bundler.onResolve({ filter: /\/hold-points$/ }, () => ({
            path: join(import.meta.dirname, 'held-hold-points.ts'),
          }));
        },
      },
    ],
  });
  return folder;
}

function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    // On another file system.
    cpSync(from, to);
  }
}

/** Before the tests, after global-setup.ts: builds them once for all projects of a run, below the run's own folder. */
export async function setup(): Promise<void> {
  if (process.env[heldVariable] !== undefined) return;
  // Workers are started later and inherit it.
  process.env[heldVariable] = await buildHeldPrograms(join(temporaryArea('held'), 'held'));
}

/** The folder with the programs that can be held; laid out like a checkout. */
export function heldPrograms(): string {
  const folder = process.env[heldVariable];
  if (folder === undefined) {
    throw new Error(
      'The helper that can be held was not built: name test/support/held-programs.ts among the globalSetup files of this project in vitest.config.ts.',
    );
  }
  return folder;
}
