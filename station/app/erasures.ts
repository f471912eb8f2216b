import type { AppErasure } from '../../core/contract/app-erase';
import { PrestageError, type ErrorData } from '../../core/base/errors';
import { sanitizeForDisplay } from '../../core/base/display';
import { driveLabel, placeOf, type Drive } from '../../core/drive/drive';
import { isStillAttached } from '../../core/drive/drive-identity';
import type { ShownErase } from '../../core/sanitise/choose';
import { heldFor, withoutReason } from '../drives/drive-before';
import { requireListed } from '../drives/finished-drive';
import type { Helpers } from '../helper-client/helpers';
import { sanitise } from '../jobs/run-sanitise';
import { eraseFailed } from '../jobs/sanitise-drive';
import type { AppendContext, Ledger } from '../ledger/ledger';
import type { Settings } from '../state/settings';
import type { StatePaths } from '../state/state-paths';
import { noOperator } from './app-refusals';
import { DriveTasks } from './drive-tasks';

export interface ErasuresDependencies {
  readonly helpers: Helpers;
  readonly ledger: Ledger;
  readonly paths: StatePaths;
  readonly settings: () => Settings;
  readonly drives: () => readonly Drive[];
  /** Empty: no operator is set. */
  readonly operator: () => string;
  /** Whether a drive is paired, has a card of a job, or is checked for its size. */
  readonly isTaken: (driveId: string) => boolean;
  /** The machine whose finished image a drive is known to hold; null: none. */
  readonly machineHeld: (drive: Drive) => string | null;
  readonly benchDirectory: () => string | null;
  readonly context: () => Promise<AppendContext>;
}

export interface EraseWish {
  readonly driveId: string;
  readonly attachment: string | null;
  readonly shown: ShownErase | null;
}

/** Drives that are erased for no machine, each on its own. */
export class Erasures extends DriveTasks<AppErasure> {
  readonly #dependencies: ErasuresDependencies;

  constructor(dependencies: ErasuresDependencies) {
    super();
    this.#dependencies = dependencies;
  }

  /** Of drives that are attached: what came of one that was taken out stands in the record. */
  override get states(): AppErasure[] {
    const attached = new Set(this.#dependencies.drives().map(({ id }) => id));
    return super.states.filter(({ driveId, status }) => status === 'running' || attached.has(driveId));
  }

  /** Drives that are erased now. */
  get running(): string[] {
    return super.states.filter(({ status }) => status === 'running').map(({ driveId }) => driveId);
  }

  /**
   * Begins to erase drives, all or none.
   * @throws PrestageError not-confirmed, drive-not-found, drive-changed, drive-blocked, drive-busy, drive-holds-finished: nothing was
   * touched
   */
  start(wishes: readonly EraseWish[], reason: string | null): void {
    if (this.#dependencies.operator() === '') throw noOperator();
    const why = reason === null ? null : sanitizeForDisplay(reason, 200);
    const drives = wishes.map((wish) => this.#require(wish, why === '' ? null : why));
    for (const [index, drive] of drives.entries()) {
      const shown = wishes[index]?.shown ?? null;
      this.begin(drive.id, (signal) => this.#erase(drive, shown, why === '' ? null : why, signal));
    }
  }

  /** Takes what came of it off the card. */
  dismiss(driveId: string): void {
    if (!this.isRunning(driveId)) this.drop(driveId);
  }

  #require({ driveId, attachment }: EraseWish, reason: string | null): Drive {
    const { drives, isTaken, machineHeld } = this.#dependencies;
    const drive = requireListed(driveId, drives());
    const label = driveLabel(drive);
    if (!isStillAttached(drive, attachment)) {
      throw new PrestageError({
        code: 'drive-changed',
        message: `The ${label} was removed or replaced since it was shown.`,
        remedy: 'Nothing was touched. Look at the drive, and confirm it again.',
      });
    }
    const blocked = drive.reasons.find(({ code }) => code !== 'health' && code !== 'false-size');
    if (blocked !== undefined) {
      throw new PrestageError({ code: 'drive-blocked', message: `The ${label}: ${blocked.message}` });
    }
    if (this.isRunning(driveId) || isTaken(driveId)) {
      throw new PrestageError({
        code: 'drive-busy',
        message: `The drive in ${placeOf(drive)} is paired with a machine, written, checked or erased, or its card is not cleared.`,
        remedy:
          'Nothing was touched. Remove the pairing, clear its card, or wait until it is done. Then erase it.',
      });
    }
    const machine = machineHeld(drive);
    if (machine !== null && reason === null) throw withoutReason(drive, heldFor(machine));
    return drive;
  }

  async #erase(
    drive: Drive,
    shown: ShownErase | null,
    reason: string | null,
    signal: AbortSignal,
  ): Promise<ErrorData | null> {
    const { helpers, ledger, paths, settings, benchDirectory, context } = this.#dependencies;
    let driveId = drive.id;
    this.become({ driveId, status: 'running', shown, done: 0, total: 0 });
    const { sanitised, ledgerEntry } = await sanitise(
      { drive, benchDirectory: benchDirectory(), shown, least: settings().sanitiseLevel, reason },
      {
        ...{ helpers, ledger, paths, settings: settings(), append: await context(), signal },
        onProgress: (done, total) => {
          this.become({ driveId, status: 'running', shown, done, total });
        },
        onGrown: ({ id }) => {
          this.rename(driveId, id);
          driveId = id;
          this.become({ driveId, status: 'running', shown, done: 0, total: 0 });
        },
      },
    );
    this.become({ driveId, status: 'ended', sanitised, ledgerEntry });
    return eraseFailed(drive, sanitised)?.data ?? null;
  }
}
