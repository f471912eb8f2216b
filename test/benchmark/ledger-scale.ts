/**
 * Measures a large ledger: opening its log, searching, verifying, exporting, proving one entry. Needs the built programs
 * (npm run build). Prints a table with what was promised and writes test-results/ledger-scale.json.
 *   tsx test/benchmark/ledger-scale.ts [--entries N]      (250,000)
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { LogPage } from '../../core/contract/app-log';
import { LogService } from '../../station/log/log-service';
import { statePaths } from '../../station/state/state-paths';
import { makeLargeLedger } from './large-ledger';

const root = join(import.meta.dirname, '../..');
const { values } = parseArgs({ options: { entries: { type: 'string', default: '250000' } } });
const entries = Number(values.entries);
if (!Number.isInteger(entries) || entries < 100) throw new Error('--entries must be a number from 100 on');
const jobs = Math.floor(entries / 2);

interface Figure {
  readonly measure: string;
  readonly milliseconds: number;
  /** Milliseconds of processor time; on a busy machine it says more. Null for what was measured inside. */
  readonly processor: number | null;
  /** Milliseconds; null where nothing was promised. */
  readonly target: number | null;
}
const figures: Figure[] = [];

async function measure(name: string, target: number | null, work: () => Promise<unknown>): Promise<void> {
  const [begin, before] = [performance.now(), processorTime()];
  await work();
  note(name, target, performance.now() - begin, processorTime() - before);
}

function note(
  name: string,
  target: number | null,
  milliseconds: number,
  processor: number | null = null,
): void {
  figures.push({ measure: name, milliseconds, processor, target });
  console.error(`${name}: ${milliseconds.toFixed(0)} ms`);
}

/** Milliseconds that this process and its ended children have computed: proc(5), /proc/pid/stat, in hundredths. */
function processorTime(): number {
  const fields = readFileSync('/proc/self/stat', 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks) * 10, 0);
}

/** Runs the built command line, its own start included. */
async function prestage(...args: string[]): Promise<void> {
  const child = spawn(process.execPath, [join(root, 'dist/prestage.cjs'), ...args], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`prestage ${args.join(' ')} ended with ${code}`);
}

const anything = { text: '', kind: null, result: null, from: null, to: null } as const;

async function measureLog(state: string): Promise<void> {
  const log = new LogService({
    paths: statePaths(state),
    workerFile: join(root, 'dist/log-worker.cjs'),
  });
  const ask = async (text: string): Promise<LogPage> =>
    await log.query({ ...anything, text, offset: 0, limit: 100 });
  try {
    await measure('open the log: its first page', 1000, async () => {
      const { rows } = await ask('');
      if (rows.length === 0) throw new Error('the first page is empty');
    });
    const begin = performance.now();
    let slowest = 0;
    for (;;) {
      const asked = performance.now();
      const { read, entries: all } = await ask('7K');
      slowest = Math.max(slowest, performance.now() - asked);
      if (read >= all) break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    note('until every line was read', null, performance.now() - begin);
    note('search meanwhile, the slowest', null, slowest);
    const times: number[] = [];
    for (let round = 1; round <= 20; round += 1) {
      const serial = `7K${Math.floor((jobs / 21) * round)
        .toString(36)
        .toUpperCase()
        .padStart(5, '0')}`;
      for (const text of [serial, `evo wo-2 bay ${round}`]) {
        const asked = performance.now();
        const { total } = await ask(text);
        times.push(performance.now() - asked);
        if (total === 0) throw new Error(`nothing found for ${text}`);
      }
    }
    times.sort((a, b) => a - b);
    note('search, median of 40', 100, times[20] ?? NaN);
    note('search, the slowest of 40', 100, times.at(-1) ?? NaN);
  } finally {
    await log.close();
  }
}

const folder = mkdtempSync(join(tmpdir(), 'prestage-ledger-scale-'));
const state = join(folder, 'state');
try {
  await measure(`make ${entries} entries`, null, async () => {
    makeLargeLedger(statePaths(state), entries);
    await Promise.resolve();
  });
  await measureLog(state);
  const command = ['ledger', 'verify', '--state', state];
  await measure('ledger verify', 10_000, async () => {
    await prestage(...command);
  });
  const output = join(folder, 'export');
  for (const format of ['json', 'csv']) {
    await measure(`ledger export --format ${format}`, 10_000, async () => {
      await prestage('ledger', 'export', '--format', format, '--output', output, '--state', state);
    });
    const megabytes = (statSync(output).size / 1e6).toFixed(0);
    console.error(`  ${megabytes} MB`);
  }
  await measure('ledger prove', null, async () => {
    await prestage('ledger', 'prove', '--entry', String(jobs), '--output', output, '--state', state);
  });
  await measure('ledger verify --every-signature', null, async () => {
    await prestage(...command, '--every-signature');
  });
} finally {
  rmSync(folder, { recursive: true, force: true });
}

const rows = figures.map(({ measure: name, milliseconds, processor, target }) => {
  const verdict = target === null ? '' : milliseconds < target ? 'met' : 'NOT met';
  return [
    name.padEnd(34),
    milliseconds.toFixed(0).padStart(8),
    (processor === null ? '' : processor.toFixed(0)).padStart(9),
    (target === null ? '' : String(target)).padStart(8),
    verdict,
  ].join('  ');
});
console.log(
  [`${entries} entries${' '.repeat(20)}`.padEnd(34) + '        ms  processor    target', ...rows].join('\n'),
);
mkdirSync(join(root, 'test-results'), { recursive: true });
writeFileSync(
  join(root, 'test-results/ledger-scale.json'),
  `${JSON.stringify({ entries, load: loadavg(), figures }, null, 2)}\n`,
);
