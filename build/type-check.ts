/** Type-checks every room with its own tsconfig, so that `fs` does not compile in core. */
import { spawnSync } from 'node:child_process';

const rooms = ['core', 'helper', 'station', 'electron', 'renderer', 'build', 'test'];
const failed = rooms.filter((room) => {
  const run = spawnSync('npx', ['--no-install', 'tsc', '-p', room], { stdio: 'inherit' });
  return run.status !== 0;
});
if (failed.length > 0) {
  console.error(`Type errors in: ${failed.join(', ')}`);
  process.exit(1);
}
