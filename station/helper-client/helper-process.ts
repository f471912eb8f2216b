import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { sanitizeForDisplay } from '../../core/base/display';
import { timeouts } from '../../core/base/timeouts';

/** How a helper ended. */
export type HelperExit =
  /** By itself, with status 0. */
  | { readonly kind: 'ended' }
  | { readonly kind: 'failed'; readonly status: number }
  | { readonly kind: 'killed'; readonly signal: NodeJS.Signals }
  | { readonly kind: 'not-started'; readonly problem: string }
  /** It does not end and may not be killed by us: root's process, seen from a user. */
  | { readonly kind: 'left-behind' }
  /** On another computer; how, in words that are safe to show. */
  | { readonly kind: 'elsewhere'; readonly how: string };

/** A helper as its client needs it: a process of this computer, or one that is reached through something else. */
export interface HelperEnd {
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** Resolves when it has ended and its output has been read to the end. Never rejects. */
  readonly exited: Promise<HelperExit>;
  /** The last lines it wrote to standard error, safe to show; null when there are none. */
  lastWords(): string | null;
  /** Closes its input, which is the order to cancel, flush and exit, and waits for that. @param patience milliseconds */
  end(patience?: number): Promise<HelperExit>;
}

export interface HelperCommand {
  readonly file: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

const stderrLimit = 64 * 1024;

/** A helper's process: its streams, its last words, and its end. Knows nothing of the protocol. */
export class HelperProcess implements HelperEnd {
  /** Resolves when it has ended and its output has been read to the end. Never rejects. */
  readonly exited: Promise<HelperExit>;
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  #stderr = '';
  #announce: (exit: HelperExit) => void = () => undefined;
  #running = true;
  #onStderr: (line: string) => void = () => undefined;

  constructor(command: HelperCommand) {
    this.exited = new Promise((resolve) => {
      this.#announce = (exit) => {
        this.#running = false;
        resolve(exit);
      };
    });
    const child = spawn(command.file, [...command.args], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: command.environment,
    });
    this.#child = child;
    let end: HelperExit = { kind: 'ended' };
    child.on('error', (error) => {
      // Also raised when a signal could not be sent; only a child without a pid never started.
      if (child.pid === undefined) this.#announce({ kind: 'not-started', problem: error.message });
    });
    child.on('exit', (status, signal) => {
      if (signal !== null) end = { kind: 'killed', signal };
      else if (status !== null && status !== 0) end = { kind: 'failed', status };
      // Its output may be held open by something it started; that must not hold us up.
      setTimeout(() => {
        child.stdout.destroy();
        child.stderr.destroy();
        this.#announce(end);
      }, timeouts.toolKill).unref();
    });
    child.on('close', () => {
      this.#announce(end);
    });
    child.stdin.on('error', () => undefined);
    child.stderr.setEncoding('utf8');
    child.stderr.on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-stderrLimit);
      for (const line of linesOf(text)) this.#onStderr(line);
    });
  }

  /** @param onStderr gets each line of standard error, safe to show: those that were written already, and all that come */
  hear(onStderr: (line: string) => void): void {
    for (const line of linesOf(this.#stderr)) onStderr(line);
    this.#onStderr = onStderr;
  }

  get stdin(): Writable {
    return this.#child.stdin;
  }

  get stdout(): Readable {
    return this.#child.stdout;
  }

  /** The last lines it wrote to standard error, safe to show; null when there are none. */
  lastWords(): string | null {
    const lines = linesOf(this.#stderr).slice(-12);
    return lines.length === 0 ? null : lines.join('\n');
  }

  /**
   * Closes its input, which is the order to cancel, flush and exit; waits for that; then kills.
   * @param patience milliseconds to wait before it is killed
   */
  async end(patience: number = timeouts.helperExit): Promise<HelperExit> {
    this.#child.stdin.end();
    for (const [signal, wait] of [
      ['SIGTERM', patience],
      ['SIGKILL', timeouts.toolKill],
      [null, timeouts.toolKill],
    ] as const) {
      await this.#exitWithin(wait);
      if (!this.#running) break;
      if (signal !== null) this.#child.kill(signal);
      else this.#leaveBehind();
    }
    return await this.exited;
  }

  async #exitWithin(milliseconds: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const waited = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, milliseconds);
    });
    await Promise.race([this.exited, waited]);
    clearTimeout(timer);
  }

  #leaveBehind(): void {
    this.#child.stdin.destroy();
    this.#child.stdout.destroy();
    this.#child.stderr.destroy();
    this.#child.unref();
    this.#announce({ kind: 'left-behind' });
  }
}

/** What an exit looked like, for a message's cause. */
export function describeExit(exit: HelperExit): string {
  switch (exit.kind) {
    case 'ended':
      return 'exit status 0';
    case 'failed':
      return `exit status ${exit.status}`;
    case 'killed':
      return `ended by ${exit.signal}`;
    case 'not-started':
      return sanitizeForDisplay(exit.problem, 400);
    case 'left-behind':
      return 'still running';
    case 'elsewhere':
      return exit.how;
  }
}

function linesOf(text: string): string[] {
  return text
    .split(/[\r\n]+/)
    .map((line) => sanitizeForDisplay(line, 400))
    .filter((line) => line !== '');
}
