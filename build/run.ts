import { spawnSync } from 'node:child_process';

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** Runs a tool of the build and gives what it printed. @throws Error with what the tool said, when it failed */
export function run(file: string, args: readonly string[], options: RunOptions = {}): string {
  const result = spawnSync(file, args, {
    ...options,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (result.error !== undefined) throw new Error(`${file}: ${result.error.message}`);
  if (result.status !== 0) {
    throw new Error(`${[file, ...args].join(' ')} failed:\n${result.stdout}${result.stderr}`);
  }
  return result.stdout;
}

/** Tells what the build is doing, away from what it prints as its result. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
