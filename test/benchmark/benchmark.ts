/**
 * `npm run bench`: measures Prestage against wimlib-imagex and dd, side by side in one run, on loop drives
 * with direct I/O, which need root, or on files in memory. A full run takes 15 to 20 minutes, the first one
 * five more to make its WIM; options.ts has what makes it shorter.
 */
import { mkdir, mkdtemp, realpath, rm, statfs, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { FileRack, type BenchRack } from './bench-drives';
import { compare, type BenchFigures, type Comparison } from './compare';
import { measureFirstByte } from './first-part';
import { ensureWim, type BenchMedia } from './generate-wim';
import { appendToHistory, lossesAgainst, readHistory, type RecordedRun } from './history';
import { measureIsolation } from './isolation';
import { detachBelow, isRunning, LoopRack, removeLeftovers, runFolderPrefix } from './loop-drives';
import { isolationFiles, readOptions, usage, type BenchOptions } from './options';
import { applyCold, applyWithPrestage, requireProgram, type ApplyFigures } from './prestage';
import { makeRawSource, measureRaw, type RawResult, type RawSource } from './raw';
import { commitNow, formatLosses, formatTable, machineDetails } from './report';
import { measureBareRender, measureRival, type BareRenderResult, type RivalResult } from './rival';
import { DeviceHold } from './throttle';
import type { BenchContext } from './tools';

/** Bytes of every drive of the rack. */
const driveBytes = 8 * 1024 ** 3;
/** A media file that takes no time to read: what is left is the start itself. */
const smallMedia = { files: 442, megabytes: 20 };
const historyFile = join(import.meta.dirname, '../../docs/bench.json');

process.exitCode = await main(process.argv.slice(2));

/** @returns the exit status: 0 measured, 1 something failed, 2 bad usage, 3 not root, 130 interrupted */
async function main(args: readonly string[]): Promise<number> {
  let options: BenchOptions;
  try {
    options = readOptions(args);
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n${usage}\n`);
    return 2;
  }
  if (!options.memory && process.getuid?.() !== 0) {
    process.stderr.write(
      'The benchmark sets up loop devices and needs root: sudo npm run bench. With --memory it does not.\n',
    );
    return 3;
  }
  const controller = new AbortController();
  const interrupt = (): void => {
    controller.abort(new Error('interrupted'));
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt).on('SIGHUP', interrupt);

  await mkdir(options.folder, { recursive: true });
  await removeLeftovers(options.folder);
  if (!options.memory) await DeviceHold.removeLeftovers(isRunning);
  const folder = await realpath(await mkdtemp(join(options.folder, runFolderPrefix)));
  const context: BenchContext = { signal: controller.signal, folder, log, inMemory: options.memory };
  try {
    await measureAll(context, options);
    return 0;
  } catch (error) {
    log(messageOf(error));
    return controller.signal.aborted ? 130 : 1;
  } finally {
    if (!options.memory) await detachBelow(folder);
    await rm(folder, { recursive: true, force: true });
  }
}

async function measureAll(context: BenchContext, options: BenchOptions): Promise<void> {
  const { only, drives } = options;
  if ([...only].some((part) => part !== 'rival' && part !== 'raw')) await requireProgram();
  const history = await readHistory(historyFile);
  const machine = await machineDetails(context.folder);
  const media = await ensureWim(context, options.files, options.megabytes);
  await requireSpace(context, options, media);

  const started = new Date();
  const image = await measureRender(context, options, media);
  const firstByte = await measureFirst(context, options, media);
  const rack = await measureRack(context, options, media);
  const isolation = only.has('isolation')
    ? await measureIsolation(
        context,
        await ensureWim(context, isolationFiles(options), options.isolationMegabytes),
        options.isolationRounds,
      )
    : null;
  const figures: BenchFigures = {
    inMemory: options.memory,
    drives,
    mediaBytes: media.bytes,
    ...image,
    ...rack,
    isolation,
    firstByte,
  };

  const comparisons = compare(figures);
  const run: RecordedRun = {
    date: started.toISOString(),
    commit: await commitNow(),
    mode: options.mode,
    machine,
    // Without its path, which would tell about the machine.
    media: { files: media.files, bytes: media.bytes, wimBytes: media.wimBytes },
    drives,
    minutes: (Date.now() - started.getTime()) / 60_000,
    figures: comparisons.map(recorded),
  };
  const document = { ...run, driveBytes, comparisons, figures };
  await mkdir(dirname(options.output), { recursive: true });
  await writeFile(options.output, `${JSON.stringify(document, null, 2)}\n`);
  if (comparisons.length > 0) process.stdout.write(`${formatTable(comparisons)}\n`);
  else log('nothing to compare was measured; the figures are in the JSON file');
  process.stdout.write(
    `media: ${media.files} files, ${(media.bytes / 1e9).toFixed(2)} GB in a WIM of ` +
      `${(media.wimBytes / 1e9).toFixed(2)} GB; ${machine.cores} cores, Linux ${machine.kernel}, ` +
      `load at the start ${machine.loadAtStart.toFixed(1)}; ${run.minutes.toFixed(1)} minutes\n`,
  );
  process.stdout.write(
    formatLosses(history, options.mode, lossesAgainst(history, options.mode, comparisons)),
  );
  if (!options.record) return;
  await appendToHistory(historyFile, run);
  process.stdout.write('added to docs/bench.json\n');
}

function recorded({ name, value, against, other, unit, ratio }: Comparison): RecordedRun['figures'][number] {
  return { name, value, against, other, unit, ratio };
}

/** Drives that are new files, as this run has them. */
async function makeRack(context: BenchContext, name: string, count: number): Promise<BenchRack> {
  return context.inMemory
    ? await FileRack.create(context.folder, name, count, driveBytes)
    : await LoopRack.create(context, name, count, driveBytes);
}

async function measureFirst(
  context: BenchContext,
  options: BenchOptions,
  media: BenchMedia,
): Promise<BenchFigures['firstByte']> {
  if (!options.only.has('first')) return null;
  const small = await ensureWim(context, smallMedia.files, smallMedia.megabytes);
  const rack = await makeRack(context, 'first', 2);
  log('first byte');
  const result = {
    small: await measureFirstByte(context, rack, small, {
      rounds: options.firstByteRounds,
      next: !options.memory,
    }),
    main: await measureFirstByte(context, rack, media, { rounds: options.firstByteRounds, next: false }),
  };
  await rack.detach();
  await rm(rack.folder, { recursive: true });
  return result;
}

/** Bare disk image and ours in turn, twice a round, so that both meet the machine in the same moods. */
async function measureRender(
  context: BenchContext,
  options: BenchOptions,
  media: BenchMedia,
): Promise<Pick<BenchFigures, 'bareRender' | 'single'>> {
  const bareRender: BareRenderResult[] = [];
  const single: ApplyFigures[] = [];
  if (!options.only.has('render')) return { bareRender, single };
  const rack = await makeRack(context, 'single', 1);
  for (let turn = 1; turn <= 2 * options.rounds; turn += 1) {
    log(`render, turn ${turn} of ${2 * options.rounds}`);
    const bare = await measureBareRender(context, driveBytes, media);
    bareRender.push(bare);
    await rm(bare.file);
    single.push(await applyCold(context, rack, 1, media));
  }
  await rack.detach();
  await rm(rack.folder, { recursive: true });
  return { bareRender, single };
}

/** Everything on the full rack. */
async function measureRack(
  context: BenchContext,
  options: BenchOptions,
  media: BenchMedia,
): Promise<Pick<BenchFigures, 'rival' | 'cold' | 'warm' | 'raw'>> {
  const { only } = options;
  const rival: RivalResult[] = [];
  const cold: ApplyFigures[] = [];
  const warm: ApplyFigures[] = [];
  const raw: RawResult[] = [];
  const figures = { rival, cold, warm, raw };
  if (!only.has('rival') && !only.has('prestage') && !only.has('raw')) return figures;

  const rack = await makeRack(context, 'rack', options.drives);
  let source: RawSource | null = null;
  if (only.has('raw')) {
    log('making the bytes for dd');
    source = await makeRawSource(context, (await measureBareRender(context, driveBytes, media)).file);
  }
  const measureDd = async (): Promise<void> => {
    if (source === null) return;
    log('dd');
    await rack.renew();
    raw.push(await measureRaw(context, rack.drives, source));
  };
  for (let round = 1; round <= options.rounds; round += 1) {
    log(`${options.drives} drives, round ${round} of ${options.rounds}`);
    if (only.has('rival')) {
      log('wimlib-imagex');
      await rack.renew();
      rival.push(await measureRival(context, rack.drives, media));
    }
    // dd stands on both sides of what it is compared with.
    await measureDd();
    if (only.has('prestage')) {
      const state = join(context.folder, `state-${round}`);
      for (const [name, results] of [
        ['cold', cold],
        ['warm', warm],
      ] as const) {
        log(`prestage, ${name}`);
        await rack.renew();
        results.push(await applyWithPrestage(context, { rack, drives: rack.drives, media, state }));
      }
      await rm(state, { recursive: true });
    }
    await measureDd();
  }
  await rack.detach();
  await rm(rack.folder, { recursive: true });
  return figures;
}

/** Every drive holds the whole content; so do the disk image, the bytes for dd and a volume being made of them. */
async function requireSpace(context: BenchContext, options: BenchOptions, media: BenchMedia): Promise<void> {
  const { bavail, bsize } = await statfs(context.folder);
  const needed = Math.round(media.bytes * 1.15 * (options.drives + 3));
  if (bavail * bsize >= needed) return;
  const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(0)} GB`;
  throw new Error(
    `The run needs about ${gigabytes(needed)} in its folder and finds ${gigabytes(bavail * bsize)}. ` +
      'Choose another one with --folder, or a smaller image with --megabytes.',
  );
}

function log(text: string): void {
  process.stderr.write(`bench: ${text}\n`);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
