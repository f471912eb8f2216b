'use strict';
/**
 * Stands for the package `libsql` in the programs (build/bundles.ts): loads it when a ledger is opened. Most commands open none,
 * and loading it takes a tenth of their start.
 */
module.exports = function Database(...given) {
  const Libsql = require('libsql');
  return new Libsql(...given);
};
