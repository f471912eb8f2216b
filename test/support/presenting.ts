import { resolve } from 'node:path';
import { PassThrough } from 'node:stream';
import { runCommandLine } from '../../station/cli/program';
import type { CliResult } from './cli';

/** What starts the real helper, whose list gives each virtual drive these members. */
export function helperPresenting(drives: Readonly<Record<string, unknown>>): [string, ...string[]] {
  const script = resolve(import.meta.dirname, 'helper-presenting.ts');
  return [process.execPath, '--import', import.meta.resolve('tsx'), script, JSON.stringify(drives)];
}

/**
 * The whole command line in this process, with virtual drives that are listed with other members: as disks on a bus, say.
 * Disks are opened by a helper with privilege, so that it needs root.
 */
export async function runPresenting(
  drives: Readonly<Record<string, unknown>>,
  args: readonly string[],
): Promise<CliResult> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const status = await runCommandLine({
    ...{ args, version: 'test', stdout, stderr },
    helper: helperPresenting(drives),
    signal: new AbortController().signal,
  });
  return { status, stdout: String(stdout.read() ?? ''), stderr: String(stderr.read() ?? '') };
}
