import { mkdir, readdir, readFile, rmdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * A control group whose processes read and write one block device no faster than a limit; other devices are
 * not limited. It works on direct I/O, which is charged to the process that asks for it.
 */
export class DeviceHold {
  private constructor(private readonly folder: string) {}

  /**
   * @param device node of the block device
   * @param bytesPerSecond limit for reads and for writes, each
   * @throws Error when this system offers neither version of the controller
   */
  static async create(device: string, bytesPerSecond: number): Promise<DeviceHold> {
    const { rdev } = await stat(device);
    // The kernel's own packing of device numbers: 12 bits of major number between parts of the minor one.
    const number = `${(rdev >> 8) & 0xfff}:${(rdev & 0xff) | ((rdev >> 12) & 0xfff00)}`;
    const mounts = (await readFile('/proc/mounts', 'utf8')).split('\n').map((line) => line.split(' '));
    const name = `prestage-bench-${process.pid}`;

    const first = mounts.find((fields) => fields[2] === 'cgroup' && fields[3]?.split(',').includes('blkio'));
    if (first?.[1] !== undefined) {
      const hold = new DeviceHold(join(first[1], name));
      await hold.fill([
        ['blkio.throttle.read_bps_device', `${number} ${bytesPerSecond}`],
        ['blkio.throttle.write_bps_device', `${number} ${bytesPerSecond}`],
      ]);
      return hold;
    }
    const second = mounts.find((fields) => fields[2] === 'cgroup2');
    if (second?.[1] !== undefined) {
      const controllers = await readFile(join(second[1], 'cgroup.controllers'), 'utf8');
      if (controllers.trim().split(' ').includes('io')) {
        await writeFile(join(second[1], 'cgroup.subtree_control'), '+io');
        const hold = new DeviceHold(join(second[1], name));
        await hold.fill([['io.max', `${number} rbps=${bytesPerSecond} wbps=${bytesPerSecond}`]]);
        return hold;
      }
    }
    throw new Error('no control group controller for block devices: the isolation run needs blkio or io');
  }

  /** Takes away the groups of runs that were killed. */
  static async removeLeftovers(isRunning: (pid: number) => boolean): Promise<void> {
    for (const line of (await readFile('/proc/mounts', 'utf8')).split('\n')) {
      const [, folder, type] = line.split(' ');
      if (folder === undefined || (type !== 'cgroup' && type !== 'cgroup2')) continue;
      for (const name of await readdir(folder)) {
        const owner = /^prestage-bench-(\d+)$/.exec(name)?.[1];
        if (owner !== undefined && !isRunning(Number(owner))) await rmdir(join(folder, name));
      }
    }
  }

  /** Moves a process in; what it starts from then on is in too. */
  async add(pid: number): Promise<void> {
    await writeFile(join(this.folder, 'cgroup.procs'), String(pid));
  }

  /** Takes the group away, as soon as its last process has gone. */
  async remove(): Promise<void> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        await rmdir(this.folder);
        return;
      } catch (error) {
        if (attempt === 100) throw error;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  }

  private async fill(settings: readonly (readonly [file: string, text: string])[]): Promise<void> {
    await mkdir(this.folder);
    try {
      for (const [file, text] of settings) await writeFile(join(this.folder, file), text);
    } catch (error) {
      await rmdir(this.folder);
      throw error;
    }
  }
}
