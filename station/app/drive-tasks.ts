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
    const ended = this.#follow(driveId, work(stop.signal)).finally(() => {
      this.#running.delete(driveId);
      this.#ended.fire();
    });
    this.#running.set(driveId, { stop, ended });
  }

  protected become(...states: readonly (Shown | FailedTask)[]): void {
    for (const state of states) this.#states.set(state.driveId, state);
    if (states.length > 0) this.#changed.fire();
  }

  /** Shows nothing of a drive any more. */
  protected drop(driveId: string): void {
    if (this.#states.delete(driveId)) this.#changed.fire();
  }

  /** Never rejects. */
  async #follow(driveId: string, work: Promise<ErrorData | null>): Promise<void> {
    try {
      const fault = await work;
      if (fault !== null) this.#failed.fire(fault);
    } catch (thrown) {
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
