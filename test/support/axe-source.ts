import { buildSync } from 'esbuild';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const file = join(resolve(import.meta.dirname, '../..'), 'node_modules/axe-core/axe.min.js');

const [contrastOnce] = buildSync({
  entryPoints: [join(import.meta.dirname, 'contrast-once.ts')],
  ...{ bundle: true, write: false, format: 'iife', target: 'esnext', logLevel: 'warning' },
}).outputFiles;

/**
 * axe, to be put into a page: minified, because every page reads it anew; and with the private fields of its colours as
 * plain properties. Its build keeps each field in a WeakMap of its own, and filling these takes a third of the time.
 * The fields' maps are made when axe is read; one that is made later has the page's own nodes as keys, and is a real one.
 * It measures the same contrast once (contrast-once.ts).
 */
export const axeSource = `(() => {
  let reading = true;
  class Field {
    #key = Symbol();
    has(owner) { return this.#key in owner; }
    get(owner) { return owner[this.#key]; }
    set(owner, value) { owner[this.#key] = value; return this; }
    add(owner) { return this.set(owner, true); }
  }
  function WeakMap() { return reading ? new Field() : new globalThis.WeakMap(); }
  function WeakSet() { return reading ? new Field() : new globalThis.WeakSet(); }
  ${readFileSync(file, 'utf8')}
  reading = false;
})();
${contrastOnce?.text ?? ''}`;
