/**
 * `npm test`: the checks and the tests side by side. The tests begin with windows that wait for scans and leave a third of two
 * cores; the checks take what nobody else wants. Arguments go to the tests.
 */
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');

/** @returns the exit status; of one that was ended by a signal, or could not be started, 1 */
async function run(command: string, args: readonly string[]): Promise<number> {
  const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  return await new Promise((done) => {
    child.once('error', (error) => {
      process.stderr.write(`${command} could not be started: ${error.message}\n`);
      done(1);
    });
    child.once('close', (status) => {
      done(status ?? 1);
    });
  });
}

const [checks, tests] = await Promise.all([
  run('nice', ['-n', '19', 'npm', 'run', '--silent', 'check']),
  run('npm', ['run', '--silent', 'test:run', '--', ...process.argv.slice(2)]),
]);
// They were done long before the tests, and may have scrolled away.
if (checks !== 0) process.stdout.write('BAD: the checks found something; npm run check shows it\n');
if (checks !== 0 || tests !== 0) process.exitCode = 1;
