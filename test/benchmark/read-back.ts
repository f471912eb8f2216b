/**
 * Measures what reading back costs a processor: drives as files in memory, a thread for each, with and without what they show each other
 * (helper/pipeline/proved-window.ts). Prints processor seconds a GB, and what of the chunks was compared and not hashed. Start it with
 * OPENSSL_ia32cap=:~0x20000000 for a processor without the SHA extensions.
 *   tsx test/benchmark/read-back.ts [drives …]
 */
import { createHash, randomFillSync } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { build } from 'esbuild';
import { maximumChunkBytes as chunkBytes } from '../../core/media/chunk-map';
import { ProvedWindow } from '../../helper/pipeline/proved-window';
import { median } from './tools';
import type { ReadBackTask } from './read-back-thread';

const chunksOfDrive = 64;
const rounds = 3;
/** How often a drive is read in each. */
const times = 4;

/** @returns processor seconds a GB, and the part of the chunks that was compared */
async function measure(
  thread: string,
  files: readonly string[],
  hashes: readonly string[],
  withWindow: boolean,
): Promise<{ readonly seconds: number; readonly compared: number }> {
  const window = withWindow ? ProvedWindow.make() : null;
  const workers = files.map(
    (file) =>
      new Worker(thread, { workerData: { file, hashes: [...hashes], window, times } satisfies ReadBackTask }),
  );
  const next = async (worker: Worker): Promise<unknown> =>
    await new Promise((said, failed) => worker.once('message', said).once('error', failed));
  await Promise.all(workers.map(next));
  const before = process.cpuUsage();
  const ends = workers.map(next);
  for (const worker of workers) worker.postMessage('begin');
  const compared = (await Promise.all(ends)).reduce<number>((sum, one) => sum + Number(one), 0);
  const { user, system } = process.cpuUsage(before);
  await Promise.all(workers.map((worker) => worker.terminate()));
  const bytes = files.length * hashes.length * times * chunkBytes;
  return {
    seconds: (user + system) / 1e6 / (bytes / 1e9),
    compared: compared / files.length / hashes.length / times,
  };
}

async function main(counts: readonly number[]): Promise<void> {
  const folder = mkdtempSync('/dev/shm/prestage-read-back-');
  try {
    const thread = join(folder, 'thread.cjs');
    await build({
      entryPoints: [join(import.meta.dirname, 'read-back-thread.ts')],
      ...{ outfile: thread, bundle: true, platform: 'node', format: 'cjs' },
    });
    const bytes = Buffer.alloc(chunkBytes);
    const hashes: string[] = [];
    const files = Array.from({ length: Math.max(...counts) }, (_, drive) => join(folder, `drive-${drive}`));
    const fds = files.map((file) => openSync(file, 'w'));
    for (let index = 0; index < chunksOfDrive; index += 1) {
      randomFillSync(bytes);
      hashes.push(createHash('sha256').update(bytes).digest('hex'));
      for (const fd of fds) writeSync(fd, bytes, 0, chunkBytes, index * chunkBytes);
    }
    for (const fd of fds) closeSync(fd);
    console.log('drives  hashed s/GB  window s/GB  ratio  compared');
    for (const count of counts) {
      const used = files.slice(0, count);
      const hashed: number[] = [];
      const shown: number[] = [];
      const compared: number[] = [];
      for (let round = 0; round < rounds; round += 1) {
        hashed.push((await measure(thread, used, hashes, false)).seconds);
        const one = await measure(thread, used, hashes, true);
        shown.push(one.seconds);
        compared.push(one.compared);
      }
      const [without, with_] = [median(hashed), median(shown)];
      console.log(
        [
          String(count).padEnd(6),
          without.toFixed(2).padStart(11),
          with_.toFixed(2).padStart(12),
          (with_ / without).toFixed(2).padStart(6),
          `${Math.round(100 * median(compared))} %`.padStart(9),
        ].join(' '),
      );
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const given = process.argv.slice(2).map(Number);
await main(given.length > 0 ? given : [1, 2, 4, 8, 16]);
