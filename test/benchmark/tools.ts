import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';

/** What every part of a run needs. */
export interface BenchContext {
  /** Aborted when the user interrupts. */
  readonly signal: AbortSignal;
  /** Folder of this run; everything in it goes away at the end. */
  readonly folder: string;
  /** Says what is going on. */
  readonly log: (text: string) => void;
  /** Drives, media and disk images are in memory: there is no cache to be dropped, and no disk to be flushed. */
  readonly inMemory?: boolean;
}

export interface CommandOptions {
  /** Aborting ends the program and makes the call fail once it is gone. */
  readonly signal?: AbortSignal;
  /** Called with the process id as soon as the program runs. */
  readonly onStart?: (pid: number) => void;
  /** Give back any exit status instead of failing when it is not 0. */
  readonly anyStatus?: boolean;
  /** Added to the environment. */
  readonly environment?: Readonly<Record<string, string>>;
}

export interface CommandResult {
  /** Wall-clock seconds from start to end. */
  readonly seconds: number;
  readonly stdout: string;
  /** Its last 4000 characters. */
  readonly stderr: string;
  /** Exit status; null when a signal ended it. */
  readonly status: number | null;
}

/**
 * Runs a program with an argv array and waits until it is gone, also after an abort: what it still holds
 * open could not be cleaned up.
 * @throws Error with the end of its standard error when it does not end with 0
 */
export async function run(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  options.signal?.throwIfAborted();
  const started = performance.now();
  const result = await new Promise<CommandResult>((resolve, reject) => {
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        LC_ALL: 'C.UTF-8',
        PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`,
        ...options.environment,
      },
    });
    const stop = (): void => {
      child.kill('SIGTERM');
    };
    options.signal?.addEventListener('abort', stop, { once: true });
    const stdout: Buffer[] = [];
    let stderr = '';
    child.stdout.on('data', (piece: Buffer) => stdout.push(piece));
    child.stderr.on('data', (piece: Buffer) => {
      stderr = (stderr + piece.toString('utf8')).slice(-4000);
    });
    child.once('spawn', () => {
      if (child.pid !== undefined) options.onStart?.(child.pid);
    });
    child.once('error', reject);
    child.once('close', (status) => {
      options.signal?.removeEventListener('abort', stop);
      const seconds = (performance.now() - started) / 1000;
      resolve({ seconds, stdout: Buffer.concat(stdout).toString('utf8'), stderr, status });
    });
  });
  options.signal?.throwIfAborted();
  if (result.status !== 0 && options.anyStatus !== true) {
    const end = result.status ?? 'a signal';
    throw new Error(`${command} ${args[0] ?? ''} ended with ${end}: ${result.stderr.trim()}`);
  }
  return result;
}

/** What a measured piece of work took. */
export interface Took {
  /** Wall-clock seconds. */
  readonly seconds: number;
  /** Processor seconds, user and system, of every program that was started and has ended, and of what those started. */
  readonly processorSeconds: number;
}

/** @returns what `work` gives, and what it took. Nothing else may run programs meanwhile. */
export async function timed<T>(work: () => Promise<T>): Promise<Took & { readonly value: T }> {
  const started = performance.now();
  const before = childrensProcessorSeconds();
  const value = await work();
  return {
    value,
    seconds: (performance.now() - started) / 1000,
    processorSeconds: childrensProcessorSeconds() - before,
  };
}

/** Ticks a second in /proc: USER_HZ is 100 wherever Linux runs programs (proc_pid_stat(5)). */
const ticks = 100;

/**
 * Processor seconds of all children of this process that have ended, their own children included, since its start:
 * `cutime` and `cstime` of proc_pid_stat(5).
 */
export function childrensProcessorSeconds(): number {
  const stat = readFileSync('/proc/self/stat', 'utf8');
  // The name in parentheses may itself hold parentheses: the last one ends it. The state behind it is field 3.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[16 - 3]) + Number(fields[17 - 3])) / ticks;
}

/** Flushes all dirty pages and drops the clean ones, so that no contender finds its files in memory. */
export async function dropCaches(context: BenchContext): Promise<void> {
  if (context.inMemory === true) return;
  await run('sync', [], { signal: context.signal });
  await writeFile('/proc/sys/vm/drop_caches', '3');
}

/** Calls `work` for every item, at most `limit` at a time. */
export async function inParallel<T, R>(
  items: readonly T[],
  limit: number,
  work: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) {
      results[index] = await work(items[index] as T, index);
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, lane));
  return results;
}

/** @returns the middle value; of an even number of values the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('no values');
  const sorted = [...values].sort((one, other) => one - other);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? 0)) / 2;
}
