#!/usr/bin/env node
'use strict';
/**
 * Stands in dist/ as prestage.cjs and helper.cjs: runs the program beside it, `NAME.code.cjs`, with what V8 kept of compiling
 * it, `NAME.code.cache` (build/code-cache.ts). Reading two megabytes of program takes V8 longer than all else at a start.
 *
 * V8 knows its own version and flags in what it kept, but of the program only the length, and it runs what is damaged. So
 * the cache begins with two SHA-256 of 32 bytes: the program's, and that of what follows. What is of another program or
 * damaged is not used. Without it everything runs, only slower.
 *
 * A program that has a `NAME.early.cjs` begins with that, before the rest is read: the command line, which starts the helper.
 */
const { isAscii } = require('node:buffer');
const { createHash } = require('node:crypto');
const { existsSync, readFileSync } = require('node:fs');
const { wrap } = require('node:module');
const { Script } = require('node:vm');

const early = __filename.replace(/\.cjs$/, '.early.cjs');
if (existsSync(early)) require(early);

const code = __filename.replace(/\.cjs$/, '.code.cjs');
const text = readFileSync(code);

/** @returns {Buffer | undefined} */
function keptCode() {
  try {
    const cache = readFileSync(code.replace(/\.cjs$/, '.cache'));
    const kept = cache.subarray(64);
    const head = Buffer.concat([text, kept].map((part) => createHash('sha256').update(part).digest()));
    return cache.subarray(0, 64).equals(head) ? kept : undefined;
  } catch {
    return undefined;
  }
}

const cachedData = keptCode();
// Read as what it is, ASCII takes half of the memory and no time.
const script = new Script(wrap(text.toString(isAscii(text) ? 'latin1' : 'utf8')), {
  filename: code,
  ...(cachedData === undefined ? {} : { cachedData }),
});
// Only build/code-cache.ts listens.
process.emit('prestage-compiled', script);
script.runInThisContext().call(module.exports, module.exports, require, module, __filename, __dirname);
