import { cpus, loadavg, release, totalmem } from 'node:os';
import Table from 'cli-table3';
import type { Comparison } from './compare';
import { noise, type BenchMode, type Loss, type RecordedRun } from './history';
import { run } from './tools';

/** What the figures depend on. Nothing that names the machine. */
export interface MachineDetails {
  readonly cores: number;
  readonly processor: string;
  readonly memoryBytes: number;
  readonly kernel: string;
  /** File system that holds the drives' backing files. */
  readonly fileSystem: string;
  readonly tools: Readonly<Record<string, string>>;
  /** Load average of the last minute when the run started: above 0.5 or so, others disturb the figures. */
  readonly loadAtStart: number;
}

export async function machineDetails(folder: string): Promise<MachineDetails> {
  const version = async (tool: string): Promise<string> => {
    const { stdout, stderr } = await run(tool, ['--version'], { anyStatus: true });
    return /\d+(\.\d+)+/.exec(stdout + stderr)?.[0] ?? 'unknown';
  };
  const { stdout: fileSystem } = await run('df', ['--output=fstype', folder]);
  return {
    cores: cpus().length,
    processor: cpus()[0]?.model ?? 'unknown',
    memoryBytes: totalmem(),
    kernel: release(),
    fileSystem: fileSystem.trim().split('\n').at(-1) ?? 'unknown',
    tools: {
      node: process.versions.node,
      'wimlib-imagex': await version('wimlib-imagex'),
      mkntfs: await version('mkntfs'),
      dd: await version('dd'),
      losetup: await version('losetup'),
    },
    loadAtStart: loadavg()[0] ?? 0,
  };
}

/** The commit that is measured, with a plus sign where files differ from it; null outside of a checkout. */
export async function commitNow(): Promise<string | null> {
  try {
    const { stdout } = await run('git', ['rev-parse', '--short=12', 'HEAD']);
    const { stdout: changed } = await run('git', ['status', '--porcelain']);
    return `${stdout.trim()}${changed.trim() === '' ? '' : '+'}`;
  } catch {
    return null;
  }
}

/** What became worse since the last recorded run of a mode, in lines. */
export function formatLosses(
  history: readonly RecordedRun[],
  mode: BenchMode,
  losses: readonly Loss[],
): string {
  const percent = (share: number): string => `${(share * 100).toFixed(0)} %`;
  const last = history.findLast((run) => run.mode === mode);
  if (last === undefined) return `history: no run of the mode ${mode} is recorded; --record keeps this one\n`;
  if (losses.length === 0) {
    return `history: nothing is worse than in the last recorded run by more than the noise\n`;
  }
  return losses
    .map(
      ({ name, unit, ratio, before, worse, date, commit }) =>
        `WORSE: ${name}: ratio ${ratio.toFixed(3)}, ${percent(worse)} worse than ${before.toFixed(3)} ` +
        `on ${date.slice(0, 10)} (${commit ?? 'commit not known'}); noise ${percent(noise[unit])}\n`,
    )
    .join('');
}

/** The comparisons as a table for the terminal. */
export function formatTable(comparisons: readonly Comparison[]): string {
  const table = new Table({
    head: ['measured', '', 'compared with', '', 'ratio', 'target', ''],
    colAligns: ['left', 'right', 'left', 'right', 'right', 'right', 'left'],
    style: { head: [], border: [], compact: true },
  });
  for (const { name, value, against, other, unit, ratio, target, met } of comparisons) {
    table.push([
      name,
      `${round(value)} ${unit}`,
      against,
      `${round(other)} ${unit}`,
      ratio.toFixed(3),
      target === null ? '' : `${target.kind} ${target.ratio.toFixed(3)}`,
      met === null ? '' : met ? 'met' : 'NOT MET',
    ]);
  }
  return table.toString();
}

/** Three figures that say something: tenths below 100, whole numbers above. */
function round(value: number): string {
  return value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);
}
