'use strict';
// Keeps a program's compiled code when it ends, with what was compiled on the way (build/code-cache.ts).
const { writeFileSync } = require('node:fs');

process.once('prestage-compiled', (script) => {
  process.on('exit', () => {
    writeFileSync(process.env.PRESTAGE_CODE_CACHE, script.createCachedData());
  });
});
