import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import type { HoldPoint } from '../../helper/pipeline/hold-points';
import { realTool } from './refusal-run';

/** A place to be held: of a drive's thread, or wimlib as it begins to apply an image or to add files to one. */
export type HeldPoint = HoldPoint | 'applying' | 'packing';

/** What wimlib-imagex is asked for at a place. */
const wimlibVerbs: Readonly<Partial<Record<HeldPoint, string>>> = { applying: 'apply', packing: 'update' };

/** How often a thread passes a point before it is held: in the middle of its chunks, where it has several. */
const passes: Readonly<Record<HeldPoint, number>> = {
  ...{ applying: 0, packing: 0, sanitising: 1, sizing: 1, erasing: 0, writing: 1, verifying: 1, sealing: 0 },
};

/**
 * Holds one helper at one point, for as long as a test wants: nothing is awaited by looking again, and nothing is faster
 * than the test. The programs must be of {@link heldPrograms}, and run with {@link Hold.environment}.
 */
export class Hold {
  readonly #server: Server;
  /** With the thread that waits there. */
  readonly #held = new Map<Socket, string>();
  /** Threads that are held no more. */
  readonly #free = new Set<string>();
  /** Threads that came to other points. */
  readonly #beyond = new Map<string, Set<string>>();
  readonly #passed = new Map<string, number>();
  #waiting: (() => void)[] = [];
  #released = false;

  private constructor(
    private readonly temporary: string,
    readonly point: HeldPoint,
  ) {
    this.#server = createServer((socket) => {
      this.#arrive(socket);
    });
  }

  /** @param temporary a folder of the scene's own; made when it is missing. Its path must be shorter than 90 bytes. */
  static async at(point: HeldPoint, temporary: string): Promise<Hold> {
    mkdirSync(temporary, { recursive: true });
    const verb = wimlibVerbs[point];
    if (verb !== undefined) standInForWimlib(temporary, point, verb);
    const hold = new Hold(temporary, point);
    await new Promise<void>((resolve, reject) => {
      hold.#server.once('error', reject);
      // Also a helper of another user finds it: the app's.
      const path = join(temporary, 'prestage-hold.sock');
      hold.#server.listen({ path, writableAll: true, readableAll: true }, resolve);
    });
    return hold;
  }

  /** What the held programs need in their environment. */
  get environment(): { readonly TMPDIR: string; readonly PATH: string } {
    return { TMPDIR: this.temporary, PATH: `${this.temporary}:${process.env['PATH'] ?? ''}` };
  }

  /** Resolves when so many threads are held at the same time. */
  async reached(threads: number): Promise<void> {
    while (this.#held.size < threads) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** Lets one thread go on to its end. */
  releaseOne(): void {
    for (const [socket, thread] of this.#held) {
      this.#free.add(thread);
      socket.destroy();
      return;
    }
  }

  /** Resolves when so many threads have come to another point. */
  async passed(point: HoldPoint, threads: number): Promise<void> {
    while ((this.#beyond.get(point)?.size ?? 0) < threads) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** Lets everything go on, and holds nothing any more. */
  release(): void {
    this.#released = true;
    for (const socket of this.#held.keys()) socket.destroy();
    this.#server.close();
  }

  #arrive(socket: Socket): void {
    // The helper may be killed while it is held.
    socket.on('error', () => undefined);
    socket.on('close', () => this.#held.delete(socket));
    socket.setEncoding('utf8');
    socket.once('data', (line: string) => {
      const [point = '', thread = ''] = line.trim().split(' ');
      const before = this.#passed.get(thread) ?? 0;
      if (point !== this.point) {
        this.#beyond.set(point, (this.#beyond.get(point) ?? new Set()).add(thread));
        for (const wake of this.#waiting.splice(0)) wake();
      }
      const goesOn = this.#released || this.#free.has(thread);
      if (goesOn || point !== this.point || before < passes[this.point]) {
        if (point === this.point) this.#passed.set(thread, before + 1);
        socket.destroy();
        return;
      }
      this.#held.set(socket, thread);
      for (const wake of this.#waiting.splice(0)) wake();
    });
  }
}

/** A wimlib-imagex that says when it is asked for this, waits, and then does it. */
function standInForWimlib(folder: string, point: HeldPoint, verb: string): void {
  const file = join(folder, 'wimlib-imagex');
  writeFileSync(
    file,
    `#!${process.execPath}
const go = () => {
  const { status } = require('node:child_process').spawnSync(
    ${JSON.stringify(realTool('wimlib-imagex'))}, process.argv.slice(2), { stdio: 'inherit' });
  process.exitCode = status ?? 1;
};
if (process.argv[2] === '${verb}') {
  const hold = require('node:net').createConnection(${JSON.stringify(join(folder, 'prestage-hold.sock'))});
  hold.on('error', () => undefined);
  hold.on('close', go);
  hold.resume();
  hold.write('${point} 0\\n');
} else go();
`,
  );
  chmodSync(file, 0o755);
}
