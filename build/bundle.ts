/** Bundles the programs into dist/, and the desktop app into dist/app/. */
import { build } from 'esbuild';
import { rm } from 'node:fs/promises';
import { makeCodeCaches } from './code-cache';
import {
  appOutdir,
  finishPage,
  finishPrograms,
  font,
  mainProcess,
  outdir,
  page,
  pdfkit,
  programs,
} from './bundles';

// What set-up takes for whole (build/setup.sh).
await rm(`${outdir}/.built`, { force: true });
await build(pdfkit);
await build(font);
await build(programs);
await finishPrograms();
makeCodeCaches(outdir, process.execPath);
await rm(appOutdir, { recursive: true, force: true });
await build(mainProcess(appOutdir, 'electron/main.ts'));
await build(page(appOutdir, 'production'));
await finishPage(appOutdir);
