/**
 * Type-checks every room by its own tsconfig, so that `fs` does not compile in core. TypeScript 7's compiler is a native
 * program: all rooms together take seconds, so nothing is kept from one run to the next.
 */
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { roomNames } from './layers';

const root = resolve(import.meta.dirname, '..');
const compiler = join(root, 'node_modules/typescript-7/bin/tsc');

for (const room of roomNames) {
  const { status, error } = spawnSync(process.execPath, [compiler, '-p', room], {
    cwd: root,
    stdio: 'inherit',
  });
  if (error !== undefined) throw error;
  if (status !== 0) process.exitCode = 1;
}
