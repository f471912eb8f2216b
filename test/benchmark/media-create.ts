/**
 * `prestage media create` beside the same work by hand, `wimlib-imagex export --check` and `update --check`: seconds of each in
 * turn, the median, and the ratio. Promised is 0.9 of the speed by hand. Run: npx tsx test/benchmark/media-create.ts
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { randomBytes } from '../support/wim-tree';
import { captureTree, makeMediaSources, writeRecipe } from '../support/media-sources';

const MiB = 1024 * 1024;
const rounds = Number(process.env['ROUNDS'] ?? 3);
const systemMiB = Number(process.env['SYSTEM_MIB'] ?? 1500);
const packageMiB = Number(process.env['PACKAGE_MIB'] ?? 300);

async function main(): Promise<void> {
  const area = mkdtempSync(join(tmpdir(), 'prestage-bench-create-'));
  try {
    const sources = await makeMediaSources(area, 20_000);
    const tree = join(area, 'system');
    for (let at = 0; at < systemMiB; at += 50) {
      writeFileSync(join(tree, 'Windows', `large${at}.bin`), randomBytes(50 * MiB, 100 + at));
    }
    rmSync(sources.system);
    captureTree(tree, sources.system, ['Windows', '--compress=LZX', '--check']);
    for (let at = 0; at < packageMiB; at += 10) {
      writeFileSync(join(sources.packages[1], `driver${at}.cab`), randomBytes(10 * MiB, 9000 + at));
    }
    for (let at = 0; at < 5000; at += 1) {
      const folder = join(sources.packages[0], `set${at % 50}`);
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, `file${at}.inf`), randomBytes(3000, 20_000 + at));
    }
    const recipe = writeRecipe(sources);
    console.log(
      `operating system ${statSync(sources.system).size} bytes, packages ${packageMiB} MiB and 5,000 files`,
    );
    const byHand: number[] = [];
    const prestage: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      byHand.push(
        seconds(() => {
          const file = join(area, 'hand.wim');
          rmSync(file, { force: true });
          tool('wimlib-imagex', ['export', sources.system, '1', file, '--check']);
          const commands = [
            `add '${sources.bootImage}' /sources/boot.wim`,
            `add '${sources.packages[0]}' /SMS/PKG/ABC00010`,
            `add '${sources.packages[1]}' /SMS/PKG/ABC00011`,
          ];
          tool('wimlib-imagex', ['update', file, '1', '--check'], `${commands.join('\n')}\n`);
          tool('sync', ['-d', file]);
        }),
      );
      prestage.push(
        seconds(() => {
          const program = resolve(import.meta.dirname, '../../dist/prestage.cjs');
          const file = join(area, 'prestage.wim');
          tool(process.execPath, [
            program,
            'media',
            'create',
            recipe,
            '--output',
            file,
            '--replace',
            '--json',
          ]);
        }),
      );
      console.log(`by hand ${byHand.at(-1)?.toFixed(1)} s, prestage ${prestage.at(-1)?.toFixed(1)} s`);
    }
    const ratio = median(byHand) / median(prestage);
    console.log(
      `median ${median(byHand).toFixed(1)} s and ${median(prestage).toFixed(1)} s: ${ratio.toFixed(2)} of the speed`,
    );
  } finally {
    rmSync(area, { recursive: true, force: true });
  }
}

function tool(name: string, args: readonly string[], input = ''): void {
  execFileSync(name, args, { input, stdio: ['pipe', 'ignore', 'pipe'] });
}

function seconds(work: () => void): number {
  const begun = performance.now();
  work();
  return (performance.now() - begun) / 1000;
}

function median(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;
}

void main();
