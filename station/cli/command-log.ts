import { beginLog, logEvent } from '../state/log-file';
import { statePaths } from '../state/state-paths';
import type { Output } from './output';

/**
 * Begins the log of one command. Its arguments stay out: they can hold passwords, and what counts of them comes later, in
 * what was refused or done.
 */
export function beginCommandLog(
  { args, version }: { readonly args: readonly string[]; readonly version: string },
  output: Output,
): void {
  beginLog({
    paths: statePaths(stateIn(args), { make: false }),
    program: 'cli',
    version,
    onProblem: ({ message, remedy }) => {
      output.message(`${message} ${remedy}`);
    },
  });
  logEvent('info', 'command-started', { command: commandIn(args), node: process.versions.node });
}

/** The value of --state, read before commander does: what it refuses is logged too. The last one counts, as there. */
function stateIn(args: readonly string[]): string | null {
  const end = args.indexOf('--');
  const options = end === -1 ? args : args.slice(0, end);
  const at = options.findLastIndex((arg) => arg === '--state' || arg.startsWith('--state='));
  const arg = options[at];
  if (arg === undefined) return null;
  const value = arg === '--state' ? options[at + 1] : arg.slice('--state='.length);
  return value === undefined || value === '' ? null : value;
}

/** The words of the command itself: at most two, and nothing that somebody typed. */
function commandIn(args: readonly string[]): string {
  const end = args.findIndex((arg) => !/^[a-z][a-z-]{1,20}$/.test(arg));
  return args.slice(0, Math.min(2, end === -1 ? args.length : end)).join(' ');
}
