import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Runs in the program's own process. */
const writer = join(import.meta.dirname, 'code-cache-writer.cjs');

/** Says whether V8 took what was kept. */
const asker = join(import.meta.dirname, 'code-cache-asker.cjs');
const taken = 'cache taken';

/** What launcher.cjs starts, each with arguments that bring it up and end it at once. */
export const launched = { prestage: ['--version'], helper: [] } as const;

const sha256 = (bytes: Buffer): Buffer => createHash('sha256').update(bytes).digest();

/** By chance V8 orders what it keeps otherwise each time. Seeded, the same program gives the same bytes. */
const seeds = ['--hash-seed=1', '--random-seed=1'];

/**
 * Where V8 writes down a sum of its flags, and compares it before it takes what was kept (V8, SerializedCodeData). With seeds it
 * is another than without, though neither what was kept nor how it is read depends on them.
 */
const flagSum = { from: 12, to: 16 } as const;

/**
 * Keeps for each program what V8 made of it, for launcher.cjs.
 * @param folder with the programs and their launchers; their caches are put beside them
 * @param node the Node that the programs will run on: another V8 does not take it
 * @param place folder where the programs will be when they run
 * @throws Error when a program does not start, or its cache is not taken
 */
export function makeCodeCaches(folder: string, node: string, place = folder): void {
  const plain = run(node, [
    '-e',
    `process.stdout.write(new (require('node:vm').Script)('0').createCachedData())`,
  ]);
  for (const [name, args] of Object.entries(launched)) {
    const program = join(folder, `${name}.cjs`);
    const code = readFileSync(join(folder, `${name}.code.cjs`));
    const cache = join(folder, `${name}.code.cache`);
    const part = `${cache}.part`;
    rmSync(cache, { force: true });
    run(node, [...seeds, '--require', writer, program, ...args], {
      PRESTAGE_CODE_CACHE: part,
      PRESTAGE_CODE_PLACE: join(place, `${name}.code.cjs`),
    });
    const kept = readFileSync(part);
    plain.copy(kept, flagSum.from, flagSum.from, flagSum.to);
    const head = [code, kept].map(sha256);
    writeFileSync(cache, Buffer.concat([...head, kept]));
    rmSync(part);
    const said = run(node, ['--require', asker, program, ...args]).toString('utf8');
    if (!said.includes(taken)) throw new Error(`${node} does not take what it kept of ${name}`);
  }
}

function run(
  node: string,
  args: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Buffer {
  const env = { ...process.env, ...variables };
  const { status, stdout, stderr, error } = spawnSync(node, args, { input: '', env });
  if (error === undefined && status === 0) return stdout;
  throw new Error(`${args.join(' ')} does not start: ${error?.message ?? stderr.toString('utf8')}`);
}
