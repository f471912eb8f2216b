/** The figures of earlier runs, so that a loss is seen: docs/bench.json. */
import { readFile, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { errorCodeOf } from '../../core/base/system-error';
import type { Comparison } from './compare';

/** What the drives of a run are, and how much is measured: only runs of one mode are compared. */
export const benchModes = ['disk', 'disk-quick', 'memory', 'memory-quick'] as const;
export type BenchMode = (typeof benchModes)[number];

const figureSchema = z.strictObject({
  name: z.string(),
  value: z.number(),
  against: z.string(),
  other: z.number(),
  unit: z.enum(['s', 'ms', 'MB/s', 'MB', 's/GB']),
  /** value / other */
  ratio: z.number(),
});

const runSchema = z.strictObject({
  /** Time of the start. */
  date: z.iso.datetime(),
  /** Commit that was measured, with a plus sign where files differed from it; null: not known. */
  commit: z.string().nullable(),
  mode: z.enum(benchModes),
  /** Nothing that names the machine. */
  machine: z.strictObject({
    cores: z.int().positive(),
    processor: z.string(),
    memoryBytes: z.int().positive(),
    kernel: z.string(),
    fileSystem: z.string(),
    tools: z.record(z.string(), z.string()),
    /** Load average of the last minute: what else the machine did. */
    loadAtStart: z.number(),
  }),
  media: z.strictObject({
    files: z.int().positive(),
    /** Distinct content. */
    bytes: z.int().positive(),
    wimBytes: z.int().positive(),
  }),
  drives: z.int().positive(),
  minutes: z.number(),
  figures: z.array(figureSchema),
});
/** What is kept of one run. */
export type RecordedRun = z.infer<typeof runSchema>;

const historySchema = z.strictObject({ runs: z.array(runSchema) });

/**
 * By how much a ratio may be worse before it is said, as a share, by its unit. Two runs of `--memory --quick` beside other work (load 8 to 15)
 * differed by 0.03 in processor time, 0.08 in memory, and up to 0.28 in the times of whole commands; rates of single phases by
 * more, so that a loss of those counts only from a quiet machine.
 */
export const noise: Readonly<Record<Comparison['unit'], number>> = {
  ...{ 's/GB': 0.1, MB: 0.15, s: 0.3, ms: 0.5, 'MB/s': 0.3 },
};

/** A figure that is worse than it was. */
export interface Loss {
  readonly name: string;
  readonly unit: Comparison['unit'];
  readonly ratio: number;
  readonly before: number;
  /** Share by which it is worse: 0.5 is half as much again, or two thirds of the rate. */
  readonly worse: number;
  readonly date: string;
  readonly commit: string | null;
}

/**
 * What is worse than in the last recorded run of its mode that measured it, by more than the noise.
 * @param runs oldest first
 */
export function lossesAgainst(
  runs: readonly RecordedRun[],
  mode: BenchMode,
  now: readonly Pick<Comparison, 'name' | 'against' | 'unit' | 'ratio'>[],
): Loss[] {
  const ofMode = runs.filter((run) => run.mode === mode);
  return now.flatMap(({ name, against, unit, ratio }) => {
    const same = (figure: { name: string; against: string }): boolean =>
      figure.name === name && figure.against === against;
    const last = ofMode.findLast(({ figures }) => figures.some(same));
    const before = last?.figures.find(same)?.ratio;
    if (last === undefined || before === undefined) return [];
    // Of a rate more is better, of everything else less.
    const worse = (unit === 'MB/s' ? before / ratio : ratio / before) - 1;
    return worse > noise[unit]
      ? [{ name, unit, ratio, before, worse, date: last.date, commit: last.commit }]
      : [];
  });
}

/** @throws Error when the file is there and is not a history */
export async function readHistory(file: string): Promise<readonly RecordedRun[]> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (errorCodeOf(error) === 'ENOENT') return [];
    throw error;
  }
  return historySchema.parse(JSON.parse(text)).runs;
}

/** Adds a run at the end. */
export async function appendToHistory(file: string, run: RecordedRun): Promise<void> {
  const runs = [...(await readHistory(file)), runSchema.parse(run)];
  await writeFile(file, `${JSON.stringify({ runs }, null, 2)}\n`);
}
