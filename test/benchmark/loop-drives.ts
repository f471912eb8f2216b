import { readdir, realpath, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import type { Bench } from '../../core/drive/virtual-bench';
import { makeBenchFolder, renewFiles, type BenchDrive, type BenchRack } from './bench-drives';
import { run, type BenchContext } from './tools';

const listingSchema = z.object({
  loopdevices: z.array(z.object({ name: z.string(), 'back-file': z.string().nullable() })),
});

/**
 * A rack of loop devices with direct I/O over sparse files in one folder. Devices are only ever found by their backing file, and only those
 * whose file lies in the folder are detached: a remembered `/dev/loop3` may be someone else's by now.
 */
export class LoopRack implements BenchRack {
  private attached: BenchDrive[] = [];

  private constructor(
    private readonly context: BenchContext,
    /** The bench folder, links resolved, as the kernel tells it. */
    readonly folder: string,
    private readonly bench: Bench,
  ) {}

  /**
   * Makes the folder of a bench and attaches its drives.
   * @param size bytes of one drive
   */
  static async create(context: BenchContext, name: string, count: number, size: number): Promise<LoopRack> {
    const { folder, bench } = await makeBenchFolder(context.folder, name, count, size);
    const rack = new LoopRack(context, folder, bench);
    await rack.renew();
    return rack;
  }

  get drives(): readonly BenchDrive[] {
    return this.attached;
  }

  async renew(): Promise<void> {
    await this.detach();
    // One after the other: `losetup --find` is not safe against itself.
    for (const { file, size } of await renewFiles(this.folder, this.bench)) {
      const { stdout } = await run('losetup', ['--find', '--show', '--direct-io=on', '--partscan', file], {
        signal: this.context.signal,
      });
      this.attached.push({ device: stdout.trim(), file, size });
    }
  }

  async detach(): Promise<void> {
    this.attached = [];
    await detachBelow(this.folder);
  }
}

/**
 * Detaches every loop device whose backing file lies below a folder. Also the way out after a failure or an
 * interrupt, hence without the run's abort signal.
 */
export async function detachBelow(folder: string): Promise<void> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const devices = await loopDevicesBelow(folder);
    if (devices.length === 0) return;
    for (const device of devices) await run('losetup', ['--detach', device]).catch(() => undefined);
    // A device that is still open goes when its last user does.
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`loop devices over files in ${basename(folder)} are still in use`);
}

async function loopDevicesBelow(folder: string): Promise<string[]> {
  const { stdout } = await run('losetup', ['--list', '--json', '--output', 'NAME,BACK-FILE']);
  // Without any loop device losetup prints nothing at all.
  if (stdout.trim() === '') return [];
  return listingSchema
    .parse(JSON.parse(stdout))
    .loopdevices.filter((entry) => entry['back-file']?.startsWith(`${folder}/`) === true)
    .map((entry) => entry.name);
}

const runFolderPattern = /^prestage-bench-(\d+)-[A-Za-z0-9]+$/;

/** Name of this process's run folder, without the random letters that mkdtemp adds. */
export const runFolderPrefix = `prestage-bench-${process.pid}-`;

/** Takes away what runs that were killed left behind: their loop devices and their folders. */
export async function removeLeftovers(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const owner = runFolderPattern.exec(name)?.[1];
    if (owner === undefined || isRunning(Number(owner))) continue;
    const folder = join(await realpath(parent), name);
    await detachBelow(folder);
    await rm(folder, { recursive: true, force: true });
  }
}

/** @returns whether a process of that id is there */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
