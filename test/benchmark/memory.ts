import { readdir, readFile } from 'node:fs/promises';

/** How often processes are looked at, in milliseconds. The kernel keeps the peak; one look before the end is enough. */
const interval = 200;

interface Watched {
  readonly command: string;
  /** Peak resident memory, bytes. */
  readonly peakBytes: number;
}

/**
 * Watches the peak resident memory (VmHWM) of a process and everything it started.
 */
export class MemoryWatch {
  private readonly seen = new Map<number, Watched>();
  private readonly timer: NodeJS.Timeout;
  private looking: Promise<void> = Promise.resolve();

  constructor(root: number) {
    this.timer = setInterval(() => {
      this.looking = this.looking.then(() => this.look(root)).catch(() => undefined);
    }, interval);
  }

  /**
   * Ends watching.
   * @returns the largest peak in bytes among the processes whose command line holds `part`; null if none did
   */
  async stop(part: string): Promise<number | null> {
    clearInterval(this.timer);
    await this.looking;
    const peaks = [...this.seen.values()]
      .filter(({ command }) => command.includes(part))
      .map(({ peakBytes }) => peakBytes);
    return peaks.length === 0 ? null : Math.max(...peaks);
  }

  private async look(root: number): Promise<void> {
    const parents = new Map<number, number>();
    for (const name of await readdir('/proc')) {
      if (!/^\d+$/.test(name)) continue;
      const stat = await readOrNull(`/proc/${name}/stat`);
      // The name in parentheses may itself hold parentheses: the last one ends it.
      const parent = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[1];
      if (parent !== undefined) parents.set(Number(name), Number(parent));
    }
    for (const pid of parents.keys()) {
      if (descendsFrom(pid, root, parents)) await this.note(pid);
    }
  }

  private async note(pid: number): Promise<void> {
    const status = await readOrNull(`/proc/${pid}/status`);
    const command = await readOrNull(`/proc/${pid}/cmdline`);
    const kibibytes = Number(/^VmHWM:\s+(\d+) kB$/m.exec(status ?? '')?.[1] ?? 0);
    if (command === null || kibibytes === 0) return;
    const peakBytes = Math.max(kibibytes * 1024, this.seen.get(pid)?.peakBytes ?? 0);
    this.seen.set(pid, { command: command.replaceAll('\0', ' '), peakBytes });
  }
}

function descendsFrom(pid: number, root: number, parents: ReadonlyMap<number, number>): boolean {
  for (let at: number | undefined = pid; at !== undefined && at > 1; at = parents.get(at)) {
    if (at === root) return true;
  }
  return false;
}

/** Processes end while they are looked at. */
async function readOrNull(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return null;
  }
}
