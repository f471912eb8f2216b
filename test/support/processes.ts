import { execFileSync } from 'node:child_process';

export interface RunningProcess {
  readonly pid: number;
  readonly parent: number;
  /** The program with its arguments, with blanks between them. */
  readonly args: string;
}

/** Every process of this computer. */
export function allProcesses(): RunningProcess[] {
  const text = execFileSync('ps', ['-e', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' });
  return text
    .trim()
    .split('\n')
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line))
    .filter((found) => found !== null)
    .map(([, pid, parent, args]) => ({ pid: Number(pid), parent: Number(parent), args: args ?? '' }));
}

/** Every process that a process started, and those that they did. */
export function processesBelow(pid: number): RunningProcess[] {
  const processes = allProcesses();
  const below = (parent: number): RunningProcess[] =>
    processes.filter((one) => one.parent === parent).flatMap((one) => [one, ...below(one.pid)]);
  return below(pid);
}

/** Helpers of a program: processes below it that run helper.cjs. */
export function helpersOf(pid: number): number[] {
  return processesBelow(pid)
    .filter(({ args }) => args.includes('helper.cjs'))
    .map((one) => one.pid);
}

/** The helper of a program. @throws Error when it has none */
export function helperOf(program: { readonly pid?: number | undefined }): number {
  const [helper] = helpersOf(program.pid ?? -1);
  if (helper === undefined) throw new Error('the program has no helper');
  return helper;
}
