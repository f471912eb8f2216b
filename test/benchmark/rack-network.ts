import { execFileSync, spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** A switch and computers on it, as network namespaces of this one, with cables of a chosen speed. Root only. */

const prefix = `prb${process.pid}`;
const switchName = `${prefix}s`;

function ip(...args: readonly string[]): string {
  return execFileSync('ip', args, { encoding: 'utf8' });
}

export interface Computer {
  readonly name: string;
  readonly address: string;
}

export class Network {
  readonly #computers: string[] = [];

  constructor() {
    ip('netns', 'add', switchName);
    ip('-n', switchName, 'link', 'add', 'br0', 'type', 'bridge');
    ip('-n', switchName, 'link', 'set', 'br0', 'up');
  }

  /** @param megabits of its cable, both ways */
  add(number: number, megabits: number): Computer {
    const name = `${prefix}n${number}`;
    const port = `p${number}`;
    ip('netns', 'add', name);
    this.#computers.push(name);
    ip('-n', switchName, 'link', 'add', port, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name);
    ip('-n', switchName, 'link', 'set', port, 'master', 'br0', 'up');
    const address = `10.77.${Math.floor(number / 250)}.${(number % 250) + 1}`;
    ip('-n', name, 'address', 'add', `${address}/16`, 'brd', '+', 'dev', 'eth0');
    ip('-n', name, 'link', 'set', 'eth0', 'up');
    ip('-n', name, 'link', 'set', 'lo', 'up');
    // For programs that send to everybody.
    ip('-n', name, 'route', 'add', '224.0.0.0/4', 'dev', 'eth0');
    for (const [space, device] of [
      [name, 'eth0'],
      [switchName, port],
    ] as const) {
      const shape = ['tbf', 'rate', `${megabits}mbit`, 'burst', '256kb', 'latency', '100ms'];
      execFileSync('tc', ['-n', space, 'qdisc', 'add', 'dev', device, 'root', ...shape]);
    }
    return { name, address };
  }

  /** Takes its cable out: nothing goes or comes, and nobody is told. */
  unplug({ name }: Computer): void {
    ip('-n', name, 'link', 'set', 'eth0', 'down');
  }

  run({ name }: Computer, command: readonly string[]): ChildProcessWithoutNullStreams {
    return spawn('ip', ['netns', 'exec', name, ...command]);
  }

  /** Bytes that a computer has sent. */
  sent({ name }: Computer): number {
    const text = execFileSync('ip', [
      'netns',
      'exec',
      name,
      'cat',
      '/sys/class/net/eth0/statistics/tx_bytes',
    ]);
    return Number(text.toString());
  }

  remove(): void {
    for (const name of [...this.#computers, switchName]) {
      for (const pid of ip('netns', 'pids', name).split('\n').filter(Boolean)) {
        // Only what this benchmark has started is in its namespaces.
        try {
          process.kill(Number(pid), 'SIGKILL');
        } catch {
          // It has just ended.
        }
      }
      ip('netns', 'delete', name);
    }
  }
}

/** The processor time that this computer has spent, in seconds, all processors together; to tell what else it did. */
export function busySeconds(): number {
  const [, ...ticks] = (readFileSync('/proc/stat', 'utf8').split('\n')[0] ?? '').split(/\s+/).map(Number);
  const idle = (ticks[3] ?? 0) + (ticks[4] ?? 0);
  return (ticks.slice(0, 8).reduce((sum, part) => sum + part, 0) - idle) / 100;
}
