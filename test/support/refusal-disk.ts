import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { attachLoop, detachAllLoops } from './loop';

/** What has to be undone, in the order it was done. */
const steps: { readonly what: string; readonly undo: () => void }[] = [];

const tool = (name: string, ...args: string[]): void => {
  execFileSync(name, args, { stdio: ['ignore', 'ignore', 'pipe'] });
};

/** A loop device over a bench's drive file. */
export function attachDrive(file: string): string {
  return attachLoop(file);
}

/** Puts an ext4 file system on a loop device, `fill` into it, and mounts it read-only. */
export function mountDrive(device: string, point: string, fill: (point: string) => void): void {
  // Everything is written now: nothing of it may come later and look like the work of others.
  tool('mkfs.ext4', '-q', '-F', '-E', 'lazy_itable_init=0,lazy_journal_init=0', device);
  mkdirSync(point, { recursive: true });
  tool('mount', device, point);
  steps.push({ what: `mount ${point}`, undo: () => { tool('umount', point); } });
  fill(point);
  tool('mount', '-o', 'remount,ro', point);
  tool('sync', '-f', point);
}

/** A small file system in memory. */
export function mountMemory(point: string, size: string): void {
  mkdirSync(point, { recursive: true });
  tool('mount', '-t', 'tmpfs', '-o', `size=${size}`, 'prestage-test', point);
  steps.push({ what: `mount ${point}`, undo: () => { tool('umount', point); } });
}

/** Uses a loop device as swap space. */
export function swapOn(device: string): void {
  tool('mkswap', device);
  // The lowest priority there is: nothing is swapped to it while there is other swap space.
  tool('swapon', '--priority', '0', device);
  steps.push({ what: `swap ${device}`, undo: () => { tool('swapoff', device); } });
}

/** Undoes everything, the last first, also when a step fails. For afterEach. */
export function undoDisks(): void {
  const failed: unknown[] = [];
  for (const { what, undo } of steps.splice(0).reverse()) {
    try {
      undo();
    } catch (error) {
      failed.push(new Error(`${what} could not be undone`, { cause: error }));
    }
  }
  detachAllLoops();
  if (failed.length > 0) throw new AggregateError(failed, failed.map(String).join('; '));
}

/**
 * The whole disks below the file system at `/`, by the kernel alone: the device number of /proc, followed
 * through /sys to what it is a partition of or stacked on. Empty where the root is on no disk, as in a
 * container.
 */
export function systemDisks(): string[] {
  const line = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((text) => text.split(' '))
    .findLast((fields) => fields[4] === '/');
  const folder = join('/sys/dev/block', line?.[2] ?? '0:0');
  return existsSync(folder) ? [...new Set(wholeDisks(realpathSync(folder)))] : [];
}

function wholeDisks(folder: string): string[] {
  if (existsSync(join(folder, 'partition'))) return wholeDisks(dirname(folder));
  const slaves = join(folder, 'slaves');
  const below = existsSync(slaves) ? readdirSync(slaves) : [];
  if (below.length === 0) return [`/dev/${basename(folder)}`];
  return below.flatMap((name) => wholeDisks(realpathSync(join(slaves, name))));
}
