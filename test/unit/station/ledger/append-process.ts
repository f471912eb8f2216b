/**
 * Appends to a ledger in a process of its own: `append-process.ts STATE_DIRECTORY COUNT PREFIX`.
 * Writes `SEQUENCE` and a line end to standard output after each entry that append() returned.
 */
import { writeSync } from 'node:fs';
import { Ledger } from '../../../../station/ledger/ledger';
import { statePaths } from '../../../../station/state/state-paths';
import { context, done, sampleJob, started } from './samples';

const [directory = '', count = '0', prefix = ''] = process.argv.slice(2);
const ledger = Ledger.open(statePaths(directory));
for (let index = 0; index < Number(count); index += 1) {
  const job = sampleJob({ machineSerial: `${prefix}${index}` });
  const record = index % 2 === 0 ? started(job) : done(job);
  writeSync(1, `${ledger.append(record, context).sequence}\n`);
}
ledger.close();
