'use strict';
/**
 * Loaded into a program before it starts (`node --require`): watches how late its event loop is, and writes that to the file that
 * PRESTAGE_BENCH_LOOP_DELAY names when the program ends. The first 300 ms are not counted: reading the program is no work on jobs.
 */
const { writeFileSync } = require('node:fs');
const { monitorEventLoopDelay } = require('node:perf_hooks');

const file = process.env['PRESTAGE_BENCH_LOOP_DELAY'];
// The helper is another process, and would write over it.
delete process.env['PRESTAGE_BENCH_LOOP_DELAY'];
const delay = monitorEventLoopDelay({ resolution: 5 });
setTimeout(() => delay.enable(), 300).unref();
process.on('exit', () => {
  const milliseconds = (nanoseconds) => nanoseconds / 1e6;
  const [median, p99] = [50, 99].map((share) => milliseconds(delay.percentile(share)));
  if (file !== undefined)
    writeFileSync(file, JSON.stringify({ median, p99, worst: milliseconds(delay.max) }));
});
