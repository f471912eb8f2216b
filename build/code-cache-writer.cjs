'use strict';
// Keeps a program's compiled code when it ends, with what was compiled on the way (build/code-cache.ts).
const { writeFileSync } = require('node:fs');
const vm = require('node:vm');

// The program's place is part of what is kept: where it will be, not where it is built.
vm.Script = class extends vm.Script {
  constructor(text, options) {
    super(text, { ...options, filename: process.env.PRESTAGE_CODE_PLACE });
  }
};

process.once('prestage-compiled', (script) => {
  process.on('exit', () => {
    writeFileSync(process.env.PRESTAGE_CODE_CACHE, script.createCachedData());
  });
});
