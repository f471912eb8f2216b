import { rm, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import type { BenchDrive } from './bench-drives';
import { dropCaches, run, timed, type BenchContext, type Took } from './tools';

/** One pass over all drives at the same time, from the first start to the last end. */
export interface RawPass extends Took {
  /** Seconds of each drive's dd. */
  readonly driveSeconds: readonly number[];
}

export interface RawResult {
  /** Bytes on each drive. */
  readonly bytes: number;
  readonly write: RawPass;
  readonly read: RawPass;
}

const blockBytes = 8 * 1024 * 1024;

/** What dd writes: a file of whole blocks. */
export interface RawSource {
  readonly file: string;
  readonly bytes: number;
}

/**
 * Makes the bytes that dd writes: the written ranges of an applied NTFS volume, one after the other, as a
 * sparse tar archive has them. So dd moves the same data as a job does, and as much of it to within the few
 * megabytes of the EFI partition.
 */
export async function makeRawSource(context: BenchContext, volume: string): Promise<RawSource> {
  const file = join(context.folder, 'raw-source.bin');
  await run(
    'tar',
    ['--create', '--sparse', '--hole-detection=seek', `--directory=${context.folder}`, '--file', file].concat(
      volume.replace(`${context.folder}/`, ''),
    ),
    { signal: context.signal },
  );
  // Whole blocks only: dd drops direct I/O for a shorter last one.
  const bytes = Math.floor((await stat(file)).size / blockBytes) * blockBytes;
  await truncate(file, bytes);
  await rm(volume);
  return { file, bytes };
}

/**
 * What the drives can do: one dd a drive, all at once, direct I/O; first writing from a source that is in
 * the page cache, as a fresh disk image is, then reading back.
 */
export async function measureRaw(
  context: BenchContext,
  drives: readonly BenchDrive[],
  source: RawSource,
): Promise<RawResult> {
  const block = `bs=${blockBytes}`;
  await dropCaches(context);
  await run('dd', [`if=${source.file}`, 'of=/dev/null', block], { signal: context.signal });
  const write = await onAll(context, drives, ({ device }) => [
    `if=${source.file}`,
    `of=${device}`,
    block,
    // A file in memory takes direct I/O on newer kernels only, and a drive keeps its size.
    ...(context.inMemory === true ? ['conv=notrunc'] : ['oflag=direct']),
  ]);
  await dropCaches(context);
  const count = `count=${source.bytes / blockBytes}`;
  const read = await onAll(context, drives, ({ device }) => [
    `if=${device}`,
    'of=/dev/null',
    block,
    count,
    ...(context.inMemory === true ? [] : ['iflag=direct']),
  ]);
  return { bytes: source.bytes, write, read };
}

async function onAll(
  context: BenchContext,
  drives: readonly BenchDrive[],
  args: (drive: BenchDrive) => readonly string[],
): Promise<RawPass> {
  const { value, ...took } = await timed(() =>
    Promise.all(drives.map((drive) => run('dd', args(drive), { signal: context.signal }))),
  );
  return { ...took, driveSeconds: value.map((result) => result.seconds) };
}
