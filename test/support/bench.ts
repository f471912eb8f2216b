import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { runCli } from './cli';

/** Makes a bench through the command line. */
export async function makeBench(
  directory: string,
  drives: number,
  size = '2G',
  sectorSize = 512,
): Promise<void> {
  const run = await runCli(
    ['bench', 'create', directory].concat([
      '--drives',
      String(drives),
      '--size',
      size,
      '--sector-size',
      String(sectorSize),
    ]),
  );
  if (run.status !== 0) throw new Error(run.stderr);
}

/** Changes when anything in a bench's drives changes: allocation, times, and the bytes at both ends. */
export function benchState(directory: string): string {
  const hash = createHash('sha256');
  for (const name of readdirSync(directory).sort()) {
    const file = join(directory, name);
    const facts = statSync(file, { bigint: true });
    hash.update(`${name} ${facts.size} ${facts.blocks} ${facts.mtimeNs}\n`);
    if (name.endsWith('.json')) hash.update(readFileSync(file));
  }
  return hash.digest('hex');
}
