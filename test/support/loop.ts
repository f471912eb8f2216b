import { execFileSync } from 'node:child_process';

/** True where loop devices can be attached. */
export const isRoot = process.getuid?.() === 0;
export const rootOnly = 'needs root: loop devices';

const attached = new Set<string>();

/**
 * Attaches a loop device to a file of the test's own, with direct I/O, and remembers it.
 * @param bytes of the file that it shows; null: all
 */
export function attachLoop(file: string, sectorSize = 512, bytes: number | null = null): string {
  const limit = bytes === null ? [] : ['--sizelimit', String(bytes)];
  const device = execFileSync(
    'losetup',
    ['--find', '--show', '--direct-io=on', '--sector-size', String(sectorSize), ...limit, file],
    { encoding: 'utf8' },
  ).trim();
  attached.add(device);
  return device;
}

/** Detaches every loop device that this file attached. For afterEach, so that a failed test leaves none. */
export function detachAllLoops(): void {
  for (const device of attached) {
    execFileSync('losetup', ['--detach', device]);
    attached.delete(device);
  }
}
