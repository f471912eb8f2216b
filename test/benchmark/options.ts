import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { BenchMode } from './history';

/** The parts of a run, in the order they are done. */
export const parts = ['render', 'first', 'rival', 'prestage', 'raw', 'isolation'] as const;
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
  readonly firstByteRounds: number;
  /** Least size of the WIM of the isolation runs, in millions of bytes. */
  readonly isolationMegabytes: number;
  /** Folder for drives, disk images and state. */
  readonly folder: string;
  /** JSON file that is written. */
  readonly output: string;
  readonly only: ReadonlySet<Part>;
  /** Drives, media and disk images are in memory; no root, no loop devices. */
  readonly memory: boolean;
  /** Whether the figures of earlier runs of this mode say anything about this one. */
  readonly mode: BenchMode;
  /** The run is added to the figures of earlier ones. */
  readonly record: boolean;
}

/** Where a file system in memory is on any Linux. */
const memoryFolder = '/dev/shm';

export const usage = `usage: npm run bench -- [options]
  --files N       names in the image (52000)
  --megabytes M   least size of the WIM in MB (2350)
  --drives N      drives of the rack (8)
  --rounds N      how often the main contenders run; medians count (1)
  --memory        drives, media and disk images in memory, so that the processor is the limit; needs no root
                  (13300 names, 600 MB, 4 drives)
  --quick         5200 names, 235 MB, 4 drives, one isolation round: a look in three minutes, not a result
  --only LIST     parts, with commas: ${parts.join(', ')}
  --folder DIR    where drives and renders go (the system's temporary folder; with --memory ${memoryFolder})
  --output FILE   JSON result (test-results/bench.json)
  --record        add the run to docs/bench.json, which the next runs of this mode are compared with`;

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
      memory: { type: 'boolean', default: false },
      record: { type: 'boolean', default: false },
      folder: { type: 'string' },
      output: { type: 'string', default: 'test-results/bench.json' },
    },
  });
  const { quick, memory, record } = values;
  const megabytes = wholeNumber('--megabytes', values.megabytes, quick ? 235 : memory ? 600 : 2350);
  const only = new Set(readParts(values.only));
  // What is held back is a block device.
  if (memory) only.delete('isolation');
  const ownSizes = [values.megabytes, values.files, values.drives, values.only].some(
    (value) => value !== undefined,
  );
  if (record && ownSizes) {
    throw new Error('--record takes no sizes and parts of your own: runs would not be alike');
  }
  return {
    files: wholeNumber('--files', values.files, Math.round(megabytes * namesAMegabyte)),
    megabytes,
    drives: wholeNumber('--drives', values.drives, quick || memory ? 4 : 8),
    rounds: wholeNumber('--rounds', values.rounds, 1),
    isolationRounds: quick ? 1 : 3,
    firstByteRounds: quick ? 2 : 5,
    isolationMegabytes: quick ? 60 : 300,
    folder: resolve(values.folder ?? (memory ? memoryFolder : tmpdir())),
    output: resolve(values.output),
    only,
    memory,
    record,
    mode: `${memory ? 'memory' : 'disk'}${quick ? '-quick' : ''}`,
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
