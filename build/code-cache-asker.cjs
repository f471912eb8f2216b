'use strict';
// Says whether V8 takes what was kept of a program (build/code-cache.ts).
process.once('prestage-compiled', (script) => {
  if (script.cachedDataRejected === false) process.stdout.write('cache taken\n');
});
