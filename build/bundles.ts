/**
 * What is bundled, and how. CommonJS for what runs on Node, because its loader reads files synchronously: the helper
 * can then size libuv's thread pool before anything has used it (helper/server/thread-pool.ts).
 */
import type { BuildOptions, Plugin } from 'esbuild';
import { chmod, copyFile, mkdir, rm, symlink } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { launched } from './code-cache';
import { helpPlugin } from './help/help-plugin';

/** Folder of all programs, below the checkout. */
export const outdir = 'dist';
/** The app as it is started and packed. */
export const appOutdir = `${outdir}/app`;
/** The app of `npm run dev`. Never packed: build/package/stage.ts takes {@link appOutdir}. */
export const developmentOutdir = `${outdir}/app-development`;

/** Half of zod is what it says in 50 languages, and a program that starts, or a page, reads its whole file. */
const zodInEnglish: Plugin = {
  name: 'zod-in-english',
  setup: (bundler) => {
    bundler.onLoad({ filter: /\/zod\/v4\/locales\/index\.js$/ }, ({ path }) => ({
      contents: "export { default as en } from './en.js';",
      resolveDir: dirname(path),
    }));
  },
};

const common = {
  bundle: true,
  sourcemap: true,
  logLevel: 'warning',
  plugins: [zodInEnglish],
} satisfies BuildOptions;
const onNode = {
  ...common,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  outExtension: { '.js': '.cjs' },
  // A program that launcher.cjs runs cannot import while it runs, but it can require.
  supported: { 'dynamic-import': false },
} satisfies BuildOptions;

/**
 * Keeps what {@link ofItsOwn} bundles out of a program, which loads it when it needs it: a program that starts reads its whole
 * file.
 * @param name of the file, without its ending
 * @param filter what is imported
 */
const apart = (name: string, filter: RegExp): Plugin => ({
  name: `${name}-apart`,
  setup: (bundler) => {
    bundler.onResolve({ filter }, () => ({ path: `./${name}.cjs`, external: true }));
  },
});

/** See build/libsql-later.cjs, which is what the programs get for `libsql`; only that file gets the package. */
const libsqlLater: Plugin = {
  name: 'libsql-later',
  setup: (bundler) => {
    const later = resolve(import.meta.dirname, 'libsql-later.cjs');
    bundler.onResolve({ filter: /^libsql$/ }, ({ importer }) =>
      importer === later ? { path: 'libsql', external: true } : { path: later },
    );
  },
};

/** A package, or a part of one, as a file of its own. */
const ofItsOwn = {
  ...onNode,
  outdir,
  // As Node gives the default export of a CommonJS file to an ES module.
  footer: { js: 'module.exports = module.exports.default;' },
} satisfies BuildOptions;

/** What makes PDF files: half of all code. */
export const pdfkit = {
  ...ofItsOwn,
  entryPoints: { pdfkit: 'build/pdfkit-bundled.mjs' },
  // The package asks for its own address when it is loaded, for a file that is not used.
  define: { 'import.meta.url': JSON.stringify('file:///') },
} satisfies BuildOptions;

/** The font for the letters that the standard fonts of PDF do not have. */
export const font = {
  ...ofItsOwn,
  sourcemap: false,
  entryPoints: { font: 'build/font-bundled.mjs' },
  loader: { '.woff': 'binary' },
} satisfies BuildOptions;

/** The command line, the helper and their workers. */
export const programs = {
  ...onNode,
  entryPoints: {
    'prestage.code': 'station/cli/cli-main.ts',
    // What it begins with: launcher.cjs runs it before it reads the rest.
    'prestage.early': 'station/cli/early-helper.ts',
    'helper.code': 'helper/server/helper-main.ts',
    'drive-worker': 'helper/pipeline/drive-worker.ts',
    'hash-worker': 'helper/hash/hash-worker.ts',
    'log-worker': 'station/log/log-worker.ts',
    'fleet-worker': 'station/fleet/fleet-worker.ts',
    'ship-worker': 'station/shipment/ship-worker.ts',
    'rack-worker': 'station/rack/rack-worker.ts',
    'mirror-worker': 'station/mirror/mirror-worker.ts',
  },
  outdir,
  // pg works without pg-native, which is not there.
  external: ['pg-native'],
  // The migrations of the plant's database.
  loader: { '.sql': 'text' },
  // A start reads and hashes all of it. Names stay, for whoever reads a stack.
  minifyWhitespace: true,
  minifySyntax: true,
  plugins: [
    ...common.plugins,
    libsqlLater,
    apart('pdfkit', /^pdfkit$/),
    apart('prestage.early', /^\.\/early-helper$/),
    apart('font', /^@fontsource\/unifontex\/.*\.woff$/),
  ],
} satisfies BuildOptions;

/**
 * The app's main process and preload script.
 * @param folder the app's folder
 * @param main the entry of the main process
 */
export function mainProcess(folder: string, main: string): BuildOptions {
  return {
    ...onNode,
    entryPoints: { main, preload: 'electron/preload.ts' },
    outdir: folder,
    external: ['electron'],
    // See electron/libsql-from-helper.ts.
    alias: { libsql: './electron/libsql-from-helper.ts' },
  };
}

/**
 * The page.
 * @param folder the app's folder
 * @param mode `development` keeps React's warnings and leaves the text as it is
 */
export function page(folder: string, mode: 'production' | 'development'): BuildOptions {
  return {
    ...common,
    entryPoints: { app: 'renderer/page.tsx' },
    outdir: `${folder}/renderer`,
    platform: 'browser',
    target: 'chrome130',
    format: 'esm',
    jsx: 'automatic',
    minify: mode === 'production',
    loader: { '.woff2': 'file', '.woff': 'empty', '.png': 'file' },
    plugins: [...common.plugins, helpPlugin],
    assetNames: 'assets/[name]-[hash]',
    define: { 'process.env.NODE_ENV': JSON.stringify(mode) },
  };
}

/** Puts their launchers beside the programs, and links the Node that the helper runs on. */
export async function finishPrograms(): Promise<void> {
  for (const name of Object.keys(launched)) {
    await copyFile('build/launcher.cjs', `${outdir}/${name}.cjs`);
    await chmod(`${outdir}/${name}.cjs`, 0o755);
  }
  // The helper of a checkout runs on the Node that built it, as that of the package runs on the Node it brings.
  await mkdir(`${outdir}/runtime`, { recursive: true });
  await rm(`${outdir}/runtime/node`, { force: true });
  await symlink(process.execPath, `${outdir}/runtime/node`);
}

/**
 * Puts the document beside the page's bundle.
 * @param folder the app's folder
 */
export async function finishPage(folder: string): Promise<void> {
  await copyFile('renderer/index.html', `${folder}/renderer/index.html`);
}
