// First: the helper starts beside all that follows.
import { helper, startedHelper } from './early-helper';
import '../../core/base/uncompiled-schemas';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { toErrorData } from '../../core/base/errors';
import { logError } from '../state/log-file';
import { exitCodes } from './exit-codes';
import { runCommandLine } from './program';

/** The entry of the prestage command; bundled for dist/prestage.cjs, beside helper.cjs. */
const controller = new AbortController();

function onSignal(): void {
  if (controller.signal.aborted) {
    // The helpers cancel and flush by themselves when their input ends.
    process.exit(exitCodes.cancelled);
  }
  controller.abort();
  process.stderr.write(
    '\nCancelling. Drives that are being written are closed cleanly. Press Ctrl+C again to stop at once.\n',
  );
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);

function ownVersion(): string {
  const text = readFileSync(join(__dirname, '..', 'package.json'), 'utf8');
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version;
}

/** What nobody caught: told, logged with its stack, and the end. The helpers put drives in order when their input ends. */
function onUnexpected(thrown: unknown): void {
  logError('unexpected', thrown);
  const { message, cause, remedy } = toErrorData(thrown);
  process.stderr.write(`error: ${message}\n${cause ?? ''}\nwhat to do: ${remedy}\n`);
  process.exit(exitCodes.bug);
}
process.on('uncaughtException', onUnexpected);
process.on('unhandledRejection', onUnexpected);

void runCommandLine({
  args: process.argv.slice(2),
  version: ownVersion(),
  helper,
  startedHelper,
  stdout: process.stdout,
  stderr: process.stderr,
  signal: controller.signal,
}).then((code) => {
  process.exit(code);
});
