import { build } from 'esbuild';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { CliResult } from './cli';
import { heldPrograms } from './held-programs';
import { runThrough } from './command-line';

/**
 * Drives that can erase themselves, which neither this computer nor QEMU has: a model of one over a loop device, preloaded into the
 * real nvme, hdparm and helper (modelled-drive.c). It shows that the right commands reach a drive that behaves as the
 * specifications say, and what comes of it when it does not; it does not show how a drive that somebody built behaves.
 */
export class ModelledPrograms {
  private constructor(
    private readonly library: string,
    private readonly helper: string,
  ) {}

  /** @param area a folder that is there */
  static async build(area: string): Promise<ModelledPrograms> {
    const library = join(area, 'modelled-drive.so');
    const source = join(import.meta.dirname, 'modelled-drive.c');
    execFileSync('cc', ['-shared', '-fPIC', '-O2', '-Wall', '-Werror', '-o', library, source, '-ldl']);
    const helper = join(heldPrograms(), 'dist', `helper-modelled-${process.pid}.cjs`);
    await build({
      absWorkingDir: resolve(import.meta.dirname, '../..'),
      entryPoints: ['helper/server/helper-main.ts'],
      outfile: helper,
      ...{ bundle: true, platform: 'node', target: 'node20', format: 'cjs', logLevel: 'warning' },
      plugins: [
        {
          name: 'modelled-protocol',
          setup: (bundler) => {
            for (const name of ['protocol', 'look-again']) {
              bundler.onResolve({ filter: new RegExp(`/${name}$`) }, () => ({
                path: join(import.meta.dirname, `modelled-${name}.ts`),
              }));
            }
          },
        },
      ],
    });
    return new ModelledPrograms(library, helper);
  }

  /** Starts a helper that finds the model in the place of its device, as do its nvme and hdparm. */
  helperFor(drive: ModelledDrive): [string, ...string[]] {
    const environment = [
      `LD_PRELOAD=${this.library}`,
      `MODEL_DRIVE=${drive.device}`,
      `MODEL_FILE=${drive.file}`,
      `MODEL_KIND=${drive.kind}`,
    ];
    return ['/usr/bin/env', ...environment, process.execPath, this.helper];
  }

  /** Runs a command through such a helper. */
  async run(args: readonly string[], drive: ModelledDrive, signal?: AbortSignal): Promise<CliResult> {
    return await runThrough(this.helperFor(drive), args, signal);
  }
}

/** What modelled-drive.c names. */
type Facts = Readonly<Record<string, number | string>>;

/** A model's memory. */
export class ModelledDrive {
  constructor(
    readonly kind: 'nvme' | 'ata',
    readonly device: string,
    /** File with what it knows; beside it nothing else may begin with its name. */
    readonly file: string,
    facts: Facts,
  ) {
    this.write({ kind: kind === 'nvme' ? 1 : 2, ...facts });
  }

  get facts(): Readonly<Record<string, string>> {
    const lines = readFileSync(this.file, 'utf8').trim().split('\n');
    return Object.fromEntries(
      lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
    );
  }

  change(facts: Facts): void {
    this.write({ ...this.facts, ...facts });
  }

  private write(facts: Facts): void {
    writeFileSync(
      this.file,
      Object.entries(facts)
        .map(([name, value]) => `${name}=${value}\n`)
        .join(''),
    );
  }
}
