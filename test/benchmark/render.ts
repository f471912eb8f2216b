/**
 * Making a disk image: `mkntfs` and `wimlib-imagex apply` beside the same fed by unpack-wim, in turn, with files in memory.
 *
 *   npx tsx test/benchmark/render.ts [--megabytes M] [--rounds N] [--wim FILE]
 *
 * Wall-clock time counts on a quiet machine alone. Processor time says what other machines would take: what writes the volume is one
 * thread, and all of it is shared by the cores.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, statSync } from 'node:fs';
import { cpus } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { GiB } from '../../core/base/units';
import { ensureWim } from './generate-wim';
import { median } from './tools';

const { values } = parseArgs({
  options: {
    megabytes: { type: 'string', default: '800' },
    rounds: { type: 'string', default: '5' },
    wim: { type: 'string' },
  },
});
const unpackWim = resolve(import.meta.dirname, '../../helper/unpack-wim/build/unpack-wim');
const imagex = '/usr/bin/wimlib-imagex';
const names = 52_000 / 2350;

interface Taken {
  /** Seconds. */
  readonly wall: number;
  /** Processor seconds of everything. */
  readonly processor: number;
  /** Of these, what wimlib-imagex took. */
  readonly writer: number;
}

/** Runs with bash's own stop-watch, which counts children. @returns seconds: wall, user and system */
function timed(script: string, args: readonly string[]): { lines: number[][] } {
  const run = spawnSync('bash', ['-c', `TIMEFORMAT='took %R %U %S'; ${script}`, 'bash', ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  if (run.status !== 0) throw new Error(run.stderr);
  return {
    lines: [...run.stderr.matchAll(/^took (\S+) (\S+) (\S+)$/gm)].map((found) => found.slice(1).map(Number)),
  };
}

function taken({ lines }: { lines: number[][] }): Taken {
  const sum = ([, user = 0, system = 0]: readonly number[]): number => user + system;
  const [first = [], last = first] = [lines[0], lines.at(-1)];
  return { wall: last[0] ?? 0, processor: sum(last), writer: sum(first) };
}

const folder = realpathSync(mkdtempSync('/dev/shm/prestage-bench-render-'));
try {
  process.env['TMPDIR'] ??= '/dev/shm';
  const context = {
    signal: new AbortController().signal,
    folder,
    inMemory: true,
    log: (text: string) => process.stderr.write(`${text}\n`),
  };
  const megabytes = Number(values.megabytes);
  const wim = values.wim ?? (await ensureWim(context, Math.round(megabytes * names), megabytes)).path;
  const volume = join(folder, 'volume.img');
  const format = (): void => {
    rmSync(volume, { force: true });
    execFileSync('truncate', ['--size', String(64 * GiB), volume]);
    execFileSync('mkntfs', ['-F', '-Q', '-q', volume], { stdio: 'ignore' });
  };
  const bare: Taken[] = [];
  const all: Taken[] = [];
  for (let round = 0; round < Number(values.rounds); round += 1) {
    format();
    bare.push(taken(timed('time "$@"', [imagex, 'apply', wim, '1', volume])));
    format();
    const reader = `TIMEFORMAT='took %R %U %S'; time "$@"`;
    all.push(
      taken(
        timed('time "$@"', [
          unpackWim,
          wim,
          '1',
          '--',
          '/bin/bash',
          '-c',
          reader,
          'bash',
          imagex,
          'apply',
          '-',
          '1',
          volume,
        ]),
      ),
    );
  }
  const gigabytes = (statSync(volume).blocks * 512) / 1e9;
  const middle = (list: readonly Taken[], of: keyof Taken): number => median(list.map((one) => one[of]));
  const alone = middle(bare, 'processor');
  const [total, writer] = [middle(all, 'processor'), middle(all, 'writer')];
  const line = (name: string, value: number): void => {
    process.stdout.write(`${name.padEnd(58)}${value.toFixed(2)}\n`);
  };
  line(`GB in the volume; ${cpus().length} cores, ${values.rounds} rounds`, gigabytes);
  line('wall, wimlib-imagex alone (s)', middle(bare, 'wall'));
  line('wall, all cores (s)', middle(all, 'wall'));
  line(
    'ratio of the walls, median of the rounds',
    median(all.map(({ wall }, round) => wall / (bare[round]?.wall ?? NaN))),
  );
  line('processor seconds a GB, alone', alone / gigabytes);
  line('processor seconds a GB, all cores', total / gigabytes);
  line('  of it wimlib-imagex, one thread', writer / gigabytes);
  for (const cores of [2, 4, 8]) {
    line(`ratio calculated for ${cores} cores`, Math.max(writer, total / cores) / alone);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
