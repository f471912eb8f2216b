/**
 * Starts the desktop app of this checkout (npm start). Opens it on the training bench when no real drive is attached.
 * What stands behind `--` goes to the app: `npm start -- --bench DIR --state DIR`.
 */
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { electronRuntime } from './electron-runtime';

if (process.getuid?.() === 0) {
  console.error(
    'Prestage does not run as root. Start it as yourself, without sudo: it asks for a password when a real drive is to be opened.',
  );
  process.exit(1);
}
const root = resolve(import.meta.dirname, '..');
const { binary } = electronRuntime();
const app = spawn(binary, [root, '--training-if-empty', ...process.argv.slice(2)], { stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => app.kill(signal));
app.on('error', (error) => {
  console.error(`Electron could not be started: ${error.message}`);
  process.exitCode = 1;
});
app.on('exit', (code, signal) => {
  process.exitCode = code ?? (signal === null ? 0 : 1);
});
