/** Bundles the programs into dist/, and the desktop app into dist/app/. */
import { build } from 'esbuild';
import { rm } from 'node:fs/promises';
import { makeCodeCaches } from './code-cache';
import {
  appOutdir,
  early,
  finishPage,
  finishPrograms,
  font,
  mainProcess,
  outdir,
  page,
  pdfkit,
  programs,
} from './bundles';

await build(pdfkit);
await build(font);
await build(early);
await build(programs);
await finishPrograms();
makeCodeCaches(outdir, process.execPath);
await rm(appOutdir, { recursive: true, force: true });
await build(mainProcess(appOutdir, 'electron/main.ts'));
await build(page(appOutdir, 'production'));
await finishPage(appOutdir);
