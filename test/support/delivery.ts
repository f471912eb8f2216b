import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Media and keys for the tests of sending and receiving: made with wimlib-imagex and minisign alone. */

export const run = promisify(execFile);

/** A folder of files that do not compress, so that a media of it has their size. */
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
