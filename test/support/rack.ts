import { spawn, type ChildProcess } from 'node:child_process';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { z } from 'zod';
import { prestage } from './cli';
import { present } from './present';

/** A station that serves its rack, machines that are folders, and cables that can be pulled. */

const rackSchema = z.object({
  certificate: z.string(),
  listens: z.string(),
  machines: z.array(
    z.object({
      id: z.string(),
      certificate: z.string(),
      state: z.string(),
      code: z.string(),
      problem: z.string().nullable(),
      connected: z.boolean(),
    }),
  ),
});
export type ShownRack = z.infer<typeof rackSchema>;

/** One of the two long-running programs, and what it said. */
export class Running {
  readonly child: ChildProcess;
  readonly exited: Promise<number>;
  #text = '';
  #wake: (() => void)[] = [];

  /** @param within what starts it, such as in another network namespace */
  constructor(
    args: readonly string[],
    env: NodeJS.ProcessEnv = {},
    program: string = prestage,
    within: readonly string[] = [],
  ) {
    const [starter, ...rest] = within;
    const line = starter === undefined ? [] : [...rest, process.execPath];
    this.child = spawn(starter ?? process.execPath, [...line, program, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.on('data', (piece: Buffer) => {
        this.#text += piece.toString();
        for (const wake of this.#wake.splice(0)) wake();
      });
    }
    this.exited = new Promise((resolve) => {
      this.child.once('close', (code) => {
        for (const wake of this.#wake.splice(0)) wake();
        resolve(code ?? -1);
      });
    });
  }

  get text(): string {
    return this.#text;
  }

  /** Waits until it has said this. @throws Error when it ends before */
  async says(pattern: RegExp, times = 1): Promise<RegExpMatchArray> {
    for (;;) {
      const found = [...this.#text.matchAll(new RegExp(pattern.source, 'gm'))];
      if (found.length >= times) return present(found.at(-1));
      if (this.child.exitCode !== null || this.child.signalCode !== null) {
        throw new Error(`it ended before it said ${pattern.source}:\n${this.#text}`);
      }
      await new Promise<void>((resolve) => this.#wake.push(resolve));
    }
  }

  /** Ctrl+C, and its exit code. */
  async stop(): Promise<number> {
    this.child.kill('SIGINT');
    return await this.exited;
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.exited;
  }
}

/** `prestage rack serve`, until it listens. */
export async function serveRack(
  state: string,
  options: readonly string[] = [],
  listen = '127.0.0.1:0',
  within: readonly string[] = [],
): Promise<{ readonly station: Running; readonly address: string; readonly fingerprint: string }> {
  const serve = ['rack', 'serve', '--listen', listen, '--state', state, ...options];
  const station = new Running(serve, {}, prestage, within);
  const [, address = '', fingerprint = ''] = await station.says(
    /prestage agent --station (\S+) --fingerprint ([0-9a-f]{64})/,
  );
  return { station, address, fingerprint };
}

/** What a test has started of a rack, to be ended after it. */
export class RackParts {
  readonly #running: Running[] = [];
  readonly #removed: { remove(): void }[] = [];

  /** Stopped at the end, and killed when it hangs: the next test must not wait for it. */
  runs(program: Running): Running {
    this.#running.push(program);
    return program;
  }

  /** A cable, or a room of networks. */
  has<T extends { remove(): void }>(part: T): T {
    this.#removed.push(part);
    return part;
  }

  async end(): Promise<void> {
    for (const program of this.#running.splice(0)) {
      const timer = setTimeout(() => program.child.kill('SIGKILL'), 20_000);
      await program.stop();
      clearTimeout(timer);
    }
    for (const part of this.#removed.splice(0)) part.remove();
  }
}

/** What a `rack` command printed. */
export function readRack(stdout: string): ShownRack {
  return rackSchema.parse(JSON.parse(stdout));
}

/** A cable between machines and a station: passes bytes on, until it is pulled. */
export class Cable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #pulled = false;
  /** Bytes that went to the machines. */
  carried = 0;
  #at: { readonly bytes: number; readonly then: () => void } | null = null;

  private constructor(to: { readonly host: string; readonly port: number }) {
    this.#server = createServer((near) => {
      if (this.#pulled) {
        near.destroy();
        return;
      }
      const far = connect(to);
      for (const socket of [near, far]) {
        this.#sockets.add(socket);
        socket.on('error', () => undefined);
        socket.on('close', () => {
          this.#sockets.delete(socket);
          near.destroy();
          far.destroy();
        });
      }
      near.pipe(far);
      far.pipe(near);
      far.on('data', (piece: Buffer) => {
        this.carried += piece.length;
        if (this.#at !== null && this.carried >= this.#at.bytes) {
          const { then } = this.#at;
          this.#at = null;
          then();
        }
      });
    });
  }

  static async to(address: string): Promise<Cable> {
    const [host = '', port = ''] = address.split(':');
    const cable = new Cable({ host, port: Number(port) });
    await new Promise<void>((resolve) => cable.#server.listen(0, '127.0.0.1', resolve));
    return cable;
  }

  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Resolves when so many bytes more have gone to the machines. */
  async after(bytes: number): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#at = { bytes: this.carried + bytes, then: resolve };
    });
  }

  pull(): void {
    this.#pulled = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  plug(): void {
    this.#pulled = false;
  }

  remove(): void {
    this.pull();
    this.#server.close();
  }
}
