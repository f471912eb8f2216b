import { createRequire } from 'node:module';
import { join } from 'node:path';
import { app } from 'electron';
import { locateHelper } from './helper-location';

/**
 * Stands for the package `libsql` in the main process (build/bundles.ts). It is loaded from the helper's folder, where
 * the log's workers load it from too: with two copies of SQLite in one process, one closing the ledger would drop the
 * other's locks (sqlite.org, "How To Corrupt An SQLite Database File", 2.2.1).
 */
const { directory } = locateHelper({
  packaged: app.isPackaged,
  resourcesPath: process.resourcesPath,
  mainFolder: __dirname,
});
const libsql: unknown = createRequire(join(directory, 'package.json'))('libsql');

// The package has a default export, so its stand-in has.
export { libsql as default };
