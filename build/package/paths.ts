import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';

/** Where packaging makes what it makes, where it is installed, and what package.json says of the product. */

export const root = resolve(import.meta.dirname, '../..');
/** Everything that packaging makes. */
export const output = join(root, 'dist-package');
/** The folder that becomes app.asar. */
export const appFolder = join(output, 'app');
/** The folder that becomes resources/engine. */
export const helperFolder = join(output, 'engine');
/** electron-builder's `dir` output for this machine. */
export const unpacked = join(output, 'linux-unpacked');
/** Where the product is installed. The wrappers and the polkit policy in build/debian name it too. */
export const installed = 'usr/lib/prestage';
export const executable = 'prestage-bench';

const manifestSchema = z.object({
  name: z.string(),
  version: z.string(),
  description: z.string(),
  /** What the bundles are made from, and load. */
  dependencies: z.record(z.string(), z.string()),
});

export function productManifest(): z.infer<typeof manifestSchema> {
  return manifestSchema.parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));
}
