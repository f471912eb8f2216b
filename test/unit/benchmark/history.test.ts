import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  appendToHistory,
  lossesAgainst,
  noise,
  readHistory,
  type RecordedRun,
} from '../../benchmark/history';
import { readOptions } from '../../benchmark/options';
import { formatLosses } from '../../benchmark/report';

const run = (
  day: number,
  mode: RecordedRun['mode'],
  figures: readonly Partial<RecordedRun['figures'][number]>[],
): RecordedRun => ({
  date: `2026-11-${String(day).padStart(2, '0')}T12:00:00.000Z`,
  commit: `commit${day}`,
  mode,
  machine: {
    ...{ cores: 2, processor: 'any', memoryBytes: 1, kernel: '6.1', fileSystem: 'tmpfs' },
    ...{ tools: {}, loadAtStart: 0.1 },
  },
  media: { files: 1, bytes: 2, wimBytes: 1 },
  drives: 4,
  minutes: 2,
  figures: figures.map((figure) => ({
    ...{ name: 'render', value: 1, against: 'bare tools', other: 1, unit: 's', ratio: 1 },
    ...figure,
  })),
});
const now = (ratio: number, more: Partial<RecordedRun['figures'][number]> = {}): RecordedRun['figures'] =>
  run(30, 'memory', [{ ratio, ...more }]).figures;

describe('figures beside those of earlier runs', () => {
  it('a ratio that grew by more than the noise is a loss; one within it is none', () => {
    const before = [run(1, 'memory', [{ ratio: 0.5 }])];
    expect(lossesAgainst(before, 'memory', now(0.5 * (1 + noise.s) - 0.001))).toEqual([]);
    const [loss, ...more] = lossesAgainst(before, 'memory', now(0.75));
    expect(more).toEqual([]);
    expect(loss).toMatchObject({ name: 'render', ratio: 0.75, before: 0.5, commit: 'commit1' });
    expect(loss?.worse).toBeCloseTo(0.5);
  });

  it('each unit has a noise of its own: processor time the least', () => {
    const processor = { name: 'processor', unit: 's/GB' } as const;
    const before = [run(1, 'memory', [{ ratio: 1 }, { ...processor, ratio: 1 }])];
    expect(lossesAgainst(before, 'memory', now(1.2))).toEqual([]);
    expect(lossesAgainst(before, 'memory', now(1.2, processor))).toHaveLength(1);
  });

  it('a smaller ratio is no loss, but of a rate it is', () => {
    const before = [run(1, 'memory', [{ ratio: 1 }, { name: 'write', unit: 'MB/s', ratio: 1 }])];
    expect(lossesAgainst(before, 'memory', now(0.5))).toEqual([]);
    const write = { name: 'write', unit: 'MB/s' } as const;
    expect(lossesAgainst(before, 'memory', now(0.5, write))[0]?.worse).toBeCloseTo(1);
    expect(lossesAgainst(before, 'memory', now(2, write))).toEqual([]);
  });

  it('only the last run of the same mode counts, and of a figure the last that has it', () => {
    const history = [
      run(1, 'memory', [{ ratio: 0.1 }, { name: 'first byte', ratio: 0.1 }]),
      run(2, 'memory', [{ ratio: 1 }]),
      run(3, 'disk', [{ ratio: 0.1 }]),
    ];
    expect(lossesAgainst(history, 'memory', now(1))).toEqual([]);
    expect(lossesAgainst(history, 'memory-quick', now(9))).toEqual([]);
    expect(lossesAgainst(history, 'disk', now(1))[0]?.commit).toBe('commit3');
    expect(lossesAgainst(history, 'memory', now(1, { name: 'first byte' }))[0]?.commit).toBe('commit1');
  });

  it('two figures of one name are told apart by what they stand beside', () => {
    const before = [
      run(1, 'disk', [
        { against: 'fast fourth', ratio: 0.7 },
        { against: 'alone', ratio: 1.4 },
      ]),
    ];
    expect(lossesAgainst(before, 'disk', now(1.4, { against: 'alone' }))).toEqual([]);
    expect(lossesAgainst(before, 'disk', now(1.4, { against: 'fast fourth' }))).toHaveLength(1);
  });

  it('says what is worse, since when, and beyond which noise', () => {
    const before = [run(1, 'memory', [{ ratio: 0.5 }])];
    const said = formatLosses(before, 'memory', lossesAgainst(before, 'memory', now(0.75)));
    expect(said).toBe(
      `WORSE: render: ratio 0.750, 50 % worse than 0.500 on 2026-11-01 (commit1); noise ${noise.s * 100} %\n`,
    );
    expect(formatLosses(before, 'memory', [])).toMatch(/^history: nothing is worse/);
    expect(formatLosses(before, 'disk', [])).toMatch(/^history: no run of the mode disk/);
  });
});

describe('the file of figures', () => {
  it('gets a run at its end and keeps the others; what is no history is not overwritten', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'prestage-history-'));
    try {
      const file = join(folder, 'bench.json');
      expect(await readHistory(file)).toEqual([]);
      const runs = [run(1, 'memory', [{}]), run(2, 'disk', [{}])] as const;
      for (const one of runs) await appendToHistory(file, one);
      expect(await readHistory(file)).toEqual(runs);
      await writeFile(file, '{"runs":[{"date":"yesterday"}]}');
      await expect(appendToHistory(file, runs[0])).rejects.toThrow();
      expect(await readFile(file, 'utf8')).toBe('{"runs":[{"date":"yesterday"}]}');
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('that is kept in the documents can be read', async () => {
    expect((await readHistory(join(import.meta.dirname, '../../../docs/bench.json'))).length).toBeGreaterThan(
      0,
    );
  });
});

describe('the options of a run', () => {
  it('modes are apart, and what is recorded has no sizes of its own', () => {
    expect(readOptions([]).mode).toBe('disk');
    expect(readOptions(['--memory', '--quick']).mode).toBe('memory-quick');
    expect(readOptions(['--memory']).only.has('isolation')).toBe(false);
    expect(readOptions(['--quick', '--record']).record).toBe(true);
    expect(() => readOptions(['--record', '--drives', '2'])).toThrow('--record');
    expect(() => readOptions(['--record', '--only', 'render'])).toThrow('--record');
  });
});
