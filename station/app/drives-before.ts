import type { Drive } from '../../core/drive/drive';
import { nothingBefore, type DriveBefore } from '../../core/job/drive-again';
import { driveBefore } from '../../core/ledger/drive-before';
import type { DrivePast } from '../../core/ledger/drive-past';
import type { DriveList } from './drive-list';
import type { JobService } from './job-service';

export interface DrivesBeforeDependencies {
  readonly pastOf: (drive: Drive) => DrivePast;
  readonly drives: () => Pick<DriveList, 'find'>;
  readonly jobs: () => Pick<JobService, 'find'>;
}

/** What attached drives are not written over without a reason. */
export class DrivesBefore {
  readonly #dependencies: DrivesBeforeDependencies;

  constructor(dependencies: DrivesBeforeDependencies) {
    this.#dependencies = dependencies;
  }

  of(driveId: string): DriveBefore {
    const { drives, pastOf } = this.#dependencies;
    const drive = drives().find(driveId);
    if (drive === null) return nothingBefore;
    const before = driveBefore(pastOf(drive));
    return this.#wasSaid(driveId, before) ? nothingBefore : before;
  }

  /** The card's job was written for a reason, and nothing has happened to the drive since: it holds for its next try, too. */
  #wasSaid(driveId: string, { held, failed }: DriveBefore): boolean {
    const said = this.#dependencies.jobs().find(driveId)?.driveAgain;
    if (said === undefined) return false;
    const same = held === null || held.machineSerial === said.held?.machineSerial;
    return same && (failed === null || failed.entry === said.failed?.entry);
  }
}
