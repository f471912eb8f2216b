import { Emitter } from 'vscode-jsonrpc/node';
import type { AppBootTest } from '../../core/contract/app-bench';
import { placeOf, type Drive } from '../../core/drive/drive';
import { isCancellation, PrestageError, toErrorData, type ErrorData } from '../../core/base/errors';
import type { BootTestSettings } from '../../core/job/boot-test';
import type { JobReport } from '../jobs/run-job';
import type { Helpers } from '../helper-client/helpers';
import { requirePossiblyFinished } from '../drives/finished-drive';
import type { AppendContext, Ledger } from '../ledger/ledger';
import { firstFinished, readPicture, bootTestFailed, bootTest } from '../jobs/run-boot-test';
import type { StatePaths } from '../state/state-paths';

export interface BootTestsDependencies {
  readonly helpers: Helpers;
  readonly ledger: Ledger;
  readonly paths: StatePaths;
  readonly settings: () => BootTestSettings;
  /** Who and what records a verdict. */
  readonly context: () => Promise<AppendContext>;
  readonly benchDirectory: () => string | null;
}

interface Running {
  readonly stop: AbortController;
  readonly ended: Promise<void>;
}

/** Finished drives that are started in virtual machines, one at a time for each drive. */
export class BootTests {
  readonly #changed = new Emitter<void>();
  readonly onChange = this.#changed.event;
  readonly #failed = new Emitter<ErrorData>();
  /** A drive did not boot, or could not be tried: must be seen before the batch is shipped. */
  readonly onFailed = this.#failed.event;
  readonly #dependencies: BootTestsDependencies;
  readonly #states = new Map<string, AppBootTest>();
  readonly #running = new Map<string, Running>();

  constructor(dependencies: BootTestsDependencies) {
    this.#dependencies = dependencies;
  }

  get states(): AppBootTest[] {
    return [...this.#states.values()];
  }

  /** The jobs of a batch have ended: its first finished drive is started, when the settings want it. */
  onBatchEnd(reports: readonly JobReport[]): void {
    if (!this.#dependencies.settings().firstOfBatch) return;
    const drive = firstFinished(reports);
    if (drive !== null && !this.#running.has(drive.id)) this.#begin(drive);
  }

  /**
   * Starts a finished drive in a virtual machine; answers when it has begun.
   * @throws PrestageError record-not-found, drive-busy
   */
  start(drive: Drive): void {
    if (this.#running.has(drive.id)) {
      throw new PrestageError({
        code: 'drive-busy',
        message: `The drive in ${placeOf(drive)} is already being boot tested.`,
        remedy: 'Wait until the boot test has ended, or cancel it.',
      });
    }
    requirePossiblyFinished(drive, this.#dependencies.ledger);
    this.#begin(drive);
  }

  cancel(driveId: string): void {
    this.#running.get(driveId)?.stop.abort();
  }

  /** Takes away what is told of a drive, which will hold something else. */
  forget(driveId: string): void {
    this.cancel(driveId);
    if (this.#states.delete(driveId)) this.#changed.fire();
  }

  /** Shows what an earlier run of the app found, where nothing newer is told of the drive. */
  showAgain(tests: readonly AppBootTest[]): void {
    const shown = tests.filter(({ driveId }) => !this.#states.has(driveId));
    for (const test of shown) this.#states.set(test.driveId, test);
    if (shown.length > 0) this.#changed.fire();
  }

  /** The last picture of a boot test's display: a PNG; null when it is not stored, or is not what the ledger says. */
  picture(sha256: string): Buffer | null {
    return readPicture(sha256, this.#dependencies.paths);
  }

  /** Cancels all, and waits for their ends. */
  async close(): Promise<void> {
    for (const { stop } of this.#running.values()) stop.abort();
    await Promise.all([...this.#running.values()].map(({ ended }) => ended));
  }

  #begin(drive: Drive): void {
    const stop = new AbortController();
    const ended = this.#run(drive, stop.signal).finally(() => {
      this.#running.delete(drive.id);
    });
    this.#running.set(drive.id, { stop, ended });
  }

  /** Never rejects. */
  async #run(drive: Drive, signal: AbortSignal): Promise<void> {
    const { helpers, ledger, paths, settings, context, benchDirectory } = this.#dependencies;
    const { firstOfBatch: _first, ...chosen } = settings();
    const driveId = drive.id;
    this.#become({ driveId, status: 'running', seconds: 0, limit: chosen.seconds });
    try {
      const append = await context();
      const { verdict, picture, ledgerEntry } = await bootTest(
        {
          ...{ drive, benchDirectory: benchDirectory(), settings: chosen },
        },
        {
          ...{ helpers, ledger, paths, append, signal },
          onTask: ({ done, total }) => {
            this.#become({ driveId, status: 'running', seconds: done, limit: total });
          },
        },
      );
      this.#become({ driveId, status: 'ended', verdict, picture, ledgerEntry });
      if (!verdict.passed) this.#failed.fire(bootTestFailed(drive, verdict).data);
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

  #become(state: AppBootTest): void {
    this.#states.set(state.driveId, state);
    this.#changed.fire();
  }
}
