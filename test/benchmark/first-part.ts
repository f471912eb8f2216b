import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { BenchRack } from './bench-drives';
import type { BenchMedia } from './generate-wim';
import { applyUnwatched, type PlainFigures } from './prestage';
import { run, timed, type BenchContext } from './tools';

/** From the start of `apply` to the first byte on a drive, the disk image being in the cache; a list has an element a round. */
export interface FirstByteResult {
  /** The page cache dropped before: as after a start of the station. */
  readonly seconds: readonly number[];
  /** The next batch, with programs and disk image in memory; empty where that was not asked for. */
  readonly nextSeconds: readonly number[];
  /** A start of Node that does nothing, right after each next batch: how fast programs start on this computer. */
  readonly nodeSeconds: readonly number[];
  /** What another program takes to hash as many bytes as the media and the disk image have, which the drives must wait for. */
  readonly hashingSeconds: readonly number[];
}

/**
 * Starts the command again and again on all drives of a rack, with the disk image of one media file in the cache: once to make it,
 * which does not count.
 */
export async function measureFirstByte(
  context: BenchContext,
  rack: BenchRack,
  media: BenchMedia,
  { rounds, next }: { readonly rounds: number; readonly next: boolean },
): Promise<FirstByteResult> {
  const state = join(context.folder, 'state-first');
  const seconds: number[] = [];
  const nextSeconds: number[] = [];
  const nodeSeconds: number[] = [];
  const hashingSeconds: number[] = [];
  try {
    const batch = async (keepPageCache: boolean): Promise<PlainFigures> => {
      await rack.renew();
      return await applyUnwatched(context, { rack, drives: rack.drives, media, state, keepPageCache });
    };
    await batch(false);
    for (let round = 0; round < rounds; round += 1) {
      const figures = await batch(false);
      seconds.push(figures.firstByteSeconds);
      const imageBytes = figures.jobs[0]?.bytes ?? 0;
      const { size } = await stat(media.path);
      hashingSeconds.push(((await hashSeconds(context, media)) * (size + imageBytes)) / size);
      if (!next) continue;
      nextSeconds.push((await batch(true)).firstByteSeconds);
      const node = await timed(() => run(process.execPath, ['-e', '0'], { signal: context.signal }));
      nodeSeconds.push(node.seconds);
    }
    return { seconds, nextSeconds, nodeSeconds, hashingSeconds };
  } finally {
    await rm(state, { recursive: true, force: true });
  }
}

/** What somebody else takes to hash the media. */
async function hashSeconds(context: BenchContext, media: BenchMedia): Promise<number> {
  const { seconds } = await timed(() => run('sha256sum', [media.path], { signal: context.signal }));
  return seconds;
}
