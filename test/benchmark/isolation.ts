import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { BenchMedia } from './generate-wim';
import { LoopRack } from './loop-drives';
import { applyWithPrestage, type ApplyFigures, type JobFigures } from './prestage';
import { DeviceHold } from './throttle';
import { median, type BenchContext } from './tools';

/** Bytes a second that the held drive gets, in each direction. */
export const heldBytesPerSecond = 20_000_000;
const driveBytes = 4 * 1024 ** 3;
const driveCount = 4;

/** All seconds are write plus verify of one drive; the held drive, the first one, is never among them. */
export interface IsolationResult {
  /** Three drives beside a fourth that is as fast as they are. */
  readonly free: readonly number[];
  /** The same three beside the held one. */
  readonly held: readonly number[];
  /** The three alone: they have more to share than in `free`, as they have beside a slow one. */
  readonly alone: readonly number[];
  /** What the held drive took, a run each: shows that it was held. */
  readonly heldDrive: readonly number[];
  /** Bytes on each drive. */
  readonly bytes: number;
}

/**
 * Measures whether a slow drive slows the others: rounds of four drives free, four with one held, and three
 * alone, all from a warm render.
 */
export async function measureIsolation(
  context: BenchContext,
  media: BenchMedia,
  rounds: number,
): Promise<IsolationResult> {
  const rack = await LoopRack.create(context, 'isolation', driveCount, driveBytes);
  const state = join(context.folder, 'state-isolation');
  try {
    await applyWithPrestage(context, { rack, drives: rack.drives.slice(0, 1), media, state });
    const free: number[] = [];
    const held: number[] = [];
    const alone: number[] = [];
    const heldDrive: number[] = [];
    let bytes = 0;
    for (let round = 1; round <= rounds; round += 1) {
      context.log(`isolation, round ${round} of ${rounds}`);
      // Free runs are short: one on each side of the long held one.
      free.push(...(await applyFree(context, rack, 0, media, state)));
      await rack.renew();
      const heldRun = await applyHeld(context, rack, media, state);
      held.push(...heldRun.jobs.slice(1).map(driveSeconds));
      heldDrive.push(...heldRun.jobs.slice(0, 1).map(driveSeconds));
      free.push(...(await applyFree(context, rack, 0, media, state)));
      alone.push(...(await applyFree(context, rack, 1, media, state)));
      bytes = heldRun.jobs[0]?.bytes ?? 0;
    }
    const fastest = (2 * bytes) / (1.5 * heldBytesPerSecond);
    if (median(heldDrive) < fastest) {
      throw new Error('the held drive was not held: the control group does not work on this system');
    }
    return { free, held, alone, heldDrive, bytes };
  } finally {
    await rack.detach();
    await rm(rack.folder, { recursive: true, force: true });
    await rm(state, { recursive: true, force: true });
  }
}

function driveSeconds(job: JobFigures): number {
  return job.writeSeconds + job.verifySeconds;
}

/** @returns the seconds of all drives but the first; the first is in the run when `from` is 0. */
async function applyFree(
  context: BenchContext,
  rack: LoopRack,
  from: 0 | 1,
  media: BenchMedia,
  state: string,
): Promise<number[]> {
  await rack.renew();
  const drives = rack.drives.slice(from);
  const { jobs } = await applyWithPrestage(context, { rack, drives, media, state });
  return jobs.slice(1 - from).map(driveSeconds);
}

async function applyHeld(
  context: BenchContext,
  rack: LoopRack,
  media: BenchMedia,
  state: string,
): Promise<ApplyFigures> {
  const [slow] = rack.drives;
  if (slow === undefined) throw new Error('the rack is empty');
  const hold = await DeviceHold.create(slow.device, heldBytesPerSecond);
  let moved: Promise<void> = Promise.resolve();
  try {
    // The command is in the group long before it has started its helper.
    const onStart = (pid: number): void => {
      moved = hold.add(pid);
      // Looked at below; until then a failure must not count as unhandled.
      moved.catch(() => undefined);
    };
    const figures = await applyWithPrestage(context, { rack, drives: rack.drives, media, state, onStart });
    await moved;
    return figures;
  } finally {
    await moved.catch(() => undefined);
    await hold.remove();
  }
}
