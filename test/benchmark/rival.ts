import { truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { findLayout, planPartitions, type PlannedPartition } from '../../core/drive/layout';
import type { BenchMedia } from './generate-wim';
import type { BenchDrive } from './bench-drives';
import { dropCaches, inParallel, run, timed, type BenchContext, type Took } from './tools';

/** What the rival took. */
export interface RivalResult extends Took {
  readonly drives: readonly RivalDrive[];
}

/** Seconds of the steps on one drive. */
export interface RivalDrive {
  readonly format: number;
  readonly apply: number;
  readonly flush: number;
}

/** Drives the rival works on at a time: what fits two cores, and what the issue says. */
const rivalLanes = 2;

/**
 * The rival: mkntfs and `wimlib-imagex apply` onto the Windows partition of each drive, two drives at a time,
 * no verify. Each ends with a flush: what is not on the drive has not been applied. The partition is where
 * Prestage's layout has it, so that both fill the same space. Partitioning is not in the time, because
 * sgdisk sleeps a second that has nothing to do with the work. In memory each drive is a file as large as that partition.
 */
export async function measureRival(
  context: BenchContext,
  drives: readonly BenchDrive[],
  media: BenchMedia,
): Promise<RivalResult> {
  const { inMemory = false, signal } = context;
  for (const drive of drives) {
    if (inMemory) await truncate(drive.file, planWindows(drive.size).length);
    else await partition(context, drive);
  }
  await dropCaches(context);
  const { value, ...took } = await timed(() =>
    inParallel(drives, rivalLanes, (drive) => applyDirectly(context, drive, media)),
  );
  if (!inMemory) for (const { device } of drives) await run('partx', ['--delete', device], { signal });
  return { ...took, drives: value };
}

/** Number of the Windows partition in the layout `uefi`. */
const windowsNumber = 3;

function planWindows(driveSize: number): PlannedPartition {
  const layout = findLayout('uefi');
  const planned = layout === null ? null : planPartitions(layout, driveSize);
  const windows = planned?.find(({ number }) => number === windowsNumber);
  if (windows === undefined) throw new Error('the drives are too small for the layout');
  return windows;
}

async function partition(context: BenchContext, drive: BenchDrive): Promise<void> {
  const windows = planWindows(drive.size);
  const first = windows.offset / 512;
  const last = (windows.offset + windows.length) / 512 - 1;
  await run(
    'sgdisk',
    [
      '--clear',
      '--new=1:2048:+260M',
      '--typecode=1:ef00',
      '--new=2:0:+16M',
      '--typecode=2:0c01',
      `--new=${windowsNumber}:${first}:${last}`,
      `--typecode=${windowsNumber}:0700`,
      drive.device,
    ],
    { signal: context.signal },
  );
  // The kernel may have been built without GPT; partx tells it what it did not find by itself.
  await run('partx', ['--update', drive.device], { signal: context.signal });
}

async function applyDirectly(
  context: BenchContext,
  drive: BenchDrive,
  media: BenchMedia,
): Promise<RivalDrive> {
  const options = { signal: context.signal };
  const volume = context.inMemory === true ? drive.file : `${drive.device}p${windowsNumber}`;
  const format = await run('mkntfs', ['-F', '-Q', '-q', '-L', 'Windows', volume], options);
  const apply = await run('wimlib-imagex', ['apply', media.path, '1', volume], options);
  if (context.inMemory === true) return { format: format.seconds, apply: apply.seconds, flush: 0 };
  const flush = await run('blockdev', ['--flushbufs', volume, drive.device], options);
  return { format: format.seconds, apply: apply.seconds, flush: flush.seconds };
}

/** Bare disk image: what Prestage's disk image is measured against. Without a flush. */
export interface BareRenderResult extends Took {
  /** The NTFS volume. */
  readonly file: string;
}

/**
 * Formats and applies into a sparse file, as large as the Windows partition of the drives.
 * @param driveSize bytes
 */
export async function measureBareRender(
  context: BenchContext,
  driveSize: number,
  media: BenchMedia,
): Promise<BareRenderResult> {
  const windows = planWindows(driveSize);
  const file = join(context.folder, 'bare.img');
  const options = { signal: context.signal };
  await run('rm', ['-f', file], options);
  await run('truncate', ['--size', String(windows.length), file], options);
  await dropCaches(context);
  const { value: _, ...took } = await timed(async () => {
    await run('mkntfs', ['-F', '-Q', '-q', '-L', 'Windows', file], options);
    await run('wimlib-imagex', ['apply', media.path, '1', file], options);
  });
  return { ...took, file };
}
