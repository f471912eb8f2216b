import { Emitter } from 'vscode-jsonrpc/node';
import type { AppSizeCheck } from '../../core/contract/app-health';
import { isCancellation, PrestageError, toErrorData, type ErrorData } from '../../core/base/errors';
import { placeOf, type Drive } from '../../core/drive/drive';
import type { Helpers } from '../helper-client/helpers';
import { checkDriveSize, requireCheckable, sizeFailure } from '../jobs/check-drive-size';
import type { AppendContext, Ledger } from '../ledger/ledger';

export interface SizeChecksDependencies {
  readonly helpers: Helpers;
  readonly ledger: Ledger;
  readonly stallSeconds: () => number;
  readonly drives: () => readonly Drive[];
  /** Whether a drive is paired, or has a job that runs. */
  readonly isTaken: (driveId: string) => boolean;
  readonly protectedPaths: () => readonly string[];
  readonly benchDirectory: () => string | null;
  /** Who and what records what was found. */
  readonly context: () => Promise<AppendContext>;
}

interface Running {
  readonly stop: AbortController;
  readonly ended: Promise<void>;
}

/** Drives whose real size is checked by itself, each on its own. */
export class SizeChecks {
  readonly #changed = new Emitter<void>();
  readonly onChange = this.#changed.event;
  readonly #failed = new Emitter<ErrorData>();
  /** A drive is smaller than it says, or could not be checked. */
  readonly onFailed = this.#failed.event;
  readonly #ended = new Emitter<void>();
  /** What is on a drive has changed. */
  readonly onEnded = this.#ended.event;
  readonly #dependencies: SizeChecksDependencies;
  readonly #states = new Map<string, AppSizeCheck>();
  readonly #running = new Map<string, Running>();

  constructor(dependencies: SizeChecksDependencies) {
    this.#dependencies = dependencies;
  }

  /** Of drives that are attached. */
  get states(): AppSizeCheck[] {
    const attached = new Set(this.#dependencies.drives().map(({ id }) => id));
    return [...this.#states.values()].filter(
      ({ driveId, status }) => status === 'running' || attached.has(driveId),
    );
  }

  /**
   * Begins to check a drive, which erases it.
   * @throws PrestageError drive-busy, drive-not-found, drive-blocked, drive-holds-finished
   */
  start(driveId: string): void {
    const { drives, ledger, isTaken } = this.#dependencies;
    const drive = requireCheckable(driveId, drives(), ledger);
    if (this.#running.has(driveId) || isTaken(driveId)) {
      throw new PrestageError({
        code: 'drive-busy',
        message: `The drive in ${placeOf(drive)} is paired with a machine, written, or checked already.`,
        remedy: 'Nothing was touched. Take its machine off first, or wait until it is done.',
      });
    }
    const stop = new AbortController();
    const ended = this.#run(drive, stop.signal).finally(() => {
      this.#running.delete(driveId);
      this.#ended.fire();
    });
    this.#running.set(driveId, { stop, ended });
  }

  cancel(driveId: string): void {
    this.#running.get(driveId)?.stop.abort();
  }

  /** Cancels all, and waits until that is recorded. */
  async close(): Promise<void> {
    for (const { stop } of this.#running.values()) stop.abort();
    await Promise.all([...this.#running.values()].map(({ ended }) => ended));
  }

  /** Never rejects. */
  async #run(drive: Drive, signal: AbortSignal): Promise<void> {
    const { helpers, ledger, stallSeconds, protectedPaths, benchDirectory, context } = this.#dependencies;
    const driveId = drive.id;
    this.#become({ driveId, status: 'running', done: 0, total: 2 * drive.size });
    try {
      const { check, ledgerEntry } = await checkDriveSize(drive, benchDirectory(), {
        ...{ helpers, ledger, append: await context(), stallSeconds: stallSeconds() },
        ...{ protectedPaths: protectedPaths(), signal },
        onTask: ({ done, total }) => {
          this.#become({ driveId, status: 'running', done, total });
        },
      });
      this.#become({ driveId, status: 'ended', check, ledgerEntry });
      const failure = sizeFailure(drive, check);
      if (failure !== null) this.#failed.fire(failure.data);
    } catch (error) {
      if (isCancellation(error)) {
        this.#states.delete(driveId);
        this.#changed.fire();
        return;
      }
      const data = toErrorData(error);
      this.#become({ driveId, status: 'failed', error: data });
      this.#failed.fire(data);
    }
  }

  #become(state: AppSizeCheck): void {
    this.#states.set(state.driveId, state);
    this.#changed.fire();
  }
}
