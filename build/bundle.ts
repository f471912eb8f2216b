/** Bundles the programs into dist/, and the desktop app into dist/desk/. */
import { build } from 'esbuild';
import { rm } from 'node:fs/promises';
import { appOutdir, finishPage, finishPrograms, mainProcess, page, pdfkit, programs } from './bundles';

await build(programs);
await build(pdfkit);
await finishPrograms();
await rm(appOutdir, { recursive: true, force: true });
await build(mainProcess(appOutdir, 'electron/main.ts'));
await build(page(appOutdir, 'production'));
await finishPage(appOutdir);
