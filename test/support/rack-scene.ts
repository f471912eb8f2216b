import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { z } from 'zod';
import type { LedgerRecord } from '../../core/ledger/record';
import { ledgerExportSchema } from '../../station/ledger/export';
import type { CliResult } from './cli';
import { runHere } from './command-line';
import { present } from './present';
import { RackParts, readRack, Running, serveRack, type ShownRack } from './rack';
import { makeBench } from './virtual-bench';

/** Stations that serve their racks, and agents as processes, on drives that are files. */

/** A station that serves its rack. */
export interface Scene {
  readonly state: string;
  readonly station: Running;
  readonly address: string;
  readonly fingerprint: string;
}

export type EndedJob = Extract<LedgerRecord, { kind: 'job-ended' }>;

const listedSchema = z.object({
  drives: z.array(
    z.object({
      id: z.string(),
      bay: z.string().nullable(),
      serial: z.string().nullable(),
      verdict: z.string(),
      path: z.string(),
      rack: z.object({ machine: z.string(), serial: z.string() }).optional(),
    }),
  ),
});
export type MachineDrive = z.infer<typeof listedSchema>['drives'][number];

export class RackScenes {
  readonly parts = new RackParts();
  #count = 0;

  /**
   * @param area folder of the test
   * @param media that machines get
   */
  constructor(
    private readonly area: string,
    private readonly media: string,
  ) {}

  /** @param options of `prestage rack serve` */
  async serve(...options: readonly string[]): Promise<Scene> {
    const state = join(this.area, `state-${String((this.#count += 1))}`);
    mkdirSync(state);
    return await this.serveOn(state, ...options);
  }

  async serveOn(state: string, ...options: readonly string[]): Promise<Scene> {
    const served = await serveRack(state, options);
    this.parts.runs(served.station);
    return { state, ...served };
  }

  /** Drives as files, made once for each name. @returns the folder */
  async bench(name: string, drives = 1): Promise<string> {
    const folder = join(this.area, `bench-${name}`);
    if (!existsSync(folder)) await makeBench(folder, drives);
    return folder;
  }

  agent(
    { address, fingerprint }: Pick<Scene, 'address' | 'fingerprint'>,
    folder: string,
    serial: string,
    ...options: readonly string[]
  ): Running {
    const started = new Running(
      [
        ...['agent', '--station', address, '--fingerprint', fingerprint],
        ...['--bench', folder, '--serial', serial],
        ...options,
      ],
      // One that is killed leaves its folder.
      { TMPDIR: this.area },
    );
    return this.parts.runs(started);
  }

  /** The drives that a station lists in machines, and that can be written. */
  async machineDrives({ state }: Pick<Scene, 'state'>, ...options: string[]): Promise<MachineDrive[]> {
    const station = await this.bench('station');
    const run = await runHere(['drives', '--json', '--bench', station, '--state', state, ...options]);
    expect(run.status, run.stderr).toBe(0);
    return listedSchema
      .parse(JSON.parse(run.stdout))
      .drives.filter(({ rack, verdict }) => rack !== undefined && verdict === 'eligible');
  }

  async onlyMachineDrive(where: Pick<Scene, 'state'>): Promise<string> {
    const drives = await this.machineDrives(where);
    expect(drives).toHaveLength(1);
    return present(drives[0]).id;
  }

  async applyTo(
    { state }: Pick<Scene, 'state'>,
    drives: readonly string[],
    ...options: readonly string[]
  ): Promise<CliResult> {
    const station = await this.bench('station');
    return await runHere([
      ...['apply', '--media', this.media, '--bench', station, '--state', state, '--yes', '--json'],
      ...drives.flatMap((drive) => ['--drive', drive]),
      ...options,
    ]);
  }
}

/** Types the code that the machine's screen shows, at the station. @returns its output */
export async function typeCode({ state }: Pick<Scene, 'state'>, machine: Running): Promise<CliResult> {
  const [, code = ''] = await machine.says(/Code: (\S+ \S+)/);
  return await runHere(['rack', 'admit', code, '--operator', 'ana', '--json', '--state', state]);
}

export async function admit(where: Pick<Scene, 'state'>, machine: Running): Promise<void> {
  const run = await typeCode(where, machine);
  expect(run.stderr + run.stdout).toContain('"admitted"');
  await machine.says(/is admitted/);
}

export async function rackOf({ state }: Pick<Scene, 'state'>): Promise<ShownRack> {
  return readRack((await runHere(['rack', 'show', '--json', '--state', state])).stdout);
}

/** The records of the jobs that have ended, oldest first. */
export async function endedJobs(state: string): Promise<EndedJob[]> {
  const run = await runHere(['ledger', 'export', '--format', 'json', '--state', state]);
  const { entries } = ledgerExportSchema.parse(JSON.parse(run.stdout));
  return entries.map(({ json }) => json.record).filter((record) => record.kind === 'job-ended');
}

/** The file of a bench's first drive. */
export function drivePath(folder: string): string {
  const { drives } = z
    .object({ drives: z.array(z.object({ file: z.string() })) })
    .parse(JSON.parse(readFileSync(join(folder, 'bench.json'), 'utf8')));
  return join(folder, present(drives[0]).file);
}
