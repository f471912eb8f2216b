import type { Drive } from '../../core/drive/drive';
import { nothingBefore, type DriveBefore } from '../../core/job/drive-again';
import { driveBefore } from '../../core/ledger/drive-before';
import type { LedgerReader } from '../ledger/ledger-reader';
import type { DriveList } from './drive-list';
import type { JobService } from './job-service';

export interface DrivesBeforeDependencies {
  readonly ledger: Pick<LedgerReader, 'pastOf' | 'count'>;
  readonly drives: () => Pick<DriveList, 'find'>;
  readonly jobs: () => Pick<JobService, 'finishedFor' | 'find'>;
}

interface Known {
  /** As it was listed: another listing of a changed drive is another object. */
  readonly drive: Drive;
  readonly entries: number;
  readonly finishedFor: string | null;
  readonly before: DriveBefore;
}

/** What attached drives are not written over without a reason. Asked for each bay, often: looked up again when something changed. */
export class DrivesBefore {
  readonly #dependencies: DrivesBeforeDependencies;
  readonly #known = new Map<string, Known>();

  constructor(dependencies: DrivesBeforeDependencies) {
    this.#dependencies = dependencies;
  }

  of(driveId: string): DriveBefore {
    const { drives, jobs } = this.#dependencies;
    const drive = drives().find(driveId);
    if (drive === null) return nothingBefore;
    const before = this.#lookUp(drive, jobs().finishedFor(drive.attachment));
    return this.#wasSaid(driveId, before) ? nothingBefore : before;
  }

  #lookUp(drive: Drive, finishedFor: string | null): DriveBefore {
    const { ledger } = this.#dependencies;
    const entries = ledger.count();
    const known = this.#known.get(drive.id);
    const same = known?.drive === drive && known.entries === entries && known.finishedFor === finishedFor;
    if (same) return known.before;
    const before = driveBefore(ledger.pastOf(drive), finishedFor);
    this.#known.set(drive.id, { drive, entries, finishedFor, before });
    return before;
  }

  /** The card's job was written for a reason, and nothing has happened to the drive since: it holds for its next try, too. */
  #wasSaid(driveId: string, { held, failed }: DriveBefore): boolean {
    const said = this.#dependencies.jobs().find(driveId)?.driveAgain;
    if (said === undefined) return false;
    const same = held === null || held.machineSerial === said.held?.machineSerial;
    return same && (failed === null || failed.entry === said.failed?.entry);
  }
}
