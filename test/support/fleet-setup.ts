import { readdirSync, readFileSync } from 'node:fs';
import { setup as areaSetup } from './global-setup';
import { postgresPrograms } from './postgres';

/** Before the fleet's tests: PostgreSQL must be there. After them: no server may be left. */
export function setup(): () => void {
  postgresPrograms();
  const endArea = areaSetup();
  const area = process.env['PRESTAGE_TEST_AREA'] ?? '';
  return () => {
    const left = serversBelow(area);
    for (const pid of left) process.kill(pid, 'SIGKILL');
    endArea();
    if (left.length === 0) return;
    // vitest shows what a teardown throws, and still ends with success.
    process.exitCode = 1;
    throw new Error(`The tests left PostgreSQL running: ${left.join(', ')}`);
  };
}

/** Processes of servers whose data lies in the tests' own area. */
function serversBelow(area: string): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0)
    .filter((pid) => {
      try {
        const argv = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
        return (argv[argv.indexOf('-D') + 1] ?? '').startsWith(`${area}/`) && argv.includes('-D');
      } catch {
        // It has ended.
        return false;
      }
    });
}
