import { readFileSync, statfsSync } from 'node:fs';

const folder = '/dev/shm';
/** Bytes that a whole run has had there at most are 3 GB; with room for the programs beside it. */
const enoughThere = 8e9;
const enoughMemory = 12e9;

/** A folder in memory with room for what the tests write, in which programs can be started; null: there is none. */
export function memoryFolder(): string | null {
  try {
    const mounts = readFileSync('/proc/self/mounts', 'utf8').split('\n');
    const [, , type, options = ''] =
      mounts.findLast((line) => line.split(' ')[1] === folder)?.split(' ') ?? [];
    if (type !== 'tmpfs' || options.split(',').includes('noexec')) return null;
    const { bavail, bsize } = statfsSync(folder);
    const available = /^MemAvailable:\s+(\d+) kB$/m.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1];
    return bavail * bsize >= enoughThere && Number(available) * 1024 >= enoughMemory ? folder : null;
  } catch {
    return null;
  }
}
