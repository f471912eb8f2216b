import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Runs in the program's own process. */
const writer = join(import.meta.dirname, 'code-cache-writer.cjs');

/** What launcher.cjs starts, each with arguments that bring it up and end it at once. */
export const launched = { prestage: ['--version'], helper: [] } as const;

const sha256 = (bytes: Buffer): Buffer => createHash('sha256').update(bytes).digest();

/**
 * Keeps for each program what V8 made of it, for launcher.cjs.
 * @param folder with the programs and their launchers; their caches are put beside them
 * @param node the Node that the programs will run on: another V8 does not take it
 * @throws Error when a program does not start
 */
export function makeCodeCaches(folder: string, node: string): void {
  for (const [name, args] of Object.entries(launched)) {
    const code = readFileSync(join(folder, `${name}.code.cjs`));
    const cache = join(folder, `${name}.code.cache`);
    const part = `${cache}.part`;
    rmSync(cache, { force: true });
    const { status, stderr, error } = spawnSync(
      node,
      ['--require', writer, join(folder, `${name}.cjs`), ...args],
      { encoding: 'utf8', input: '', env: { ...process.env, PRESTAGE_CODE_CACHE: part } },
    );
    if (error !== undefined || status !== 0) {
      throw new Error(`${name} does not start: ${error?.message ?? stderr}`);
    }
    const kept = readFileSync(part);
    const head = [code, kept].map(sha256);
    writeFileSync(cache, Buffer.concat([...head, kept]));
    rmSync(part);
  }
}
