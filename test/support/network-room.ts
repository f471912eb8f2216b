import { execFileSync, spawnSync } from 'node:child_process';

/** Computers with cables between them, as network namespaces of this one: the interfaces of this computer are not touched. Root only. */
export class NetworkRoom {
  readonly #names: string[] = [];
  readonly #prefix = `prt${process.pid}`;

  /** A computer of its own. @returns the name of its namespace */
  computer(): string {
    const name = `${this.#prefix}n${this.#names.length}`;
    ip('netns', 'add', name);
    this.#names.push(name);
    ip('-n', name, 'link', 'set', 'lo', 'up');
    return name;
  }

  /** A cable between two computers, each end with an interface of this name. */
  cable(from: string, to: string, at: { readonly from: string; readonly to: string }): void {
    ip('-n', from, 'link', 'add', at.from, 'type', 'veth', 'peer', 'name', at.to, 'netns', to);
    ip('-n', from, 'link', 'set', at.from, 'up');
    ip('-n', to, 'link', 'set', at.to, 'up');
  }

  address(of: string, name: string, address: string): void {
    ip('-n', of, 'address', 'add', address, 'dev', name);
  }

  /** What runs in a computer: ids of processes. */
  processes(of: string): number[] {
    return ip('netns', 'pids', of).split('\n').filter(Boolean).map(Number);
  }

  /** What starts a program there. */
  in(of: string): readonly string[] {
    return ['ip', 'netns', 'exec', of];
  }

  /** All that still runs in the computers is ended: only what was started for them is there. */
  remove(): void {
    for (const name of this.#names.splice(0)) {
      for (const id of this.processes(name)) spawnSync('kill', ['-KILL', String(id)]);
      ip('netns', 'delete', name);
    }
  }
}

export function ip(...args: readonly string[]): string {
  return execFileSync('ip', args, { encoding: 'utf8' });
}
