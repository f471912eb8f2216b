import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { prestage } from './cli';

/** Media and keys for the tests of sending and receiving: made with wimlib-imagex and minisign alone. */

export const run = promisify(execFile);

/** A folder of files that do not compress, so that a media file of it has their size. */
export function makeContent(tree: string, files: number, bytes: number): void {
  mkdirSync(join(tree, 'Windows'), { recursive: true });
  for (let index = 0; index < files; index += 1) {
    writeFileSync(join(tree, 'Windows', `file${index}.bin`), randomBytes(bytes));
  }
}

/** Captures a folder. @param options of `wimlib-imagex capture` */
export async function captureTree(tree: string, file: string, ...options: string[]): Promise<string> {
  await run('wimlib-imagex', ['capture', tree, file, 'Media', ...options]);
  return file;
}

export interface KeyPair {
  readonly secret: string;
  readonly public: string;
}

/** A key without a password, made by minisign. */
export async function minisignKeys(folder: string, name: string): Promise<KeyPair> {
  const keys = { secret: join(folder, `${name}.key`), public: join(folder, `${name}.pub`) };
  await run('minisign', ['-G', '-W', '-f', '-p', keys.public, '-s', keys.secret]);
  return keys;
}

/** A copy of a delivery, to be damaged. */
export function copyDelivery(from: string, to: string): string {
  cpSync(from, to, { recursive: true });
  return to;
}

/**
 * Runs `prestage` at a terminal of its own (script(1) of util-linux), and types an answer to each question as it comes.
 * @param answers words of a question, and what is typed, in their order
 * @returns what was on the screen
 */
export async function atTerminal(
  args: readonly string[],
  answers: readonly (readonly [question: string, typed: string])[],
): Promise<{ status: number; screen: string }> {
  const quoted = [process.execPath, prestage, ...args].map((word) => `'${word.replaceAll("'", "'\\''")}'`);
  return await new Promise((resolve, reject) => {
    const child = spawn(
      'script',
      ['--quiet', '--return', '--command', `exec ${quoted.join(' ')}`, '/dev/null'],
      {
        env: { ...process.env, SHELL: '/bin/sh' },
      },
    );
    let screen = '';
    let looked = 0;
    const left = [...answers];
    child.stdout.on('data', (piece: Buffer) => {
      screen += piece.toString();
      const [next] = left;
      const at = next === undefined ? -1 : screen.indexOf(next[0], looked);
      if (next === undefined || at === -1) return;
      looked = at + next[0].length;
      left.shift();
      child.stdin.write(`${next[1]}\r`);
    });
    child.on('error', reject);
    child.on('close', (code) => {
      resolve({ status: code ?? 137, screen });
    });
  });
}
