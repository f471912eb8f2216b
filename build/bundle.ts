/**
 * Bundles the programs into dist/. CommonJS, because its loader reads files synchronously: the helper can
 * then size libuv's thread pool before anything has used it (native/helper/thread-pool.ts).
 */
import { build } from 'esbuild';
import { chmod } from 'node:fs/promises';

const outdir = 'dist';
await build({
  entryPoints: {
    prestage: 'station/cli/main.ts',
    helper: 'native/helper/main.ts',
    'drive-worker': 'native/pipeline/drive-worker.ts',
    'hash-worker': 'native/hash/hash-worker.ts',
  },
  outdir,
  outExtension: { '.js': '.cjs' },
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  sourcemap: true,
  // Packages with native parts are loaded from node_modules.
  external: ['drivelist', 'libsql'],
  logLevel: 'warning',
});
await chmod(`${outdir}/prestage.cjs`, 0o755);
