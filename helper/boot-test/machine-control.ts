/** QEMU's control socket (QMP). */
import { createConnection, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { timeouts } from '../../core/base/timeouts';

const messageSchema = z.looseObject({
  return: z.unknown().optional(),
  error: z.looseObject({ desc: z.string() }).optional(),
});

/** Characters. Answers to what is asked here are far shorter. */
const longestLine = 1024 * 1024;

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** Speaks QMP with a running QEMU (docs/interop/qmp-spec in QEMU): one JSON object a line, answers in order. */
export class MachineControl {
  readonly #socket: Socket;
  readonly #waiting: { resolve: (value: unknown) => void; reject: (error: Error) => void }[] = [];
  #rest = '';
  #ended: Error | null = null;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => {
      this.#receive(text);
    });
    socket.on('error', (error) => {
      this.#end(error);
    });
    socket.on('close', () => {
      this.#end(new Error('QEMU closed its control socket'));
    });
  }

  /** Connects as soon as QEMU listens. @throws Error when it does not in time, or `signal` is aborted */
  static async connect(path: string, signal: AbortSignal): Promise<MachineControl> {
    const end = Date.now() + timeouts.toolKill;
    for (;;) {
      signal.throwIfAborted();
      try {
        const socket = await new Promise<Socket>((resolve, reject) => {
          const made = createConnection(path);
          made.once('connect', () => {
            made.removeListener('error', reject);
            resolve(made);
          });
          made.once('error', reject);
        });
        const control = new MachineControl(socket);
        signal.addEventListener(
          'abort',
          () => {
            control.#giveUp(new Error('cancelled'));
          },
          { once: true },
        );
        await control.call('qmp_capabilities');
        return control;
      } catch (error) {
        if (Date.now() > end) throw error;
        await sleep(timeouts.bootTestLook / 5);
      }
    }
  }

  /** @throws Error with what QEMU says */
  async call(command: string, args?: Readonly<Record<string, unknown>>): Promise<unknown> {
    if (this.#ended !== null) throw this.#ended;
    // Answers come in order: after one that does not come, none can be told from another.
    const patience = setTimeout(() => {
      this.#giveUp(new Error(`QEMU does not answer to ${command}`));
    }, timeouts.bootTestAnswer);
    return await new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#socket.write(`${JSON.stringify({ execute: command, ...(args && { arguments: args }) })}\n`);
    }).finally(() => {
      clearTimeout(patience);
    });
  }

  #receive(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    if (this.#rest.length > longestLine) this.#giveUp(new Error('QEMU sends a line without end'));
    for (const line of lines.filter((one) => one.trim() !== '')) {
      const message = messageSchema.safeParse(jsonOf(line));
      if (!message.success) {
        // Whatever speaks there is not QEMU, or not any more.
        this.#giveUp(new Error('QEMU sends what is no message'));
        return;
      }
      // The greeting and events have neither member.
      if (!('return' in message.data || 'error' in message.data)) continue;
      const waiting = this.#waiting.shift();
      const { error } = message.data;
      if (error === undefined) waiting?.resolve(message.data.return);
      else waiting?.reject(new Error(error.desc));
    }
  }

  #giveUp(error: Error): void {
    this.#end(error);
    this.#socket.destroy();
  }

  #end(error: Error): void {
    this.#ended ??= error;
    for (const { reject } of this.#waiting.splice(0)) reject(this.#ended);
  }
}
