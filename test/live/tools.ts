import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';

export const root = resolve(import.meta.dirname, '../..');
export const mebibyte = 1024 * 1024;

/** Runs a program to its end. @param status those that are well @throws Error with all that it said, when it has another */
export function run(
  file: string,
  args: readonly string[],
  { input, status = [0] }: { readonly input?: string; readonly status?: readonly number[] } = {},
): string {
  const ended = spawnSync(file, args, { cwd: root, encoding: 'utf8', input, maxBuffer: 64 * mebibyte });
  if (status.includes(ended.status ?? -1)) return ended.stdout;
  throw new Error(`${file} ${args.join(' ')}: status ${ended.status}\n${ended.stdout}${ended.stderr}`);
}
