import { buildSync } from 'esbuild';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { temporaryArea } from './global-setup';

export interface BuiltScript {
  /** For `node PATH`. */
  readonly path: string;
  readonly remove: () => void;
}

/** Bundles a script of the tests that is started again and again: with tsx each start would take several times as long. */
export function buildScript(script: string): BuiltScript {
  const folder = mkdtempSync(join(tmpdir(), 'prestage-test-script-'));
  const path = bundle(script, folder);
  return {
    path,
    remove: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Has a native part, which cannot be bundled; named by its place, because a bundle lies elsewhere. */
const database = createRequire(import.meta.url).resolve('libsql');

/** Scripts that this process has bundled, below the run's own folder. */
const built = new Map<string, string>();

/**
 * As {@link buildScript}, for integration tests: bundled once for all test files of a process, and removed with the run's folder.
 * All of the script that asks for `import.meta.dirname` must lie in the script's folder.
 */
export function builtScript(script: string): string {
  const path = built.get(script) ?? bundle(script, temporaryArea('script'));
  built.set(script, path);
  return path;
}

function bundle(script: string, folder: string): string {
  const path = join(folder, 'script.mjs');
  buildSync({
    entryPoints: [script],
    outfile: path,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    define: { 'import.meta.dirname': JSON.stringify(dirname(script)) },
    alias: { libsql: database },
    external: [database],
    // For packages that are CommonJS.
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
    logLevel: 'warning',
  });
  return path;
}
