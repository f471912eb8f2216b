import { existsSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Writable } from 'node:stream';
import { expect } from 'vitest';
import { z } from 'zod';
import { runCommandLine } from '../../station/cli/program';
import { runCli, type CliResult } from './cli';
import { openCheckout } from './checkout';
import { requireDocumentForm } from './json-forms';

/**
 * The command line for tests of what commands decide and record, not of their process: hundreds of them, each of which takes
 * longer to start than to run.
 */

const { version } = z
  .object({ version: z.string() })
  .parse(JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')));

/** Commands, as `ledger verify`, that the test file has run as processes. */
const started = new Map<string, Set<string>>();

/** The words of a command before its first option or operand of another form. */
function commandOf(args: readonly string[]): string {
  const end = args.findIndex((word) => !/^[a-z][a-z-]*$/.test(word));
  return args.slice(0, end === -1 ? args.length : Math.min(end, 2)).join(' ');
}

/** True once for each command of a test file. */
function isFirst(args: readonly string[]): boolean {
  const file = expect.getState().testPath ?? '';
  const commands = started.get(file) ?? new Set<string>();
  started.set(file, commands);
  const command = commandOf(args);
  if (commands.has(command)) return false;
  commands.add(command);
  return true;
}

/**
 * True where the state folder lies on a file system of its own, which the test will unmount: a program lets go of its ledger
 * when it ends, and this process does not.
 */
function isMounted(args: readonly string[]): boolean {
  const at = args.indexOf('--state');
  let folder = at === -1 ? undefined : args[at + 1];
  if (folder === undefined) return false;
  while (!existsSync(folder)) folder = dirname(folder);
  return statSync(folder).dev !== statSync(tmpdir()).dev;
}

/**
 * Runs `prestage` without a terminal. A test file's first run of each command is the built program, as {@link runCli} starts
 * it, and so is one whose state folder will be unmounted; the others run in the test's own process, with the real helper in one
 * of its own. A JSON document that is printed must have the form that the reference shows.
 * @param env changed for the run: nothing else of this process may depend on it meanwhile
 */
export async function runHere(
  args: readonly string[],
  { env = {} }: { readonly env?: Readonly<Record<string, string>> } = {},
): Promise<CliResult> {
  if (isFirst(args) || isMounted(args)) return await runCli(args, { env });
  const before = Object.fromEntries(Object.keys(env).map((name) => [name, process.env[name]]));
  Object.assign(process.env, env);
  try {
    return await runThrough([process.execPath, join(openCheckout(), 'dist/helper.cjs')], args);
  } finally {
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    }
  }
}

/** The whole command line in this process, with another helper. */
export async function runThrough(
  helper: [string, ...string[]],
  args: readonly string[],
  signal: AbortSignal = new AbortController().signal,
): Promise<CliResult> {
  const [stdout, stderr] = [new Collected(), new Collected()];
  const status = await runCommandLine({
    ...{ args, version, stdout, stderr, helper },
    signal,
  });
  const result = { status, stdout: stdout.text(), stderr: stderr.text() };
  if (args.includes('--json') && result.stdout !== '') await requireDocumentForm(args, result.stdout);
  return result;
}

class Collected extends Writable {
  readonly #pieces: Buffer[] = [];

  override _write(piece: Buffer, _encoding: string, done: () => void): void {
    this.#pieces.push(piece);
    done();
  }

  text(): string {
    return Buffer.concat(this.#pieces).toString('utf8');
  }
}
