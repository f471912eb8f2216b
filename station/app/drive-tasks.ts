import { Emitter } from 'vscode-jsonrpc/node';
import { isCancellation, toErrorData, type ErrorData } from '../../core/base/errors';

/** A task that could not be done. */
interface FailedTask {
  readonly driveId: string;
  readonly status: 'failed';
  readonly error: ErrorData;
}

interface Running {
  readonly stop: AbortController;
  readonly ended: Promise<void>;
}

/** What is done with drives one by one, beside the jobs: each drive has one task at most, and what came of it is shown. */
export abstract class DriveTasks<Shown extends { readonly driveId: string }> {
  readonly #changed = new Emitter<void>();
  readonly onChange = this.#changed.event;
  readonly #failed = new Emitter<ErrorData>();
  /** A task found a fault, or could not be done. */
  readonly onFailed = this.#failed.event;
  readonly #ended = new Emitter<void>();
  /** A task is over, however it ended. */
  readonly onEnded = this.#ended.event;
  readonly #renamed = new Emitter<void>();
  /** A drive is listed with another id from now on. */
  readonly onRenamed = this.#renamed.event;
  readonly #states = new Map<string, Shown | FailedTask>();
  readonly #running = new Map<string, Running>();

  get states(): (Shown | FailedTask)[] {
    return [...this.#states.values()];
  }

  cancel(driveId: string): void {
    this.#running.get(driveId)?.stop.abort();
  }

  /** Cancels all, and waits for their ends. */
  async close(): Promise<void> {
    for (const { stop } of this.#running.values()) stop.abort();
    await Promise.all([...this.#running.values()].map(({ ended }) => ended));
  }

  protected isRunning(driveId: string): boolean {
    return this.#running.has(driveId);
  }

  /** @param work answers with the fault that it found; null: none. A task that was cancelled is shown no more. */
  protected begin(driveId: string, work: (signal: AbortSignal) => Promise<ErrorData | null>): void {
    const stop = new AbortController();
    const ended = this.#follow(stop, work(stop.signal)).finally(() => {
      this.#running.delete(this.#idOf(stop) ?? driveId);
      this.#ended.fire();
    });
    this.#running.set(driveId, { stop, ended });
  }

  #idOf(task: AbortController): string | null {
    return [...this.#running].find(([, { stop }]) => stop === task)?.[0] ?? null;
  }

  protected become(...states: readonly (Shown | FailedTask)[]): void {
    for (const state of states) this.#states.set(state.driveId, state);
    if (states.length > 0) this.#changed.fire();
  }

  /** A drive is listed with another id from now on: its task is found by that. */
  protected rename(from: string, to: string): void {
    const running = this.#running.get(from);
    if (running === undefined || from === to) return;
    this.#running.delete(from);
    this.#running.set(to, running);
    this.#states.delete(from);
    this.#renamed.fire();
  }

  /** Shows nothing of a drive any more. */
  protected drop(driveId: string): void {
    if (this.#states.delete(driveId)) this.#changed.fire();
  }

  /** Never rejects. */
  async #follow(task: AbortController, work: Promise<ErrorData | null>): Promise<void> {
    try {
      const fault = await work;
      if (fault !== null) this.#failed.fire(fault);
    } catch (thrown) {
      const driveId = this.#idOf(task);
      if (driveId === null) return;
      if (isCancellation(thrown)) {
        this.drop(driveId);
        return;
      }
      const error = toErrorData(thrown);
      this.become({ driveId, status: 'failed', error });
      this.#failed.fire(error);
    }
  }
}
