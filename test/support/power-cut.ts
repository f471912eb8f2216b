import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCli, type CliResult } from './cli';
import { heldPrograms } from './held-programs';
import type { Hold } from './hold';

/** Processes that this one has started. */
export function childrenOf(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
  return children.filter((text) => text !== '').map(Number);
}

/** The command line and its helper, as a power cut ends both. */
export function killWithHelper(pid: number): void {
  for (const one of [pid, ...childrenOf(pid)]) process.kill(one, 'SIGKILL');
}

/** Runs a command until a drive is held, and cuts it and its helper off there. @returns what became of it */
export async function runUntilCut(args: readonly string[], hold: Hold): Promise<CliResult> {
  let cutting: Promise<void> = Promise.resolve();
  const run = await runCli(args, {
    program: join(heldPrograms(), 'dist/prestage.cjs'),
    env: hold.environment,
    onStart: (cli) => {
      cutting = hold.reached(1).then(() => {
        killWithHelper(cli.pid ?? 0);
      });
    },
  });
  await cutting;
  hold.release();
  return run;
}
