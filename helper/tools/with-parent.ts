/** Programs that must not outlive the helper: a virtual machine that holds a drive, a server that answers machines. */
import { findTool } from './runner';

/**
 * A program with its arguments, so started that the kernel kills it when this process ends, however that happens. `setpriv` asks the
 * kernel for that, which tells nothing of a parent that ended before it was asked: so the shell looks whether the parent is still ours.
 * @param command the program and its arguments
 * @param rights options of setpriv: the rights that the program is to have. The kernel forgets the request when rights are given up, so
 * setpriv makes it after them.
 * @param parent the id of the process to end with; this one
 * @returns what to start. It is one process from its start on: its id is the program's.
 * @throws PrestageError tool-missing
 */
export function withParent(
  command: readonly string[],
  rights: readonly string[] = [],
  parent = process.pid,
): [string, ...string[]] {
  const look = ['/bin/sh', '-c', '[ "$PPID" = "$0" ] && exec "$@"', String(parent)];
  return [findTool('setpriv'), ...rights, '--pdeathsig=KILL', '--', ...look, ...command];
}
