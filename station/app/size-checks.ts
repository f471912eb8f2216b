import type { AppSizeCheck } from '../../core/contract/app-health';
import { PrestageError, type ErrorData } from '../../core/base/errors';
import { placeOf, type Drive } from '../../core/drive/drive';
import type { Helpers } from '../helper-client/helpers';
import { checkDriveSize, requireCheckable, sizeFailure } from '../jobs/check-drive-size';
import type { AppendContext, Ledger } from '../ledger/ledger';
import type { StatePaths } from '../state/state-paths';
import { DriveTasks } from './drive-tasks';

export interface SizeChecksDependencies {
  readonly helpers: Helpers;
  readonly ledger: Ledger;
  readonly paths: StatePaths;
  readonly stallSeconds: () => number;
  readonly drives: () => readonly Drive[];
  /** Whether a drive is paired, or has a job that runs. */
  readonly isTaken: (driveId: string) => boolean;
  readonly protectedPaths: () => readonly string[];
  readonly benchDirectory: () => string | null;
  /** Who and what records what was found. */
  readonly context: () => Promise<AppendContext>;
}

/** Drives whose real size is checked by itself, each on its own. What is found ends in {@link DriveTasks.onFailed}. */
export class SizeChecks extends DriveTasks<AppSizeCheck> {
  readonly #dependencies: SizeChecksDependencies;

  constructor(dependencies: SizeChecksDependencies) {
    super();
    this.#dependencies = dependencies;
  }

  /** Of drives that are attached. */
  override get states(): AppSizeCheck[] {
    const attached = new Set(this.#dependencies.drives().map(({ id }) => id));
    return super.states.filter(({ driveId, status }) => status === 'running' || attached.has(driveId));
  }

  /** Drives that are checked now. */
  get running(): string[] {
    return super.states.filter(({ status }) => status === 'running').map(({ driveId }) => driveId);
  }

  /**
   * Begins to check a drive, which erases it.
   * @throws PrestageError drive-busy, drive-not-found, drive-blocked, drive-holds-finished
   */
  start(driveId: string): void {
    const { drives, ledger, isTaken } = this.#dependencies;
    const drive = requireCheckable(driveId, drives(), ledger);
    if (this.isRunning(driveId) || isTaken(driveId)) {
      throw new PrestageError({
        code: 'drive-busy',
        message: `The drive in ${placeOf(drive)} is paired with a machine, written, or checked already.`,
        remedy: 'Nothing was touched. Remove the pairing first, or wait until it is done.',
      });
    }
    this.begin(driveId, (signal) => this.#check(drive, signal));
  }

  async #check(drive: Drive, signal: AbortSignal): Promise<ErrorData | null> {
    const { helpers, ledger, paths, stallSeconds, protectedPaths, benchDirectory, context } =
      this.#dependencies;
    const driveId = drive.id;
    this.become({ driveId, status: 'running', done: 0, total: 2 * drive.size });
    const { check, ledgerEntry } = await checkDriveSize(drive, benchDirectory(), {
      ...{ helpers, ledger, paths, append: await context(), stallSeconds: stallSeconds() },
      ...{ protectedPaths: protectedPaths(), signal },
      onTask: ({ done, total }) => {
        this.become({ driveId, status: 'running', done, total });
      },
    });
    this.become({ driveId, status: 'ended', check, ledgerEntry });
    return sizeFailure(drive, check)?.data ?? null;
  }
}
