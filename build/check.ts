/**
 * Linter, type check, imports and formatter, two at a time; says at the end what each found. The formatter and the type check
 * remember what they have seen: the others are quick enough to look at everything.
 */
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');

/** Scripts of package.json. The formatter takes about as long as the others together. */
const lanes = [['lint', 'types', 'imports'], ['format:check']] as const;

interface Outcome {
  readonly script: string;
  readonly good: boolean;
  readonly output: string;
  readonly seconds: string;
}

async function run(script: string): Promise<Outcome> {
  const began = performance.now();
  const child = spawn('npm', ['run', '--silent', script], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (piece: Buffer) => (output += piece.toString()));
  child.stderr.on('data', (piece: Buffer) => (output += piece.toString()));
  const status = await new Promise<number | null>((done, reject) => {
    child.once('error', reject);
    child.once('close', done);
  });
  return { script, good: status === 0, output, seconds: ((performance.now() - began) / 1000).toFixed(1) };
}

const outcomes = await Promise.all(
  lanes.map(async (lane) => {
    const done: Outcome[] = [];
    for (const script of lane) done.push(await run(script));
    return done;
  }),
);
for (const { script, good, output, seconds } of outcomes.flat()) {
  if (output.trim() !== '' && !good) process.stdout.write(`${output.trimEnd()}\n`);
  process.stdout.write(`${good ? 'ok ' : 'BAD'} ${script} (${seconds} s)\n`);
  if (!good) process.exitCode = 1;
}
