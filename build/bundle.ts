/**
 * Bundles the programs into dist/, and the desktop app into dist/desk/. CommonJS, because its loader reads files
 * synchronously: the helper can then size libuv's thread pool before anything has used it
 * (helper/server/thread-pool.ts).
 */
import { build, type BuildOptions } from 'esbuild';
import { chmod, copyFile, mkdir, rm, symlink } from 'node:fs/promises';

const outdir = 'dist';
const common: BuildOptions = { bundle: true, sourcemap: true, logLevel: 'warning' };
/** For programs that make PDFs. The package asks for its own address when it is loaded, for a file that is not used. */
const pdfkit = {
  alias: { pdfkit: './build/pdfkit-bundled.mjs' },
  define: { 'import.meta.url': JSON.stringify('file:///') },
} satisfies BuildOptions;

await build({
  ...common,
  entryPoints: {
    prestage: 'station/cli/cli-main.ts',
    helper: 'helper/server/helper-main.ts',
    'drive-worker': 'helper/pipeline/drive-worker.ts',
    'hash-worker': 'helper/hash/hash-worker.ts',
    'log-worker': 'station/log/log-worker.ts',
    'fleet-worker': 'station/fleet/fleet-worker.ts',
    'ship-worker': 'station/shipment/ship-worker.ts',
  },
  outdir,
  outExtension: { '.js': '.cjs' },
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  // Packages with native parts are loaded from node_modules. pg works without pg-native, which is not there.
  external: ['drivelist', 'libsql', 'pg-native'],
  // The migrations of the plant's database.
  loader: { '.sql': 'text' },
  ...pdfkit,
});
await chmod(`${outdir}/prestage.cjs`, 0o755);

// The helper of a checkout runs on the Node that built it, as that of the package runs on the Node it brings.
await mkdir(`${outdir}/runtime`, { recursive: true });
await rm(`${outdir}/runtime/node`, { force: true });
await symlink(process.execPath, `${outdir}/runtime/node`);

const desk = `${outdir}/desk`;
await rm(desk, { recursive: true, force: true });
await build({
  ...common,
  entryPoints: { main: 'electron/main.ts', preload: 'electron/preload.ts' },
  outdir: desk,
  outExtension: { '.js': '.cjs' },
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  external: ['electron'],
  // See electron/libsql-from-engine.ts.
  alias: { libsql: './electron/libsql-from-engine.ts' },
});
await build({
  ...common,
  entryPoints: { app: 'renderer/page.tsx' },
  outdir: `${desk}/renderer`,
  platform: 'browser',
  target: 'chrome130',
  format: 'esm',
  jsx: 'automatic',
  minify: true,
  loader: { '.woff2': 'file', '.woff': 'empty' },
  assetNames: 'assets/[name]-[hash]',
  define: { 'process.env.NODE_ENV': '"production"' },
});
await copyFile('renderer/index.html', `${desk}/renderer/index.html`);
