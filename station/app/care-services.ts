import type { Ledger } from '../ledger/ledger';
import type { Helpers } from '../helper-client/helpers';
import type { StatePaths } from '../state/state-paths';
import type { BatchService } from './batch-service';
import type { DriveList } from './drive-list';
import { ErasePlans } from './erase-plans';
import { Erasures } from './erasures';
import type { JobService } from './job-service';
import type { PairingService } from './pairing-service';
import type { PastService } from './past-service';
import type { Recovery } from './recovery';
import type { SettingsService } from './settings-service';
import { SizeChecks } from './size-checks';
import type { StationService } from './station-service';

/** What is done with drives for no machine: erased, or checked for their size. A drive is at one of them, or at a job. */
export interface CareServices {
  readonly sizeChecks: SizeChecks;
  readonly erasePlans: ErasePlans;
  readonly erasures: Erasures;
}

/** The services of the app that these read, each when it is needed. */
export interface CareNeighbours {
  readonly batch: Pick<BatchService, 'state'>;
  readonly drives: Pick<DriveList, 'state'>;
  readonly jobs: Pick<JobService, 'jobs' | 'running'>;
  readonly pairing: Pick<PairingService, 'pairs'>;
  readonly pasts: Pick<PastService, 'of'>;
  readonly recovery: Pick<Recovery, 'contextWhenRecorded'>;
  readonly settings: Pick<SettingsService, 'current'>;
  readonly station: Pick<StationService, 'benchDirectory'>;
}

export function careServices(
  app: CareNeighbours,
  given: {
    readonly helpers: Helpers;
    readonly ledger: Ledger;
    readonly paths: StatePaths;
    readonly protectedPaths: () => readonly string[];
  },
): CareServices {
  const { helpers, ledger, paths } = given;
  const common = {
    drives: () => app.drives.state.drives,
    benchDirectory: () => app.station.benchDirectory,
    context: () => app.recovery.contextWhenRecorded(),
  };
  const isPaired = (id: string): boolean => app.pairing.pairs.some(({ driveId }) => driveId === id);
  const sizeChecks: SizeChecks = new SizeChecks({
    ...{ helpers, ledger, paths, ...common },
    stallSeconds: () => app.settings.current.stallSeconds,
    isTaken: (id) =>
      isPaired(id) || app.jobs.running.some(({ driveId }) => driveId === id) || erasures.running.includes(id),
    protectedPaths: given.protectedPaths,
  });
  const erasePlans = new ErasePlans({
    ...{ helpers, paths, ...common },
    level: () => app.settings.current.sanitiseLevel,
    keepHidden: () => app.settings.current.keepHiddenAreas,
  });
  const erasures: Erasures = new Erasures({
    ...{ helpers, ledger, paths, ...common },
    settings: () => app.settings.current,
    operator: () => app.batch.state.operator,
    isTaken: (id) =>
      isPaired(id) || app.jobs.jobs.some(({ driveId }) => driveId === id) || sizeChecks.running.includes(id),
    machineHeld: (drive) => app.pasts.of(drive).holds?.machineSerial ?? null,
  });
  return { sizeChecks, erasePlans, erasures };
}
