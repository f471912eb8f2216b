/**
 * Type-checks every room by its own tsconfig, so that `fs` does not compile in core. What the compiler found out is kept below
 * node_modules, by the contents of the files: a room of which nothing has changed is not looked at again.
 */
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { roomNames } from './layers';

const root = resolve(import.meta.dirname, '..');
const compiler = join(root, 'node_modules/typescript-7/bin/tsc');
const kept = join(root, 'node_modules/.cache/types');

for (const room of roomNames) {
  const memory = ['--incremental', '--tsBuildInfoFile', join(kept, `${room}.tsbuildinfo`)];
  const { status, error } = spawnSync(process.execPath, [compiler, '-p', room, ...memory], {
    cwd: root,
    stdio: 'inherit',
  });
  if (error !== undefined) throw error;
  if (status !== 0) process.exitCode = 1;
}
