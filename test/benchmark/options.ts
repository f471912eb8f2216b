import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

/** The parts of a run, in the order they are done. */
export const parts = ['render', 'rival', 'prestage', 'raw', 'isolation'] as const;
export type Part = (typeof parts)[number];

export interface BenchOptions {
  /** Names in the image. */
  readonly files: number;
  /** Least size of the WIM, in millions of bytes. */
  readonly megabytes: number;
  readonly drives: number;
  /** How often the 8-drive contenders and the disk images are measured; medians are reported. */
  readonly rounds: number;
  readonly isolationRounds: number;
  /** Least size of the WIM of the isolation runs, in millions of bytes. */
  readonly isolationMegabytes: number;
  /** Folder for drives, disk images and state. */
  readonly folder: string;
  /** JSON file that is written. */
  readonly output: string;
  readonly only: ReadonlySet<Part>;
}

export const usage = `usage: npm run bench -- [options]
  --files N       names in the image (52000)
  --megabytes M   least size of the WIM in MB (2350)
  --drives N      drives of the rack (8)
  --rounds N      how often the main contenders run; medians count (1)
  --quick         5200 names, 235 MB, 4 drives, one isolation round: a look, not a result
  --only LIST     parts, with commas: ${parts.join(', ')}
  --folder DIR    where drives and renders go (the system's temporary folder)
  --output FILE   JSON result (test-results/bench.json)`;

/** Bytes a file name in real Windows media (see generate-wim.ts), through LZX: names a MB of WIM. */
const namesAMegabyte = 52_000 / 2350;

/** @throws Error when an option makes no sense */
export function readOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    strict: true,
    options: {
      files: { type: 'string' },
      megabytes: { type: 'string' },
      drives: { type: 'string' },
      rounds: { type: 'string' },
      quick: { type: 'boolean', default: false },
      only: { type: 'string' },
      folder: { type: 'string', default: tmpdir() },
      output: { type: 'string', default: 'test-results/bench.json' },
    },
  });
  const { quick } = values;
  const megabytes = wholeNumber('--megabytes', values.megabytes, quick ? 235 : 2350);
  return {
    files: wholeNumber('--files', values.files, Math.round(megabytes * namesAMegabyte)),
    megabytes,
    drives: wholeNumber('--drives', values.drives, quick ? 4 : 8),
    rounds: wholeNumber('--rounds', values.rounds, 1),
    isolationRounds: quick ? 1 : 3,
    isolationMegabytes: quick ? 100 : 300,
    folder: resolve(values.folder),
    output: resolve(values.output),
    only: new Set(readParts(values.only)),
  };
}

/** Names for the isolation image: as dense as in the main one. */
export function isolationFiles(options: BenchOptions): number {
  return Math.round(options.isolationMegabytes * namesAMegabyte);
}

function wholeNumber(name: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  if (!/^[1-9]\d*$/.test(text)) throw new Error(`${name} wants a whole number, not '${text}'`);
  return Number(text);
}

function readParts(text: string | undefined): readonly Part[] {
  if (text === undefined) return parts;
  return text.split(',').map((name) => {
    const part = parts.find((known) => known === name.trim());
    if (part === undefined) throw new Error(`--only knows ${parts.join(', ')}, not '${name}'`);
    return part;
  });
}
