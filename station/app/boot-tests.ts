import type { AppBootTest } from '../../core/contract/app-bench';
import { placeOf, type Drive } from '../../core/drive/drive';
import { PrestageError, type ErrorData } from '../../core/base/errors';
import type { BootTestSettings } from '../../core/job/boot-test';
import type { JobReport } from '../jobs/run-job';
import type { Helpers } from '../helper-client/helpers';
import { requirePossiblyFinished } from '../drives/finished-drive';
import type { AppendContext, Ledger } from '../ledger/ledger';
import { firstFinished, readPicture, bootTestFailed, bootTest, requireOnBench } from '../jobs/run-boot-test';
import type { StatePaths } from '../state/state-paths';
import { DriveTasks } from './drive-tasks';

export interface BootTestsDependencies {
  readonly helpers: Helpers;
  readonly ledger: Ledger;
  readonly paths: StatePaths;
  readonly settings: () => BootTestSettings;
  /** Who and what records a verdict. */
  readonly context: () => Promise<AppendContext>;
  readonly benchDirectory: () => string | null;
}

/**
 * Finished drives that are started in virtual machines, one at a time for each drive. A drive that did not boot, or could not be
 * tried, must be seen before the batch is shipped.
 */
export class BootTests extends DriveTasks<AppBootTest> {
  readonly #dependencies: BootTestsDependencies;

  constructor(dependencies: BootTestsDependencies) {
    super();
    this.#dependencies = dependencies;
  }

  /** The jobs of a batch have ended: its first finished drive is started, when the settings want it. */
  onBatchEnd(reports: readonly JobReport[]): void {
    if (!this.#dependencies.settings().firstOfBatch) return;
    const drive = firstFinished(reports);
    if (drive !== null && !this.isRunning(drive.id)) this.#begin(drive);
  }

  /**
   * Starts a finished drive in a virtual machine; answers when it has begun.
   * @throws PrestageError usage, record-not-found, drive-busy
   */
  start(drive: Drive): void {
    requireOnBench(drive);
    if (this.isRunning(drive.id)) {
      throw new PrestageError({
        code: 'drive-busy',
        message: `The drive in ${placeOf(drive)} is already being boot tested.`,
        remedy: 'Wait until the boot test has ended, or cancel it.',
      });
    }
    requirePossiblyFinished(drive, this.#dependencies.ledger);
    this.#begin(drive);
  }

  /** Takes away what is told of a drive, which will hold something else. */
  forget(driveId: string): void {
    this.cancel(driveId);
    this.drop(driveId);
  }

  /** Shows what an earlier run of the app found, where nothing newer is told of the drive. */
  showAgain(tests: readonly AppBootTest[]): void {
    const told = new Set(this.states.map(({ driveId }) => driveId));
    this.become(...tests.filter(({ driveId }) => !told.has(driveId)));
  }

  /** The last picture of a boot test's display: a PNG; null when it is not stored, or is not what the ledger says. */
  picture(sha256: string): Buffer | null {
    return readPicture(sha256, this.#dependencies.paths);
  }

  #begin(drive: Drive): void {
    this.begin(drive.id, (signal) => this.#test(drive, signal));
  }

  async #test(drive: Drive, signal: AbortSignal): Promise<ErrorData | null> {
    const { helpers, ledger, paths, settings, context, benchDirectory } = this.#dependencies;
    const { firstOfBatch: _first, ...chosen } = settings();
    const driveId = drive.id;
    this.become({ driveId, status: 'running', seconds: 0, limit: chosen.seconds });
    const append = await context();
    const { verdict, picture, ledgerEntry } = await bootTest(
      { drive, benchDirectory: benchDirectory(), settings: chosen },
      {
        ...{ helpers, ledger, paths, append, signal },
        onTask: ({ done, total }) => {
          this.become({ driveId, status: 'running', seconds: done, limit: total });
        },
      },
    );
    this.become({ driveId, status: 'ended', verdict, picture, ledgerEntry });
    return verdict.passed ? null : bootTestFailed(drive, verdict).data;
  }
}
