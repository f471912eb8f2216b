import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { errorCodeOf } from '../../core/base/system-error';

/** What has to be undone, in the order it was done. */
const steps: { readonly what: string; readonly undo: () => void }[] = [];

const tool = (name: string, ...args: string[]): void => {
  execFileSync(name, args, { stdio: ['ignore', 'ignore', 'pipe'] });
};

const loopOptions = ['--direct-io=on', '--sector-size', '512'];

/** A loop device over a drive file of a test's own bench. */
export function attachDrive(file: string): string {
  const args = ['--find', '--show', ...loopOptions, file];
  const device = execFileSync('losetup', args, { encoding: 'utf8' }).trim();
  steps.push({
    what: `loop device ${device}`,
    undo: () => {
      detach(device, file);
    },
  });
  return device;
}

/** Gives a loop device to another drive file: another drive under the same name. */
export function exchangeDrive(device: string, from: string, to: string): void {
  steps.push({
    what: `loop device ${device}`,
    undo: () => {
      detach(device, to);
    },
  });
  detach(device, from);
  tool('losetup', ...loopOptions, device, to);
}

/** Detaches a loop device, when it still is over that file: a number can be someone else's by now. */
function detach(device: string, file: string): void {
  const backing = join('/sys/block', basename(device), 'loop/backing_file');
  if (existsSync(backing) && readFileSync(backing, 'utf8').trimEnd() === realpathSync(file)) {
    tool('losetup', '--detach', device);
  }
}

/** Puts an ext4 file system on a loop device, `fill` into it, and leaves it mounted. */
export function mountDrive(
  device: string,
  point: string,
  fill: (point: string) => void,
  access: 'read-only' | 'writable' = 'read-only',
): void {
  // Everything is written now: nothing of it may come later and look like the work of others.
  tool('mkfs.ext4', '-q', '-F', '-E', 'lazy_itable_init=0,lazy_journal_init=0', device);
  mkdirSync(point, { recursive: true });
  tool('mount', device, point);
  steps.push({
    what: `mount ${point}`,
    undo: () => {
      tool('umount', point);
    },
  });
  fill(point);
  tool('sync', '-f', point);
  if (access === 'read-only') tool('mount', '-o', 'remount,ro', point);
}

/** A small file system in memory. */
export function mountMemory(point: string, size: string): void {
  mkdirSync(point, { recursive: true });
  tool('mount', '-t', 'tmpfs', '-o', `size=${size}`, 'prestage-test', point);
  steps.push({
    what: `mount ${point}`,
    undo: () => {
      tool('umount', point);
    },
  });
}

/** Takes what is left of a file system, but for some bytes. */
export function fill(folder: string, leave = 0): void {
  const { bavail, bsize } = statfsSync(folder);
  try {
    writeFileSync(join(folder, 'others'), Buffer.alloc(Math.max(0, bavail * bsize - leave)));
  } catch (error) {
    // Another program may have written meanwhile: it is full all the same.
    if (errorCodeOf(error) !== 'ENOSPC') throw error;
  }
}

/** Takes away again what {@link fill} has put there. */
export function makeRoom(folder: string): void {
  rmSync(join(folder, 'others'));
}

/** Lets nothing more be written to a file system that is mounted. */
export function remountReadOnly(point: string): void {
  tool('mount', '-o', 'remount,ro', point);
}

/** Uses a loop device as swap space. */
export function swapOn(device: string): void {
  tool('mkswap', device);
  // The lowest priority there is: nothing is swapped to it while there is other swap space.
  tool('swapon', '--priority', '0', device);
  steps.push({
    what: `swap ${device}`,
    undo: () => {
      tool('swapoff', device);
    },
  });
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
