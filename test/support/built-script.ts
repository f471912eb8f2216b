import { buildSync } from 'esbuild';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface BuiltScript {
  /** For `node PATH`. */
  readonly path: string;
  readonly remove: () => void;
}

/** Bundles a script of the tests that is started again and again: with tsx each start would take several times as long. */
export function buildScript(script: string): BuiltScript {
  const folder = mkdtempSync(join(tmpdir(), 'prestage-test-script-'));
  const path = join(folder, 'script.mjs');
  buildSync({
    entryPoints: [script],
    outfile: path,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    // For packages that are CommonJS.
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
    logLevel: 'warning',
  });
  return {
    path,
    remove: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
